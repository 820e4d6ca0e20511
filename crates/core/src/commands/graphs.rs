//! Graphs of the library: made, read, edited, taken in from files and examples.

use axion_protocol::{
    ApplyGraphOpsParams, ApplyGraphOpsResult, CreateGraphParams, DuplicateGraphParams, ErrorInfo, ExampleList, GraphFileTexts, GraphId,
    GraphList, GraphSnapshot, GraphSummary, ImportGraphParams, ListGraphsParams, OpenExampleParams, OpenedExample, ProjectId,
};
use axion_store::{DEFAULT_PROJECT, GraphEdit};

use super::system::blocking;
use crate::core::Inner;
use crate::failure::storage;
use crate::graphs::{examples, file, read, snapshot};
use crate::wire;

fn project(id: Option<ProjectId>) -> String {
    id.map_or_else(|| DEFAULT_PROJECT.to_owned(), ProjectId::into_string)
}

impl Inner {
    pub(crate) async fn list_graphs(&self, params: ListGraphsParams) -> Result<GraphList, ErrorInfo> {
        let (project_id, deleted) = (params.project_id, params.deleted == Some(true));
        let rows = self.read(move |tx| tx.list_graphs(project_id.as_ref().map(ProjectId::as_str), deleted)).await?;
        Ok(GraphList { graphs: wire::of(&rows)? })
    }

    pub(crate) async fn graph(&self, graph_id: GraphId) -> Result<GraphSnapshot, ErrorInfo> {
        let content = self.read(move |tx| tx.get_graph_content(graph_id.as_str())).await?;
        blocking(move || snapshot(&content)).await
    }

    pub(crate) async fn create_graph(&self, params: CreateGraphParams) -> Result<GraphSnapshot, ErrorInfo> {
        let (id, project_id, now) = (params.graph_id.clone(), project(params.project_id), self.now());
        self.write(move |tx| tx.create_graph(id.as_str(), &project_id, &params.name, now).map(|_| ())).await?;
        self.graph(params.graph_id).await
    }

    pub(crate) async fn import_graph(&self, params: ImportGraphParams) -> Result<GraphSnapshot, ErrorInfo> {
        let ImportGraphParams { graph_id, project_id, name, text, layout } = params;
        let size = text.len() + layout.as_ref().map_or(0, String::len);
        let import = blocking(move || read(&text, layout.as_deref(), name.as_deref())).await?;
        let (id, project_id, now) = (graph_id.clone(), project(project_id), self.now());
        let written = self.store.write_sized(size, move |tx| tx.import_graph(id.as_str(), &project_id, &import, now).map(|_| ()));
        written.await.map_err(storage)?;
        self.graph(graph_id).await
    }

    pub(crate) async fn export_graph(&self, graph_id: GraphId) -> Result<GraphFileTexts, ErrorInfo> {
        let graph = self.graph(graph_id).await?;
        blocking(move || Ok(GraphFileTexts { text: file::document(&graph.document)?, layout: file::layout(&graph.layout)? })).await
    }

    pub(crate) async fn duplicate_graph(&self, params: DuplicateGraphParams) -> Result<GraphSnapshot, ErrorInfo> {
        let (copy, now) = (params.copy_id.clone(), self.now());
        self.write(move |tx| tx.duplicate_graph(params.graph_id.as_str(), params.copy_id.as_str(), &params.name, now).map(|_| ())).await?;
        self.graph(copy).await
    }

    pub(crate) async fn apply_graph_ops(&self, params: ApplyGraphOpsParams) -> Result<ApplyGraphOpsResult, ErrorInfo> {
        let edit = GraphEdit {
            graph_id: params.graph_id.into_string(),
            ops_id: params.ops_id.into_string(),
            client_id: params.client_id.into_string(),
            ops: wire::of(&params.ops)?,
        };
        let (edit, now) = (edit.checked().map_err(storage)?, self.now());
        let seq = self.write(move |tx| tx.apply_graph_ops(&edit, now)).await?;
        Ok(ApplyGraphOpsResult { seq })
    }

    pub(crate) async fn set_graph_deleted(&self, graph_id: GraphId, deleted: bool) -> Result<GraphSummary, ErrorInfo> {
        let now = self.now();
        wire::of(&self.write(move |tx| tx.set_graph_deleted(graph_id.as_str(), deleted, now)).await?)
    }

    pub(crate) async fn list_examples(&self) -> Result<ExampleList, ErrorInfo> {
        let folder = self.resources.examples.clone();
        blocking(move || Ok(ExampleList { examples: examples::list(&folder) })).await
    }

    pub(crate) async fn open_example(&self, params: OpenExampleParams) -> Result<OpenedExample, ErrorInfo> {
        let (folder, example) = (self.resources.examples.clone(), params.example_id);
        let (text, layout) = blocking(move || examples::texts(&folder, &example)).await?;
        let import = ImportGraphParams { graph_id: params.graph_id, project_id: params.project_id, name: None, text, layout };
        let graph = self.import_graph(import).await?;
        let folders = examples::folders(&self.resources.examples, &examples::own_folder(&self.home), &graph.document.slots);
        Ok(OpenedExample { graph, folders })
    }
}
