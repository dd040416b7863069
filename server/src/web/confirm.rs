//! The page behind a confirmation mail. Opening it (GET) shows what would be confirmed and changes
//! nothing, because mail scanners open links; only its button (POST) confirms.

use super::{Policy, nonce, page};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::crypto::sha256;
use crate::domain::{attempt, email};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::attempts::{ById, StoredAttempt};
use crate::store::links::{Confirm, Confirmed, Find, StoredLink};
use app::api::UnitForms;
use app::pages::{ConfirmPage, ConfirmState};
use app::shell::{self, Assets};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

async fn find(
    app: &App,
    secret: &str,
) -> Result<(Vec<u8>, Option<(StoredLink, Arc<Loaded>)>), Error> {
    let digest = sha256(secret.as_bytes()).to_vec();
    let link = app
        .store
        .read(Find {
            digest: digest.clone(),
        })
        .await?;
    let found = link.and_then(|link| {
        let program = app.programs.by_id(link.program_id)?;
        Some((link, program))
    });
    Ok((digest, found))
}

/// `GET /c/{link}`
#[utoipa::path(get, path = "/c/{link}", operation_id = "show_link", tag = "anyone with the link", params(("link" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (_, Some((link, program))) = find(&app, &secret).await? else {
        return Ok(unknown(&app, &headers));
    };
    let now = app.clock.now();
    let stored = app.store.read(ById(link.attempt)).await?;
    // The attempt, unless it has gone on to another address.
    let attempt = stored.filter(|attempt| attempt.address.as_ref() == Some(&link.email));
    let address = email::masked(&link.email);
    let state = if attempt
        .as_ref()
        .is_some_and(StoredAttempt::met_a_used_address)
    {
        ConfirmState::AddressUsed
    } else if attempt
        .as_ref()
        .is_some_and(StoredAttempt::waits_for_a_person)
    {
        ConfirmState::Waits
    } else if link.used_at.is_some() || attempt.as_ref().is_some_and(StoredAttempt::is_paid) {
        ConfirmState::Used
    } else if link.expires_at <= now || attempt.is_none() {
        ConfirmState::Expired
    } else {
        let points = task_of(&app, &link, &program)
            .await?
            .map_or(0, |(points, _)| points);
        ConfirmState::Ask {
            address: &address,
            consent: &link.consent,
            points,
        }
    };
    Ok(draw_for(&app, &link, &program, state))
}

/// `POST /c/{link}`
#[utoipa::path(post, path = "/c/{link}", tag = "anyone with the link", params(("link" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)))]
pub async fn confirm(
    State(app): Shared,
    _: Anyone,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (digest, Some((link, program))) = find(&app, &secret).await? else {
        return Ok(unknown(&app, &headers));
    };
    let stamp = app.clock.stamp();
    let rules = Arc::clone(&program.rules);
    let state = match app
        .store
        .write(Confirm {
            rules,
            digest,
            stamp,
        })
        .await?
    {
        Confirmed::Done => {
            let (points, available_at) = task_of(&app, &link, &program).await?.unwrap_or_default();
            ConfirmState::Done {
                points,
                available_at,
            }
        }
        Confirmed::Waits => ConfirmState::Waits,
        Confirmed::Already => ConfirmState::Used,
        Confirmed::Expired => ConfirmState::Expired,
        Confirmed::AddressUsed => ConfirmState::AddressUsed,
        Confirmed::Unknown => return Ok(unknown(&app, &headers)),
    };
    Ok(draw_for(&app, &link, &program, state))
}

/// A page for an address that was cut short, or that never was. It belongs to no programme.
fn unknown(app: &App, headers: &HeaderMap) -> Response {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let shown = ConfirmPage {
        locale: accepted
            .and_then(|list| list.split(',').next())
            .unwrap_or(""),
        program: "Laurel",
        unit: &UnitForms::default(),
        color: "",
        time_zone: "UTC",
        now: app.clock.now(),
        state: ConfirmState::Unknown,
    };
    let mut response = draw(app, &shown);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What the attempt behind the link earns, and when.
async fn task_of(
    app: &App,
    link: &StoredLink,
    program: &Loaded,
) -> Result<Option<(i64, Option<i64>)>, Error> {
    let Some(stored) = app.store.read(ById(link.attempt)).await? else {
        return Ok(None);
    };
    let task = program.program().task(&stored.task);
    let due = stored
        .available_at
        .or_else(|| task.and_then(|task| attempt::available_at(task, app.clock.now())));
    Ok(Some((stored.points, due)))
}

fn draw_for(app: &App, link: &StoredLink, program: &Loaded, state: ConfirmState<'_>) -> Response {
    let view = program.view(Some(&link.locale));
    let shown = ConfirmPage {
        locale: &view.locale,
        program: &view.name,
        unit: &view.unit,
        color: &view.brand.color,
        time_zone: &view.time_zone,
        now: app.clock.now(),
        state,
    };
    draw(app, &shown)
}

fn draw(app: &App, shown: &ConfirmPage<'_>) -> Response {
    let nonce = nonce();
    let html = shell::confirm(
        shown,
        &Assets {
            css: &app.css,
            pkg: "",
            nonce: &nonce,
        },
    );
    page(
        html,
        &Policy {
            nonce: &nonce,
            scripts: false,
            ancestors: &[],
        },
    )
}
