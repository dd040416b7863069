//! Reviews that are written on another service.

use crate::text::words::Say1;

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Judged {
    /// By the service's name.
    pub(crate) will_check: Say1,
    pub(crate) checked: &'static str,
    pub(crate) open: &'static str,
    pub(crate) spam: &'static str,
}

impl Judged {
    pub(super) fn reason(&self, code: &str) -> Option<&'static str> {
        (code == "review_spam").then_some(self.spam)
    }
}
