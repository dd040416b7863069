//! Requests that really start at the same moment.
//!
//! A busy store answers 503 and asks for the same request again (`spec/contract.md` §7). So do these
//! callers: on a slow machine thirty requests at once can be too many, and sending one again is one
//! more thing that must not change what is left.

use super::world::{PATIENCE, World};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Barrier;

/// What a caller was told: the status, and the JSON body or null.
pub(crate) type Told = (StatusCode, Value);

/// A request that has not been sent yet.
pub(crate) fn request(
    world: &World,
    method: Method,
    path: &str,
    bearer: &str,
    body: Option<&Value>,
    key: Option<&str>,
) -> RequestBuilder {
    let mut request = world.http.request(method, format!("{}{path}", world.url));
    if !bearer.is_empty() {
        request = request.bearer_auth(bearer);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    request
}

/// Sends a request, and again while the store is busy.
async fn send(request: RequestBuilder) -> Told {
    let sending = async {
        loop {
            let same = request.try_clone().unwrap();
            let answer = same.send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            if status != StatusCode::SERVICE_UNAVAILABLE {
                return (status, serde_json::from_str(&text).unwrap_or(Value::Null));
            }
        }
    };
    let answer = tokio::time::timeout(PATIENCE, sending).await;
    answer.expect("the store is not busy for ever")
}

/// Sends all of them at once; the answers in the order of the requests.
pub(crate) async fn together(requests: impl IntoIterator<Item = RequestBuilder>) -> Vec<Told> {
    let requests: Vec<_> = requests.into_iter().collect();
    let barrier = Arc::new(Barrier::new(requests.len()));
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                send(request).await
            })
        })
        .collect();
    let mut told = Vec::new();
    for task in tasks {
        told.push(task.await.unwrap());
    }
    told
}

/// Sends the same request thirty times at once.
pub(crate) async fn thirty(
    world: &World,
    method: Method,
    path: &str,
    bearer: &str,
    body: Option<&Value>,
    key: Option<&str>,
) -> Vec<Told> {
    together((0..30).map(|_| request(world, method.clone(), path, bearer, body, key))).await
}
