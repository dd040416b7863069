//! WooCommerce: orders and refunds, as the shop's own hooks tell them; and as its REST API shows them, since those
//! hooks stop after five failures.

mod codes;

use super::codes::MakesCodes;
use super::pull::{self, PAGE, Page, Place, Pulls};
use super::webhooks::{ASKED_NOTHING, HOOK_SECRET, OLD_HOOK_SECRET};
use super::{About, By, Service, Setting, Setup, Trouble};
use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

/// <https://developer.woocommerce.com/docs/apis/rest-api/webhooks/>
pub(super) struct WooCommerce;

static ABOUT: About = About {
    kind: "woocommerce",
    name: "WooCommerce",
    proves: "Orders and refunds, as the shop signs them.",
    knows: By::Nobody,
    asks: None,
    settings: &[
        HOOK_SECRET,
        OLD_HOOK_SECRET,
        Setting::optional(
            "shop",
            "Your shop's address, such as https://shop.example, if Laurel is to fetch orders whose hooks got lost, or codes \
             of rewards are made in WooCommerce.",
        ),
        Setting::optional_secret(
            "consumer_key",
            "For that, the consumer key of a REST API key that may read, and write if codes are made.",
        ),
        Setting::optional_secret(
            "consumer_secret",
            "The consumer secret that is shown beside it.",
        ),
    ],
    target: "None: it is no task's.",
    budget: ASKED_NOTHING,
    limits: "Free. WooCommerce sends each hook once and switches it off after five failures in a row. With a REST API \
             key Laurel looks every ten minutes for orders that it was not told of.",
    steps: [
        "Add the connection to the programme file: kind = \"woocommerce\".",
        "In WooCommerce, open Settings, Advanced, Webhooks, and add one for each of order.created and order.updated.",
        "As its delivery URL, enter /hooks/PROGRAM.CONNECTION at Laurel's public address, and make up a secret.",
        "Give the same secret here: `laurel connection secret PROGRAM CONNECTION hook_secret`. For lost hooks, add a \
         key under Settings, Advanced, REST API, give consumer_key and consumer_secret, and set shop.",
        "Change an order, and look whether it is there.",
    ],
    source: "https://woocommerce.com/document/webhooks/",
};

/// What is read of an order.
const FIELDS: &str = "id,status,currency,total,total_tax,shipping_total,discount_total,customer_id,billing,\
                      line_items,coupon_lines,refunds,date_created_gmt,date_modified_gmt,date_paid_gmt";

const KEYS: &str = "WooCommerce does not accept the REST API key: make one that may read under Settings, Advanced, \
                    REST API, and give it with `laurel connection secret PROGRAM CONNECTION consumer_key`, and \
                    consumer_secret";
const ADDRESS: &str = "there is no REST API of WooCommerce at the setting shop: write the address that browsers end up \
                       at, such as https://shop.example, and choose permalinks other than Plain in WordPress";

#[async_trait]
impl Service for WooCommerce {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn hook(&self) -> Option<&'static str> {
        Some("woocommerce")
    }

    fn pulls(&self) -> Option<&dyn Pulls> {
        Some(self)
    }

    fn makes_codes(&self) -> Option<&dyn MakesCodes> {
        Some(self)
    }
}

#[async_trait]
impl Pulls for WooCommerce {
    fn is_ready(&self, setup: &Setup<'_>) -> bool {
        let needed = ["shop", "consumer_key", "consumer_secret"];
        needed.iter().all(|name| !setup.get(name).is_empty())
    }

    /// <https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders>. A refund changes its order, and
    /// stands in it.
    async fn page(&self, setup: &Setup<'_>, from: &Place) -> Result<Page, Trouble> {
        let shop = setup.connection.base("shop", "");
        let call = pull::get(setup, &format!("{shop}/wp-json/wc/v3/orders"), ADDRESS)?;
        // Without a zone: with one, WordPress would turn it into the shop's own.
        let since = pull::written(from.since, "%Y-%m-%dT%H:%M:%S");
        let page = if from.page.is_empty() {
            "1"
        } else {
            &from.page
        };
        let size = PAGE.to_string();
        let query = [
            ("modified_after", since.as_str()),
            ("dates_are_gmt", "true"),
            ("orderby", "modified"),
            ("order", "asc"),
            ("per_page", &size),
            ("page", page),
            ("_fields", FIELDS),
        ];
        let (key, secret) = (setup.get("consumer_key"), setup.get("consumer_secret"));
        let call = call.query(&query).basic_auth(key, Some(secret));
        let reply = setup.outside.send(call).await?;
        pull::refusal(reply.status, KEYS, ADDRESS)?;
        let orders: Vec<Value> = reply.success()?;
        let changes = pull::changes("woocommerce", &orders, from, changed_at);
        let next = pull::after(&changes, from);
        Ok(Page { changes, next })
    }
}

/// When an order changed, which is in UTC and does not say so.
fn changed_at(order: &Value) -> Option<Timestamp> {
    let at = order.get("date_modified_gmt")?.as_str()?;
    format!("{at}Z").parse().ok()
}
