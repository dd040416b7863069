//! Views of which only the text is kept.

use leptos::{prelude::*, tachys::html::InertElement};

/// A part that is drawn already. Where a function may return one view or another, this is what both
/// become: to keep them as they are, until all is drawn, would copy every word in them first.
pub(crate) type Drawn = InertElement;

/// Draws a part on its own.
pub(crate) trait Draw {
    /// The part's text, to be put where the part belongs.
    fn drawn(self) -> Drawn;
}

impl<V: IntoView> Draw for V {
    fn drawn(self) -> Drawn {
        InertElement::new(self.into_view().to_html())
    }
}
