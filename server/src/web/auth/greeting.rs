//! Sign-ins that are done by writing to the shop's account: see [`crate::connections::greeting`].

use super::{COOKIE, Found, digest, draw, failed, link};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::api::me;
use crate::clock::random;
use crate::connections::greeting::{Greeting, code, codes_in};
use crate::connections::{Account, Service, Setup};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::greetings::{Answer, Answered, Await, Greet};
use app::pages::LinkingState;
use app::text::Text;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

/// Waits for the message, and says in the window what has to be written.
pub(super) async fn begun(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    locale: Option<&str>,
    (state, digest): (&str, Vec<u8>),
    url: &str,
) -> Result<Response, Error> {
    let code = code(state);
    let waits = Await {
        digest,
        code: code.clone(),
    };
    app.store.write(waits).await?;
    let action = action(found);
    let writing = LinkingState::Writing {
        url,
        code: &code,
        action: &action,
        state,
        wrong: false,
    };
    Ok(draw(app, found, headers, locale, writing))
}

fn action(found: &Found) -> String {
    let slug = &found.program.program().slug;
    format!("/auth/{slug}.{}/digits", found.connection)
}

/// What digits are known by, together with the code that they answer.
fn answer(app: &App, code: &str, digits: &str) -> Vec<u8> {
    let both = format!("{code}/{digits}");
    app.master.mac("greeting", both.as_bytes()).to_vec()
}

/// What the account that wrote is sealed for.
fn owner(code: &str) -> Vec<u8> {
    format!("greeting/{code}").into_bytes()
}

/// Answers those who wrote a code that somebody waits for.
pub(crate) async fn hear(
    app: &App,
    program: &Loaded,
    service: &dyn Service,
    setup: &Setup<'_>,
    greetings: Vec<Greeting>,
) -> Result<(), Error> {
    let Some(greets) = service.greets() else {
        return Ok(());
    };
    for greeting in greetings {
        for code in codes_in(&greeting.text) {
            // Who wrote is asked about only if somebody waits for the code: strangers write too.
            let account = greeting.account.clone();
            let digits = digits();
            let Some(member) = greet(app, program, setup, &code, &account, &digits).await? else {
                continue;
            };
            let known = greets
                .whose(setup, account.clone())
                .await
                .unwrap_or(account);
            if known != greeting.account {
                greet(app, program, setup, &code, &known, &digits).await?;
            }
            let locale = me::stored(app, program, member).await?.locale;
            let name = program.program().name.get(&locale);
            let text = app::text::greeting_reply(Text::by_locale(&locale), &digits, name);
            if let Err(trouble) = greets.reply(setup, &known.id, &text).await {
                tracing::warn!(connection = setup.name, %trouble, "a message was not answered: {trouble}");
            }
        }
    }
    Ok(())
}

fn digits() -> String {
    let number = u32::from_le_bytes(random::<4>()) % 1_000_000;
    format!("{number:06}")
}

async fn greet(
    app: &App,
    program: &Loaded,
    setup: &Setup<'_>,
    code: &str,
    account: &Account,
    digits: &str,
) -> Result<Option<app::api::MemberId>, Error> {
    let account = serde_json::to_vec(account).map_err(|error| Error::internal(&error))?;
    let command = Greet {
        program: program.rules.id,
        connection: setup.connection.id.clone(),
        code: code.to_owned(),
        account: app.master.seal(&owner(code), &account),
        answer: answer(app, code, digits),
        now: app.clock.now(),
    };
    Ok(app.store.write(command).await?)
}

/// What the window's form says.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Typed {
    /// The secret of the sign-in.
    #[serde(default)]
    state: String,
    /// The digits that came back.
    #[serde(default)]
    digits: String,
}

/// `POST /auth/{connection}/digits`: the digits that the shop's account has written back.
#[utoipa::path(post, path = "/auth/{connection}/digits", operation_id = "confirm_account", tag = "shopper", params(("connection" = String, Path)),
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String)))]
pub async fn confirm(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
    headers: HeaderMap,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Error> {
    let found = Found::by_name(&app, &name).await?;
    let ours = headers.get(header::ORIGIN);
    let ours = ours.is_some_and(|origin| origin == app.public_url.as_str());
    let Some(cookie) = COOKIE.read(&app, &headers).filter(|_| ours) else {
        let status = StatusCode::FORBIDDEN;
        return Ok(failed(&app, &found, &headers, None, "wrong_window", status));
    };
    let code = code(&typed.state);
    let command = Answer {
        digest: digest(&typed.state, &cookie),
        program: found.program.rules.id,
        connection: found.connection.clone(),
        answer: answer(&app, &code, typed.digits.trim()),
        now: app.clock.now(),
    };
    let begun = match app.store.write(command).await? {
        Answered::Done(begun) => begun,
        Answered::Over => {
            let status = StatusCode::FORBIDDEN;
            return Ok(failed(&app, &found, &headers, None, "over", status));
        }
        Answered::Wrong => return wrong(&app, &found, &headers, &typed.state, &code).await,
    };
    let locale = me::stored(&app, &found.program, begun.member).await?.locale;
    let account = app.master.unseal(&owner(&code), &begun.sealed);
    let account = account.map_err(|error| Error::internal(&error))?;
    let account = serde_json::from_slice(&account).map_err(|error| Error::internal(&error))?;
    let whose = (begun.member, begun.task);
    link(&app, &found, &headers, Some(&locale), whose, account).await
}

async fn wrong(
    app: &App,
    found: &Found,
    headers: &HeaderMap,
    state: &str,
    code: &str,
) -> Result<Response, Error> {
    let rules = &found.program.rules;
    let setup = app.means().setup(rules, found.connection()?).await;
    let greets = found.service.greets();
    let url = setup.ok().zip(greets);
    let url = url.and_then(|(setup, greets)| greets.address(&setup, code).ok());
    let action = action(found);
    let writing = LinkingState::Writing {
        url: url.as_deref().unwrap_or_default(),
        code,
        action: &action,
        state,
        wrong: true,
    };
    let mut response = draw(app, found, headers, None, writing);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
