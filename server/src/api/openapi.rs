//! The contract as OpenAPI 3.1, made from the code.

use super::{
    adjustments, attempts, codes, coupons, events, me, members, orders, programs, refunds, sessions,
};
use crate::web;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Laurel",
        version = "1",
        description = "Points and money are integers in their asset's smallest unit; times are RFC 3339 in UTC. \
            Errors are RFC 9457 problems with a stable `code`. Writes take an `Idempotency-Key`."
    ),
    paths(
        programs::show,
        sessions::open,
        sessions::renew,
        sessions::close,
        codes::send,
        me::show,
        me::update,
        me::join,
        me::transfers,
        super::referrals::show,
        super::referrals::choose,
        super::referrals::appeal,
        events::stream,
        super::accounts::unlink,
        attempts::start,
        attempts::submit,
        attempts::show,
        super::reviews::add_photo,
        super::reviews::list,
        super::reviews::photo,
        super::threads::list,
        super::threads::open,
        super::threads::write,
        super::threads::seen,
        orders::record,
        orders::show,
        refunds::record,
        adjustments::adjust,
        super::quote::ask,
        super::decisions::list,
        super::decisions::decide,
        super::shop_referrals::list,
        super::shop_referrals::decide,
        super::shop_events::record,
        super::threads::waiting,
        super::threads::answer,
        super::surveys::show,
        members::join,
        members::list,
        members::show,
        members::set_tier,
        coupons::check,
        coupons::use_for,
        coupons::release,
        coupons::redeem,
        coupons::redeem_credit,
        coupons::cancel,
        super::rewards::my_rewards,
        super::rewards::add_codes,
        web::embed,
        web::asset,
        web::panel::guest,
        web::panel::personal,
        web::panel::fragment,
        super::hooks::hear,
        super::hooks::meet,
        web::auth::begin,
        web::auth::finish,
        web::auth::client,
        web::auth::confirm,
        web::auth::sign_in::begin,
        web::visit::open,
        web::visit::show,
        web::share::show,
        web::share::open,
        web::refer::show,
        web::refer::back,
        web::refer::give,
        web::refer::picture::squares,
        web::refer::picture::show,
        web::download::show,
        web::download::serve,
        web::till::show,
        web::owner::enter::show,
        web::owner::enter::take,
        web::owner::enter::leave,
        web::owner::queue::show,
        web::owner::queue::decide,
        web::owner::queue::answer,
        web::owner::referrals::decide,
        web::owner::photo::show,
        web::confirm::show,
        web::confirm::confirm,
        super::healthz,
        super::readyz,
    ),
    components(schemas(app::api::Problem, app::api::Event))
)]
struct Contract;

/// The document, as pretty JSON with a line at its end.
///
/// # Errors
/// Never for a document that was tested once.
pub fn document() -> Result<String, serde_json::Error> {
    Ok(Contract::openapi().to_pretty_json()? + "\n")
}
