//! Questions that are answered together.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) will_check: &'static str,
}

impl Survey {
    pub(super) fn fault(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }
}
