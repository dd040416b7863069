//! What the shop's backend asks Laurel, by the public contract.

use super::backend::Backend;
use super::goods::CURRENCY;
use super::visit::Visit;
use super::{Shop, codes};
use app::api::{CouponView, MemberRef, NewQuote, Problem, ProgramView, QuoteView, UseCoupon};
use axum::http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long Laurel may take to answer. The customer looks at a blank page for as long.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Pauses before Laurel is told again.
pub(super) const PAUSES_SECONDS: [u64; 6] = [2, 5, 15, 60, 300, 900];

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Laurel cannot be reached, or is busy. It may have heard what was said.
    Away,
    /// It says no, by this name. Saying it again would not help.
    Refused(String),
}

/// The way to Laurel. Proxies of the environment are not for calls to a neighbour.
pub(super) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy();
    client.build().unwrap_or_default()
}

/// Posts to an address of the programme. With a `key`, saying it twice does no harm.
///
/// # Errors
/// [`Failure`].
pub(super) async fn post<A: DeserializeOwned>(
    shop: &Shop,
    path: &str,
    key: Option<&str>,
    body: &(impl Serialize + Sync),
) -> Result<A, Failure> {
    let Backend {
        laurel,
        program,
        api_key,
        ..
    } = &shop.backend;
    let url = format!("{laurel}/api/v1/programs/{program}/{path}");
    let mut request = shop.client.post(url).bearer_auth(api_key).json(body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    // No code is written down.
    let to = path.split('/').next().unwrap_or_default();
    let answer = request.send().await.map_err(|error| {
        let error = error.without_url();
        tracing::warn!(to, %error, "the shop cannot reach Laurel");
        Failure::Away
    })?;
    let status = answer.status();
    if status.is_success() {
        return answer.json().await.map_err(|_| Failure::Away);
    }
    tracing::warn!(to, %status, "Laurel does not do what the shop asks");
    let passes = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_server_error() || passes.contains(&status) {
        return Err(Failure::Away);
    }
    let problem = answer.json::<Problem>().await;
    Err(Failure::Refused(problem.map(name_of).unwrap_or_default()))
}

/// A problem's stable name; where the basket is the reason, the reason's own.
fn name_of(problem: Problem) -> String {
    let is_basket = problem.code == "coupon_terms";
    let mut faults = problem.errors.into_iter().filter(|_| is_basket);
    faults.next().map_or(problem.code, |fault| fault.detail)
}

/// Tells Laurel what it has to know. If that fails it is told again later, without the customer.
pub(super) async fn tell(shop: Arc<Shop>, path: &'static str, key: String, body: Value) {
    if was_told(&shop, path, &key, &body).await {
        return;
    }
    tokio::spawn(async move {
        for pause in PAUSES_SECONDS {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            if was_told(&shop, path, &key, &body).await {
                return;
            }
        }
    });
}

async fn was_told(shop: &Shop, path: &str, key: &str, body: &Value) -> bool {
    let told = post::<Value>(shop, path, Some(key), body).await;
    told != Err(Failure::Away)
}

/// What a cart comes to.
pub(super) struct Quoted {
    /// Laurel's answer.
    pub(super) view: QuoteView,
    /// Whether it is for a member, who will have what the order earns.
    pub(super) is_for_member: bool,
}

/// What the cart of a visit comes to with its codes, if Laurel answers.
pub(super) async fn quote(shop: &Shop, visit: &Visit) -> Option<Quoted> {
    let member = visit.customer.map(|customer| MemberRef {
        customer: Some(customer.id.into()),
        ..MemberRef::default()
    });
    let mut basket = NewQuote {
        member,
        currency: CURRENCY.into(),
        lines: visit.cart.basket(),
        shipping: visit.cart.delivery(),
        coupon_codes: visit.codes.clone(),
        order_id: visit.number.clone(),
        ..NewQuote::default()
    };
    let mut answer = post(shop, "quote", None, &basket).await;
    if basket.member.is_some() && matches!(answer, Err(Failure::Refused(_))) {
        // They have an account here, and are not in the club.
        basket.member = None;
        answer = post(shop, "quote", None, &basket).await;
    }
    Some(Quoted {
        view: answer.ok()?,
        is_for_member: basket.member.is_some(),
    })
}

/// What a code is. Changes nothing.
///
/// # Errors
/// [`Failure`].
pub(super) async fn check(shop: &Shop, code: &str) -> Result<CouponView, Failure> {
    post(shop, &format!("coupons/{code}/check"), None, &()).await
}

/// Keeps a code for an order, so that no other can have it.
///
/// # Errors
/// [`Failure`].
pub(super) async fn reserve(
    shop: &Shop,
    code: &str,
    wanted: &UseCoupon,
) -> Result<CouponView, Failure> {
    // It needs no key: the same order may ask again, also with other lines.
    post(shop, &format!("coupons/{code}/use"), None, wanted).await
}

/// Lets go of a code that was kept for an order which does not use it: its points come back. Where that fails, they
/// come back when the code's time is over.
///
/// # Errors
/// [`Failure::Away`]: the order may still have it.
pub(super) async fn release(shop: &Shop, code: &str, order: &str) -> Result<(), Failure> {
    let let_go = async {
        let coupon = check(shop, code).await?;
        if codes::is_kept_for(&coupon, order) {
            let path = format!("coupons/{code}/release");
            post::<CouponView>(shop, &path, None, &()).await?;
        }
        Ok::<(), Failure>(())
    };
    match let_go.await {
        // No order of ours has what Laurel does not let go.
        Ok(()) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Away) => Err(Failure::Away),
    }
}

/// The programme's public rules in a language, if Laurel answers.
pub(super) async fn rules(shop: &Shop, locale: &str) -> Option<ProgramView> {
    let Backend {
        laurel, program, ..
    } = &shop.backend;
    let url = format!("{laurel}/api/v1/programs/{program}?locale={locale}");
    let answer = shop.client.get(url).send().await.ok()?;
    answer.error_for_status().ok()?.json().await.ok()
}
