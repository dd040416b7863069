//! Shopify's orders, as its Admin API shows them
//! (<https://shopify.dev/docs/api/admin-rest/latest/resources/order>): in the same words as its hooks.
//!
//! Pages are named by what the header `Link` says of the next one
//! (<https://shopify.dev/docs/api/admin-rest/usage/pagination>).

use super::super::pull::{self, PAGE, Page, Place, Pulls};
use super::super::{Setup, Trouble};
use super::Shopify;
use super::api::{self, SHOP};
use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};
use serde::Deserialize;
use serde_json::Value;

/// What is read of an order.
const FIELDS: &str = "id,currency,financial_status,total_price,total_tax,total_discounts,total_shipping_price_set,\
                      shipping_lines,taxes_included,customer,email,phone,line_items,discount_codes,cancelled_at,\
                      created_at,processed_at,updated_at,refunds";

const KEYS: &str = "Shopify does not let the app see orders: give it the scope read_orders and access to customers' \
                    e-mail addresses, install it again, and give its token with `laurel connection secret PROGRAM \
                    CONNECTION access_token`";

#[derive(Deserialize)]
struct Answered {
    orders: Vec<Value>,
}

#[async_trait]
impl Pulls for Shopify {
    /// The token may be there for consent alone, and the orders be told in another way, under other numbers: so only
    /// where the hooks bring orders.
    fn is_ready(&self, setup: &Setup<'_>) -> bool {
        let needed = ["shop", "access_token", "hook_secret"];
        needed.iter().all(|name| !setup.get(name).is_empty())
    }

    async fn page(&self, setup: &Setup<'_>, from: &Place) -> Result<Page, Trouble> {
        let url = format!("{}/orders.json", api::root(setup)?);
        let call = pull::get(setup, &url, SHOP)?;
        let since = pull::written(from.since, "%Y-%m-%dT%H:%M:%SZ");
        let size = PAGE.to_string();
        let always = [("limit", size.as_str()), ("fields", FIELDS)];
        let call = call.query(&always);
        // What the first page was asked for is a part of the next one's name.
        let call = if from.page.is_empty() {
            call.query(&[
                ("status", "any"),
                ("updated_at_min", since.as_str()),
                ("order", "updated_at asc"),
            ])
        } else {
            call.query(&[("page_info", from.page.as_str())])
        };
        let call = call.header("x-shopify-access-token", setup.get("access_token"));
        let reply = setup.outside.send(call).await?;
        pull::refusal(reply.status, KEYS, SHOP)?;
        let answered: Answered = reply.success()?;
        let changes = pull::changes("shopify", &answered.orders, from, changed_at);
        let next = next_page(&reply.headers).map(|page| Place {
            since: from.since,
            page,
        });
        Ok(Page { changes, next })
    }
}

/// When an order changed.
fn changed_at(order: &Value) -> Option<Timestamp> {
    order.get("updated_at")?.as_str()?.parse().ok()
}

/// The name of the next page. Of its address only that is taken, so that the token goes nowhere else.
fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(LINK)?.to_str().ok()?;
    let next = links.split(',').find_map(|link| {
        let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = rest.contains("rel=\"next\"") || rest.contains("rel=next");
        is_next.then_some(address)
    })?;
    let next = Url::parse(next).ok()?;
    let mut pairs = next.query_pairs();
    let (_, page) = pairs.find(|(name, _)| name == "page_info")?;
    Some(page.into_owned()).filter(|page| !page.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_the_header_names() {
        let named = |links: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, links.parse().unwrap());
            next_page(&headers)
        };
        let orders = "https://roast.myshopify.com/admin/api/2026-10/orders.json";
        let next = format!("<{orders}?limit=20&page_info=abc%3D>; rel=\"next\"");
        let previous = format!("<{orders}?limit=20&page_info=zyx>; rel=\"previous\"");
        assert_eq!(named(&next).as_deref(), Some("abc="));
        assert_eq!(
            named(&format!("{previous}, {next}")).as_deref(),
            Some("abc=")
        );
        for none in [
            previous.as_str(),
            "",
            "<https://x/>; rel=\"next\"",
            "<no address?page_info=a>; rel=\"next\"",
            "rel=\"next\"",
        ] {
            assert_eq!(named(none), None, "{none}");
        }
        assert_eq!(next_page(&HeaderMap::new()), None);
    }
}
