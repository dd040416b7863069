//! Signing in elsewhere to become known here.

use crate::text::words::{Say1, Say2};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct SignIn {
    /// Beside the code by mail.
    pub(crate) lead: &'static str,
    /// The service.
    pub(crate) button: Say1,
    pub(crate) note: &'static str,
    /// Once the window is open.
    pub(crate) waiting: &'static str,

    // The window, at its end.
    pub(crate) done_title: &'static str,
    /// The handle, and the service.
    pub(crate) done: Say2,
    pub(crate) close: &'static str,
    pub(crate) failed_title: &'static str,
    /// Beside the reason.
    pub(crate) nothing_done: &'static str,
    /// The service.
    pub(crate) let_go: Say1,

    pub(crate) over: &'static str,
}

impl SignIn {
    /// Why nobody is signed in; nothing for a reason that linking an account has as well.
    pub(crate) fn reason(&self, code: &str, service: &str) -> Option<String> {
        (code == "let_go").then(|| (self.let_go)(service))
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        (code == "sign_in_over").then_some(self.over)
    }
}
