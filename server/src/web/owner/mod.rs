//! The pages on which people of a shop decide what a machine should not. They are ordinary pages with ordinary
//! forms and run no script.
//!
//! A link from the command line lets somebody in once and leaves a cookie that no page of another site can use
//! (`SameSite=Strict`). Whatever changes something asks besides that the browser vouches (`Origin`) for a page
//! of ours.

mod cards;
pub mod enter;
mod notice;
pub mod photo;
pub mod queue;
pub mod referrals;

pub(crate) use enter::invite;

use super::cookie::Cookie;
use super::{Policy, nonce, page};
use crate::App;
use crate::crypto::sha256;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::{StoreError, owners};
use app::api::{ProgramView, UnitForms};
use app::pages::{OwnerPage, OwnerState};
use app::shell::{self, Assets};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// What keeps somebody let in.
const COOKIE: Cookie = Cookie {
    plain: "laurel-owner",
    host: "__Host-laurel-owner",
    same_site: "Strict",
};

/// Why a page stays shut: what the browser is answered instead.
pub struct Shut(Box<Response>);

impl From<Error> for Shut {
    fn from(error: Error) -> Self {
        Self(Box::new(error.into_response()))
    }
}

impl From<StoreError> for Shut {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Shut {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// The programme whose owner sent this request.
///
/// # Errors
/// 404 for a programme that is not there; 403, as a page, for somebody without a session of this programme.
pub(crate) async fn owner_of(
    app: &App,
    headers: &HeaderMap,
    slug: &str,
) -> Result<Arc<Loaded>, Shut> {
    let program = app.programs.by_slug(slug).await?;
    let program = program.ok_or_else(|| Error::not_found("programme"))?;
    let now = app.clock.now();
    let digest = COOKIE.read(app, headers);
    let digest = digest.map(|cookie| sha256(cookie.as_bytes()).to_vec());
    let session = match digest.clone() {
        Some(digest) => app.store.read(owners::Find { digest, now }).await?,
        None => None,
    };
    let session = session.filter(|session| session.program == program.rules.id);
    let (Some(session), Some(digest)) = (session, digest) else {
        let view = seen(&program, headers);
        let mut response = draw(app, &of(app, &view, OwnerState::SignedOut));
        *response.status_mut() = StatusCode::FORBIDDEN;
        return Err(Shut(Box::new(response)));
    };
    if session.wants_renewal(now) {
        app.store.write(owners::Renew { digest, now }).await?;
    }
    Ok(program)
}

/// The same for a form: a page of ours has to have sent it.
///
/// # Errors
/// As [`owner_of`], and 403 where the browser says that another site's page sent it.
pub(crate) async fn owner_writing(
    app: &App,
    headers: &HeaderMap,
    slug: &str,
) -> Result<Arc<Loaded>, Shut> {
    check_origin(app, headers)?;
    owner_of(app, headers, slug).await
}

/// Lets a form pass that the browser says a page of ours has sent.
///
/// # Errors
/// 403.
pub(super) fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    let origin = headers.get(header::ORIGIN);
    if origin.is_some_and(|origin| origin == app.public_url.as_str()) {
        return Ok(());
    }
    Err(Error::forbidden(
        "wrong_origin",
        "This form was sent from another page. Open the shop's own page and send it from there.",
    ))
}

/// What the browser's languages are.
fn languages(headers: &HeaderMap) -> Option<&str> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    accepted.and_then(|value| value.to_str().ok())
}

/// The programme in the reader's language.
pub(crate) fn seen(program: &Loaded, headers: &HeaderMap) -> Arc<ProgramView> {
    program.view(languages(headers))
}

/// A page of this programme.
fn of<'a>(app: &App, view: &'a ProgramView, state: OwnerState<'a>) -> OwnerPage<'a> {
    OwnerPage {
        locale: &view.locale,
        program: &view.name,
        slug: &view.slug,
        unit: &view.unit,
        color: &view.brand.color,
        time_zone: &view.time_zone,
        now: app.clock.now(),
        state,
    }
}

/// A page that belongs to no programme: nobody knows whose link it was.
fn nobodys(app: &App, headers: &HeaderMap) -> Response {
    let locale = languages(headers).and_then(|list| list.split(',').next());
    let shown = OwnerPage {
        locale: locale.unwrap_or(""),
        program: "Laurel",
        slug: "",
        unit: &UnitForms::default(),
        color: "",
        time_zone: "UTC",
        now: app.clock.now(),
        state: OwnerState::BadLink,
    };
    draw(app, &shown)
}

fn draw(app: &App, shown: &OwnerPage<'_>) -> Response {
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
    page(shell::owner(shown, &assets), &policy)
}
