//! Coming in and going out.

use super::super::cookie::secret;
use super::{COOKIE, Shut, check_origin, draw, nobodys, of, owner_writing, seen};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::clock::random;
use crate::crypto::{base64url, sha256};
use crate::domain::{Instant, SECOND};
use crate::programs::Loaded;
use crate::store::owners::{Enter, FindLink, Invite, LIFE, Leave, StoredLink};
use crate::store::{Store, StoreError};
use app::api::ProgramId;
use app::pages::OwnerState;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Makes a link that lets somebody in once, within a day.
///
/// # Errors
/// Any [`StoreError`].
pub(crate) async fn invite(
    store: &Store,
    program: ProgramId,
    public_url: &str,
    now: Instant,
) -> Result<String, StoreError> {
    let secret = base64url(&random::<32>());
    let digest = sha256(secret.as_bytes()).to_vec();
    let command = Invite {
        program,
        digest,
        now,
    };
    store.write(command).await?;
    Ok(format!("{public_url}/owner/enter/{secret}"))
}

async fn find(
    app: &App,
    secret: &str,
) -> Result<(Vec<u8>, Option<(StoredLink, Arc<Loaded>)>), StoreError> {
    let digest = sha256(secret.as_bytes()).to_vec();
    let look = FindLink {
        digest: digest.clone(),
        now: app.clock.now(),
    };
    let link = app.store.read(look).await?;
    let found = link.and_then(|link| Some((link, app.programs.by_id(link.program)?)));
    Ok((digest, found))
}

/// `GET /owner/enter/{link}`: changes nothing, since whatever previews links opens them.
#[utoipa::path(get, path = "/owner/enter/{link}", operation_id = "show_owner_link", tag = "anyone with the link",
    params(("link" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 410, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Shut> {
    let (_, found) = find(&app, &secret).await?;
    let Some((_, program)) = found.filter(|(link, _)| link.works) else {
        return Ok(over(&app, &headers));
    };
    let view = seen(&program, &headers);
    Ok(draw(&app, &of(&app, &view, OwnerState::Ask)))
}

/// `POST /owner/enter/{link}`: takes the link and opens a session.
#[utoipa::path(post, path = "/owner/enter/{link}", operation_id = "take_owner_link", tag = "anyone with the link",
    params(("link" = String, Path)),
    responses((status = 303), (status = 403, body = app::api::Problem), (status = 410, content_type = "text/html", body = String)))]
pub async fn take(
    State(app): Shared,
    _: Anyone,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Shut> {
    check_origin(&app, &headers)?;
    let (digest, found) = find(&app, &link).await?;
    let Some((_, program)) = found else {
        return Ok(over(&app, &headers));
    };
    let cookie = secret();
    let enter = Enter {
        link: digest,
        session: sha256(cookie.as_bytes()).to_vec(),
        now: app.clock.now(),
    };
    if app.store.write(enter).await?.is_none() {
        return Ok(over(&app, &headers));
    }
    let mut response = to(&format!("/owner/{}", program.program().slug));
    if let Some(value) = COOKIE.set(&app, &cookie, LIFE / SECOND) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// `POST /owner/{program}/leave`: signs out.
#[utoipa::path(post, path = "/owner/{program}/leave", operation_id = "leave_owner_pages", tag = "owner",
    params(("program" = String, Path)),
    responses((status = 303), (status = 403, content_type = "text/html", body = String)))]
pub async fn leave(
    State(app): Shared,
    _: Anyone,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Shut> {
    owner_writing(&app, &headers, &slug).await?;
    if let Some(cookie) = COOKIE.read(&app, &headers) {
        let digest = sha256(cookie.as_bytes()).to_vec();
        app.store.write(Leave { digest }).await?;
    }
    let mut response = to(&format!("/owner/{slug}"));
    if let Some(value) = COOKIE.set(&app, "", 0) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// The page for a link that was used, is too old, or never was: all the same to whoever has it.
fn over(app: &App, headers: &HeaderMap) -> Response {
    let mut response = nobodys(app, headers);
    *response.status_mut() = StatusCode::GONE;
    response
}

/// On to another of these pages, by a new request that reads.
pub(super) fn to(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(place) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}
