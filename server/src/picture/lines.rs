//! Texts as lines that are not too wide.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont as _};

/// What stands for what was left out.
const MORE: char = '…';

/// A line of letters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What it says: only what there are letters for.
    pub(super) text: String,
    /// The size of its letters, in pixels to an em.
    pub(super) size: f32,
    /// How wide it is, in pixels.
    pub(super) width: f32,
}

impl Line {
    fn new(font: &FontRef<'_>, text: &str, size: f32) -> Self {
        Self {
            width: width(font, text, size),
            text: text.to_owned(),
            size,
        }
    }
}

/// So many pixels to an em, as the library counts them: by the height of the letters.
pub(super) fn scale(font: &FontRef<'_>, size: f32) -> PxScale {
    let em = font.units_per_em().unwrap_or(2048.0);
    PxScale::from(size * font.height_unscaled() / em)
}

fn width(font: &FontRef<'_>, text: &str, size: f32) -> f32 {
    let scaled = font.as_scaled(scale(font, size));
    let mut last = None;
    let mut width = 0.0;
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        width += last.map_or(0.0, |last| scaled.kern(last, id)) + scaled.h_advance(id);
        last = Some(id);
    }
    width
}

/// A text without what there are no letters for, and with plain blanks.
fn written(font: &FontRef<'_>, text: &str) -> String {
    let known = text.chars().filter_map(|letter| {
        if letter.is_whitespace() {
            Some(' ')
        } else {
            (font.glyph_id(letter).0 != 0 && !letter.is_control()).then_some(letter)
        }
    });
    let known: String = known.collect();
    known.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of this size, cut where it is too wide.
pub(super) fn short(font: &FontRef<'_>, text: &str, size: f32, widest: f32) -> Line {
    cut(font, &written(font, text), size, widest)
}

fn cut(font: &FontRef<'_>, text: &str, size: f32, widest: f32) -> Line {
    if width(font, text, size) <= widest {
        return Line::new(font, text, size);
    }
    let mut kept = text.to_owned();
    loop {
        let line = format!("{}{MORE}", kept.trim_end());
        if kept.is_empty() || width(font, &line, size) <= widest {
            return Line::new(font, &line, size);
        }
        kept.pop();
    }
}

/// A text in at most so many lines, in the largest of these sizes in which that works without breaking a word; where
/// none does, in the smallest, with its end left out. Answers the size, too.
pub(super) fn fitted(
    font: &FontRef<'_>,
    text: &str,
    sizes: &[f32],
    most: usize,
    widest: f32,
) -> (Vec<Line>, f32) {
    let text = written(font, text);
    let mut smallest = 0.0;
    for size in sizes {
        smallest = *size;
        let lines = broken(font, &text, *size, widest);
        if lines.len() <= most && lines.iter().all(|line| width(font, line, *size) <= widest) {
            let lines = lines.iter().map(|line| Line::new(font, line, *size));
            return (lines.collect(), *size);
        }
    }
    let mut lines = broken(font, &text, smallest, widest);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    let lines = lines.iter().map(|line| cut(font, line, smallest, widest));
    (lines.collect(), smallest)
}

/// Lines that are broken at blanks. A word that is too wide alone has a line of its own, and is still too wide.
fn broken(font: &FontRef<'_>, text: &str, size: f32, widest: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(font, &format!("{line} {word}"), size) <= widest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
