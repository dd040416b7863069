//! Spend: what points can be turned into, and the codes that they were turned into.

use crate::api::{MeView, MyRewards};
use crate::panel::Panel;
use crate::ui::{Draw as _, Drawn, Words};

/// The section of the panel.
pub(crate) fn page(words: Words<'_>, me: &MeView, rewards: &MyRewards) -> Drawn {
    let _ = (words, me, rewards);
    ().drawn()
}

/// The little of it that stands on the home section: what is within reach, or almost.
pub(crate) fn teaser(words: Words<'_>, me: &MeView, rewards: &MyRewards) -> Drawn {
    let _ = (words, me, rewards);
    ().drawn()
}

/// The same inline in a page of the shop, also for guests.
pub(crate) fn inline(panel: &Panel) -> Drawn {
    let _ = panel;
    ().drawn()
}
