//! What points can be turned into.

use crate::text::words::{Say1, Say2};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Spend {
    /// Of the section and its tab.
    pub(crate) title: &'static str,

    // Of a line of the statement.
    /// The reward.
    pub(crate) unneeded: Say1,
    /// The reward.
    pub(crate) not_made: Say1,
    /// The reward, and what it cost, with its unit left out.
    pub(crate) credit_bought: Say2,
}

impl Spend {
    /// Why something cannot be done now, by the problem's code; nothing for a code that is not of here.
    pub(crate) fn problem(&self, code: &str) -> Option<&'static str> {
        let _ = code;
        None
    }
}
