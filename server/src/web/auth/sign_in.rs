//! Signing in elsewhere to become known here.
//!
//! A guest's panel opens a window with a form that brings a secret which the panel has just made, and then asks
//! `POST /api/v1/sessions` with that secret until the window is done. The form goes out with the press of the button:
//! a window may be opened then and not after an answer was waited for. So nothing is fetched before, and no row is
//! written for guests who only look.
//!
//! Three things keep anybody else out.
//!
//! - The session is given to whoever has the panel's secret, and that never leaves the panel's memory but in this form
//!   and in that question. Nothing that is shown, kept by the browser or sent to the service contains it.
//! - Somebody who is to sign in for another's panel would have to send a form with the other's secret. Only a page of
//!   ours can (`Origin`, which the browser says and no page can choose), and the panel sends none but its own; it takes
//!   none from its address or from the page around it. So no link, and no page of a stranger, begins a sign-in for a
//!   panel that is not in the same browser.
//! - What comes back counts only with the cookie of the window in which it began, as with accounts that are linked. So
//!   the service's own address, sent to somebody else, signs nobody in either. And each secret begins one sign-in, so
//!   nobody can end it in another's stead.

use super::{COOKIE, Found, begin_there, digest, draw, failed, is_ours, kept, mark, secret, told};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::connections::{self, Account, Returned, Trouble};
use crate::crypto::sha256;
use crate::domain::identity::{Shopper, SignedIn};
use crate::error::Error;
use crate::store::sign_ins::{Begin, Begun, Count, Finish, Take};
use app::pages::LinkingState;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use std::ops::RangeInclusive;

/// How long a panel's secret may be, in bytes. It has 256 bits, written in some way that the panel chooses.
const SECRET_BYTES: RangeInclusive<usize> = 43..=200;

/// What the guest's form says.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Wanted {
    /// What the panel will ask for its session with: at least 256 bits that nobody can guess.
    #[serde(default)]
    secret: String,
    /// The language of the panel.
    locale: Option<String>,
    /// The handle or the server, where the service asks for one.
    #[serde(default, rename = "asked")]
    named: String,
}

/// `POST /auth/{connection}/sign-in`: what a guest's panel opens in a window of its own.
#[utoipa::path(post, path = "/auth/{connection}/sign-in", operation_id = "begin_session", tag = "shopper", params(("connection" = String, Path)),
    request_body(content = Wanted, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String)))]
pub async fn begin(
    State(app): Shared,
    Anyone(ip): Anyone,
    Path(name): Path<String>,
    headers: HeaderMap,
    axum::Form(wanted): axum::Form<Wanted>,
) -> Result<Response, Error> {
    let found = Found::by_name(&app, &name).await?;
    let program = found.program.program();
    if !program.signs_in(&found.connection) {
        return Err(Error::not_found("connection"));
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let locale = program.locale(wanted.locale.as_deref().or(accepted));
    let refused = |(reason, status)| refused(&app, &found, &headers, locale, reason, status);
    if !is_ours(&app, &headers) || !SECRET_BYTES.contains(&wanted.secret.len()) {
        return Ok(refused(("wrong_window", StatusCode::FORBIDDEN)));
    }
    let count = Count {
        source: app.master.tag("source", &ip.to_string()),
        program: found.program.rules.id,
        now: app.clock.now(),
    };
    if !app.store.write(count).await? {
        return Ok(refused(("not_now", StatusCode::TOO_MANY_REQUESTS)));
    }
    let (state, cookie) = (secret(), COOKIE.read(&app, &headers).unwrap_or_else(secret));
    let begun = match begin_there(&app, &found, &state, &wanted.named).await? {
        Ok(begun) => begun,
        Err(trouble) => return Ok(refused(told(&found, &trouble))),
    };
    let place = digest(&state, &cookie);
    let command = Begin {
        digest: sha256(wanted.secret.as_bytes()).to_vec(),
        sealed: app.master.seal(&place, begun.keep.to_string().as_bytes()),
        place,
        program: found.program.rules.id,
        connection: found.connection.clone(),
        locale: locale.to_owned(),
        now: app.clock.now(),
    };
    if !app.store.write(command).await? {
        return Ok(refused(("over", StatusCode::FORBIDDEN)));
    }
    let going = LinkingState::Going { url: &begun.url };
    let mut response = draw(&app, &found, &headers, Some(locale), going);
    mark(&app, &mut response, &cookie);
    Ok(response)
}

/// Ends what [`begin`] began, in its window.
pub(super) async fn finish(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    place: Vec<u8>,
    returned: &Returned,
) -> Result<Response, Error> {
    let take = Take {
        place: place.clone(),
        program: found.program.rules.id,
        connection: found.connection.clone(),
        now: app.clock.now(),
    };
    let Some(begun) = app.store.write(take).await? else {
        let status = StatusCode::FORBIDDEN;
        return Ok(failed(app, found, headers, None, "over", status));
    };
    let shown = if returned.error.is_some() {
        Err(("declined", StatusCode::OK))
    } else {
        let shown = identity_of(app, found, &place, &begun, returned).await?;
        shown.map_err(|trouble| told(found, &trouble))
    };
    let locale = begun.locale.as_str();
    let (shopper, outcome) = match shown {
        Ok((account, address)) => {
            let handle = account.handle.clone();
            (
                Some(known(app, found, account, address, locale)),
                Ok(handle),
            )
        }
        Err(refusal) => (None, Err(refusal)),
    };
    let command = Finish {
        digest: begun.digest.clone(),
        program: found.program.rules.id,
        shopper,
        now: app.clock.now(),
    };
    let enters = app.store.write(command).await?;
    Ok(match outcome {
        Ok(handle) if enters => {
            let state = LinkingState::SignedIn { handle: &handle };
            draw(app, found, headers, Some(locale), state)
        }
        Ok(_) => refused(app, found, headers, locale, "let_go", StatusCode::CONFLICT),
        Err((reason, status)) => refused(app, found, headers, locale, reason, status),
    })
}

/// Whose account it is, and which address it proves, says the service.
async fn identity_of(
    app: &App,
    found: &Found,
    place: &[u8],
    begun: &Begun,
    returned: &Returned,
) -> Result<Result<(Account, Option<String>), Trouble>, Error> {
    let keep = kept(app, place, &begun.sealed)?;
    let rules = &found.program.rules;
    let setup = app.means().setup(rules, found.connection()?).await;
    Ok(match setup {
        Ok(setup) => found.service.identify(&setup, &keep, returned).await,
        Err(trouble) => Err(trouble),
    })
}

/// Who has signed in.
fn known(
    app: &App,
    found: &Found,
    account: Account,
    address: Option<String>,
    locale: &str,
) -> Shopper {
    let service = found.service.about().kind;
    Shopper {
        email_verified: address.is_some(),
        email: address,
        locale: Some(locale.to_owned()),
        account: Some(SignedIn {
            digest: connections::digest(&app.master, service, &account.id),
            service: service.to_owned(),
            id: account.id,
            handle: account.handle,
            created_at: account.created_at,
        }),
        ..Shopper::default()
    }
}

fn refused(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    locale: &str,
    reason: &str,
    status: StatusCode,
) -> Response {
    let state = LinkingState::NotSignedIn { reason };
    let mut response = draw(app, found, headers, Some(locale), state);
    *response.status_mut() = status;
    response
}
