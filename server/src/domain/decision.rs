//! What a person says who decides.

use app::api::REASON_CHARS_MAX;

/// The reason of a refusal as it is kept, if a member can be told it: a text of 1 to 500 characters without those
/// that control a terminal. Lines stay lines.
pub fn note(text: &str) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    let good = |letter: char| letter == '\n' || !letter.is_control();
    let fits = (1..=REASON_CHARS_MAX).contains(&text.chars().count());
    (fits && text.chars().all(good)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_not_too_much() {
        assert_eq!(note("  Not\r\nours. ").as_deref(), Some("Not\nours."));
        assert_eq!(note(&"ж".repeat(500)).map(|text| text.len()), Some(1000));
        for bad in ["", " \n ", "a\0b", "a\u{7}", &"ж".repeat(501)] {
            assert_eq!(note(bad), None, "{bad:?}");
        }
    }
}
