//! Store credit.

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Credit {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Said while the page is open.
    pub(crate) changed: &'static str,
}
