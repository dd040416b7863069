//! Work that the browser does by itself before a code is sent, when many are asked for.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Work {
    /// Where the browser could not do it.
    pub(crate) needed: &'static str,
}

impl Work {
    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        (code == "challenge_needed").then_some(self.needed)
    }
}
