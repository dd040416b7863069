//! Shopify's hooks: the first line is the topic, the rest is the body.

#![no_main]

use fuzz::delivery::{Delivery, in_base64};
use fuzz::{parts, told};
use libfuzzer_sys::fuzz_target;
use server::hooks::{self, Told};

fuzz_target!(|input: &[u8]| {
    let (topic, body) = parts(input);
    let delivery = Delivery {
        kind: "shopify",
        query: "",
        headers: &[("x-shopify-topic", topic), ("x-shopify-webhook-id", b"1")],
        proof: ("x-shopify-hmac-sha256", &in_base64),
        body,
    };
    delivery.refuse(topic);
    // The order as the API would show it.
    let shown = hooks::shown("shopify", body).expect("orders are asked for");
    let shown = shown.map(|heard| {
        told::is_sound(&heard);
        told::is_translated(&heard);
        heard.told
    });
    let Ok(heard) = delivery.hear() else {
        return;
    };
    assert_eq!(heard.id, "1");
    told::is_sound(&heard);
    told::is_translated(&heard);
    match (topic, heard.told.as_slice()) {
        (_, []) => {}
        (b"orders/paid" | b"orders/create" | b"orders/cancelled", [Told::Order(order)]) => {
            assert!(order.lines.iter().all(|line| line.qty >= 0), "{order:?}");
            let shown = shown.ok().and_then(|told| told.into_iter().next());
            let is_same = |shown: &Told| Some(shown) == heard.told.first();
            assert!(shown.as_ref().is_none_or(is_same), "{shown:?} {order:?}");
        }
        (b"refunds/create", [Told::Refund(_)]) => {}
        _ => panic!("{heard:?}"),
    }
});
