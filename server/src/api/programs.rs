//! The public rules.

use super::Shared;
use super::extract::{Anyone, Query};
use crate::error::Error;
use app::api::ProgramView;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use serde::Deserialize;

/// The language of an answer.
#[derive(Debug, Default, Deserialize)]
pub struct InLocale {
    /// A language tag; the reader's own languages if left out.
    pub locale: Option<String>,
}

impl InLocale {
    /// What was asked for: the parameter, else the browser's list.
    pub fn asked<'a>(&'a self, headers: &'a HeaderMap) -> Option<&'a str> {
        let accepted = || {
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
        };
        self.locale.as_deref().or_else(accepted)
    }
}

/// `GET /api/v1/programs/{program}`: the public rules, in one language.
#[utoipa::path(get, path = "/api/v1/programs/{program}", operation_id = "show_program", tag = "anyone",
    params(("program" = String, Path), ("locale" = Option<String>, Query)),
    responses((status = 200, body = ProgramView), (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(slug): Path<String>,
    Query(locale): Query<InLocale>,
    headers: HeaderMap,
) -> Result<axum::Json<ProgramView>, Error> {
    let loaded = app.programs.by_slug(&slug).await?;
    let loaded = loaded.ok_or_else(|| Error::not_found("programme"))?;
    let view = loaded.view(locale.asked(&headers));
    Ok(axum::Json((*view).clone()))
}
