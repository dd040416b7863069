//! Yandex ID, as <https://yandex.com/dev/id/doc/en/codes/code-url> and
//! <https://yandex.com/dev/id/doc/en/user-information> describe it.

use super::Outsider;
use super::net::{Authorize, CLIENT_ID, Net, authorize, token};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// An account whose address is not at Yandex.
pub(super) const ELSEWHERE: &str = "1077";

#[derive(Deserialize)]
struct More {
    scope: String,
}

#[derive(Deserialize)]
struct Form {
    format: String,
}

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "yandex",
        target: "",
        target_id: "",
        asked: |_| String::new(),
        settings: |url| {
            format!("client_id = \"{CLIENT_ID}\"\noauth = \"{url}\"\nlogin = \"{url}\"")
        },
        secrets: &[],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/authorize", get(say_yes))
        .route("/token", post(token))
        .route("/info", get(info))
}

async fn say_yes(
    net: State<Arc<Net>>,
    asked: Query<Authorize>,
    Query(more): Query<More>,
) -> Response {
    if more.scope != "login:info login:email" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    authorize(net, asked).await
}

/// Its token goes by a scheme of its own.
async fn info(headers: HeaderMap, Query(form): Query<Form>) -> Response {
    let token = headers.get(header::AUTHORIZATION);
    let token = token.and_then(|token| token.to_str().ok());
    let user = token.and_then(|token| token.strip_prefix("OAuth token-of-"));
    let Some(user) = user.filter(|_| form.format == "json") else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let domain = if user == ELSEWHERE {
        "gmail.com"
    } else {
        "yandex.ru"
    };
    let address = format!("user-{user}@{domain}");
    Json(json!({
        "login": format!("user-{user}"), "id": user, "client_id": CLIENT_ID, "psuid": "1.AAceCw.x",
        "default_email": address, "emails": [address], "real_name": "Anna", "sex": null,
    }))
    .into_response()
}
