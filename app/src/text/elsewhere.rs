//! What is said about tasks that are done on other services, and about signing in there.

use super::words::{Say1, Say2};

/// The words of one language. A service arrives by its name.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    /// The service.
    pub(crate) will_check: Say1,
    pub(crate) checked: &'static str,
    /// The days, where points are taken back.
    pub(crate) will_look_again: fn(u32) -> String,
    /// A task's title, once it was undone.
    pub(crate) undone: Say1,

    // What the card asks for.
    /// The service.
    pub(crate) sign_in: Say1,
    pub(crate) sign_in_note: &'static str,
    pub(crate) field_handle: &'static str,
    pub(crate) hint_handle: &'static str,
    pub(crate) field_server: &'static str,
    pub(crate) hint_server: &'static str,
    /// The handle.
    pub(crate) you_are: Say1,
    /// The service.
    pub(crate) open: Say1,
    /// Where only new follows pay.
    pub(crate) new_only: &'static str,
    pub(crate) begin: &'static str,
    pub(crate) check: &'static str,
    pub(crate) check_again: &'static str,
    pub(crate) another_account: &'static str,
    pub(crate) let_go: &'static str,
    pub(crate) let_go_note: &'static str,

    /// The state of what was not found done, in a word or two.
    pub(crate) not_yet: &'static str,
    // Where it stands; each takes the service.
    pub(crate) checking: Say1,
    pub(crate) not_now: Say1,
    pub(crate) not_followed: Say1,
    pub(crate) already_followed: Say1,
    pub(crate) account_gone: Say1,
    pub(crate) unlinked: Say1,
    pub(crate) not_kept: Say1,
    pub(crate) could_not_check: Say1,
    /// The service, and the day.
    pub(crate) notice: Say2,

    pub(crate) window: Window,
    pub(crate) visit: Visit,
    pub(crate) list: List,
}

/// A mailing list that another service keeps.
#[derive(Debug)]
pub(crate) struct List {
    /// The service.
    pub(crate) will_check: Say1,
    pub(crate) checked: &'static str,
    /// The address.
    pub(crate) address: Say1,
    pub(crate) no_address: &'static str,
    pub(crate) open: &'static str,
    /// The service.
    pub(crate) not_subscribed: Say1,
}

/// A page that is to be opened.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The seconds.
    pub(crate) will_check: fn(u32) -> String,
    pub(crate) checked: &'static str,
    pub(crate) open: &'static str,
    pub(crate) open_again: &'static str,
    pub(crate) opened: &'static str,
    pub(crate) back: &'static str,
    /// In the window, on the way.
    pub(crate) going: &'static str,
}

/// The window in which somebody signs in elsewhere.
#[derive(Debug)]
pub(crate) struct Window {
    /// The service.
    pub(crate) going_title: Say1,
    pub(crate) going: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) done_title: &'static str,
    /// The handle, and the service.
    pub(crate) done: Say2,
    pub(crate) close: &'static str,
    pub(crate) failed_title: &'static str,
    /// Beside the reason.
    pub(crate) nothing_linked: &'static str,
    pub(crate) writing: Writing,
    pub(crate) declined: &'static str,
    pub(crate) taken: Say1,
    pub(crate) other_browser: &'static str,
    /// The same of a page that was to be visited.
    pub(crate) wrong_visit: &'static str,
    pub(crate) over: &'static str,
    pub(crate) unknown_handle: &'static str,
    pub(crate) not_your_handle: &'static str,
    pub(crate) another_account: &'static str,
    pub(crate) bad_server: &'static str,
    pub(crate) sign_in_failed: Say1,
    pub(crate) not_now: Say1,
    pub(crate) shop_must_act: Say1,
}

/// Showing whose an account is by a message to the shop's.
#[derive(Debug)]
pub(crate) struct Writing {
    /// The service.
    pub(crate) title: Say1,
    pub(crate) lead: Say1,
    pub(crate) digits: &'static str,
    pub(crate) confirm: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) note: &'static str,
    /// What is written back: the digits, and the programme.
    pub(crate) reply: Say2,
}

impl Elsewhere {
    /// Why an attempt was refused, goes on or was taken back; nothing for a code that is not of here.
    pub(crate) fn reason(&self, code: &str, service: &str, until: &str) -> Option<String> {
        Some(match code {
            "not_now" => (self.not_now)(service),
            "not_followed" => (self.not_followed)(service),
            "already_followed" => (self.already_followed)(service),
            "not_subscribed" => (self.list.not_subscribed)(service),
            "account_gone" => (self.account_gone)(service),
            "unlinked" => (self.unlinked)(service),
            "not_kept" => (self.not_kept)(service),
            "could_not_check" => (self.could_not_check)(service),
            "notice" => (self.notice)(service, until),
            _ => return None,
        })
    }
}

impl Window {
    /// Why nothing was linked.
    pub(crate) fn reason(&self, code: &str, service: &str) -> String {
        match code {
            "declined" => self.declined.to_owned(),
            "taken" => (self.taken)(service),
            "wrong_window" => self.other_browser.to_owned(),
            "wrong_visit" => self.wrong_visit.to_owned(),
            "over" => self.over.to_owned(),
            "unknown_handle" => self.unknown_handle.to_owned(),
            "not_your_handle" => self.not_your_handle.to_owned(),
            "another_account" => self.another_account.to_owned(),
            "bad_server" => self.bad_server.to_owned(),
            "not_now" => (self.not_now)(service),
            "shop_must_act" => (self.shop_must_act)(service),
            _ => (self.sign_in_failed)(service),
        }
    }
}
