//! GitHub, as <https://docs.github.com/en/rest/users/followers> and
//! <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps> describe it.

use super::Outsider;
use super::net::{CLIENT_ID, CLIENT_SECRET, Net, authorize, token};
use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::sync::Arc;

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "github",
        target: "morning-roast",
        target_id: "morning-roast",
        asked: |_| String::new(),
        settings: |url| format!("client_id = \"{CLIENT_ID}\"\napi = \"{url}\"\nweb = \"{url}\""),
        secrets: &[],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/login/oauth/authorize", get(authorize))
        .route("/login/oauth/access_token", post(token))
        .route("/user", get(own))
        .route("/user/{id}", get(by_id))
        .route("/users/{login}", get(by_login))
        .route("/users/{login}/following/{target}", get(following))
}

fn user(id: &str) -> Json<serde_json::Value> {
    let id: u64 = id.parse().unwrap();
    Json(
        json!({ "id": id, "login": format!("user-{id}"), "created_at": "2020-01-02T03:04:05Z", "type": "User" }),
    )
}

async fn own(headers: HeaderMap) -> Response {
    let found = Net::bearer(&headers);
    found.map_or_else(
        || StatusCode::UNAUTHORIZED.into_response(),
        |id| user(&id).into_response(),
    )
}

fn is_app(headers: &HeaderMap) -> bool {
    let expected = format!(
        "Basic {}",
        STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"))
    );
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| *value == *expected)
}

async fn by_id(headers: HeaderMap, Path(id): Path<String>) -> Response {
    if !is_app(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    user(&id).into_response()
}

async fn by_login(headers: HeaderMap, Path(login): Path<String>) -> Response {
    if !is_app(&headers) || login != "morning-roast" {
        return StatusCode::NOT_FOUND.into_response();
    }
    user("1").into_response()
}

async fn following(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path((login, target)): Path<(String, String)>,
) -> StatusCode {
    if !is_app(&headers) {
        return StatusCode::UNAUTHORIZED;
    }
    let account = login.strip_prefix("user-").unwrap();
    net.think(account).await;
    if net.follows(account, &target) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
