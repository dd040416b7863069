//! Pictures that members send: looked into, made upright and encoded anew, so that nothing that came with them is
//! passed on, neither where they were taken nor a second file behind their end.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, Rgba,
    RgbaImage,
};
use std::io::Cursor;

/// The largest picture that is looked into, in bytes.
pub const PHOTO_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The longest side of one, in pixels, and the most pixels that it may have.
const SIDE_MAX: u32 = 8000;
const PIXELS_MAX: u64 = 40_000_000;
/// The most memory that its pixels may take, in bytes.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// The longest side of what is kept, in pixels, and its quality of 100.
const KEPT_SIDE: u32 = 1600;
const KEPT_QUALITY: u8 = 82;

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// A JPEG without anything beside the picture.
    pub bytes: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadImage {
    /// It is none of the three kinds, or damaged.
    #[error("this is not a JPEG, PNG or WebP picture that can be read")]
    NotAnImage,
    /// It has too many bytes.
    #[error("a picture has at most 10 MiB")]
    TooLarge,
    /// It would become too large when it is unpacked.
    #[error("a picture has at most 8000 pixels on a side, and 40 million in all")]
    TooManyPixels,
}

/// Reads a picture and encodes it anew. It may take a second of work.
///
/// # Errors
/// [`BadImage`]. Its size is told by its first bytes, before anything is unpacked.
pub fn clean(bytes: &[u8]) -> Result<Photo, BadImage> {
    if bytes.len() > PHOTO_BYTES_MAX {
        return Err(BadImage::TooLarge);
    }
    let format = format_of(bytes).ok_or(BadImage::NotAnImage)?;
    let picture = on_white(decode(bytes, format)?);
    let mut kept = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut kept, KEPT_QUALITY);
    let written = picture.write_with_encoder(encoder);
    written.map_err(|error| bad(&error))?;
    Ok(Photo {
        width: picture.width(),
        height: picture.height(),
        bytes: kept,
    })
}

/// What a file is by its first bytes, whatever it is called.
fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(ImageFormat::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(ImageFormat::Png);
    }
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice());
    is_webp.then_some(ImageFormat::WebP)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    limits
}

fn bad(error: &ImageError) -> BadImage {
    match error {
        ImageError::Limits(_) => BadImage::TooManyPixels,
        _ => BadImage::NotAnImage,
    }
}

/// The picture, upright and no larger than it is kept.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, BadImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let decoder = reader.into_decoder();
    let mut decoder = decoder.map_err(|error| bad(&error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX || decoder.total_bytes() > MEMORY_MAX {
        return Err(BadImage::TooManyPixels);
    }
    // Where it says nonsense of this, it is shown as it is.
    let orientation = decoder.orientation();
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| bad(&error))?;
    let mut picture = scaled(picture);
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn scaled(picture: DynamicImage) -> DynamicImage {
    let longest = picture.width().max(picture.height());
    if longest <= KEPT_SIDE {
        return picture;
    }
    // Roughly first: the finer way needs sixteen bytes for each pixel across or down.
    let rough = 2 * KEPT_SIDE;
    let picture = if longest > rough {
        picture.thumbnail(rough, rough)
    } else {
        picture
    };
    picture.resize(KEPT_SIDE, KEPT_SIDE, FilterType::Triangle)
}

/// The picture without anything to see through: what is hidden in such places does not come to light.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut paper = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([255; 4]));
    imageops::overlay(&mut paper, &picture, 0, 0);
    DynamicImage::ImageRgba8(paper).into_rgb8()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const RED: Rgb<u8> = Rgb([220, 20, 20]);
    const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

    /// Red on the left, blue on the right.
    fn flag(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
    }

    fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn faults(bytes: &[u8]) -> BadImage {
        clean(bytes).unwrap_err()
    }

    /// A PNG of one pixel that says it has others.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = encoded(flag(1, 1), ImageFormat::Png);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        bytes
    }

    /// What a telephone writes into a JPEG: how it was held, and where.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        // The table of places begins at byte 38.
        tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
        tiff.extend([0, 0, 0, 0]);
        // One entry: the latitude is north.
        tiff.extend([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"GPS-55.7558N");
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(tiff);
        let length = u16::try_from(segment.len() + 2).unwrap();
        [&[0xff, 0xe1][..], &length.to_be_bytes(), &segment].concat()
    }

    fn photographed(picture: RgbImage, orientation: u8) -> Vec<u8> {
        let plain = encoded(picture, ImageFormat::Jpeg);
        [&plain[..2], &exif(orientation), &plain[2..]].concat()
    }

    fn has(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn the_three_kinds_become_a_jpeg_of_the_same_picture() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let photo = clean(&encoded(flag(60, 40), format)).unwrap();
            assert_eq!((photo.width, photo.height), (60, 40), "{format:?}");
            let read = image::load_from_memory_with_format(&photo.bytes, ImageFormat::Jpeg);
            let read = read.unwrap().into_rgb8();
            let [left, right] = [read.get_pixel(5, 20), read.get_pixel(55, 20)];
            assert!(left[0] > 150 && left[2] < 100, "{format:?}: {left:?}");
            assert!(right[2] > 150 && right[0] < 100, "{format:?}: {right:?}");
        }
    }

    #[test]
    fn a_large_one_is_made_smaller_and_a_small_one_is_not_made_larger() {
        let sizes = [
            ((1600, 10), (1600, 10)),
            ((1601, 801), (1600, 801)),
            ((2000, 1000), (1600, 800)),
            ((1000, 4000), (400, 1600)),
            ((5000, 1), (1600, 1)),
        ];
        for ((width, height), kept) in sizes {
            let photo = clean(&encoded(flag(width, height), ImageFormat::Png)).unwrap();
            let (w, h) = (photo.width, photo.height);
            assert_eq!(w, kept.0, "{width}×{height}");
            assert!(h.abs_diff(kept.1) <= 1, "{width}×{height}: {h}");
        }
    }

    #[test]
    fn one_that_was_taken_sideways_comes_out_upright() {
        // 6: the telephone was held so that the left of the picture is its top.
        let photo = clean(&photographed(flag(60, 40), 6)).unwrap();
        assert_eq!((photo.width, photo.height), (40, 60));
        let read = image::load_from_memory(&photo.bytes).unwrap().into_rgb8();
        let [top, bottom] = [read.get_pixel(20, 5), read.get_pixel(20, 55)];
        assert!(top[0] > 150 && bottom[2] > 150, "{top:?} {bottom:?}");
    }

    #[test]
    fn nothing_that_came_with_it_is_left() {
        let mut sent = photographed(flag(60, 40), 1);
        assert!(has(&sent, b"GPS-55.7558N"));
        sent.extend(b"PK\x03\x04 a whole archive <script>alert(1)</script>");
        let photo = clean(&sent).unwrap();
        for part in [&b"Exif"[..], b"GPS", b"PK\x03\x04", b"<script"] {
            assert!(!has(&photo.bytes, part), "{part:?}");
        }
        assert!(photo.bytes.starts_with(b"\xff\xd8\xff") && photo.bytes.ends_with(b"\xff\xd9"));
    }

    #[test]
    fn what_cannot_be_seen_does_not_come_to_light() {
        let hidden = RgbaImage::from_pixel(20, 20, Rgba([200, 0, 0, 0]));
        let photo = clean(&encoded(hidden, ImageFormat::Png)).unwrap();
        let read = image::load_from_memory(&photo.bytes).unwrap().into_rgb8();
        let pixel = read.get_pixel(10, 10);
        assert!(pixel.0.iter().all(|part| *part > 250), "{pixel:?}");
    }

    #[test]
    fn one_that_would_fill_the_memory_is_refused_by_its_head() {
        for (width, height) in [(60_000, 60_000), (8001, 1), (1, 8001), (7000, 7000)] {
            let refused = faults(&bomb(width, height));
            assert_eq!(refused, BadImage::TooManyPixels, "{width}×{height}");
        }
        let too_long = vec![0xff; PHOTO_BYTES_MAX + 1];
        assert_eq!(faults(&too_long), BadImage::TooLarge);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = encoded(flag(60, 40), ImageFormat::Png);
        let webp = encoded(flag(60, 40), ImageFormat::WebP);
        let jpeg = encoded(flag(60, 40), ImageFormat::Jpeg);
        let none: [&[u8]; 11] = [
            b"",
            b"\xff\xd8\xff",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            b"<!doctype html><script>alert(1)</script>",
            b"GIF89a\x01\0\x01\0\0\0\0;",
            b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
            b"RIFF\xff\xff\xff\xffWEBPVP8 ",
            &png[..png.len() / 2],
            &webp[..webp.len() / 2],
            &jpeg[..20],
            &bomb(60, 40),
        ];
        for bytes in none {
            assert_eq!(faults(bytes), BadImage::NotAnImage, "{bytes:?}");
        }
    }
}
