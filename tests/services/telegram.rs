//! Telegram, as <https://core.telegram.org/bots/telegram-login> and
//! <https://core.telegram.org/bots/api#getchatmember> describe it.

use super::Outsider;
use super::net::{Authorize, CLIENT_ID, Net, authorize};
use super::redeem::{Fields, Refusal, redeem};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Outside, Secrets, Setup, Trouble};
use server::domain::SECOND;
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

const CHANNEL: &str = "@morning_roast";
const BOT: &str = "4242";
const BOT_TOKEN: &str = "4242:a-secret-of-the-bots";
const KEY_NAME: &str = "oidc-1";

/// What it signs with.
static KEY: LazyLock<EncodingKey> = LazyLock::new(|| {
    let chance = SystemRandom::new();
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance);
    EncodingKey::from_ec_der(pair.unwrap().as_ref())
});

/// The nonce that came with the question for a code, by stand-in and code.
static NONCES: Mutex<BTreeMap<(String, String), String>> = Mutex::new(BTreeMap::new());

#[derive(Deserialize)]
struct More {
    scope: String,
    nonce: String,
}

#[derive(Deserialize)]
struct Asked {
    chat_id: String,
    user_id: String,
}

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "telegram",
        target: CHANNEL,
        target_id: CHANNEL,
        asked: |_| String::new(),
        settings: |url| format!("client_id = \"{CLIENT_ID}\"\napi = \"{url}\"\noauth = \"{url}\""),
        secrets: &[("bot_token", BOT_TOKEN)],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/auth", get(auth))
        .route("/token", post(token))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/bot{token}/getMe", get(get_me))
        .route("/bot{token}/getChatMember", get(get_chat_member))
}

async fn auth(
    State(net): State<Arc<Net>>,
    asked: Query<Authorize>,
    Query(more): Query<More>,
) -> Response {
    if more.scope != "openid profile" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let url = net.url.clone();
    let answer = authorize(State(net), asked).await;
    if let Some(code) = code(&answer) {
        NONCES.lock().unwrap().insert((url, code), more.nonce);
    }
    answer
}

/// The code with which the shopper is sent back.
fn code(answer: &Response) -> Option<String> {
    let back = answer.headers().get(header::LOCATION)?;
    let back = Url::parse(back.to_str().unwrap()).unwrap();
    let mut pairs = back.query_pairs();
    let found = pairs.find(|(name, _)| name == "code");
    found.map(|(_, code)| code.into_owned())
}

async fn token(
    State(net): State<Arc<Net>>,
    Form(form): Form<Fields>,
) -> Result<Json<Value>, Refusal> {
    let user = redeem(&net, &form).await?;
    let of = (net.url.clone(), form["code"].clone());
    let nonce = NONCES.lock().unwrap().remove(&of).unwrap();
    Ok(Json(json!({
        "access_token": format!("token-of-{user}"), "token_type": "Bearer", "expires_in": 3600,
        "id_token": id_token(&net.url, &user, &nonce),
    })))
}

fn id_token(issuer: &str, user: &str, nonce: &str) -> String {
    let now = Clock::System.now() / SECOND;
    let id: u64 = user.parse().unwrap();
    // A test's clock stands still while this one goes on, so this is of some time ago.
    let claims = json!({
        "iss": issuer, "aud": CLIENT_ID, "sub": format!("77{user}"), "nonce": nonce,
        "iat": now - 300, "exp": now + 3600,
        "id": id, "name": format!("User {user}"), "preferred_username": format!("user_{user}"),
    });
    let header = Header {
        kid: Some(KEY_NAME.into()),
        ..Header::new(Algorithm::ES256)
    };
    jsonwebtoken::encode(&header, &claims, &KEY).unwrap()
}

async fn jwks() -> Json<Value> {
    let mut key = Jwk::from_encoding_key(&KEY, Algorithm::ES256).unwrap();
    key.common.key_id = Some(KEY_NAME.into());
    Json(json!({ "keys": [key] }))
}

fn refused(code: u16, description: &str) -> Response {
    let status = StatusCode::from_u16(code).unwrap();
    let answer = json!({ "ok": false, "error_code": code, "description": description });
    (status, Json(answer)).into_response()
}

async fn get_me(Path(token): Path<String>) -> Response {
    if token != BOT_TOKEN {
        return refused(401, "Unauthorized");
    }
    let bot = json!({ "id": 4242, "is_bot": true, "first_name": "Roast", "username": "roast_bot" });
    Json(json!({ "ok": true, "result": bot })).into_response()
}

async fn get_chat_member(
    State(net): State<Arc<Net>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    if token != BOT_TOKEN {
        return refused(401, "Unauthorized");
    }
    if asked.chat_id != CHANNEL {
        return refused(400, "Bad Request: chat not found");
    }
    let status = if asked.user_id == BOT {
        "administrator"
    } else if net.follows(&asked.user_id, CHANNEL) {
        "member"
    } else {
        "left"
    };
    let id: u64 = asked.user_id.parse().unwrap();
    let user = json!({ "id": id, "is_bot": asked.user_id == BOT, "first_name": "Somebody" });
    let member = json!({ "user": user, "status": status });
    Json(json!({ "ok": true, "result": member })).into_response()
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_and_no_secret_with_it() {
    let net = Net::open(routes).await;
    let connection = Connection {
        id: "telegram".into(),
        kind: "telegram".into(),
        settings: BTreeMap::from([("api".to_owned(), net.url.clone())]),
    };
    let outside = Outside::new(true);
    let setup = |token: &str| Setup {
        connection: &connection,
        secrets: Secrets(BTreeMap::from([("bot_token".to_owned(), token.to_owned())])),
        keeper: None,
        outside: &outside,
        public_url: "http://localhost",
        name: "demo.telegram".into(),
        now: Clock::System.now(),
    };
    let service = connections::service("telegram").unwrap();
    let good = setup(BOT_TOKEN);
    let tried = service.test(&good, CHANNEL).await;
    let said = "Telegram answers, and roast_bot is an administrator of @morning_roast";
    assert_eq!(tried, Ok(said.into()));
    for (token, channel) in [("4242:wrong", CHANNEL), (BOT_TOKEN, "@somebody_elses")] {
        let wrong = setup(token);
        let tried = service.test(&wrong, channel).await;
        let Err(Trouble::Setup(why)) = &tried else {
            panic!("{tried:?}");
        };
        assert!(!why.contains(token), "{why}");
    }
}
