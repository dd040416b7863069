//! What may be written in a thread, and when an answer to it is due.

use super::program::Program;
use super::{HOUR, Instant};
use app::api::{FEEDBACK_CHARS_MIN, MESSAGE_CHARS_MAX};

/// A message as it is kept: without blanks around it, its lines ended by line feeds. Nothing if it is empty, too
/// long, or has characters in it that cannot be seen.
pub fn message(given: &str) -> Option<String> {
    let text = given.replace("\r\n", "\n").replace('\t', " ");
    let text = text.trim();
    let length = text.chars().count();
    let seen = |c: char| c == '\n' || !c.is_control();
    let fits = (1..=MESSAGE_CHARS_MAX).contains(&length) && text.chars().all(seen);
    fits.then(|| text.to_owned())
}

/// Whether a message is as long as a task of kind `feedback` asks for.
pub fn does_task(message: &str) -> bool {
    message.chars().count() >= FEEDBACK_CHARS_MIN
}

/// Until when the shop promises to answer what is written now.
pub fn promised_by(program: &Program, now: Instant) -> Instant {
    now + i64::from(program.answer_hours) * HOUR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program_file;

    #[test]
    fn a_message_is_kept_without_what_surrounds_it() {
        let kept = message(" \n Hello,\r\n\tit\nworks. \n").unwrap();
        assert_eq!(kept, "Hello,\n it\nworks.");
        assert_eq!(message("я"), Some("я".into()));
    }

    #[test]
    fn nothing_too_much_and_what_nobody_sees_is_no_message() {
        for wrong in ["", " \n ", "a\u{0}b", "a\u{1b}[1m", "a\rb", "a\u{85}b"] {
            assert_eq!(message(wrong), None, "{wrong:?}");
        }
        let longest = "я".repeat(4000);
        assert_eq!(message(&format!(" {longest} ")), Some(longest.clone()));
        assert_eq!(message(&format!("{longest}я")), None);
    }

    #[test]
    fn an_answer_is_promised_within_the_programmes_hours() {
        let mut program = program_file::parse(crate::demo::PROGRAM).unwrap();
        program.answer_hours = 48;
        assert_eq!(promised_by(&program, HOUR), 49 * HOUR);
    }

    #[test]
    fn twenty_characters_do_the_task() {
        assert!(!does_task(&"я".repeat(19)));
        assert!(does_task(&"я".repeat(20)));
    }
}
