//! Reviews of products: begun and sent by members, read by anyone.

use super::attempts::did_of;
use super::extract::{Anyone, IdempotencyKey, Json, Member, Query};
use super::views::rfc3339;
use super::{Shared, listed};
use crate::App;
use crate::clock::Stamp;
use crate::crypto::sha256;
use crate::domain::task::Task;
use crate::domain::{Instant, order, review};
use crate::error::Error;
use crate::images::{self, BadImage, Photo};
use crate::store::attempts::{
    AddPhoto, Added, BeginReview, Did, Get, NOT_BOUGHT, ReviewBegun, ReviewSent, SendReview,
    StoredAttempt,
};
use crate::store::idempotency::{Key, Keyed};
use crate::store::reviews::{OfProduct, PhotoBytes, Published};
use app::api::{
    AttemptId, AttemptState, PhotoAdded, PhotoId, PhotoView, REVIEW_PHOTOS_MAX, ReviewView,
    Reviews, StartAttempt, SubmitProof,
};
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The kinds of pictures that are taken, as they are named in `Content-Type`.
const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// How long a photo may be kept by whoever has loaded it. It never changes, but it may be taken down.
const PHOTO_CACHE: &str = "public, max-age=86400, immutable";

/// Room for pictures that are being decoded: each takes a core and, at worst, some hundred megabytes.
static DESKS: Semaphore = Semaphore::const_new(2);
/// Room for pictures that arrive, each up to ten megabytes.
static ROOM: Semaphore = Semaphore::const_new(8);

/// Begins a review of the product that is named.
///
/// # Errors
/// 422 that names `product` where it was not bought; 409 where it is reviewed, and as often as the limit allows.
pub(super) async fn start(
    app: &App,
    member: &Member,
    key: IdempotencyKey,
    task: &Task,
    body: &Json<StartAttempt>,
    stamp: Stamp,
) -> Result<StoredAttempt, Error> {
    let rules = Arc::clone(&member.session.program.rules);
    let product = body.value.product.as_deref();
    let product = product.filter(|product| order::is_text(product));
    let product = product.ok_or_else(|| Error::field("product", NOT_BOUGHT))?;
    let route = format!("POST /tasks/{}/attempts", task.id);
    let keyed = Keyed {
        key: key.of(rules.id, member.id.to_string(), &route, body.digest),
        at: stamp.at,
        command: BeginReview {
            task: task.id.clone(),
            rules,
            member: member.id,
            product: product.to_owned(),
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        ReviewBegun::At(stored) => Ok(stored),
        ReviewBegun::NotBought => Err(Error::field("product", NOT_BOUGHT)),
        ReviewBegun::Reviewed => Err(sent_before()),
        ReviewBegun::Enough => did_of(Did::Enough),
    }
}

/// Sends a review, which then waits for a person.
///
/// # Errors
/// 404, 422 that names the fields, and 409 as often as the limit allows.
pub(super) async fn send(
    app: &App,
    member: &Member,
    attempt: AttemptId,
    proof: SubmitProof,
    key: Option<Key>,
    stamp: Stamp,
) -> Result<StoredAttempt, Error> {
    let keyed = Keyed {
        key,
        at: stamp.at,
        command: SendReview {
            rules: Arc::clone(&member.session.program.rules),
            member: member.id,
            attempt,
            proof,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        ReviewSent::At(stored) => Ok(stored),
        ReviewSent::Unknown => Err(Error::not_found("attempt")),
        ReviewSent::Invalid(errors) => Err(Error::invalid(errors)),
        ReviewSent::Enough => did_of(Did::Enough),
    }
}

fn sent_before() -> Error {
    Error::new(
        StatusCode::CONFLICT,
        "review_sent",
        "This review was sent already; nothing can be added to it.",
    )
}

fn no_picture(status: StatusCode) -> Error {
    let detail = "Send a JPEG, PNG or WebP picture, with its Content-Type.";
    Error::new(status, "not_an_image", detail)
}

fn too_large() -> Error {
    Error::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "photo_too_large",
        BadImage::TooLarge.to_string(),
    )
}

fn refused(why: BadImage) -> Error {
    match why {
        BadImage::NotAnImage => no_picture(StatusCode::UNPROCESSABLE_ENTITY),
        BadImage::TooLarge => too_large(),
        BadImage::TooManyPixels => Error::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "photo_too_many_pixels",
            why.to_string(),
        ),
    }
}

/// `POST /api/v1/attempts/{attempt}/files`: adds a photo to a review that is not sent yet. It is encoded anew, and
/// nothing else that was in the file is kept.
#[utoipa::path(post, path = "/api/v1/attempts/{attempt}/files", operation_id = "add_photo", tag = "session",
    params(("attempt" = String, Path)), request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, body = PhotoAdded), (status = 409, body = app::api::Problem), (status = 413, body = app::api::Problem),
        (status = 415, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn add_photo(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Path(attempt): Path<String>,
    request: Request,
) -> Result<axum::Json<PhotoAdded>, Error> {
    let id: AttemptId = attempt.parse().map_err(|_| Error::not_found("attempt"))?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !PICTURES.contains(&kind.to_ascii_lowercase().as_str()) {
        return Err(no_picture(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let owner = member.id;
    let found = app.store.read(Get { id, member: owner }).await?;
    let found = found.ok_or_else(|| Error::not_found("attempt"))?;
    let product = found.slot.as_deref().and_then(review::product);
    if found.state != AttemptState::Started || product.is_none() {
        return Err(sent_before());
    }
    let _room = ROOM.try_acquire().map_err(|_| Error::busy())?;
    let body = Bytes::from_request(request, &app).await;
    let body = body.map_err(|refused| match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => Error::new(status, "bad_request", "The body did not arrive whole."),
    })?;
    let rules = &member.session.program.rules;
    let route = format!("POST /attempts/{id}/files");
    let key = key.of(rules.id, owner.to_string(), &route, sha256(&body));
    let photo = cleaned(body).await?;
    let stamp = app.clock.stamp();
    let command = AddPhoto {
        member: owner,
        attempt: id,
        photo,
        stamp,
    };
    let at = stamp.at;
    match app.store.write(Keyed { key, command, at }).await?.done()? {
        Added::Now(added) => Ok(axum::Json(added)),
        Added::Unknown => Err(Error::not_found("attempt")),
        Added::NotOpen => Err(sent_before()),
        Added::TooMany => Err(Error::new(
            StatusCode::CONFLICT,
            "too_many_photos",
            format!("A review has at most {REVIEW_PHOTOS_MAX} photos."),
        )),
    }
}

/// Encodes a picture anew, away from where requests are answered.
async fn cleaned(bytes: Bytes) -> Result<Photo, Error> {
    let desk = DESKS.acquire().await;
    let desk = desk.map_err(|error| Error::internal(&error))?;
    let work = tokio::task::spawn_blocking(move || {
        let photo = images::clean(&bytes);
        // Not before: a request that is given up leaves its picture on the desk.
        drop(desk);
        photo
    });
    let photo = work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a picture could not be looked into: {error}");
        Err(BadImage::NotAnImage)
    });
    photo.map_err(refused)
}

/// Which reviews.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    sku: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /api/v1/programs/{program}/reviews`: the public reviews of a product, the newest first.
#[utoipa::path(get, path = "/api/v1/programs/{program}/reviews", operation_id = "list_reviews", tag = "anyone",
    params(("program" = String, Path), ("sku" = String, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Reviews), (status = 404, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn list(
    State(app): Shared,
    _: Anyone,
    Path(slug): Path<String>,
    Query(which): Query<Which>,
) -> Result<axum::Json<Reviews>, Error> {
    let program = app.programs.by_slug(&slug).await?;
    let program = program.ok_or_else(|| Error::not_found("programme"))?;
    let limit = listed::items(which.limit, "limit")?;
    let sku = which.sku.filter(|sku| order::is_text(sku));
    let query = OfProduct {
        program: program.rules.id,
        sku: sku.ok_or_else(|| Error::field("sku", "name a product, in at most 255 bytes"))?,
        after: which.cursor.as_deref().map(after).transpose()?,
        limit: i64::from(limit),
    };
    Ok(axum::Json(read(&app, query, &app.public_url).await?))
}

/// Where a page begins.
fn after(cursor: &str) -> Result<(Instant, AttemptId), Error> {
    let wrong = || Error::field("cursor", "use the next_cursor of the page before");
    let (at, attempt) = cursor.split_once('.').ok_or_else(wrong)?;
    let at = at.parse().map_err(|_| wrong())?;
    Ok((at, attempt.parse().map_err(|_| wrong())?))
}

/// Reads a page; its photos are addressed from `base` on.
pub(crate) async fn read(app: &App, mut query: OfProduct, base: &str) -> Result<Reviews, Error> {
    let wanted = usize::try_from(query.limit).unwrap_or(0);
    // One more, to see whether there are more.
    query.limit += 1;
    let mut page = app.store.read(query).await?;
    let more = page.items.len() > wanted;
    page.items.truncate(wanted);
    let last = page.items.last().filter(|_| more);
    let average = |count: i64| (page.stars * 100 + count / 2) / count;
    Ok(Reviews {
        next_cursor: last.map(|last| format!("{}.{}", last.at, last.attempt)),
        count: page.count,
        average_hundredths: (page.count > 0).then(|| average(page.count)),
        items: page
            .items
            .into_iter()
            .map(|review| view(review, base))
            .collect(),
    })
}

fn view(review: Published, base: &str) -> ReviewView {
    let photos = review.photos.iter().map(|photo| PhotoView {
        url: format!("{base}/photos/{}", photo.id),
        width: photo.width,
        height: photo.height,
    });
    ReviewView {
        photos: photos.collect(),
        id: review.attempt,
        sku: review.sku,
        stars: review.stars,
        text: review.text,
        author: review.author,
        at: rfc3339(review.at),
        locale: review.locale,
        verified_purchase: true,
    }
}

/// `GET /photos/{id}`: a photo of a public review, for any page.
#[utoipa::path(get, path = "/photos/{id}", operation_id = "show_photo", tag = "anyone", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = [u8]), (status = 404, body = app::api::Problem)))]
pub async fn photo(
    State(app): Shared,
    _: Anyone,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let id: PhotoId = id.parse().map_err(|_| Error::not_found("photo"))?;
    let found = app.store.read(PhotoBytes(id)).await?;
    let bytes = found.ok_or_else(|| Error::not_found("photo"))?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, PHOTO_CACHE),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    Ok((headers, bytes).into_response())
}
