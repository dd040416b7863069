//! The code that stands on a till and changes by itself: whoever types it is in the shop, or was there a moment ago.

use super::{Instant, SECOND};
use app::api::ProgramId;
use aws_lc_rs::hmac;

/// How long one code stands, in seconds.
pub const STEP_SECONDS: i64 = 30;
/// How many earlier codes count too: walking to a seat and typing take a while.
const LATE_STEPS: i64 = 2;
/// What codes are made of: no 0 and O, no 1 and I.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How long a code is.
const CODE_LETTERS: usize = 6;

/// Which code stands at a moment.
pub fn step_at(now: Instant) -> i64 {
    now.div_euclid(STEP_SECONDS * SECOND)
}

/// The code of one task at a step. Only who has the key can know it.
pub fn code(key: &[u8; 32], program: ProgramId, task: &str, step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    // Both numbers have a fixed length, so no two of these are read as one another.
    let message = [&program.0[..], &step.to_be_bytes()[..], task.as_bytes()].concat();
    let tag = hmac::sign(&key, &message);
    let letters = tag.as_ref().iter().take(CODE_LETTERS);
    letters
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect()
}

/// The step whose code somebody typed, if it stands or stood a moment ago. Case and blanks do not matter.
pub fn step_of(
    key: &[u8; 32],
    program: ProgramId,
    task: &str,
    typed: &str,
    now: Instant,
) -> Option<i64> {
    let letters = typed.chars().filter(|letter| !letter.is_whitespace());
    let typed: String = letters.flat_map(char::to_uppercase).collect();
    let newest = step_at(now);
    (newest - LATE_STEPS..=newest).rev().find(|step| {
        let right = code(key, program, task, *step);
        crate::crypto::same(right.as_bytes(), typed.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8; 32] = &[7; 32];
    const NOW: Instant = 1_760_000_010 * SECOND;
    const SHOP: ProgramId = ProgramId([1; 16]);

    fn typed(text: &str, now: Instant) -> Option<i64> {
        step_of(KEY, SHOP, "visit", text, now)
    }

    #[test]
    fn a_code_counts_while_it_stands_and_a_minute_longer() {
        let step = step_at(NOW);
        let standing = code(KEY, SHOP, "visit", step);
        let begin = step * STEP_SECONDS * SECOND;
        assert_eq!(typed(&standing, begin), Some(step));
        assert_eq!(typed(&standing, begin + 90 * SECOND - 1), Some(step));
        assert_eq!(typed(&standing, begin + 90 * SECOND), None, "stale");
        assert_eq!(typed(&standing, begin - 1), None, "not yet");
    }

    #[test]
    fn it_may_be_typed_in_small_letters_and_with_blanks() {
        let standing = code(KEY, SHOP, "visit", step_at(NOW));
        let (front, back) = standing.split_at(3);
        let sloppy = format!(" {} {}\n", front.to_lowercase(), back.to_lowercase());
        assert_eq!(typed(&sloppy, NOW), Some(step_at(NOW)));
        assert_eq!(typed("", NOW), None);
        assert_eq!(typed(front, NOW), None);
        assert_eq!(typed(&format!("{standing}A"), NOW), None);
    }

    #[test]
    fn every_programme_task_step_and_key_has_codes_of_its_own() {
        let step = step_at(NOW);
        let codes = [
            code(KEY, SHOP, "visit", step),
            code(KEY, SHOP, "visit", step + 1),
            code(KEY, SHOP, "tasting", step),
            code(KEY, ProgramId([2; 16]), "visit", step),
            code(&[8; 32], SHOP, "visit", step),
        ];
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(different.len(), codes.len(), "{codes:?}");
        for code in &codes {
            assert_eq!(code.len(), 6);
            assert!(!code.contains(['0', 'O', '1', 'I']), "{code}");
        }
    }

    #[test]
    fn every_letter_stands_in_codes() {
        let codes = (0..100).map(|step| code(KEY, SHOP, "visit", step));
        let letters: std::collections::BTreeSet<_> = codes.flat_map(String::into_bytes).collect();
        assert_eq!(letters.len(), LETTERS.len());
    }
}
