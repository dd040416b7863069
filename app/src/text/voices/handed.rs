//! What is passed on, downloaded and done in the shop, and days in a row.

use crate::api::TaskKind;
use crate::text::words::{Say1, Say2};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) share: Share,
    pub(crate) download: Download,
    pub(crate) till: Till,

    /// So many days, of a transfer.
    pub(crate) in_a_row: fn(u32) -> String,
    /// So many days in a row are wanted, for this amount on top.
    pub(crate) begin_row: fn(u32, &str) -> String,
    /// So many days in a row there are, so many more are wanted, for this amount on top.
    pub(crate) go_on_row: fn(u32, u32, &str) -> String,

    /// Of an address that leads nowhere.
    pub(crate) unknown_title: &'static str,
    pub(crate) unknown: &'static str,
}

/// A link that is passed on.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) will_check: &'static str,
    pub(crate) checked: &'static str,
    pub(crate) begin: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) send: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) places: &'static str,
    pub(crate) mail: &'static str,

    // Its page.
    /// The programme.
    pub(crate) title: Say1,
    pub(crate) lead: Say1,
    pub(crate) note: &'static str,
    pub(crate) to_shop: &'static str,
    pub(crate) own_title: &'static str,
    pub(crate) own: &'static str,
}

/// A file.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) will_check: &'static str,
    pub(crate) checked: &'static str,
    pub(crate) begin: &'static str,
    pub(crate) open: &'static str,
    pub(crate) hint: &'static str,

    // Its page.
    pub(crate) kilobytes: &'static str,
    pub(crate) megabytes: &'static str,
    /// The number, and the unit.
    pub(crate) size: Say2,
    pub(crate) button: &'static str,
    pub(crate) note: &'static str,
    pub(crate) used_title: &'static str,
    pub(crate) used: &'static str,
    pub(crate) over_title: &'static str,
    pub(crate) over: &'static str,
    pub(crate) missing_title: &'static str,
    pub(crate) missing: &'static str,
}

/// The code on the till.
#[derive(Debug)]
pub(crate) struct Till {
    pub(crate) will_check: &'static str,
    pub(crate) checked: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) send: &'static str,
    pub(crate) wrong: &'static str,

    // Its page.
    pub(crate) how: &'static str,
    pub(crate) changes: &'static str,
    /// What the picture shows, for those who do not see it.
    pub(crate) picture: &'static str,
}

impl Handed {
    /// How a task of these kinds was checked; nothing for others.
    pub(crate) fn checked(&self, kind: TaskKind) -> Option<&'static str> {
        Some(match kind {
            TaskKind::Share => self.share.checked,
            TaskKind::Download => self.download.checked,
            TaskKind::InStore => self.till.checked,
            _ => return None,
        })
    }

    pub(super) fn fault(&self, field: &str) -> Option<&'static str> {
        (field == "till_code").then_some(self.till.wrong)
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        (code == "file_missing").then_some(self.download.missing)
    }
}
