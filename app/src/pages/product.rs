//! What stands inline beside a price: what it earns, and how many points to pay a cart with.

use crate::panel::Panel;
use crate::ui::{Draw as _, Drawn};

/// What a product would earn, for this member.
pub(crate) fn earn(panel: &Panel) -> Drawn {
    let _ = panel;
    ().drawn()
}

/// How many points to pay a cart with.
pub(crate) fn slider(panel: &Panel) -> Drawn {
    let _ = panel;
    ().drawn()
}
