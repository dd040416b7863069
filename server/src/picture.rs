//! The picture that chats show of a referral link: drawn for each programme and language, once.
//!
//! Letters are outlines of `DejaVu`, which are filled here; there is no layout beyond lines that are broken at blanks.
//! What the letters do not have, such as most pictograms, is left out.

mod canvas;
mod lines;

use ab_glyph::{FontRef, InvalidFont};
use app::pages::PICTURE_SIZE;
use canvas::{Canvas, Color};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};
use lines::{Line, fitted, short};

/// From the picture's edge to what is written.
const MARGIN: f32 = 80.0;
/// What the widest line may have.
const WIDTH: f32 = 1040.0;
/// The sizes that the title is tried in, the largest first.
const TITLE_SIZES: [f32; 5] = [84.0, 74.0, 66.0, 58.0, 50.0];
/// The most lines of the title.
const TITLE_LINES: usize = 3;
/// Of the programme's name, and of the gift's.
const NAME_SIZE: f32 = 38.0;
const GIFT_SIZE: f32 = 40.0;
/// From one line to the next, in parts of the size.
const LEADING: f32 = 1.22;
/// The brand's colour where a programme gives none, or not a colour.
const COLOR_DEFAULT: Color = Color([0x2f, 0x5d, 0x50]);

/// What stands in the picture.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// The owner's colour, `#rrggbb`.
    pub color: &'a str,
    /// The programme's name.
    pub program: &'a str,
    /// What the owner says above all.
    pub title: &'a str,
    /// The gift's name.
    pub gift: &'a str,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum NoPicture {
    /// The letters inside of the binary cannot be read.
    #[error("the letters cannot be read: {0}")]
    Letters(#[from] InvalidFont),
    /// It cannot be packed.
    #[error("the picture cannot be packed: {0}")]
    Packing(#[from] ImageError),
}

/// Draws a PNG of [`PICTURE_SIZE`]. It takes tens of milliseconds of work.
///
/// # Errors
/// [`NoPicture`], which would be a fault of ours.
pub fn draw(card: &Card<'_>) -> Result<Vec<u8>, NoPicture> {
    let bold = FontRef::try_from_slice(dejavu::sans::bold())?;
    let regular = FontRef::try_from_slice(dejavu::sans::regular())?;
    let (width, height) = PICTURE_SIZE;
    let ground = Color::parse(card.color).unwrap_or(COLOR_DEFAULT);
    let ink = ground.ink();
    let mut canvas = Canvas::new(width, height, ground);
    // Towards what is farther from the ink, so that letters on it can be read even better.
    let calm = ground.towards(ink.opposite(), 0.14);
    canvas.circle((1130.0, 90.0), 250.0, calm);
    canvas.circle((1010.0, 640.0), 170.0, ground.towards(ink.opposite(), 0.08));
    canvas.circle((1130.0, 90.0), 150.0, ground);

    let name = short(&regular, card.program, NAME_SIZE, WIDTH);
    canvas.line(&regular, &name, (MARGIN, MARGIN + NAME_SIZE), ink);
    let (lines, size) = fitted(&bold, card.title, &TITLE_SIZES, TITLE_LINES, WIDTH);
    // The block of lines stands in the middle between the name and the gift.
    let mut baseline = 300.0 - size * LEADING * count(&lines) / 2.0 + size * 0.9;
    for line in &lines {
        canvas.line(&bold, line, (MARGIN, baseline), ink);
        baseline += size * LEADING;
    }
    let gift = short(&bold, card.gift, GIFT_SIZE, WIDTH - GIFT_SIZE * 2.0);
    if gift.width > 0.0 {
        let pill = (gift.width + GIFT_SIZE * 1.6, GIFT_SIZE * 2.1);
        let top = 630.0 - MARGIN - pill.1;
        canvas.pill((MARGIN, top), pill, ink);
        let at = (MARGIN + GIFT_SIZE * 0.8, top + GIFT_SIZE * 1.4);
        canvas.line(&bold, &gift, at, ground);
    }
    packed(&canvas, width, height)
}

/// How many there are: at most [`TITLE_LINES`].
fn count(lines: &[Line]) -> f32 {
    lines.iter().map(|_| 1.0).sum()
}

fn packed(canvas: &Canvas, width: u32, height: u32) -> Result<Vec<u8>, NoPicture> {
    let mut png = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    encoder.write_image(canvas.bytes(), width, height, ExtendedColorType::Rgb8)?;
    Ok(png)
}

#[cfg(test)]
mod tests;
