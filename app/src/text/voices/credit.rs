//! Store credit, and codes.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Credit {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Said while the page is open.
    pub(crate) changed: &'static str,
    /// The same of a code that is ready, or that stands elsewhere.
    pub(crate) code: &'static str,
}
