//! Photos of reviews that are not public yet, or no longer.

use super::{Shut, owner_of};
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::error::Error;
use crate::store::decisions::Photo;
use app::api::PhotoId;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// `GET /owner/{program}/photos/{photo}`
#[utoipa::path(get, path = "/owner/{program}/photos/{photo}", operation_id = "show_owner_photo", tag = "owner",
    params(("program" = String, Path), ("photo" = PhotoId, Path)),
    responses((status = 200, content_type = "image/jpeg", body = [u8]), (status = 403, content_type = "text/html", body = String),
        (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path((slug, photo)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Shut> {
    let program = owner_of(&app, &headers, &slug).await?;
    let missing = || Error::not_found("photo");
    let photo = Photo {
        program: program.rules.id,
        id: photo.parse::<PhotoId>().map_err(|_| missing())?,
    };
    let bytes = app.store.read(photo).await?.ok_or_else(missing)?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    Ok(([kind], bytes).into_response())
}
