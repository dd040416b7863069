//! What browsers load: the loader, the panel, the pages behind mailed links, the built files.

pub mod auth;
pub mod confirm;
mod cookie;
pub mod download;
mod handed;
pub mod links;
pub mod loader;
pub mod owner;
pub mod panel;
pub mod refer;
pub mod share;
pub mod till;
pub mod visit;

use crate::api::Shared;
use crate::api::extract::{Anyone, Query};
use crate::error::Error;
use crate::site;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

/// How long a page may keep the loader. A changed launcher shows within minutes.
const LOADER_CACHE: &str = "public, max-age=300, stale-while-revalidate=86400";

/// Which loader.
#[derive(Deserialize)]
pub struct Embed {
    program: Option<String>,
}

/// `GET /embed.js?program=`
#[utoipa::path(get, path = "/embed.js", tag = "anyone", params(("program" = Option<String>, Query)),
    responses((status = 200, content_type = "text/javascript", body = String), (status = 404, body = app::api::Problem)))]
pub async fn embed(
    State(app): Shared,
    _: Anyone,
    Query(embed): Query<Embed>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let asset = match &embed.program {
        Some(slug) => {
            let loaded = app.programs.by_slug(slug).await?;
            loaded
                .ok_or_else(|| Error::not_found("programme"))?
                .loader
                .clone()
        }
        None => app.programs.neutral_loader(),
    };
    let mut response = asset.respond(&headers, LOADER_CACHE);
    embeddable(response.headers_mut());
    Ok(response)
}

/// `GET /s/{build}/pkg/{name}`
#[utoipa::path(get, path = "/s/{build}/pkg/{name}", tag = "anyone",
    params(("build" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = [u8]), (status = 404, body = app::api::Problem)))]
pub async fn asset(
    State(app): Shared,
    Path((build, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    site::serve(&app.site, &build, &name, &headers)
}

/// Lets pages that isolate themselves (`Cross-Origin-Embedder-Policy`) load this.
fn embeddable(headers: &mut HeaderMap) {
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    headers.insert(
        "cross-origin-embedder-policy",
        HeaderValue::from_static("require-corp"),
    );
}

/// What one page's policy allows.
struct Policy<'a> {
    nonce: &'a str,
    /// Whether the page runs the panel's code.
    scripts: bool,
    /// Who may put the page into a frame.
    ancestors: &'a [String],
}

impl Policy<'_> {
    fn header(&self) -> Option<HeaderValue> {
        let Self {
            nonce,
            scripts,
            ancestors,
        } = self;
        let ancestors = if ancestors.is_empty() {
            "'none'".to_owned()
        } else {
            ancestors.join(" ")
        };
        let scripts = if *scripts {
            format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; connect-src 'self'; ")
        } else {
            String::new()
        };
        let policy = format!(
            "default-src 'none'; {scripts}style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; \
             form-action 'self'; frame-ancestors {ancestors}"
        );
        HeaderValue::from_str(&policy).ok()
    }
}

/// A page with its policy.
fn page(html: String, policy: &Policy<'_>) -> Response {
    let mut response = Html(html).into_response();
    if let Some(policy) = policy.header() {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A nonce for one answer.
fn nonce() -> String {
    crate::crypto::base64url(&crate::clock::random::<16>())
}
