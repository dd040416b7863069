//! The card of a task that is done by reviewing what was bought.

use super::{Drawn, TaskCard, Words};
use crate::api::TaskView;

/// How it will be checked, as a sentence.
pub(super) fn will_check(words: Words<'_>, task: &TaskView) -> String {
    let _ = task;
    words.text.voices.review.will_check.to_owned()
}

/// What the member can do about it now.
pub(super) fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let _ = (words, card);
    None
}
