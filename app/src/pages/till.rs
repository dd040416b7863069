//! The page that a shop leaves open at its till. It uses no script, and is loaded anew by itself.

use crate::text::Text;
use crate::ui::{Draw as _, Drawn};
use leptos::prelude::*;
use std::fmt::Write as _;

/// What the page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct TillPage<'a> {
    /// A language tag.
    pub locale: &'a str,
    /// The programme's name for people.
    pub program: &'a str,
    /// The owner's colour, `#rrggbb`.
    pub color: &'a str,
    /// The task's title.
    pub task: &'a str,
    /// The code that stands now.
    pub code: &'a str,
    /// The same to be scanned.
    pub squares: &'a Squares,
}

/// A picture of dark and light squares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Squares {
    /// How many there are in a row, and how many rows.
    pub width: usize,
    /// Which of them are dark, row by row.
    pub dark: Vec<bool>,
}

impl Squares {
    /// The picture as an SVG file, with the light edge that scanners need.
    #[must_use]
    pub fn svg(&self) -> String {
        const EDGE: usize = 4;
        let side = self.width + 2 * EDGE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{EDGE} -{EDGE} {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M-{EDGE}-{EDGE}h{side}v{side}h-{side}z\"/>\
             <path d=\"{}\"/></svg>",
            self.outline()
        )
    }

    /// The outline of all that are dark, as SVG writes it.
    fn outline(&self) -> String {
        let mut outline = String::new();
        for (y, row) in self.dark.chunks(self.width.max(1)).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
                // Writing to a text does not fail.
                let _written = write!(outline, "M{x} {y}h1v1h-1z");
            }
        }
        outline
    }
}

/// The inside of the page.
pub(crate) fn page(page: &TillPage<'_>) -> Drawn {
    let words = &Text::by_locale(page.locale).voices.handed.till;
    let width = page.squares.width;
    view! {
        <main class="letter till" id="till">
            <p class="eyebrow">{page.program.to_owned()}</p>
            <h1>{page.task.to_owned()}</h1>
            <p class="lead">{words.how}</p>
            <output>{page.code.to_owned()}</output>
            <svg
                viewBox=format!("0 0 {width} {width}")
                shape-rendering="crispEdges"
                role="img"
                aria-label=words.picture
            >
                <path d=page.squares.outline()></path>
            </svg>
            <p class="quiet">{words.changes}</p>
        </main>
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_squares_are_drawn_where_they_are() {
        let squares = Squares {
            width: 2,
            dark: vec![true, false, false, true],
        };
        assert_eq!(squares.outline(), "M0 0h1v1h-1zM1 1h1v1h-1z");
    }
}
