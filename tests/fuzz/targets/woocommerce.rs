//! `WooCommerce`'s hooks: the first line is the topic, the rest is the body.

#![no_main]

use app::api::OrderStatus;
use fuzz::delivery::{Delivery, in_base64};
use fuzz::{parts, told};
use libfuzzer_sys::fuzz_target;
use server::hooks::{self, Heard, Told};

fuzz_target!(|input: &[u8]| {
    let (topic, body) = parts(input);
    let delivery = Delivery {
        kind: "woocommerce",
        query: "",
        headers: &[("x-wc-webhook-topic", topic)],
        proof: ("x-wc-webhook-signature", &in_base64),
        body,
    };
    delivery.refuse(topic);
    let heard = delivery.hear();
    if let b"order.created" | b"order.updated" | b"order.restored" = topic {
        let shown = hooks::shown("woocommerce", body).expect("orders are asked for");
        assert_eq!(shown, heard, "the API shows an order as its hooks do");
    }
    if let Ok(heard) = heard {
        told::is_sound(&heard);
        told::is_translated(&heard);
        stands_together(&heard);
    }
});

/// Refunds come behind their order, and only if it stands. One that is given back as a whole has them for all
/// that it cost.
fn stands_together(heard: &Heard) {
    let Some((first, refunds)) = heard.told.split_first() else {
        return;
    };
    let Told::Order(order) = first else {
        panic!("{heard:?}");
    };
    let of_it = |told: &Told| match told {
        Told::Refund(refund) if refund.order_id == order.id => Some(refund.amount),
        _ => None,
    };
    let amounts: Option<Vec<i64>> = refunds.iter().map(of_it).collect();
    let amounts = amounts.unwrap_or_else(|| panic!("{heard:?}"));
    assert!(
        amounts.is_empty() || order.status == OrderStatus::Paid,
        "{heard:?}"
    );
    if heard.id.starts_with(&format!("{}/refunded/", order.id)) {
        assert!(amounts.iter().sum::<i64>() >= order.total, "{heard:?}");
    }
}
