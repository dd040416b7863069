//! Signing in on another service, to show whose account there is whose.
//!
//! A sign-in ends only where it began. It begins with a form that the panel sends to a window of its own: the
//! bearer in it says who asks, and the browser vouches (`Origin`) that a page of ours sent it. It leaves a
//! cookie in that browser, first-party in its window whatever is blocked in frames, and what comes back counts
//! only together with it. So an address that is sent to somebody else binds nothing.

mod greeting;
pub mod sign_in;

pub(crate) use greeting::hear;
pub use greeting::{__path_confirm, confirm};

use super::cookie::{Cookie, secret};
use super::{Policy, nonce, page};
use crate::App;
use crate::api::Shared;
use crate::api::extract::{Anyone, Query};
use crate::api::me;
use crate::connections::{self, Account, Returned, Service, Trouble};
use crate::crypto::sha256;
use crate::domain::program::Connection;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::accounts::{Begin, LINKING_LIFE, Link, Linked, Take};
use crate::store::sessions;
use app::api::MemberId;
use app::pages::{LinkingPage, LinkingState};
use app::shell::{self, Assets};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// What a sign-in leaves in its window. Lax: it has to come along when the other service sends the shopper back.
const COOKIE: Cookie = Cookie {
    plain: "laurel-sign-in",
    host: "__Host-laurel-sign-in",
    same_site: "Lax",
};

/// What the panel's form says.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Asked {
    /// The session's bearer: a header cannot be sent by a form.
    #[serde(default)]
    bearer: String,
    /// The task it is for.
    task: Option<String>,
    /// The handle or the server, where the service asks for one.
    #[serde(default, rename = "asked")]
    named: String,
}

/// A connection that an address names: `{program}.{connection}`.
struct Found {
    program: Arc<Loaded>,
    connection: String,
    service: &'static dyn Service,
}

impl Found {
    async fn by_name(app: &App, name: &str) -> Result<Self, Error> {
        let missing = || Error::not_found("connection");
        let (slug, id) = name.split_once('.').ok_or_else(missing)?;
        let program = app.programs.by_slug(slug).await?.ok_or_else(missing)?;
        let connection = program.program().connection(id).ok_or_else(missing)?;
        let service = connections::service(&connection.kind).ok_or_else(missing)?;
        let connection = connection.id.clone();
        Ok(Self {
            program,
            connection,
            service,
        })
    }

    fn connection(&self) -> Result<&Connection, Error> {
        let found = self.program.program().connection(&self.connection);
        found.ok_or_else(|| Error::not_found("connection"))
    }
}

/// `POST /auth/{connection}`: what the panel's form opens in a window of its own.
#[utoipa::path(post, path = "/auth/{connection}", operation_id = "begin_sign_in", tag = "shopper", params(("connection" = String, Path)),
    request_body(content = Asked, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String)))]
pub async fn begin(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
    headers: HeaderMap,
    axum::Form(asked): axum::Form<Asked>,
) -> Result<Response, Error> {
    let found = Found::by_name(&app, &name).await?;
    let member = member_of_form(&app, &found.program, &headers, &asked.bearer).await?;
    let Some(member) = member else {
        return Ok(failed(
            &app,
            &found,
            &headers,
            None,
            "wrong_window",
            StatusCode::FORBIDDEN,
        ));
    };
    let locale = me::stored(&app, &found.program, member).await?.locale;
    let locale = Some(locale.as_str());
    let (state, cookie) = (secret(), COOKIE.read(&app, &headers).unwrap_or_else(secret));
    let begun = match begin_there(&app, &found, &state, &asked.named).await? {
        Ok(begun) => begun,
        Err(trouble) => return Ok(troubled(&app, &found, &headers, locale, &trouble)),
    };
    let digest = digest(&state, &cookie);
    let command = Begin {
        sealed: app.master.seal(&digest, begun.keep.to_string().as_bytes()),
        digest,
        program: found.program.rules.id,
        connection: found.connection.clone(),
        member,
        task: asked.task,
        now: app.clock.now(),
    };
    let digest = command.digest.clone();
    app.store.write(command).await?;
    let mut response = if found.service.greets().is_some() {
        greeting::begun(&app, &found, &headers, locale, (&state, digest), &begun.url).await?
    } else {
        let state = LinkingState::Going { url: &begun.url };
        draw(&app, &found, &headers, locale, state)
    };
    mark(&app, &mut response, &cookie);
    Ok(response)
}

/// Begins at the service.
async fn begin_there(
    app: &App,
    found: &Found,
    state: &str,
    named: &str,
) -> Result<Result<connections::Begun, Trouble>, Error> {
    let rules = &found.program.rules;
    let setup = app.means().setup(rules, found.connection()?).await;
    Ok(match setup {
        Ok(setup) => found.service.begin(&setup, state, named).await,
        Err(trouble) => Err(trouble),
    })
}

/// Leaves the window's cookie.
fn mark(app: &App, response: &mut Response, cookie: &str) {
    let life = LINKING_LIFE / crate::domain::SECOND;
    if let Some(value) = COOKIE.set(app, cookie, life) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

/// `GET /auth/{connection}/callback`: where the other service sends the shopper back to.
#[utoipa::path(get, path = "/auth/{connection}/callback", operation_id = "finish_sign_in", tag = "anyone with the link",
    params(("connection" = String, Path), ("state" = Option<String>, Query), ("code" = Option<String>, Query),
        ("iss" = Option<String>, Query), ("device_id" = Option<String>, Query), ("error" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String)))]
pub async fn finish(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
    Query(returned): Query<Returned>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = Found::by_name(&app, &name).await?;
    let Some(cookie) = COOKIE.read(&app, &headers) else {
        return Ok(failed(
            &app,
            &found,
            &headers,
            None,
            "wrong_window",
            StatusCode::FORBIDDEN,
        ));
    };
    let digest = digest(&returned.state, &cookie);
    let take = Take {
        digest: digest.clone(),
        program: found.program.rules.id,
        connection: found.connection.clone(),
        now: app.clock.now(),
    };
    let Some(begun) = app.store.write(take).await? else {
        // Services know one address to come back to. What a member did not begin, a guest may have.
        return sign_in::finish(&app, &found, &headers, digest, &returned).await;
    };
    let locale = me::stored(&app, &found.program, begun.member).await?.locale;
    let locale = Some(locale.as_str());
    if returned.error.is_some() {
        return Ok(failed(
            &app,
            &found,
            &headers,
            locale,
            "declined",
            StatusCode::OK,
        ));
    }
    let account = match account_of(&app, &found, &digest, &begun.sealed, &returned).await? {
        Ok(account) => account,
        Err(trouble) => return Ok(troubled(&app, &found, &headers, locale, &trouble)),
    };
    let owner = (begun.member, begun.task);
    link(&app, &found, &headers, locale, owner, account).await
}

/// Makes an account that was shown the member's own.
async fn link(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    locale: Option<&str>,
    (member, task): (MemberId, Option<String>),
    account: Account,
) -> Result<Response, Error> {
    let service = found.service.about().kind;
    let handle = account.handle.clone();
    let command = Link {
        rules: Arc::clone(&found.program.rules),
        member,
        service,
        digest: connections::digest(&app.master, service, &account.id),
        account,
        task,
        stamp: app.clock.stamp(),
    };
    let linked = app.store.write(command).await?;
    app.checks.look();
    Ok(match linked {
        Linked::Done => {
            let state = LinkingState::Done { handle: &handle };
            draw(app, found, headers, locale, state)
        }
        Linked::Taken => failed(app, found, headers, locale, "taken", StatusCode::CONFLICT),
    })
}

/// Whose account it is, says the service.
async fn account_of(
    app: &App,
    found: &Found,
    digest: &[u8],
    sealed: &[u8],
    returned: &Returned,
) -> Result<Result<Account, Trouble>, Error> {
    let keep = kept(app, digest, sealed)?;
    let rules = &found.program.rules;
    let setup = app.means().setup(rules, found.connection()?).await;
    Ok(match setup {
        Ok(setup) => found.service.finish(&setup, &keep, returned).await,
        Err(trouble) => Err(trouble),
    })
}

/// What was to be known again.
fn kept(app: &App, digest: &[u8], sealed: &[u8]) -> Result<Value, Error> {
    let keep = app.master.unseal(digest, sealed);
    let keep = keep.map_err(|error| Error::internal(&error))?;
    serde_json::from_slice(&keep).map_err(|error| Error::internal(&error))
}

/// `GET /auth/{connection}/client.json`: what this server says of itself to services that ask.
#[utoipa::path(get, path = "/auth/{connection}/client.json", operation_id = "show_client", tag = "anyone", params(("connection" = String, Path)),
    responses((status = 200, body = Value), (status = 404, body = app::api::Problem)))]
pub async fn client(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
) -> Result<axum::Json<Value>, Error> {
    let found = Found::by_name(&app, &name).await?;
    let setup = app
        .means()
        .setup(&found.program.rules, found.connection()?)
        .await;
    let client = setup.ok().and_then(|setup| found.service.client(&setup));
    client
        .map(axum::Json)
        .ok_or_else(|| Error::not_found("address"))
}

/// The member whose session of this programme a form brings; nobody, if no page of ours sent it.
pub(super) async fn member_of_form(
    app: &App,
    program: &Loaded,
    headers: &HeaderMap,
    bearer: &str,
) -> Result<Option<MemberId>, Error> {
    if !is_ours(app, headers) {
        return Ok(None);
    }
    let find = sessions::Find {
        digest: sha256(bearer.as_bytes()),
        now: app.clock.now(),
    };
    let session = app.store.read(find).await?;
    let session = session.filter(|session| session.program_id == program.rules.id);
    Ok(session.and_then(|session| session.member))
}

/// Whether a page of ours sent a form.
fn is_ours(app: &App, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN);
    origin.is_some_and(|origin| origin == app.public_url.as_str())
}

/// What a sign-in is known by: both halves are needed.
fn digest(state: &str, cookie: &str) -> Vec<u8> {
    sha256(format!("{state}.{cookie}").as_bytes()).to_vec()
}

fn troubled(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    locale: Option<&str>,
    trouble: &Trouble,
) -> Response {
    let (reason, status) = told(found, trouble);
    failed(app, found, headers, locale, reason, status)
}

/// What the shopper is told of a trouble: the code of the reason, and the status.
fn told(found: &Found, trouble: &Trouble) -> (&'static str, StatusCode) {
    tracing::info!(connection = found.connection, %trouble, "a sign-in did not come about: {trouble}");
    match trouble {
        Trouble::NotNow(..) | Trouble::Theirs(_) => ("not_now", StatusCode::SERVICE_UNAVAILABLE),
        Trouble::Setup(_) => ("shop_must_act", StatusCode::SERVICE_UNAVAILABLE),
        Trouble::Refused(reason) => (*reason, StatusCode::FORBIDDEN),
    }
}

fn failed(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    locale: Option<&str>,
    reason: &str,
    status: StatusCode,
) -> Response {
    let state = LinkingState::Failed { reason };
    let mut response = draw(app, found, headers, locale, state);
    *response.status_mut() = status;
    response
}

fn draw(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    locale: Option<&str>,
    state: LinkingState<'_>,
) -> Response {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let service = found.service.about().name;
    window(app, &found.program, locale.or(accepted), service, state)
}

/// The page of a window that the panel opens, on the way to somewhere else and after it.
pub(super) fn window(
    app: &App,
    program: &Loaded,
    locale: Option<&str>,
    service: &str,
    state: LinkingState<'_>,
) -> Response {
    let view = program.view(locale);
    let nonce = nonce();
    let shown = LinkingPage {
        locale: &view.locale,
        program: &view.name,
        color: &view.brand.color,
        service,
        state,
    };
    let assets = Assets {
        css: &app.css,
        pkg: "",
        nonce: &nonce,
    };
    let policy = Policy {
        nonce: &nonce,
        scripts: matches!(
            state,
            LinkingState::Done { .. } | LinkingState::SignedIn { .. }
        ),
        ancestors: &[],
    };
    page(shell::linking(&shown, &assets), &policy)
}
