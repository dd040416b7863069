//! Telegram's updates: all of the input is the body. The proof is a word, which says nothing of the body.

#![no_main]

use fuzz::delivery::{Delivery, SECRET};
use fuzz::told;
use libfuzzer_sys::fuzz_target;
use server::hooks::Told;

fuzz_target!(|body: &[u8]| {
    let delivery = Delivery {
        kind: "telegram",
        query: "",
        headers: &[],
        proof: ("x-telegram-bot-api-secret-token", &|_| SECRET.to_owned()),
        body,
    };
    delivery.refuse(body);
    let Ok(heard) = delivery.hear() else {
        return;
    };
    told::is_sound(&heard);
    assert!(heard.id.parse::<i64>().is_ok(), "{heard:?}");
    match heard.told.as_slice() {
        [] => {}
        [Told::Hint(hint)] => {
            // The number, and the name if there is one.
            let (number, name) = hint.targets.split_first().expect("a chat has a number");
            assert!(number.parse::<i64>().is_ok() && name.len() <= 1, "{hint:?}");
            assert!(name.iter().all(|name| name.starts_with('@')), "{hint:?}");
            assert!(hint.targets.iter().all(|target| hint.is_about(target)));
        }
        _ => panic!("{heard:?}"),
    }
});
