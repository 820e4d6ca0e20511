//! One invoke of the page on its way to Core: its parameters as JSON text, the window that asks, and the answer as raw JSON.
//! The seal was checked before (see `lib.rs`); decoding and limits are the protocol's own dispatch.

use std::sync::Arc;

use axion_core::Client;
use axion_protocol::{ErrorCode, ErrorInfo};
use serde_json::Value;
use tauri::ipc::{CommandArg, CommandItem, InvokeBody, InvokeError, InvokeResponseBody, Response};
use tauri::{Manager, Runtime};

use crate::seal::SEAL_KEY;
use crate::windows::Windows;

/// What a command gives back to the page: raw JSON, or an `ErrorInfo`.
pub type Answer = Result<Response, ErrorInfo>;

/// The one argument of every generated command.
pub struct Call {
    client: Arc<Client>,
    params: Value,
}

impl Call {
    /// Runs the command of this name in Core.
    ///
    /// The answer is handed to Tauri when this returns; the first batch of a subscription may overtake it by a moment, which
    /// the page's adapter allows for.
    pub async fn run(mut self, name: &'static str) -> Answer {
        if let Value::Object(fields) = &mut self.params {
            fields.remove(SEAL_KEY);
        }
        let answer = self.client.call(name, &self.params.to_string()).await;
        answer.outcome.map(|json| Response::new(InvokeResponseBody::Json(json)))
    }
}

impl<'de, R: Runtime> CommandArg<'de, R> for Call {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        let refuse = |code, message: &str| InvokeError::from(ErrorInfo::new(code, message));
        let webview = command.message.webview_ref();
        let client = webview.state::<Windows>().client(webview.label());
        let client = client.ok_or_else(|| refuse(ErrorCode::Offline, "Axion is still starting. Try again in a moment."))?;
        match command.message.payload() {
            InvokeBody::Json(params) => Ok(Call { client, params: params.clone() }),
            InvokeBody::Raw(_) => Err(refuse(ErrorCode::InvalidParams, "The parameters must be a JSON object.")),
        }
    }
}
