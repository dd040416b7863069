//! Coupons that are made in `WooCommerce`, by its REST API
//! (<https://woocommerce.github.io/woocommerce-rest-api-docs/#coupons>).
//!
//! - What is written of a coupon:
//!   <https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/rest-api/Controllers/Version2/class-wc-rest-coupons-v2-controller.php>.
//!   `date_expires_gmt` stands in its documentation and is dropped there, since a coupon has no setter of that name. So
//!   `date_expires` is sent, with the zone in it, which is understood (`set_date_prop` in `abstract-wc-data.php`).
//! - A coupon counts an order from the moment that it is placed, paid or not, and counts it no more when the order is
//!   called off.

use super::super::codes::{CodeOrder, Ended, MakesCodes, decimal};
use super::super::{Setup, Trouble, pull};
use super::{ADDRESS, WooCommerce};
use crate::domain::{DAY, Instant};
use app::api::RewardKind;
use async_trait::async_trait;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

const KEYS: &str = "WooCommerce does not let the REST API key make coupons: make one that may read and write under \
                    Settings, Advanced, REST API, and give it with `laurel connection secret PROGRAM CONNECTION \
                    consumer_key`, and consumer_secret";
const NO_PRODUCT: &str =
    "WooCommerce has no product with this SKU: correct the reward's sku, or add the product";
/// Somebody has made a coupon with this code.
const THERE: &str = "woocommerce_rest_coupon_code_already_exists";

/// A coupon, as far as it is of concern. Its code is in small letters.
#[derive(Deserialize)]
struct Coupon {
    id: u64,
    #[serde(default)]
    code: String,
    usage_count: u64,
}

/// A product.
#[derive(Deserialize)]
struct Product {
    id: u64,
}

/// A refusal.
#[derive(Deserialize)]
struct Refusal {
    code: String,
}

/// What was answered.
enum Said<T> {
    Yes(T),
    /// The code of a refusal.
    No(String),
}

#[async_trait]
impl MakesCodes for WooCommerce {
    async fn make(&self, setup: &Setup<'_>, order: &CodeOrder<'_>) -> Result<String, Trouble> {
        let product = match (order.terms.kind, order.terms.sku.as_deref()) {
            (RewardKind::FreeProduct, Some(sku)) => Some(product(setup, sku).await?),
            (RewardKind::FreeProduct, None) => return Err(Trouble::Refused("code_kind")),
            _ => None,
        };
        let place = place(setup, "coupons")?;
        let call = setup.outside.post(&place).map_err(|_| misplaced())?;
        match ask::<Coupon>(setup, call.json(&coupon(order, product))).await? {
            Said::Yes(made) => Ok(made.id.to_string()),
            Said::No(code) if code == THERE => {
                let found = find(setup, order.code).await?;
                found.ok_or_else(|| Trouble::unclear("a code is taken and not there"))
            }
            Said::No(_) => Err(Trouble::Refused("code_refused")),
        }
    }

    async fn end(
        &self,
        setup: &Setup<'_>,
        outside: Option<&str>,
        code: &str,
    ) -> Result<Ended, Trouble> {
        let id = match outside {
            Some(id) => id.to_owned(),
            None => match find(setup, code).await? {
                Some(id) => id,
                None => return Ok(Ended::Useless),
            },
        };
        let place = place(setup, &format!("coupons/{id}"))?;
        // Its time ends first: from then on nobody can use it, and the count is the last.
        let past = json!({ "date_expires": written(setup.now - DAY) });
        let call = setup.outside.post(&place).map_err(|_| misplaced())?;
        match ask::<Coupon>(setup, call.json(&past)).await? {
            Said::Yes(coupon) if coupon.usage_count > 0 => return Ok(Ended::AlreadyUsed),
            Said::Yes(_) => {}
            Said::No(why) => return gone(&why),
        }
        let call = setup.outside.delete(&place).map_err(|_| misplaced())?;
        match ask::<Coupon>(setup, call.query(&[("force", "true")])).await? {
            Said::Yes(coupon) if coupon.usage_count > 0 => Ok(Ended::AlreadyUsed),
            Said::Yes(_) => Ok(Ended::Useless),
            Said::No(why) => gone(&why),
        }
    }
}

/// A coupon that is not there is useless.
fn gone(why: &str) -> Result<Ended, Trouble> {
    if why.ends_with("_invalid_id") {
        return Ok(Ended::Useless);
    }
    Err(Trouble::unclear("it does not let the coupon be ended"))
}

/// What a coupon is made of.
fn coupon(order: &CodeOrder<'_>, product: Option<u64>) -> Value {
    let terms = order.terms;
    let (kind, amount) = match terms.kind {
        RewardKind::Percent => ("percent", decimal(order.permille(), 1)),
        RewardKind::FreeProduct => ("percent", "100".to_owned()),
        _ if order.gives_money() => ("fixed_cart", order.money(order.amount)),
        _ => ("fixed_cart", "0".to_owned()),
    };
    let mut coupon = json!({
        "code": order.code,
        "description": order.name,
        "discount_type": kind,
        "amount": amount,
        "usage_limit": 1,
        "individual_use": !terms.with_other_codes,
        "exclude_sale_items": !terms.on_sale,
        "free_shipping": terms.kind == RewardKind::FreeShipping,
        "date_expires": written(order.expires_at),
    });
    let minimum = order.minimum();
    if minimum > 0 {
        coupon["minimum_amount"] = json!(order.money(minimum));
    }
    if let Some(product) = product {
        coupon["product_ids"] = json!([product]);
        coupon["limit_usage_to_x_items"] = json!(1);
    }
    coupon
}

fn written(at: Instant) -> String {
    pull::written(at, "%Y-%m-%dT%H:%M:%SZ")
}

/// The number of a coupon that is there.
async fn find(setup: &Setup<'_>, code: &str) -> Result<Option<String>, Trouble> {
    let call = pull::get(setup, &place(setup, "coupons")?, ADDRESS)?;
    match ask::<Vec<Coupon>>(setup, call.query(&[("code", code)])).await? {
        Said::Yes(all) => {
            let mut same = all
                .iter()
                .filter(|coupon| coupon.code.eq_ignore_ascii_case(code));
            Ok(same.next().map(|coupon| coupon.id.to_string()))
        }
        Said::No(_) => Err(Trouble::unclear("it does not show its coupons")),
    }
}

/// The number of a product.
async fn product(setup: &Setup<'_>, sku: &str) -> Result<u64, Trouble> {
    let call = pull::get(setup, &place(setup, "products")?, ADDRESS)?;
    match ask::<Vec<Product>>(setup, call.query(&[("sku", sku)])).await? {
        Said::Yes(all) => {
            let first = all.first().map(|product| product.id);
            first.ok_or_else(|| Trouble::shop(NO_PRODUCT))
        }
        Said::No(_) => Err(Trouble::unclear("it does not show its products")),
    }
}

/// An address of the REST API.
fn place(setup: &Setup<'_>, what: &str) -> Result<String, Trouble> {
    let needed = ["consumer_key", "consumer_secret"];
    if needed.iter().any(|name| setup.get(name).is_empty()) {
        return Err(Trouble::shop(KEYS));
    }
    let shop = setup.connection.base("shop", "");
    Ok(format!("{shop}/wp-json/wc/v3/{what}"))
}

fn misplaced() -> Trouble {
    Trouble::shop(ADDRESS)
}

/// Asks with the shop's keys.
async fn ask<T: serde::de::DeserializeOwned>(
    setup: &Setup<'_>,
    call: RequestBuilder,
) -> Result<Said<T>, Trouble> {
    let (key, secret) = (setup.get("consumer_key"), setup.get("consumer_secret"));
    let call = call.basic_auth(key, Some(secret));
    let reply = setup.outside.send(call).await?;
    if reply.status.is_success() {
        return reply.json().map(Said::Yes);
    }
    if reply.status != StatusCode::NOT_FOUND {
        pull::refusal(reply.status, KEYS, ADDRESS)?;
        return Ok(Said::No(reply.json::<Refusal>()?.code));
    }
    // Nothing is there: the thing, or the whole API.
    match reply.json::<Refusal>() {
        Ok(refusal) if refusal.code != "rest_no_route" => Ok(Said::No(refusal.code)),
        _ => Err(misplaced()),
    }
}
