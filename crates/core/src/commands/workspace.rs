//! What all windows share beside graphs and runs: settings, projects, grants.

use std::path::Path;
use std::sync::PoisonError;

use axion_protocol::{
    CreateProjectParams, DeleteProjectParams, Done, ErrorCode, ErrorInfo, Grant, GrantId, GrantList, GraphId, Project, ProjectList,
    RenameProjectParams, SetGrantParams, Settings, UpdateSettingParams,
};
use axion_store::GrantRow;

use super::system::blocking;
use crate::core::Inner;
use crate::failure::invalid;
use crate::{grants, runs, settings, wire};

impl Inner {
    pub(crate) async fn update_setting(&self, params: UpdateSettingParams) -> Result<Settings, ErrorInfo> {
        settings::changed(&self.settings(), params.key, params.value.clone())?;
        let (key, value, now) = (params.key.as_str(), runs::json(&params.value)?, self.now());
        self.write(move |tx| tx.set_setting(key, &value, now)).await?;
        let mut known = self.settings.write().unwrap_or_else(PoisonError::into_inner);
        // Another setting may have changed meanwhile: this one is changed in what is known now.
        *known = settings::changed(&known, params.key, params.value)?;
        Ok(known.clone())
    }

    pub(crate) async fn list_projects(&self) -> Result<ProjectList, ErrorInfo> {
        Ok(ProjectList { projects: wire::of(&self.read(|tx| tx.list_projects()).await?)? })
    }

    pub(crate) async fn create_project(&self, params: CreateProjectParams) -> Result<Project, ErrorInfo> {
        let now = self.now();
        wire::of(&self.write(move |tx| tx.create_project(params.project_id.as_str(), &params.name, now)).await?)
    }

    pub(crate) async fn rename_project(&self, params: RenameProjectParams) -> Result<Project, ErrorInfo> {
        let now = self.now();
        wire::of(&self.write(move |tx| tx.rename_project(params.project_id.as_str(), &params.name, now)).await?)
    }

    pub(crate) async fn delete_project(&self, params: DeleteProjectParams) -> Result<Done, ErrorInfo> {
        let now = self.now();
        self.write(move |tx| tx.delete_project(params.project_id.as_str(), now)).await?;
        Ok(Done {})
    }

    pub(crate) async fn list_grants(&self, graph_id: Option<GraphId>) -> Result<GrantList, ErrorInfo> {
        let rows = self.read(move |tx| tx.list_grants(graph_id.as_ref().map(GraphId::as_str))).await?;
        let mut grants: Vec<Grant> = wire::of(&rows)?;
        blocking(move || {
            for grant in &mut grants {
                grant.missing = (!Path::new(&grant.path).is_dir()).then_some(true);
            }
            Ok(GrantList { grants })
        })
        .await
    }

    pub(crate) async fn set_grant(&self, params: SetGrantParams) -> Result<Grant, ErrorInfo> {
        let (path, create, home) = (params.path, params.create == Some(true), self.home.clone());
        let path = blocking(move || {
            let refuse = |why: &str| invalid(format!("The folder {path} cannot be granted: it {why}.")).with_hint("Choose another folder.");
            let forbidden = |folder: &str| {
                ErrorInfo::new(ErrorCode::Forbidden, format!("The folder {folder} holds Axion's own data, which no run may reach."))
                    .with_hint("Choose another folder.")
            };
            if Path::new(&path).is_absolute() && grants::reaches_home(&path, &home) {
                return Err(forbidden(&path));
            }
            if create && Path::new(&path).is_absolute() {
                std::fs::create_dir_all(&path).map_err(|error| refuse(&format!("could not be made ({error})")))?;
            }
            let real = grants::folder(&path).map_err(|why| refuse(&why))?;
            if grants::reaches_home(&real, &home) {
                return Err(ErrorInfo::new(
                    ErrorCode::Forbidden,
                    format!("The folder {real} holds Axion's own data, which no run may reach."),
                )
                .with_hint("Choose another folder."));
            }
            Ok(real)
        })
        .await?;
        let row = GrantRow {
            grant_id: params.grant_id.into_string(),
            graph_id: params.graph_id.into_string(),
            slot: params.slot.into_string(),
            path,
            access: params.access.as_str().to_owned(),
            created_at: self.now(),
            revoked: false,
        };
        wire::of(&self.write(move |tx| tx.set_grant(&row)).await?)
    }

    pub(crate) async fn revoke_grant(&self, grant_id: GrantId) -> Result<Done, ErrorInfo> {
        let now = self.now();
        self.write(move |tx| tx.revoke_grant(grant_id.as_str(), now)).await?;
        Ok(Done {})
    }
}
