//! What members write to the shop, and its answers.

use crate::text::words::{Say1, SayN};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) will_check: &'static str,
    pub(crate) checked: &'static str,
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    /// Within how many hours the shop answers.
    pub(crate) promise: fn(u32) -> String,
    pub(crate) begin: &'static str,
    pub(crate) field: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) send: &'static str,
    pub(crate) you: &'static str,
    /// The day and the time.
    pub(crate) promised: Say1,
    /// The day and the time, which are over.
    pub(crate) late: Say1,
    pub(crate) unread: &'static str,
    pub(crate) mark_read: &'static str,
    pub(crate) reply: &'static str,
    pub(crate) field_reply: &'static str,
    pub(crate) send_reply: &'static str,
    pub(crate) earlier: SayN,
    pub(crate) event: &'static str,
    pub(crate) read_answer: &'static str,
    pub(crate) field_text: &'static str,
}

impl Thread {
    pub(super) fn fault(&self, field: &str) -> Option<&'static str> {
        (field == "text").then_some(self.field_text)
    }
}
