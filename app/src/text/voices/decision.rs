//! What waits for a person, and the pages on which they decide.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) will_check: &'static str,
}

impl Decision {
    pub(super) fn reason(&self, code: &str) -> Option<&'static str> {
        let _ = (self, code);
        None
    }
}
