//! Judge.me's hooks: all of the input is the body.

#![no_main]

use fuzz::delivery::{Delivery, SECRET, mac};
use fuzz::told;
use libfuzzer_sys::fuzz_target;
use server::hooks::Told;

fuzz_target!(|body: &[u8]| {
    let delivery = Delivery {
        kind: "judgeme",
        query: "",
        headers: &[],
        proof: ("judgeme-hmac-sha256", &in_hex),
        body,
    };
    delivery.refuse(body);
    if let Ok(heard) = delivery.hear() {
        told::is_sound(&heard);
        assert!(
            matches!(heard.told.as_slice(), [] | [Told::Review(_)]),
            "{heard:?}"
        );
    }
});

fn in_hex(body: &[u8]) -> String {
    let tag = mac(SECRET.as_bytes(), &[body]);
    tag.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
