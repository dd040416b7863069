//! The last step of every answer: its number, its log line, the shape of bad news, the headers that
//! all answers carry.

use crate::error::{Error, by_status};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

/// Wraps every route.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let request_id = format!("req_{}", crate::crypto::hex(&crate::clock::random::<12>()));
    let method = request.method().clone();
    // Without the rest of the path: it may hold a secret (`/c/{link}`) or somebody's number.
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let locale = request
        .headers()
        .get("x-laurel-locale")
        .and_then(|value| value.to_str().ok());
    let locale = locale.map(str::to_owned);
    let span = tracing::info_span!("request", request.id = %request_id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.in_scope(|| tracing::debug!(status = status.as_u16(), "answered {}", status.as_u16()));

    if status.is_client_error() || status.is_server_error() {
        response = as_problem(response, &request_id, locale.as_deref());
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        // No other server learns an address; and browsers say that a form of ours is ours (`web::auth`).
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    response
}

/// Puts a refusal into the words of the panel that asked. Other callers get the words for developers.
fn for_shopper(error: &mut Error, locale: &str) {
    let text = app::text::Text::by_locale(locale);
    if let Some(detail) = app::text::problem(text, error.code) {
        detail.clone_into(&mut error.detail);
    }
    // A problem of its own says more than the name of its field: there are several kinds of codes.
    let exact = app::text::problem(text, error.code).filter(|_| error.code != "invalid");
    for fault in &mut error.errors {
        if let Some(detail) = exact.or_else(|| app::text::fault(text, &fault.field)) {
            detail.clone_into(&mut fault.detail);
        }
    }
}

/// Writes the body of an [`Error`], or of a refusal that axum made by itself. Pages that are bad
/// news and have a body of their own keep it.
fn as_problem(mut response: Response, request_id: &str, locale: Option<&str>) -> Response {
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let mut error = match response.extensions_mut().remove::<Error>() {
        Some(error) => error,
        None if is_page => return response,
        None => by_status(response.status()),
    };
    if let Some(locale) = locale {
        for_shopper(&mut error, locale);
    }
    let body = serde_json::to_vec(&error.problem(request_id)).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    Response::from_parts(parts, Body::from(body))
}
