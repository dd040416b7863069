//! The page behind a link that a member passes on. Opening it (GET) counts nothing, because whoever shows a preview
//! of a link opens it; only its button (POST) counts, once, and leads on to the shop.

use super::handed::{languages, of, unknown};
use super::links::is_share_code;
use crate::App;
use crate::api::Shared;
use crate::api::extract::{Anyone, Browser};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::attempts::ById;
use crate::store::shares::{Find, Open, Opened, StoredShare};
use app::pages::HandedState;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// A link that leads somewhere.
struct Found {
    share: StoredShare,
    program: Arc<Loaded>,
    /// The shop's page.
    page: String,
}

/// What stands behind a code, as long as the rules have its task.
async fn find(app: &App, code: &str) -> Result<Option<Found>, Error> {
    if !is_share_code(code) {
        return Ok(None);
    }
    let Some(share) = app.store.read(Find { code }).await? else {
        return Ok(None);
    };
    let Some(program) = app.programs.by_id(share.program) else {
        return Ok(None);
    };
    let attempt = app.store.read(ById(share.attempt)).await?;
    let task = attempt.and_then(|attempt| program.program().task(&attempt.task));
    let page = task.and_then(|task| task.share.as_deref());
    // As browsers write it: a header takes no letters of other alphabets.
    let page = page.and_then(|page| reqwest::Url::parse(page).ok());
    let page = page.map(String::from);
    Ok(page.map(|page| Found {
        share,
        program,
        page,
    }))
}

/// `GET /x/{code}`
#[utoipa::path(get, path = "/x/{code}", operation_id = "show_share", tag = "anyone with the link", params(("code" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(found) = find(&app, &code).await? else {
        return Ok(unknown(&app, &headers));
    };
    let address = found.program.links.shared(&code);
    let state = HandedState::Share { address: &address };
    let mut response = of(&app, &found.program, languages(&headers), state);
    may_lead_on(&mut response);
    Ok(response)
}

/// `POST /x/{code}`
#[utoipa::path(post, path = "/x/{code}", operation_id = "open_share", tag = "anyone with the link", params(("code" = String, Path)),
    responses((status = 303), (status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)))]
pub async fn open(
    State(app): Shared,
    _: Anyone,
    browser: Browser,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(found) = find(&app, &code).await? else {
        return Ok(unknown(&app, &headers));
    };
    let Found {
        share,
        program,
        page,
    } = found;
    if share.opened_at.is_some() {
        return Ok(Redirect::to(&page).into_response());
    }
    let command = Open {
        rules: Arc::clone(&program.rules),
        code,
        browser: browser.0,
        stamp: app.clock.stamp(),
    };
    Ok(match app.store.write(command).await? {
        Opened::Counted | Opened::Nothing => Redirect::to(&page).into_response(),
        Opened::Own => {
            let state = HandedState::Own { url: &page };
            of(&app, &program, languages(&headers), state)
        }
        Opened::Unknown => unknown(&app, &headers),
    })
}

/// Lets the page's form lead on to the shop: browsers hold a page's policy also against where the answer to its form
/// sends them, and the shop may send them further.
fn may_lead_on(response: &mut Response) {
    let headers = response.headers_mut();
    let policy = headers.get(header::CONTENT_SECURITY_POLICY);
    let policy = policy.and_then(|policy| policy.to_str().ok());
    let policy =
        policy.map(|policy| policy.replace("form-action 'self'", "form-action 'self' https:"));
    let policy = policy.and_then(|policy| HeaderValue::from_str(&policy).ok());
    if let Some(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
