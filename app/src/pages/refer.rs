//! Bringing friends: the member's own link, ways to pass it on, and where each friend stands.

use crate::api::MyReferral;
use crate::panel::Panel;
use crate::ui::{Draw as _, Drawn, Words};

/// The section of the panel.
pub(crate) fn section(words: Words<'_>, referral: &MyReferral) -> Drawn {
    let _ = (words.text.voices.refer.title, referral);
    ().drawn()
}

/// The same inline in a page of the shop, also for guests.
pub(crate) fn inline(panel: &Panel) -> Drawn {
    let _ = panel;
    ().drawn()
}

/// After a purchase: what it earned, and the link to pass on.
pub(crate) fn thanks(panel: &Panel) -> Drawn {
    let _ = panel;
    ().drawn()
}
