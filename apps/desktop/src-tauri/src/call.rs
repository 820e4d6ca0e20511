//! One invoke of the page on its way to Core: its parameters as JSON text, who calls, and the answer as raw JSON.
//! The seal was checked before (see `lib.rs`); decoding and limits are the protocol's own dispatch.

use std::sync::Arc;

use axion_core::Core;
use axion_protocol::{Caller, ErrorCode, ErrorInfo, dispatch};
use serde_json::Value;
use tauri::ipc::{CommandArg, CommandItem, InvokeBody, InvokeError, InvokeResponseBody, Response};
use tauri::{Manager, Runtime};

use crate::seal::SEAL_KEY;

/// What a command gives back to the page: raw JSON, or an `ErrorInfo`.
pub type Answer = Result<Response, ErrorInfo>;

/// The one argument of every generated command.
pub struct Call {
    core: Arc<Core>,
    caller: Caller,
    params: Value,
}

impl Call {
    /// Runs the command of this name in Core.
    pub async fn run(mut self, name: &'static str) -> Answer {
        if let Value::Object(fields) = &mut self.params {
            fields.remove(SEAL_KEY);
        }
        let answer = dispatch(self.core.as_ref(), &self.caller, name, &self.params.to_string()).await?;
        Ok(Response::new(InvokeResponseBody::Json(answer)))
    }
}

impl<'de, R: Runtime> CommandArg<'de, R> for Call {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        let refuse = |code, message: &str| InvokeError::from(ErrorInfo::new(code, message));
        let webview = command.message.webview_ref();
        let core = webview
            .try_state::<Arc<Core>>()
            .ok_or_else(|| refuse(ErrorCode::Internal, "Axion is still starting. Try again in a moment."))?;
        match command.message.payload() {
            InvokeBody::Json(params) => Ok(Call { core: Arc::clone(&core), caller: Caller::new(webview.label()), params: params.clone() }),
            InvokeBody::Raw(_) => Err(refuse(ErrorCode::InvalidParams, "The parameters must be a JSON object.")),
        }
    }
}
