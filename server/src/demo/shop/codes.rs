//! Codes in the cart: typed in, brought along by a friend's link, or made in Laurel's panel. They stay in the
//! visit until an order has used them.

use super::calls::{self, Failure};
use super::checkout::{self, Trouble};
use super::price::AWAY;
use super::visit::{self, Visit, Visitor};
use super::{Shared, Shop, set};
use app::api::{CouponState, CouponView};
use axum::Form;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// The longest code.
const LENGTH_MAX: usize = 64;

/// A code as it is looked up, whatever way it was typed; none if it cannot be one.
pub(super) fn typed(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
    let is_code = (1..=LENGTH_MAX).contains(&code.len()) && code.bytes().all(is_letter);
    is_code.then_some(code)
}

/// Whether a code was kept for this order, and is not used yet.
pub(super) fn is_kept_for(coupon: &CouponView, order: &str) -> bool {
    coupon.state == CouponState::Reserved && coupon.order_id.as_deref() == Some(order)
}

/// Why a code cannot be used; nothing if it can.
fn refusal(coupon: &CouponView, order: Option<&str>) -> Option<&'static str> {
    if order.is_some_and(|order| is_kept_for(coupon, order)) {
        return None;
    }
    match coupon.state {
        CouponState::Open => None,
        CouponState::Making => Some("making"),
        CouponState::Reserved | CouponState::Used => Some("taken"),
        CouponState::Ending | CouponState::Released | CouponState::Lapsed => Some("over"),
    }
}

#[derive(Deserialize)]
pub(super) struct Typed {
    code: String,
}

/// `POST /cart/code`
pub(super) async fn apply(
    State(shop): Shared,
    visitor: Visitor,
    Form(form): Form<Typed>,
) -> Response {
    let found = match typed(&form.code) {
        None => Err("unknown"),
        Some(code) => match calls::check(&shop, &code).await {
            Ok(coupon) => refusal(&coupon, visitor.visit.number.as_deref()).map_or(Ok(code), Err),
            Err(Failure::Away) => Err(AWAY),
            Err(Failure::Refused(name)) if name == "coupon_not_open" => Err("making"),
            Err(Failure::Refused(_)) => Err("unknown"),
        },
    };
    let code = match found {
        Ok(code) => code,
        Err(reason) => {
            let trouble = Trouble::Code {
                code: form.code,
                reason: reason.into(),
            };
            return checkout::cart(&shop, &visitor, Some(&trouble)).await;
        }
    };
    let keep = |visit: &mut Visit| visit.keep(code);
    let (cookie, ()) = shop.visits.change(visitor.id.as_deref(), keep);
    (set(cookie), Redirect::to("/cart")).into_response()
}

/// `POST /cart/code/remove`
pub(super) async fn forget(
    State(shop): Shared,
    visitor: Visitor,
    Form(form): Form<Typed>,
) -> Response {
    let take = |visit: &mut Visit| {
        let before = visit.codes.len();
        visit.codes.retain(|code| *code != form.code);
        visit.number.clone().filter(|_| visit.codes.len() < before)
    };
    let (cookie, number) = shop.visits.change(visitor.id.as_deref(), take);
    if let Some(number) = number {
        // A payment that did not come about may have kept it. Where it cannot be let go now, the next one does that.
        let _over = calls::release(&shop, &form.code, &number).await.is_ok();
    }
    (set(cookie), Redirect::to("/cart")).into_response()
}

/// Keeps the gift that `?gift=` of any page brings, and goes on to the same page without it: a code has no
/// place in the history, nor in an address that is passed on.
pub(super) fn take_gift(shop: &Shop, request: &Request) -> Option<Response> {
    let query = request.uri().query()?;
    let (gifts, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair.starts_with("gift="));
    let gift = gifts.first()?.strip_prefix("gift=")?;
    if request.method() != Method::GET {
        return None;
    }
    let to = address(request.uri().path(), &rest);
    let Some(code) = typed(gift) else {
        return Some(Redirect::to(&to).into_response());
    };
    let keep = |visit: &mut Visit| visit.keep(code);
    let (cookie, ()) = shop.visits.change(visit::sent_id(request.headers()), keep);
    Some((set(cookie), Redirect::to(&to)).into_response())
}

/// An address of this shop: a path that begins with two slashes would be another site's.
fn address(path: &str, query: &[&str]) -> String {
    let path = path.trim_start_matches(['/', '\\']);
    if query.is_empty() {
        format!("/{path}")
    } else {
        format!("/{path}?{}", query.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_meant() {
        assert_eq!(typed(" abcd-2345\n").as_deref(), Some("ABCD-2345"));
        for nonsense in [
            "",
            "  ",
            "../use",
            "A B",
            "код",
            "A/B",
            "A%2F",
            &"A".repeat(65),
        ] {
            assert_eq!(typed(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_gift_leads_to_no_other_site() {
        assert_eq!(address("/", &[]), "/");
        assert_eq!(
            address("/product/guji", &["lang=ru"]),
            "/product/guji?lang=ru"
        );
        assert_eq!(address("//evil.example/", &[]), "/evil.example/");
        assert_eq!(
            address("/\\evil.example", &["a", "b=c"]),
            "/evil.example?a&b=c"
        );
    }
}
