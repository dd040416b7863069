//! WooCommerce: orders and refunds, as the shop's own hooks tell them.

use super::webhooks::{ASKED_NOTHING, HOOK_SECRET, OLD_HOOK_SECRET};
use super::{About, By, Service};

/// <https://developer.woocommerce.com/docs/apis/rest-api/webhooks/>
pub(super) struct WooCommerce;

static ABOUT: About = About {
    kind: "woocommerce",
    name: "WooCommerce",
    proves: "Orders and refunds, as the shop signs them.",
    knows: By::Nobody,
    asks: None,
    settings: &[HOOK_SECRET, OLD_HOOK_SECRET],
    target: "None: it is no task's.",
    budget: ASKED_NOTHING,
    limits: "Free. WooCommerce sends each hook once and switches it off after five failures in a row.",
    steps: [
        "Add the connection to the programme file: kind = \"woocommerce\".",
        "In WooCommerce, open Settings, Advanced, Webhooks, and add one for each of order.created and order.updated.",
        "As its delivery URL, enter /hooks/PROGRAM.CONNECTION at Laurel's public address, and make up a secret.",
        "Give the same secret here: `laurel connection secret PROGRAM CONNECTION hook_secret`.",
        "Change an order, and look whether it is there.",
    ],
    source: "https://woocommerce.com/document/webhooks/",
};

impl Service for WooCommerce {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn hook(&self) -> Option<&'static str> {
        Some("woocommerce")
    }
}
