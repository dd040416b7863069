//! For stand-ins whose token endpoint asks for more, or answers more, than everybody's ([`super::net::token`]).

use super::net::{Exchange, Net, token};
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A form, as it came.
pub(super) type Fields = BTreeMap<String, String>;
/// An answer that gives nothing.
pub(super) type Refusal = (StatusCode, Json<Value>);

/// A refusal with a code of RFC 6749 §5.2.
pub(super) fn refused(error: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error })))
}

/// Whose code it is, if everything is right that is everybody's.
pub(super) async fn redeem(net: &Arc<Net>, form: &Fields) -> Result<String, Refusal> {
    let came_from = form
        .get("redirect_uri")
        .is_some_and(|uri| uri.contains("/auth/demo."));
    if !came_from {
        return Err(refused("invalid_grant"));
    }
    let exchange = serde_json::to_value(form).and_then(serde_json::from_value::<Exchange>);
    let exchange = exchange.map_err(|_| refused("invalid_request"))?;
    let answer = token(State(Arc::clone(net)), Form(exchange)).await;
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let bearer = body["access_token"].as_str();
    let user = bearer.and_then(|bearer| bearer.strip_prefix("token-of-"));
    let user = user.map(str::to_owned);
    user.ok_or((status, Json(body)))
}
