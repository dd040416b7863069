//! Parts that look alike to everybody of a kind: drawn once, and kept as text.

use super::{Drawn, Words};
use html_escape::encode_double_quoted_attribute_to_string;
use leptos::prelude::*;
use std::{
    collections::HashMap,
    fmt,
    sync::{PoisonError, RwLock},
};

/// What is kept of one version of the rules in one language. It grows with the tiers and the tasks, not with the
/// members.
#[derive(Default)]
pub struct Prints(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    stage: Stage,
    sheets: HashMap<Print, Sheet>,
}

/// What the texts of a moment depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    /// The day in UTC, which birthdays are asked for by.
    pub(crate) today: Option<jiff::civil::Date>,
    /// The day of the shop, which campaigns go by.
    pub(crate) day: Option<jiff::civil::Date>,
    /// How many campaigns have begun or ended by then.
    pub(crate) past: usize,
}

/// A part, and what those have in common to whom it looks alike.
type Print = (Part, String);

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// What purchases earn, by tier.
    Purchases,
    /// The ladder's names and sheets, by tier.
    Tiers,
    /// How a tier is counted.
    Counted,
    /// How it works, after what the member has, by tier.
    How,
    /// The card of a task, by task, state and what else shows in it.
    Card,
}

/// What each member's own words are drawn as, to find their places: no characters, so no shop's words have them.
const GAPS: [&str; 2] = ["\u{fdd0}", "\u{fdd1}"];

/// A text with gaps for what is each member's own.
struct Sheet {
    text: String,
    /// Where a gap is, and which, from the first on.
    gaps: Vec<(usize, usize)>,
}

impl Sheet {
    fn new(text: String) -> Self {
        let gaps = GAPS.iter().enumerate();
        let gaps =
            gaps.flat_map(|(which, gap)| text.match_indices(gap).map(move |(at, _)| (at, which)));
        let mut gaps: Vec<_> = gaps.collect();
        gaps.sort_unstable();
        Self { text, gaps }
    }

    /// The text with these words in its gaps, which may stand in attributes as well as between tags.
    fn fill(&self, own: [&str; 2]) -> String {
        let room = self.text.len() + own[0].len() + own[1].len();
        let mut filled = String::with_capacity(room);
        let mut from = 0;
        for &(at, which) in &self.gaps {
            filled.push_str(&self.text[from..at]);
            encode_double_quoted_attribute_to_string(own[which], &mut filled);
            from = at + GAPS[which].len();
        }
        filled.push_str(&self.text[from..]);
        filled
    }
}

impl Prints {
    fn find(&self, stage: Stage, print: &Print, own: [&str; 2]) -> Option<String> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let sheet = kept.sheets.get(print).filter(|_| kept.stage == stage);
        sheet.map(|sheet| sheet.fill(own))
    }

    fn keep(&self, stage: Stage, print: Print, sheet: Sheet) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.stage != stage {
            kept.stage = stage;
            kept.sheets.clear();
        }
        kept.sheets.insert(print, sheet);
    }
}

impl fmt::Debug for Prints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prints").finish_non_exhaustive()
    }
}

impl Words<'_> {
    /// A part as it was drawn before for somebody to whom it looks alike. What `draw` makes depends on nothing
    /// else of the member: not on their zone, and not on what they have.
    pub(crate) fn print<V: IntoView>(
        self,
        part: Part,
        alike: &str,
        draw: impl FnOnce() -> V,
    ) -> Drawn {
        self.print_for(part, alike, [""; 2], |_| draw())
    }

    /// The same with words that are each member's own, and that are only put in: `draw` gets others in their stead.
    pub(crate) fn print_for<V: IntoView>(
        self,
        part: Part,
        alike: &str,
        own: [&str; 2],
        draw: impl FnOnce([&'static str; 2]) -> V,
    ) -> Drawn {
        let print = (part, alike.to_owned());
        let kept = self.prints.find(self.stage, &print, own);
        let text = kept.unwrap_or_else(|| {
            let sheet = Sheet::new(draw(GAPS).into_view().to_html());
            let text = sheet.fill(own);
            self.prints.keep(self.stage, print, sheet);
            text
        });
        Drawn::new(text)
    }
}
