//! What the picture is, whatever stands in it.

use super::*;
use image::{GenericImageView as _, RgbImage};

/// The most bytes that chats take without asking twice.
const BYTES_MAX: usize = 150 * 1024;

fn card<'a>(title: &'a str, gift: &'a str) -> Card<'a> {
    Card {
        color: "#7a4b2a",
        program: "Morning Roast",
        title,
        gift,
    }
}

fn picture(card: &Card<'_>) -> RgbImage {
    let png = draw(card).unwrap();
    assert!(png.len() < BYTES_MAX, "{} bytes", png.len());
    let picture = image::load_from_memory(&png).unwrap();
    assert_eq!(picture.dimensions(), PICTURE_SIZE);
    picture.to_rgb8()
}

/// How many pixels differ.
fn differ(one: &RgbImage, other: &RgbImage) -> usize {
    let pairs = one.pixels().zip(other.pixels());
    pairs.filter(|(one, other)| one != other).count()
}

#[test]
fn letters_of_both_alphabets_are_drawn() {
    let blank = picture(&card("", ""));
    let latin = picture(&card("A gift from a friend", "₽300 off"));
    let cyrillic = picture(&card("Подарок от друга", "Скидка 300 ₽"));
    let other = picture(&card("Подарок от подруги", "Скидка 300 ₽"));
    assert!(differ(&blank, &latin) > 10_000);
    assert!(differ(&blank, &cyrillic) > 10_000);
    // Each letter has a shape of its own, which boxes for unknown ones would not have.
    assert!(differ(&cyrillic, &other) > 1000);
}

#[test]
fn what_there_are_no_letters_for_is_left_out() {
    let plain = picture(&card("A gift", "Tea"));
    let with_more = picture(&card("A\u{1f381}  gift\u{0}\n", "\u{1f375} Tea"));
    assert_eq!(differ(&plain, &with_more), 0);
}

#[test]
fn long_texts_fit_and_lose_their_end() {
    let bold = FontRef::try_from_slice(dejavu::sans::bold()).unwrap();
    let texts = [
        "высокопревосходительство".repeat(20),
        "W".repeat(400),
        "сто чашек кофе в подарок ".repeat(30),
    ];
    for text in &texts {
        picture(&card(text, text));
        let (lines, size) = fitted(&bold, text, &TITLE_SIZES, TITLE_LINES, WIDTH);
        assert!((1..=TITLE_LINES).contains(&lines.len()), "{lines:?}");
        assert!((size - 50.0).abs() < 0.1, "{size}");
        assert!(lines.iter().all(|line| line.width <= WIDTH), "{lines:?}");
        assert!(
            lines.iter().any(|line| line.text.ends_with('…')),
            "{lines:?}"
        );
    }
    let (lines, size) = fitted(&bold, "A gift", &TITLE_SIZES, TITLE_LINES, WIDTH);
    assert_eq!(lines.len(), 1);
    assert!((size - 84.0).abs() < 0.1, "{size}");
}

#[test]
fn every_brand_can_be_read() {
    for color in [
        "#7a4b2a", "#ffffff", "#000000", "#ffd400", "#777777", "#1f6f43",
    ] {
        let ground = Color::parse(color).unwrap();
        let ink = ground.ink();
        assert!(ground.contrast(ink) >= 4.5, "{color}");
        for part in [0.08, 0.14] {
            let calm = ground.towards(ink.opposite(), part);
            assert!(calm.contrast(ink) >= 4.5, "{color} {part}");
        }
        let drawn = picture(&Card {
            color,
            ..card("A gift", "Tea")
        });
        assert_eq!(drawn.get_pixel(5, 600).0, ground.0, "{color}");
    }
    assert_eq!(Color::parse("red"), None);
    assert_eq!(Color::parse("#12345"), None);
    picture(&Card {
        color: "",
        ..card("A gift", "Tea")
    });
}
