//! HTTP: one line per route, one file per resource.

pub mod accounts;
pub mod adjustments;
pub mod attempts;
pub mod codes;
pub mod coupons;
pub mod decisions;
pub mod events;
pub mod extract;
mod finish;
pub(crate) mod handed;
pub mod hooks;
pub mod listed;
pub mod me;
pub mod members;
pub mod openapi;
pub mod orders;
pub mod programs;
pub mod quote;
pub mod referrals;
pub mod refunds;
pub mod reply;
pub mod reviews;
pub mod rewards;
pub mod sessions;
pub mod shop_events;
pub mod shop_referrals;
pub mod surveys;
pub mod threads;
pub mod views;

use crate::App;
use crate::error::Error;
use crate::images::PHOTO_BYTES_MAX;
use crate::web;
use app::api::BODY_BYTES_MAX;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header, request};
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::timeout::TimeoutLayer;

/// What handlers share.
pub type Shared = State<Arc<App>>;

/// How long a browser may remember what CORS allows.
const CORS_MAX_AGE: Duration = Duration::from_mins(10);

/// How long a request may take to arrive and be answered. A stream is answered once it begins.
const REQUEST_MAX: Duration = Duration::from_secs(30);
/// How hard answers are packed while somebody waits: beyond this, time is lost faster than bytes.
const PACKING: i32 = 4;

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let routes = Router::new()
        .nest("/api/v1", api(&app))
        .route("/embed.js", get(web::embed))
        .route(
            "/w/{program}",
            get(web::panel::guest).post(web::panel::personal),
        )
        .route(
            "/c/{link}",
            get(web::confirm::show).post(web::confirm::confirm),
        )
        .route("/x/{code}", get(web::share::show).post(web::share::open))
        .route("/r/{code}", get(web::refer::show))
        .route(
            "/r/{code}/gift",
            get(web::refer::back).post(web::refer::give),
        )
        .route("/r/{code}/qr.svg", get(web::refer::picture::squares))
        .route("/p/{program}/{picture}", get(web::refer::picture::show))
        .route("/owner/{program}/till/{task}", get(web::till::show))
        .route("/auth/{connection}", post(web::auth::begin))
        .route("/auth/{connection}/callback", get(web::auth::finish))
        .route("/auth/{connection}/digits", post(web::auth::confirm))
        .route(
            "/auth/{connection}/sign-in",
            post(web::auth::sign_in::begin),
        )
        .route("/auth/{connection}/client.json", get(web::auth::client))
        .route(
            "/hooks/{connection}",
            get(hooks::meet)
                .post(hooks::hear)
                .layer(DefaultBodyLimit::max(hooks::HOOK_BYTES_MAX)),
        )
        .route(
            "/visit/{task}",
            get(web::visit::show).post(web::visit::open),
        )
        .route(
            "/owner/enter/{link}",
            get(web::owner::enter::show).post(web::owner::enter::take),
        )
        .route("/owner/{program}", get(web::owner::queue::show))
        .route("/owner/{program}/leave", post(web::owner::enter::leave))
        .route(
            "/owner/{program}/photos/{photo}",
            get(web::owner::photo::show),
        )
        .route(
            "/owner/{program}/attempts/{attempt}",
            post(web::owner::queue::decide),
        )
        .route(
            "/owner/{program}/referrals/{referral}",
            post(web::owner::referrals::decide),
        )
        .route(
            "/owner/{program}/threads/{thread}",
            post(web::owner::queue::answer),
        )
        .route("/photos/{id}", get(reviews::photo))
        .route("/s/{build}/pkg/{name}", get(web::asset))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .fallback(async || Error::not_found("page"))
        .method_not_allowed_fallback(wrong_method);
    // Streams are not packed, and beside what packs: its room for a packer is as large as all else
    // that an idle stream needs.
    let streams = Router::new()
        .route("/api/v1/me/events", get(events::stream))
        .method_not_allowed_fallback(wrong_method)
        .layer(cors(&app));
    // A file arrives as it is stored, with its length, so it is not packed either.
    let files = Router::new()
        .route(
            "/d/{secret}",
            get(web::download::show).post(web::download::serve),
        )
        .method_not_allowed_fallback(wrong_method);
    let packing = CompressionLayer::new().quality(CompressionLevel::Precise(PACKING));
    // In one stack: each layer that is added to a router by itself costs every request an allocation.
    let finished = || {
        ServiceBuilder::new()
            .layer(axum::middleware::from_fn(finish::finish))
            .layer(CatchPanicLayer::custom(|_| {
                Error::internal(&"a handler panicked").into_response()
            }))
            .layer(TimeoutLayer::with_status_code(
                StatusCode::REQUEST_TIMEOUT,
                REQUEST_MAX,
            ))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
    };
    let packed = ServiceBuilder::new()
        .layer(packing)
        .layer(finished().into_inner());
    routes
        .layer(packed)
        .merge(streams.layer(finished()))
        .merge(files.layer(finished()))
        .with_state(app)
}

fn api(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/programs/{program}", get(programs::show))
        .route("/programs/{program}/reviews", get(reviews::list))
        .route("/programs/{program}/orders", post(orders::record))
        .route("/programs/{program}/orders/{order}", get(orders::show))
        .route("/programs/{program}/refunds", post(refunds::record))
        .route("/programs/{program}/adjustments", post(adjustments::adjust))
        .route("/programs/{program}/quote", post(quote::ask))
        .route("/programs/{program}/events", post(shop_events::record))
        .route("/programs/{program}/threads", get(threads::waiting))
        .route(
            "/programs/{program}/threads/{thread}/messages",
            post(threads::answer),
        )
        .route("/programs/{program}/surveys/{task}", get(surveys::show))
        .route("/programs/{program}/decisions", get(decisions::list))
        .route("/programs/{program}/referrals", get(shop_referrals::list))
        .route(
            "/programs/{program}/referrals/{referral}/decision",
            post(shop_referrals::decide),
        )
        .route(
            "/programs/{program}/attempts/{attempt}/decision",
            post(decisions::decide),
        )
        .route(
            "/programs/{program}/members",
            get(members::list).post(members::join),
        )
        .route("/programs/{program}/members/{member}", get(members::show))
        .route(
            "/programs/{program}/members/{member}/tier",
            put(members::set_tier),
        )
        .route(
            "/programs/{program}/coupons/{code}/check",
            post(coupons::check),
        )
        .route(
            "/programs/{program}/coupons/{code}/use",
            post(coupons::use_for),
        )
        .route(
            "/programs/{program}/coupons/{code}/release",
            post(coupons::release),
        )
        .route(
            "/programs/{program}/rewards/{reward}/codes",
            post(rewards::add_codes),
        )
        .route("/rewards/{reward}/redemptions", post(coupons::redeem))
        .route("/redemptions/{redemption}/cancel", post(coupons::cancel))
        .route("/sessions", post(sessions::open))
        .route(
            "/sessions/current",
            post(sessions::renew).delete(sessions::close),
        )
        .route("/codes", post(codes::send))
        .route("/me", get(me::show).patch(me::update))
        .route("/me/join", post(me::join))
        .route("/me/transfers", get(me::transfers))
        .route("/me/rewards", get(rewards::my_rewards))
        .route("/me/credit/redemptions", post(coupons::redeem_credit))
        .route("/me/panel", get(web::panel::fragment))
        .route("/me/referral", get(referrals::show).post(referrals::choose))
        .route("/referrals/{referral}/appeal", post(referrals::appeal))
        .route("/me/accounts/{connection}", delete(accounts::unlink))
        .route("/threads", get(threads::list).post(threads::open))
        .route("/threads/{thread}/messages", post(threads::write))
        .route("/threads/{thread}/seen", post(threads::seen))
        .route("/tasks/{task}/attempts", post(attempts::start))
        .route("/attempts/{attempt}", get(attempts::show))
        .route("/attempts/{attempt}/proof", post(attempts::submit))
        .route(
            "/attempts/{attempt}/files",
            post(reviews::add_photo).layer(DefaultBodyLimit::max(PHOTO_BYTES_MAX)),
        )
        // Here already: a fallback that came later would not be inside CORS, which answers OPTIONS.
        .method_not_allowed_fallback(wrong_method)
        .layer(cors(app))
}

async fn wrong_method() -> Error {
    Error::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take this method.",
    )
}

/// Pages of programmes' own origins may call; the session's programme is checked again, against the
/// one it belongs to. No cookie is ever involved.
fn cors(app: &Arc<App>) -> CorsLayer {
    let app = Arc::clone(app);
    let known = move |origin: &HeaderValue, _: &request::Parts| {
        origin
            .to_str()
            .is_ok_and(|origin| app.programs.knows_origin(origin))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(known))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(CORS_MAX_AGE)
}

/// `GET /healthz`: whether the server runs.
#[utoipa::path(get, path = "/healthz", tag = "operator", responses((status = 200, content_type = "text/plain", body = String)))]
async fn healthz() -> &'static str {
    "ok"
}

/// `GET /readyz`: whether its database answers.
#[utoipa::path(get, path = "/readyz", tag = "operator",
    responses((status = 200, content_type = "text/plain", body = String), (status = 503, body = app::api::Problem)))]
async fn readyz(State(app): Shared) -> Result<&'static str, Error> {
    app.store.read(crate::store::programs::Versions).await?;
    Ok("ready")
}
