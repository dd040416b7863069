//! What the pages behind links have in common that are passed on or give a file.

use super::{Policy, nonce, page};
use crate::App;
use crate::programs::Loaded;
use app::pages::{HandedPage, HandedState};
use app::shell::{self, Assets};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

/// What the browser's languages are.
pub(super) fn languages(headers: &HeaderMap) -> Option<&str> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    accepted.and_then(|value| value.to_str().ok())
}

/// A page of this programme.
pub(super) fn of(
    app: &App,
    program: &Loaded,
    locale: Option<&str>,
    state: HandedState<'_>,
) -> Response {
    let view = program.view(locale);
    let shown = HandedPage {
        locale: &view.locale,
        program: &view.name,
        color: &view.brand.color,
        state,
    };
    draw(app, &shown)
}

/// A page for an address that was cut short, or that never was. It belongs to no programme.
pub(super) fn unknown(app: &App, headers: &HeaderMap) -> Response {
    let locale = languages(headers).and_then(|list| list.split(',').next());
    let shown = HandedPage {
        locale: locale.unwrap_or(""),
        program: "Laurel",
        color: "",
        state: HandedState::Unknown,
    };
    let mut response = draw(app, &shown);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn draw(app: &App, shown: &HandedPage<'_>) -> Response {
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
    page(shell::handed(shown, &assets), &policy)
}
