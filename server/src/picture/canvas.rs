//! Pixels, and what can be put on them.

use super::lines::{Line, scale};
use ab_glyph::{Font as _, FontRef, ScaleFont as _, point};
use image::{Rgb, RgbImage};

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) [u8; 3]);

impl Color {
    /// Of `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        crate::crypto::from_hex::<3>(digits).map(Self)
    }

    /// How bright it looks, from 0 to 1 (WCAG 2.2, relative luminance).
    fn luminance(self) -> f32 {
        let linear = self.0.map(|part| {
            let part = f32::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// How well one can be read on the other, from 1 to 21 (WCAG 2.2, contrast ratio).
    pub(super) fn contrast(self, other: Self) -> f32 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever can be read better on it: that is 4.58 or more for every colour there is.
    pub(super) fn ink(self) -> Self {
        let (black, white) = (Self([0; 3]), Self([255; 3]));
        if self.contrast(white) >= self.contrast(black) {
            white
        } else {
            black
        }
    }

    /// White for black, and black for white.
    pub(super) fn opposite(self) -> Self {
        Self(self.0.map(|part| 255 - part))
    }

    /// A part of the way to another colour.
    pub(super) fn towards(self, other: Self, part: f32) -> Self {
        let part = part.clamp(0.0, 1.0);
        let mut mixed = self.0;
        for (own, other) in mixed.iter_mut().zip(other.0) {
            let sum = f32::from(*own) * (1.0 - part) + f32::from(other) * part;
            *own = byte(sum);
        }
        Self(mixed)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 255"
)]
fn byte(number: f32) -> u8 {
    number.round().clamp(0.0, 255.0) as u8
}

/// A coordinate as a whole number; outside of the picture for what is.
#[expect(
    clippy::cast_possible_truncation,
    reason = "pictures are far smaller than what it is cut to"
)]
fn whole(number: f32) -> i32 {
    number.floor().clamp(-10_000.0, 10_000.0) as i32
}

/// A coordinate of a pixel's middle.
fn middle(number: u32) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX)) + 0.5
}

/// A place or a size: across, and down.
type Pair = (f32, f32);

/// What is drawn on.
pub(super) struct Canvas {
    picture: RgbImage,
}

impl Canvas {
    /// All of one colour.
    pub(super) fn new(width: u32, height: u32, color: Color) -> Self {
        Self {
            picture: RgbImage::from_pixel(width, height, Rgb(color.0)),
        }
    }

    /// The pixels, row by row.
    pub(super) fn bytes(&self) -> &[u8] {
        self.picture.as_raw()
    }

    /// A round area.
    pub(super) fn circle(&mut self, center: Pair, radius: f32, color: Color) {
        self.area(color, |x, y| radius - (x - center.0).hypot(y - center.1));
    }

    /// An area with half circles at both of its ends.
    pub(super) fn pill(&mut self, corner: Pair, size: Pair, color: Color) {
        let radius = size.1 / 2.0;
        let (left, right) = (corner.0 + radius, corner.0 + size.0 - radius);
        let y_middle = corner.1 + radius;
        self.area(color, |x, y| {
            let nearest = x.clamp(left, right.max(left));
            radius - (x - nearest).hypot(y - y_middle)
        });
    }

    /// Where `inside` is how far a pixel's middle is from the area's edge, above 0 inside of it.
    fn area(&mut self, color: Color, inside: impl Fn(f32, f32) -> f32) {
        for (x, y, pixel) in self.picture.enumerate_pixels_mut() {
            let covered = inside(middle(x), middle(y)) + 0.5;
            if covered > 0.0 {
                pixel.0 = Color(pixel.0).towards(color, covered).0;
            }
        }
    }

    /// A line of letters that stand on this point.
    pub(super) fn line(&mut self, font: &FontRef<'_>, line: &Line, start: Pair, color: Color) {
        let scale = scale(font, line.size);
        let scaled = font.as_scaled(scale);
        let (mut x, mut last) = (start.0, None);
        for letter in line.text.chars() {
            let id = scaled.glyph_id(letter);
            x += last.map_or(0.0, |last| scaled.kern(last, id));
            let glyph = id.with_scale_and_position(scale, point(x, start.1));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                let (left, top) = (whole(corner.x), whole(corner.y));
                outline.draw(|across, down, covered| {
                    self.cover((left, top), (across, down), color, covered);
                });
            }
            x += scaled.h_advance(id);
            last = Some(id);
        }
    }

    fn cover(&mut self, (left, top): (i32, i32), at: (u32, u32), color: Color, covered: f32) {
        let place = (
            left.checked_add_unsigned(at.0),
            top.checked_add_unsigned(at.1),
        );
        let (Some(x), Some(y)) = place else { return };
        let place = (u32::try_from(x), u32::try_from(y));
        let (Ok(x), Ok(y)) = place else { return };
        if let Some(pixel) = self.picture.get_pixel_mut_checked(x, y) {
            pixel.0 = Color(pixel.0).towards(color, covered).0;
        }
    }
}
