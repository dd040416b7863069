//! Members who bring friends, and the page that friends see.

use crate::text::words::Say1;

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Refer {
    /// Of the section.
    pub(crate) title: &'static str,

    // Of a line of the statement.
    /// The number of the friend.
    pub(crate) friend_bought: Say1,
    /// The order.
    pub(crate) came_by_friend: Say1,
    /// The number of the friend.
    pub(crate) friend_undone: Say1,
    pub(crate) came_undone: &'static str,
}

impl Refer {
    /// Why something cannot be done now, by the problem's code; nothing for a code that is not of here.
    pub(crate) fn problem(&self, code: &str) -> Option<&'static str> {
        let _ = code;
        None
    }
}
