//! Parts that look alike to everybody of a kind: drawn once, and kept as text.

use super::{Drawn, Words};
use leptos::prelude::*;
use std::{
    collections::HashMap,
    fmt,
    sync::{PoisonError, RwLock},
};

/// What is kept of one version of the rules in one language. It grows with the tiers, not with the
/// members.
#[derive(Default)]
pub struct Prints(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    stage: Stage,
    texts: HashMap<Print, String>,
}

/// What the texts of a moment depend on: the day, and how many campaigns have begun or ended by then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) day: Option<jiff::civil::Date>,
    pub(crate) past: usize,
}

/// A part, and the tier of those to whom it looks alike; empty for those who have none.
type Print = (Part, String);

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// What purchases earn.
    Purchases,
    /// The ladder's names and sheets.
    Tiers,
    /// How a tier is counted.
    Counted,
    /// How it works, after what the member has.
    How,
}

impl Prints {
    fn find(&self, stage: Stage, print: &Print) -> Option<String> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let text = kept.texts.get(print);
        text.filter(|_| kept.stage == stage).cloned()
    }

    fn keep(&self, stage: Stage, print: Print, text: &str) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.stage != stage {
            kept.stage = stage;
            kept.texts.clear();
        }
        kept.texts.insert(print, text.to_owned());
    }
}

impl fmt::Debug for Prints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prints").finish_non_exhaustive()
    }
}

impl Words<'_> {
    /// A part as it was drawn before for somebody of the same tier. What `draw` makes depends on nothing
    /// else of the member: not on their zone, and not on what they have.
    pub(crate) fn print<V: IntoView>(
        self,
        part: Part,
        tier: &str,
        draw: impl FnOnce() -> V,
    ) -> Drawn {
        let print = (part, tier.to_owned());
        let kept = self.prints.find(self.stage, &print);
        let text = kept.unwrap_or_else(|| {
            let text = draw().into_view().to_html();
            self.prints.keep(self.stage, print, &text);
            text
        });
        Drawn::new(text)
    }
}
