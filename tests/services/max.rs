//! MAX, as <https://dev.max.ru/docs-api> describes it.

use super::Outsider;
use super::net::Net;
use super::written::Delivery;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const CHANNEL: &str = "-70001";
const TOKEN: &str = "a-token-of-the-bots";
const SECRET: &str = "a-word-of-the-shops";

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "max",
        target: CHANNEL,
        target_id: CHANNEL,
        asked: |_| String::new(),
        settings: |url| {
            format!("bot = \"morning_bot\"\nlink = \"https://max.ru/morning\"\napi = \"{url}\"")
        },
        secrets: &[("bot_token", TOKEN), ("hook_secret", SECRET)],
        routes,
        hook: Some(started),
    }
}

/// The bot is started by its link.
fn started(account: &str, text: &str) -> Delivery {
    let id: u64 = account.parse().unwrap();
    let update = json!({
        "update_type": "bot_started", "timestamp": 1_764_000_000_000_u64, "chat_id": 5,
        "user": { "user_id": id, "first_name": "Anna", "username": format!("user_{id}"), "is_bot": false },
        "payload": text, "user_locale": "ru",
    });
    Delivery {
        header: ("x-max-bot-api-secret", SECRET.to_owned()),
        body: update.to_string(),
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/chats/{chat}/members", get(members))
        .route("/messages", post(message))
}

fn is_ours(headers: &HeaderMap) -> Result<(), StatusCode> {
    let given = headers.get("authorization");
    let good = given.is_some_and(|given| given == TOKEN);
    good.then_some(()).ok_or(StatusCode::UNAUTHORIZED)
}

async fn members(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path(chat): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    is_ours(&headers)?;
    let user = &query["user_ids"];
    let id: u64 = user.parse().unwrap();
    let members: Vec<Value> = net
        .follows(user, &chat)
        .then(
            || json!({ "user_id": id, "first_name": "Anna", "is_owner": false, "is_admin": false }),
        )
        .into_iter()
        .collect();
    Ok(Json(json!({ "members": members })))
}

async fn message(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    is_ours(&headers)?;
    net.say(&query["user_id"], body["text"].as_str().unwrap());
    Ok(Json(json!({ "message": { "body": { "mid": "m1" } } })))
}
