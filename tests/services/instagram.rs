//! Instagram, as <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login>
//! describes it.

use super::Outsider;
use super::net::Net;
use super::written::Delivery;
use aws_lc_rs::hmac;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use server::crypto::hex;
use std::collections::BTreeMap;
use std::sync::Arc;

const ACCOUNT: &str = "morning.roast";
const TOKEN: &str = "a-long-lived-token";
const SECRET: &str = "a-secret-of-the-app";

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "instagram",
        target: ACCOUNT,
        target_id: ACCOUNT,
        asked: |_| String::new(),
        settings: |url| format!("account = \"{ACCOUNT}\"\napi = \"{url}\""),
        secrets: &[
            ("access_token", TOKEN),
            ("app_secret", SECRET),
            ("verify_token", "a-word-of-the-shops"),
        ],
        routes,
        hook: Some(written),
    }
}

/// A message to the shop, signed.
fn written(account: &str, text: &str) -> Delivery {
    let told = json!({ "object": "instagram", "entry": [{ "id": "17841400000000000", "time": 1_764_000_000, "messaging": [{
        "sender": { "id": account }, "recipient": { "id": "17841400000000000" }, "timestamp": 1_764_000_000_000_u64,
        "message": { "mid": "m1", "text": format!("Hello! {text}") },
    }] }] });
    let body = told.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = hex(hmac::sign(&key, body.as_bytes()).as_ref());
    Delivery {
        header: ("x-hub-signature-256", format!("sha256={signature}")),
        body,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/v25.0/{id}", get(profile))
        .route("/v25.0/me/messages", post(message))
}

fn refused(code: i64) -> Response {
    let why = json!({ "error": { "message": "no", "type": "OAuthException", "code": code } });
    (StatusCode::BAD_REQUEST, Json(why)).into_response()
}

fn is_ours(headers: &HeaderMap) -> bool {
    let given = headers.get("authorization");
    given.is_some_and(|given| given == format!("Bearer {TOKEN}").as_str())
}

async fn profile(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    if !is_ours(&headers) {
        return refused(190);
    }
    if id == "me" {
        return Json(json!({ "username": ACCOUNT, "id": "1" })).into_response();
    }
    let told = match query["fields"].as_str() {
        "username" => json!({ "username": format!("user.{id}"), "id": id }),
        _ => json!({ "is_user_follow_business": net.follows(&id, ACCOUNT), "id": id }),
    };
    Json(told).into_response()
}

async fn message(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if !is_ours(&headers) {
        return refused(190);
    }
    let text = body["message"]["text"].as_str().unwrap();
    net.say(body["recipient"]["id"].as_str().unwrap(), text);
    Json(json!({ "recipient_id": body["recipient"]["id"], "message_id": "m2" })).into_response()
}
