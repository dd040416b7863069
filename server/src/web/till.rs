//! The page that a shop leaves open at its till: a code that changes, for shoppers to type or to scan.

use super::owner::{Shut, owner_of, seen};
use super::{Policy, nonce, page};
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::api::handed::till_key;
use crate::domain::till;
use crate::error::Error;
use app::api::TaskKind;
use app::pages::{Squares, TillPage};
use app::shell::{self, Assets};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use qrcode::{Color, QrCode};

/// `GET /owner/{program}/till/{task}`
#[utoipa::path(get, path = "/owner/{program}/till/{task}", operation_id = "show_till", tag = "owner",
    params(("program" = String, Path), ("task" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String),
        (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path((slug, task)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Shut> {
    let program = owner_of(&app, &headers, &slug).await?;
    let task = program.program().task(&task);
    let task = task.filter(|task| task.kind == TaskKind::InStore);
    let task = task.ok_or_else(|| Error::not_found("task in the shop"))?;
    let step = till::step_at(app.clock.now());
    let code = till::code(&till_key(&app), program.rules.id, &task.id, step);
    let view = seen(&program, &headers);
    let squares = squares(&code)?;
    let shown = TillPage {
        locale: &view.locale,
        program: &view.name,
        color: &view.brand.color,
        task: task.title.get(&view.locale),
        code: &code,
        squares: &squares,
    };
    let nonce = nonce();
    let assets = Assets {
        css: &app.css,
        pkg: "",
        nonce: &nonce,
    };
    let policy = Policy {
        nonce: &nonce,
        scripts: false,
        ancestors: &[],
    };
    Ok(page(shell::till(&shown, &assets), &policy))
}

/// The text as a QR code.
pub(super) fn squares(text: &str) -> Result<Squares, Error> {
    let drawn = QrCode::new(text).map_err(|error| Error::internal(&error))?;
    let width = drawn.width();
    let colors = drawn.to_colors().into_iter();
    Ok(Squares {
        width,
        dark: colors.map(|color| color == Color::Dark).collect(),
    })
}
