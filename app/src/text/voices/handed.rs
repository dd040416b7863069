//! What is passed on, downloaded and done in the shop, and days in a row.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) will_check: &'static str,
}

impl Handed {
    pub(super) fn fault(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }
}
