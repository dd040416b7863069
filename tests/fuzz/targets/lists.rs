//! Hooks of mailing lists: the first line is the service, a blank and what stands behind the question mark of the
//! address; the rest is the body. The proof is a key, which says nothing of the body.

#![no_main]

use fuzz::delivery::{Delivery, SECRET};
use fuzz::{cut, parts, told};
use libfuzzer_sys::fuzz_target;
use server::hooks::Told;

fuzz_target!(|input: &[u8]| {
    let (head, body) = parts(input);
    let (service, query) = cut(head, b' ');
    let kind = match service {
        b"mailchimp" => "mailchimp",
        _ => "brevo",
    };
    let delivery = Delivery {
        kind,
        query: str::from_utf8(query).unwrap_or_default(),
        headers: &[],
        proof: ("authorization", &|_| format!("Bearer {SECRET}")),
        body,
    };
    delivery.refuse(query);
    if let Ok(heard) = delivery.hear() {
        told::is_sound(&heard);
        assert!(
            matches!(heard.told.as_slice(), [] | [Told::Hint(_)]),
            "{heard:?}"
        );
    }
});
