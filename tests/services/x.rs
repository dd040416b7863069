//! X, as <https://docs.x.com/x-api/users/lookup/introduction> and
//! <https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token> describe it.

use super::Outsider;
use super::net::{ANNA, Authorize, CLIENT_ID, CLIENT_SECRET, Mood, Net, authorize};
use super::redeem::{Fields, Refusal, redeem};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Account, Answer, Outside, Secrets, Setup, Trouble};
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

const TARGET: &str = "@morning_roast";
const SHOP: &str = "morning_roast";
/// An access token that was given as it is.
const SHOP_TOKEN: &str = "a-token-of-the-shops";
/// What the shop lends; so does everything that begins like it.
const REFRESH_TOKEN: &str = "to-refresh-with";
/// How the tokens begin that come of it.
const RENEWED_TOKEN: &str = "a-renewed-token-";
/// An account that was there once.
const GONE: &str = "1999";

#[derive(Deserialize)]
struct More {
    scope: String,
}

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "x-com",
        target: TARGET,
        target_id: SHOP,
        asked: |_| String::new(),
        settings: |url| {
            format!(
                "client_id = \"{CLIENT_ID}\"\ncalls_a_month = \"1000\"\napi = \"{url}\"\nweb = \"{url}\""
            )
        },
        secrets: &[("refresh_token", REFRESH_TOKEN)],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/i/oauth2/authorize", get(say_yes))
        .route("/2/oauth2/token", post(exchange))
        .route("/2/users/me", get(me))
        .route("/2/users/{id}", get(by_id))
}

async fn say_yes(
    net: State<Arc<Net>>,
    asked: Query<Authorize>,
    Query(more): Query<More>,
) -> Response {
    if more.scope != "users.read tweet.read" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    authorize(net, asked).await
}

fn brings(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| *value == *expected)
}

async fn exchange(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Form(mut form): Form<Fields>,
) -> Result<Json<Value>, Refusal> {
    let client = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    if !brings(&headers, &format!("Basic {client}")) || form.contains_key("client_secret") {
        let refusal = json!({
            "error": "unauthorized_client", "error_description": "Missing valid authorization header",
        });
        return Err((StatusCode::UNAUTHORIZED, Json(refusal)));
    }
    let kind = form.get("grant_type");
    if kind.is_some_and(|kind| kind == "refresh_token") {
        return renew(&net, &form);
    }
    // Everybody else's clients show these in the form.
    form.insert("client_id".into(), CLIENT_ID.into());
    form.insert("client_secret".into(), CLIENT_SECRET.into());
    let user = redeem(&net, &form).await?;
    Ok(Json(json!({
        "token_type": "bearer", "expires_in": 7200, "access_token": format!("token-of-{user}"),
        "scope": "users.read tweet.read",
    })))
}

/// The tokens that a refresh token gives.
fn renew(net: &Net, form: &Fields) -> Result<Json<Value>, Refusal> {
    let token = form.get("refresh_token");
    let token = token.filter(|token| token.starts_with(REFRESH_TOKEN));
    let Some((refresh, number)) = token.and_then(|token| net.refresh(token)) else {
        let refusal = json!({
            "error": "invalid_request", "error_description": "Value passed for the token was invalid.",
        });
        return Err((StatusCode::BAD_REQUEST, Json(refusal)));
    };
    Ok(Json(json!({
        "token_type": "bearer", "expires_in": 7200, "access_token": format!("{RENEWED_TOKEN}{number}"),
        "refresh_token": refresh, "scope": "users.read tweet.read follows.read offline.access",
    })))
}

fn unauthorized() -> Response {
    let problem = json!({
        "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized",
    });
    (StatusCode::UNAUTHORIZED, Json(problem)).into_response()
}

fn is_shop(net: &Net, headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION);
    let token = value.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    token.is_some_and(|token| {
        let number = token.strip_prefix(RENEWED_TOKEN);
        token == SHOP_TOKEN || number.is_some_and(|number| net.is_shop_token(number))
    })
}

async fn me(State(net): State<Arc<Net>>, headers: HeaderMap) -> Response {
    let user = Net::bearer(&headers);
    let (id, username) = match user {
        Some(user) => (user.clone(), format!("user_{user}")),
        None if is_shop(&net, &headers) => ("7".to_owned(), SHOP.to_owned()),
        None => return unauthorized(),
    };
    Json(json!({ "data": {
        "id": id, "name": "Somebody", "username": username, "created_at": "2020-01-02T03:04:05.000Z",
    } }))
    .into_response()
}

async fn by_id(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Fields>,
) -> Response {
    if !is_shop(&net, &headers) {
        return unauthorized();
    }
    if id == GONE {
        return Json(json!({ "errors": [{
            "value": id, "detail": format!("Could not find user with id: [{id}]."), "title": "Not Found Error",
            "resource_type": "user", "parameter": "id", "resource_id": id,
            "type": "https://api.x.com/2/problems/resource-not-found",
        }] }))
        .into_response();
    }
    let mut user = json!({ "id": id, "name": "Somebody", "username": format!("user_{id}") });
    let wants = asked.get("user.fields");
    // Left out where there is no connection at all.
    if wants.is_some_and(|wants| wants == "connection_status") && net.follows(&id, SHOP) {
        user["connection_status"] = json!(["followed_by"]);
    }
    Json(json!({ "data": user })).into_response()
}

fn connection(net: &Net, cap: &str) -> Connection {
    let settings = [
        ("client_id", CLIENT_ID),
        ("calls_a_month", cap),
        ("api", net.url.as_str()),
        ("web", net.url.as_str()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Connection {
        id: "x-com".into(),
        kind: "x-com".into(),
        settings: BTreeMap::from(settings),
    }
}

/// Where an access token was given as it is, or a refresh token.
fn setup<'a>(connection: &'a Connection, outside: &'a Outside, token: &str) -> Setup<'a> {
    let kind = if token.starts_with(REFRESH_TOKEN) {
        "refresh_token"
    } else {
        "access_token"
    };
    let token = (kind.to_owned(), token.to_owned());
    let client_secret = ("client_secret".to_owned(), CLIENT_SECRET.to_owned());
    Setup {
        connection,
        secrets: Secrets(BTreeMap::from([client_secret, token])),
        keeper: None,
        outside,
        public_url: "http://localhost",
        name: "demo.x-com".into(),
        now: Clock::System.now(),
    }
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_and_no_secret_with_it() {
    let net = Net::open(routes).await;
    let outside = Outside::new(true);
    let service = connections::service("x-com").unwrap();
    for (token, target, cap, is_good) in [
        (SHOP_TOKEN, TARGET, "1000", true),
        (SHOP_TOKEN, "@Morning_Roast", "1", true),
        (REFRESH_TOKEN, TARGET, "1000", true),
        // It was used the line before.
        (REFRESH_TOKEN, TARGET, "1000", false),
        ("a-wrong-token", TARGET, "1000", false),
        ("", TARGET, "1000", false),
        (SHOP_TOKEN, "@somebody_else", "1000", false),
        (SHOP_TOKEN, TARGET, "0", false),
        (SHOP_TOKEN, TARGET, "many", false),
    ] {
        let connection = connection(&net, cap);
        let setup = setup(&connection, &outside, token);
        let tried = service.test(&setup, target).await;
        match &tried {
            Ok(said) if is_good => assert!(said.contains(target), "{said}"),
            Err(Trouble::Setup(why)) if !is_good => {
                assert!(token.is_empty() || !why.contains(token), "{why}");
            }
            _ => panic!("{token} {target} {cap}: {tried:?}"),
        }
    }
}

#[tokio::test]
async fn no_answer_is_no_no() {
    let net = Net::open(routes).await;
    let (connection, outside) = (connection(&net, "1000"), Outside::new(true));
    let setup = setup(&connection, &outside, SHOP_TOKEN);
    let service = connections::service("x-com").unwrap();
    let check = async |id: &str| {
        let account = Account {
            id: id.into(),
            handle: String::new(),
            created_at: None,
        };
        service.check(&setup, &account, TARGET, None).await
    };
    let no = check(ANNA).await;
    assert_eq!(no, Ok(Answer::NotDone("not_followed")));
    net.follow(ANNA, SHOP);
    let Ok(Answer::Done(evidence)) = check(ANNA).await else {
        panic!("X says that she follows");
    };
    assert_eq!(evidence["account"], ANNA);
    assert_eq!(check(GONE).await, Ok(Answer::NotDone("account_gone")));
    for mood in [
        Mood::Garbage,
        Mood::Contradictory,
        // As it answers at addresses that it does not know: without a word.
        Mood::Status(404, None),
        Mood::Status(500, None),
        Mood::Status(429, None),
    ] {
        net.be(mood);
        let answer = check(ANNA).await;
        assert!(
            matches!(answer, Err(Trouble::NotNow(..))),
            "{mood:?}: {answer:?}"
        );
    }
    for status in [401, 402, 403] {
        net.be(Mood::Status(status, None));
        let answer = check(ANNA).await;
        assert!(
            matches!(answer, Err(Trouble::Setup(_))),
            "{status}: {answer:?}"
        );
    }
}
