//! What was ordered on the command line, as the parameters of `start_run`.

use std::collections::HashMap;

use axion_protocol::{ErrorCode, ErrorInfo, RunGrant};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::args::{RunArgs, RunnerArg};
use crate::input::{self, Unusable};

/// A run that is wanted.
pub struct Order {
    /// Its id, made here: repeating the command after a lost answer starts nothing twice.
    pub run_id: String,
    /// The folders.
    pub grants: Vec<RunGrant>,
    document: Box<RawValue>,
    input: Value,
    runner: Option<RunnerArg>,
}

impl Order {
    /// Reads the file and the arguments.
    pub fn read(args: &RunArgs) -> Result<Self, Unusable> {
        let text = input::graph_text(&args.file)?;
        let shown = args.file.display();
        let wrong = |message: String| Unusable { message, hint: Some("Nothing was executed. A graph file is a JSON object.".into()) };
        let document: Box<RawValue> = serde_json::from_str(&text).map_err(|error| wrong(format!("{shown} is not valid JSON: {error}.")))?;
        if !document.get().trim_start().starts_with('{') {
            return Err(wrong(format!("{shown} is not a graph.")));
        }
        let mut bytes = [0; 12];
        axion_core::fill(&mut bytes);
        Ok(Self {
            run_id: format!("run-{}", axion_core::hash::hex(&bytes)),
            grants: input::grants(&args.grant)?,
            document,
            input: input::values(&args.set)?,
            runner: args.runner,
        })
    }

    /// The parameters. Put together as text: what the file holds is not read and written anew.
    pub fn params(&self) -> Result<String, ErrorInfo> {
        let grants = serde_json::to_string(&self.grants).map_err(|error| ErrorInfo::new(ErrorCode::Internal, error.to_string()))?;
        let runner = self.runner.map_or_else(String::new, |runner| format!(",\"runner\":\"{}\"", runner.word()));
        Ok(format!(
            "{{\"runId\":\"{}\",\"input\":{},\"grants\":{grants}{runner},\"document\":{}}}",
            self.run_id,
            self.input,
            self.document.get()
        ))
    }

    /// The nodes' names by id, for showing.
    pub fn names(&self) -> HashMap<String, String> {
        #[derive(Deserialize)]
        struct Graph {
            #[serde(default)]
            nodes: Vec<Node>,
        }
        #[derive(Deserialize)]
        struct Node {
            id: String,
            #[serde(default)]
            name: String,
        }
        let graph: Graph = serde_json::from_str(self.document.get()).unwrap_or(Graph { nodes: Vec::new() });
        graph.nodes.into_iter().filter(|node| !node.name.trim().is_empty()).map(|node| (node.id, node.name)).collect()
    }
}
