//! Questions that are answered together.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) will_check: &'static str,
    pub(crate) checked: &'static str,
    /// So many questions, in about so many minutes.
    pub(crate) about: fn(i64, i64) -> String,
    pub(crate) begin: &'static str,
    pub(crate) send: &'static str,
    pub(crate) optional: &'static str,
    pub(crate) not_likely: &'static str,
    pub(crate) very_likely: &'static str,
    pub(crate) not_satisfied: &'static str,
    pub(crate) very_satisfied: &'static str,
    pub(crate) unanswered: &'static str,
    pub(crate) over: &'static str,
}

impl Survey {
    pub(super) fn fault(&self, field: &str) -> Option<&'static str> {
        field.starts_with("answers.").then_some(self.unanswered)
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        (code == "survey_over").then_some(self.over)
    }
}
