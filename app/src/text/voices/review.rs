//! Reviews of bought products.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) will_check: &'static str,
}

impl Review {
    pub(super) fn reason(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }

    pub(super) fn fault(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }
}
