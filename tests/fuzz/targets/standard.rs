//! Standard Webhooks: the first line is the id, a blank and the time; the rest is the body.

#![no_main]

use fuzz::delivery::NOW;
use fuzz::{cut, parts, standard, told};
use libfuzzer_sys::fuzz_target;
use server::domain::SECOND;
use server::domain::order::is_text;
use server::hooks::Told;

/// Seconds that a clock may be wrong.
const TOLERANCE: i64 = 300;

fuzz_target!(|input: &[u8]| {
    let (head, body) = parts(input);
    let (id, time) = cut(head, b' ');
    let heard = standard::with(id, time, body, |delivery| {
        delivery.refuse(head);
        // What no header can hold is not signed either.
        let is_sent = [id, time].into_iter().all(is_header);
        is_sent.then(|| delivery.hear())
    });
    let Some(Ok(heard)) = heard else {
        return;
    };
    assert_eq!(heard.id.as_bytes(), id);
    assert!(is_text(&heard.id) && !heard.id.contains('.'), "{heard:?}");
    let time = str::from_utf8(time)
        .ok()
        .and_then(|time| time.parse::<i64>().ok());
    assert!(
        time.is_some_and(|time| (time - NOW / SECOND).abs() <= TOLERANCE),
        "{time:?}"
    );
    assert!(matches!(
        heard.told.as_slice(),
        [] | [Told::Order(_) | Told::Refund(_) | Told::Event(_)]
    ));
    told::is_sound(&heard);
});

/// Whether a header can hold this, and says something.
fn is_header(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}
