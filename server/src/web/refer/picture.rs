//! Pictures that belong to a member's link: what chats show of it, and squares to be scanned.

use super::super::till;
use super::is_code;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::api::referrals::link;
use crate::error::Error;
use crate::picture::{Card, draw};
use crate::programs::Loaded;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// How long a picture may be kept: its address changes with the rules.
const PICTURE_CACHE: &str = "public, max-age=31536000, immutable";
/// The same at the address of another version, which this server or the reader has not heard of.
const OTHER_CACHE: &str = "public, max-age=300";
/// How long the link may be kept as squares.
const SQUARES_CACHE: &str = "public, max-age=86400";

/// A picture as it is sent.
#[derive(Debug)]
pub(super) struct Picture {
    png: Bytes,
    tag: String,
}

impl Picture {
    /// Draws it, beside what else the server does.
    async fn of(program: &Loaded, locale: &str) -> Result<Self, Error> {
        let view = program.view(Some(locale));
        let rule = program.program().referral.as_ref();
        let title = rule.map_or("", |rule| rule.title.get(locale)).to_owned();
        let gift = rule
            .map_or("", |rule| rule.gift.name.get(locale))
            .to_owned();
        let drawing = tokio::task::spawn_blocking(move || {
            draw(&Card {
                color: &view.brand.color,
                program: &view.name,
                title: &title,
                gift: &gift,
            })
        });
        let drawn = drawing.await.map_err(|error| Error::internal(&error))?;
        let png = drawn.map_err(|error| Error::internal(&error))?;
        let digest = crate::crypto::sha256(&png);
        Ok(Self {
            tag: format!("\"{}\"", crate::crypto::hex(&digest[..16])),
            png: png.into(),
        })
    }
}

/// `GET /r/{code}/qr.svg`: the link as squares to be scanned. It says no more than the code does.
#[utoipa::path(get, path = "/r/{code}/qr.svg", operation_id = "show_referral_squares", tag = "anyone with the link",
    params(("code" = String, Path)),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 404, body = app::api::Problem)))]
pub async fn squares(
    State(app): Shared,
    _: Anyone,
    Path(code): Path<String>,
) -> Result<Response, Error> {
    if !is_code(&code) {
        return Err(Error::not_found("picture"));
    }
    let svg = till::squares(&link(&app, &code))?.svg();
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, SQUARES_CACHE),
    ];
    Ok((headers, svg).into_response())
}

/// `GET /p/{program}/{picture}`: what chats show of the programme's links, `{version}-{language}.png`.
#[utoipa::path(get, path = "/p/{program}/{picture}", operation_id = "show_referral_picture", tag = "anyone",
    params(("program" = String, Path), ("picture" = String, Path)),
    responses((status = 200, content_type = "image/png", body = [u8]), (status = 304), (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path((slug, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let missing = || Error::not_found("picture");
    let name = name.strip_suffix(".png").ok_or_else(missing)?;
    let (version, locale) = name.split_once('-').ok_or_else(missing)?;
    let version: i64 = version.parse().map_err(|_| missing())?;
    let program = app.programs.by_slug(&slug).await?.ok_or_else(missing)?;
    let rules = program.program();
    if rules.referral.is_none() || !rules.locales.iter().any(|known| known == locale) {
        return Err(missing());
    }
    let print = program.landing(Some(locale));
    let draw = || Picture::of(&program, locale);
    let picture = print.picture.get_or_try_init(draw).await?;
    let cache = if version == program.rules.version {
        PICTURE_CACHE
    } else {
        OTHER_CACHE
    };
    let known = headers.get(header::IF_NONE_MATCH);
    let known = known.and_then(|known| known.to_str().ok()).unwrap_or("");
    let is_known = known
        .split(',')
        .any(|tag| tag.trim().trim_start_matches("W/") == picture.tag);
    let about = [
        (header::CACHE_CONTROL, cache),
        (header::ETAG, picture.tag.as_str()),
    ];
    Ok(if is_known {
        (StatusCode::NOT_MODIFIED, about).into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, "image/png")];
        (about, kind, picture.png.clone()).into_response()
    })
}
