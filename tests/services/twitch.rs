//! Twitch, as <https://dev.twitch.tv/docs/api/reference/#get-channel-followers> and
//! <https://dev.twitch.tv/docs/authentication/> describe it.

use super::net::{ANNA, Authorize, CLIENT_ID, CLIENT_SECRET, Net, authorize};
use super::redeem::{Fields, Refusal, redeem};
use super::{Outsider, give_secrets, tables};
use crate::support::rules::PLAIN;
use crate::support::world::{Database, World};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Account, Answer, Outside, Secrets, Setup, Trouble};
use server::domain::MINUTE;
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

const CHANNEL: &str = "141981764";
const LOGIN: &str = "morning_roast";
/// What the shop lends; so does everything that begins like it.
const REFRESH_TOKEN: &str = "to-refresh-with";
/// The same without the scope.
const SCOPELESS: &str = "to-refresh-with-no-scope";
/// A token of the channel's without the scope.
const SCOPELESS_TOKEN: &str = "without-a-scope";
/// How the tokens of the channel's begin.
const CHANNEL_TOKEN: &str = "token-of-the-channel-";

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "twitch",
        target: CHANNEL,
        target_id: CHANNEL,
        asked: |_| String::new(),
        settings: |url| {
            format!(
                "client_id = \"{CLIENT_ID}\"\nlogin = \"{LOGIN}\"\napi = \"{url}\"\nid = \"{url}\""
            )
        },
        secrets: &[("refresh_token", REFRESH_TOKEN)],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/oauth2/authorize", get(say_yes))
        .route("/oauth2/token", post(exchange))
        .route("/oauth2/validate", get(validate))
        .route("/helix/users", get(users))
        .route("/helix/channels/followers", get(followers))
}

#[derive(Deserialize)]
struct More {
    scope: String,
}

#[derive(Deserialize)]
struct Asked {
    broadcaster_id: String,
    user_id: String,
}

fn refused(status: StatusCode, message: &str) -> Refusal {
    let answer = json!({ "status": status.as_u16(), "message": message });
    (status, Json(answer))
}

async fn say_yes(
    net: State<Arc<Net>>,
    asked: Query<Authorize>,
    Query(more): Query<More>,
) -> Response {
    if !more.scope.is_empty() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    authorize(net, asked).await
}

async fn exchange(
    State(net): State<Arc<Net>>,
    Form(form): Form<Fields>,
) -> Result<Json<Value>, Refusal> {
    let kind = form.get("grant_type");
    let (refresh, access) = if kind.is_some_and(|kind| kind == "refresh_token") {
        renew(&net, &form)?
    } else {
        let user = redeem(&net, &form).await;
        let user = user.map_err(|(_, Json(body))| {
            if body["error"] == "invalid_client" {
                return refused(StatusCode::FORBIDDEN, "invalid client secret");
            }
            refused(StatusCode::BAD_REQUEST, "Invalid authorization code")
        });
        ("nobody-asks-for-it".into(), format!("token-of-{}", user?))
    };
    // The scopes are a list here, and a text in the standard.
    Ok(Json(json!({
        "access_token": access, "refresh_token": refresh, "expires_in": 14124,
        "scope": scopes(&access), "token_type": "bearer",
    })))
}

/// The tokens that a refresh token gives.
fn renew(net: &Net, form: &Fields) -> Result<(String, String), Refusal> {
    let is = |name: &str, value: &str| form.get(name).is_some_and(|found| found == value);
    if !is("client_id", CLIENT_ID) {
        return Err(refused(StatusCode::BAD_REQUEST, "invalid client"));
    }
    if !is("client_secret", CLIENT_SECRET) {
        return Err(refused(StatusCode::FORBIDDEN, "invalid client secret"));
    }
    if is("refresh_token", SCOPELESS) {
        return Ok((SCOPELESS.into(), SCOPELESS_TOKEN.into()));
    }
    let token = form.get("refresh_token");
    let token = token.filter(|token| token.starts_with(REFRESH_TOKEN));
    let renewed = token.and_then(|token| net.refresh(token));
    let (refresh, number) =
        renewed.ok_or_else(|| refused(StatusCode::BAD_REQUEST, "Invalid refresh token"))?;
    Ok((refresh, format!("{CHANNEL_TOKEN}{number}")))
}

/// Whose token it is, if it is good.
fn owner<'t>(net: &Net, token: &'t str) -> Option<&'t str> {
    if let Some(number) = token.strip_prefix(CHANNEL_TOKEN) {
        return net.is_shop_token(number).then_some(CHANNEL);
    }
    let scopeless = (token == SCOPELESS_TOKEN).then_some(CHANNEL);
    scopeless.or_else(|| token.strip_prefix("token-of-"))
}

fn scopes(token: &str) -> Value {
    if token.starts_with(CHANNEL_TOKEN) {
        return json!(["moderator:read:followers"]);
    }
    Value::Null
}

fn login(user: &str) -> String {
    if user == CHANNEL {
        return LOGIN.into();
    }
    format!("user_{user}")
}

/// The token that a request brings, in either way.
fn token<'h>(headers: &'h HeaderMap, kind: &str) -> Result<&'h str, Refusal> {
    let value = headers.get(header::AUTHORIZATION);
    let value = value.and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix(kind));
    token.ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "OAuth token is missing"))
}

async fn validate(State(net): State<Arc<Net>>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let token = token(&headers, "OAuth ")?;
    let Some(user) = owner(&net, token) else {
        return Err(refused(StatusCode::UNAUTHORIZED, "invalid access token"));
    };
    Ok(Json(json!({
        "client_id": CLIENT_ID, "login": login(user), "scopes": scopes(token), "user_id": user, "expires_in": 14124,
    })))
}

/// Whose token a call of the API brings.
fn caller(net: &Net, headers: &HeaderMap) -> Result<String, Refusal> {
    let user = owner(net, token(headers, "Bearer ")?);
    let client = headers.get("client-id");
    let is_ours = client.is_some_and(|client| client == CLIENT_ID);
    let user = user.filter(|_| is_ours);
    user.map(str::to_owned)
        .ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "Invalid OAuth token"))
}

async fn users(State(net): State<Arc<Net>>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let user = caller(&net, &headers)?;
    let user = json!({
        "id": user, "login": login(&user), "display_name": format!("User {user}"), "type": "",
        "broadcaster_type": "", "created_at": "2020-01-02T03:04:05Z",
    });
    Ok(Json(json!({ "data": [user] })))
}

async fn followers(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    let Asked {
        broadcaster_id,
        user_id,
    } = asked;
    let caller = caller(&net, &headers)?;
    let may_know = caller == broadcaster_id && !scopes(token(&headers, "Bearer ")?).is_null();
    // Whoever may not know gets an empty list as well, and no refusal.
    let follower = (may_know && net.follows(&user_id, &broadcaster_id)).then(|| {
        json!({
            "user_id": user_id, "user_name": "Somebody", "user_login": login(&user_id),
            "followed_at": "2026-01-02T03:04:05Z",
        })
    });
    let data: Vec<Value> = follower.into_iter().collect();
    Ok(Json(json!({ "total": 8, "data": data, "pagination": {} })))
}

fn connection(url: &str, login: &str) -> Connection {
    let settings = [
        ("client_id", CLIENT_ID),
        ("login", login),
        ("api", url),
        ("id", url),
    ];
    Connection {
        id: "twitch".into(),
        kind: "twitch".into(),
        settings: owned(&settings),
    }
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn secrets(client_secret: &str, refresh_token: &str) -> Secrets {
    Secrets(owned(&[
        ("client_secret", client_secret),
        ("refresh_token", refresh_token),
    ]))
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_and_no_secret_with_it() {
    let net = Net::open(routes).await;
    let both = [LOGIN, "evening_roast"].map(|login| connection(&net.url, login));
    let [ours, misnamed] = &both;
    let outside = Outside::new(true);
    let service = connections::service("twitch").unwrap();
    for (number, (connection, secret, refresh_token, channel)) in [
        (misnamed, CLIENT_SECRET, "to-refresh-with-1", CHANNEL),
        (ours, "another-secret", "to-refresh-with-2", CHANNEL),
        (ours, CLIENT_SECRET, "another-token", CHANNEL),
        (ours, CLIENT_SECRET, SCOPELESS, CHANNEL),
        (ours, CLIENT_SECRET, "to-refresh-with-5", "1"),
        (ours, CLIENT_SECRET, "", CHANNEL),
    ]
    .into_iter()
    .enumerate()
    {
        let setup = Setup {
            connection,
            secrets: secrets(secret, refresh_token),
            keeper: None,
            outside: &outside,
            public_url: "http://localhost",
            name: format!("mended-{number}.twitch"),
            now: Clock::System.now(),
        };
        let tried = service.test(&setup, channel).await;
        let Err(Trouble::Setup(why)) = &tried else {
            panic!("{number}: {tried:?}");
        };
        let is_told = |text: &str| !text.is_empty() && why.contains(text);
        assert!(!is_told(secret) && !is_told(refresh_token), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_shops_token_is_looked_at_every_hour_and_renewed_when_it_is_refused() {
    let world = World::quiet(Database::Sqlite).await;
    let net = Net::open(routes).await;
    let settings = (outsider().settings)(&net.url);
    world
        .rule(&[PLAIN.file(), tables(&outsider(), &settings)].concat())
        .await;
    give_secrets(&world, "twitch", outsider().secrets).await;
    let loaded = world.app.programs.by_slug("demo").await.unwrap().unwrap();
    let connection = loaded.rules.program.connection("twitch").unwrap();
    let service = connections::service("twitch").unwrap();
    let anna = Account {
        id: ANNA.into(),
        handle: "anna".into(),
        created_at: None,
    };
    let ask = async || {
        let setup = world.app.means().setup(&loaded.rules, connection).await;
        // What was looked at is known by this name, and other tests look, too.
        let setup = Setup {
            name: "looked-at.twitch".into(),
            ..setup.unwrap()
        };
        let before = net.calls();
        let answer = service.check(&setup, &anna, CHANNEL, None).await;
        (answer, net.calls() - before)
    };
    // The token, a look at it, and the question.
    let (answer, calls) = ask().await;
    assert_eq!((answer, calls), (Ok(Answer::NotDone("not_followed")), 3));
    net.follow(ANNA, CHANNEL);
    world.pass(50 * MINUTE);
    let (answer, calls) = ask().await;
    assert!(matches!(answer, Ok(Answer::Done(_))), "{answer:?}");
    assert_eq!(calls, 1, "the token is kept");
    world.pass(10 * MINUTE);
    assert_eq!(ask().await.1, 3, "and renewed");
    net.take_back();
    let (answer, calls) = ask().await;
    assert!(matches!(answer, Ok(Answer::Done(_))), "{answer:?}");
    assert_eq!(calls, 4, "it is asked with another one");
    let setup = world.app.means().setup(&loaded.rules, connection).await;
    let tried = service.test(&setup.unwrap(), CHANNEL).await;
    let said = "Twitch answers, and tells who follows morning_roast";
    assert_eq!(tried, Ok(said.into()));
}

#[test]
fn a_channel_has_a_number_and_a_name() {
    let service = connections::service("twitch").unwrap();
    let page = |login: &str, target: &str| service.page(&connection("", login), target);
    assert_eq!(
        page(LOGIN, CHANNEL).as_deref(),
        Ok("https://www.twitch.tv/morning_roast")
    );
    for target in ["", "0", "-1", "1a", LOGIN, "https://www.twitch.tv/a"] {
        assert!(page(LOGIN, target).is_err(), "{target}");
    }
    for login in ["", "a/b", "a?b", "https://www.twitch.tv/a", "a.b"] {
        assert!(page(login, CHANNEL).is_err(), "{login}");
    }
}
