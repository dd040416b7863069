//! Opening a page of the shop's elsewhere, from the panel: a form that the panel sends to a window of its own, so
//! that nobody is sent there by an address alone, and nobody else's visit counts.

use super::auth::{member_of_form, window};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::api::me;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::attempts::OpenPage;
use app::pages::LinkingState;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// What the panel's form says.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Asked {
    /// The session's bearer: a header cannot be sent by a form.
    #[serde(default)]
    bearer: String,
}

/// `POST /visit/{task}`, the task as `{program}.{task}`.
#[utoipa::path(post, path = "/visit/{task}", operation_id = "open_page", tag = "shopper", params(("task" = String, Path)),
    request_body(content = Asked, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String)))]
pub async fn open(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
    headers: HeaderMap,
    axum::Form(asked): axum::Form<Asked>,
) -> Result<Response, Error> {
    let (program, task) = find(&app, &name).await?;
    let member = member_of_form(&app, &program, &headers, &asked.bearer).await?;
    let Some(member) = member else {
        return refused(&app, &program, &task);
    };
    let locale = me::stored(&app, &program, member).await?.locale;
    let command = OpenPage {
        rules: Arc::clone(&program.rules),
        member,
        task: task.clone(),
        stamp: app.clock.stamp(),
    };
    app.store.write(command).await?;
    draw(&app, &program, &task, &locale, None)
}

/// `GET /visit/{task}`: an address that somebody was sent opens nothing.
#[utoipa::path(get, path = "/visit/{task}", operation_id = "show_page", tag = "anyone with the link", params(("task" = String, Path)),
    responses((status = 403, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
) -> Result<Response, Error> {
    let (program, task) = find(&app, &name).await?;
    refused(&app, &program, &task)
}

async fn find(app: &App, name: &str) -> Result<(Arc<Loaded>, String), Error> {
    let missing = || Error::not_found("task");
    let (slug, task) = name.split_once('.').ok_or_else(missing)?;
    let program = app.programs.by_slug(slug).await?.ok_or_else(missing)?;
    let task = program
        .program()
        .task(task)
        .filter(|task| task.visit.is_some());
    let task = task.ok_or_else(missing)?.id.clone();
    Ok((program, task))
}

fn refused(app: &App, program: &Loaded, task: &str) -> Result<Response, Error> {
    let locale = program.program().locale(None);
    let mut response = draw(app, program, task, locale, Some("wrong_visit"))?;
    *response.status_mut() = StatusCode::FORBIDDEN;
    Ok(response)
}

fn draw(
    app: &App,
    program: &Loaded,
    task: &str,
    locale: &str,
    refused: Option<&str>,
) -> Result<Response, Error> {
    let visit = program
        .program()
        .task(task)
        .and_then(|task| task.visit.as_ref());
    let url = visit
        .map(|visit| visit.url.as_str())
        .ok_or_else(|| Error::not_found("task"))?;
    let host = url
        .trim_start_matches("https://")
        .split('/')
        .next()
        .unwrap_or("");
    let state = match refused {
        Some(reason) => LinkingState::Failed { reason },
        None => LinkingState::Visiting { url },
    };
    Ok(window(app, program, Some(locale), host, state))
}
