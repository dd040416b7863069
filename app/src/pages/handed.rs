//! The pages behind links that are passed on or give a file. Opening one changes nothing: its button does, and that
//! is a plain form.

use crate::text::Text;
use crate::ui::{Draw as _, Drawn};
use leptos::{prelude::*, tachys::html::attribute::custom::custom_attribute};

/// What the page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct HandedPage<'a> {
    /// A language tag.
    pub locale: &'a str,
    /// The programme's name for people.
    pub program: &'a str,
    /// The owner's colour, `#rrggbb`.
    pub color: &'a str,
    /// What the link leads to.
    pub state: HandedState<'a>,
}

/// What such a link leads to.
#[derive(Debug, Clone, Copy)]
pub enum HandedState<'a> {
    /// To the shop, by a button that posts to the page's own address.
    Share {
        /// The link itself.
        address: &'a str,
    },
    /// To the shop, but it is the reader's own link.
    Own {
        /// The shop's page.
        url: &'a str,
    },
    /// To a file, by a button that posts to the page's own address.
    File {
        /// Its name.
        name: &'a str,
        /// How many bytes it has.
        size: i64,
    },
    /// The file has arrived before.
    FileUsed,
    /// The time for it is over.
    FileOver,
    /// The shop has not stored the file.
    FileMissing,
    /// There is no such link, as far as the server knows.
    Unknown,
}

/// The page's title.
pub(crate) fn title(page: &HandedPage<'_>) -> String {
    let words = &Text::by_locale(page.locale).voices.handed;
    let plain = match page.state {
        HandedState::Share { .. } => return (words.share.title)(page.program),
        HandedState::File { name, .. } => name,
        HandedState::Own { .. } => words.share.own_title,
        HandedState::FileUsed => words.download.used_title,
        HandedState::FileOver => words.download.over_title,
        HandedState::FileMissing => words.download.missing_title,
        HandedState::Unknown => words.unknown_title,
    };
    plain.to_owned()
}

/// What chats show of a link that is passed on (<https://ogp.me>); nothing for other pages.
pub(crate) fn preview(page: &HandedPage<'_>) -> Option<Drawn> {
    let HandedState::Share { address } = page.state else {
        return None;
    };
    let words = &Text::by_locale(page.locale).voices.handed.share;
    let lead = (words.lead)(page.program);
    let facts = [
        ("og:type", "website".to_owned()),
        ("og:title", title(page)),
        ("og:description", lead.clone()),
        ("og:url", address.to_owned()),
        ("og:site_name", page.program.to_owned()),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, value)| {
            let fact = leptos::html::meta().content(value);
            fact.add_any_attr(custom_attribute("property", name))
        })
        .collect();
    let view = view! {
        <meta name="description" content=lead />
        {facts}
    };
    Some(view.drawn())
}

/// The inside of the page.
pub(crate) fn page(page: &HandedPage<'_>) -> Drawn {
    let text = Text::by_locale(page.locale);
    let words = &text.voices.handed;
    let content = match page.state {
        HandedState::Share { .. } => view! {
            <p class="lead">{(words.share.lead)(page.program)}</p>
            <form method="post">
                <button class="button" type="submit">{words.share.to_shop}</button>
            </form>
            <p class="quiet">{words.share.note}</p>
        }
        .drawn(),
        HandedState::Own { url } => view! {
            <p class="lead">{words.share.own}</p>
            <p><a class="button" href=url.to_owned()>{words.share.to_shop}</a></p>
        }
        .drawn(),
        HandedState::File { size, .. } => view! {
            <p class="lead">{weight(text, size)}</p>
            <form method="post">
                <button class="button" type="submit">{words.download.button}</button>
            </form>
            <p class="quiet">{words.download.note}</p>
        }
        .drawn(),
        HandedState::FileUsed => view! { <p>{words.download.used}</p> }.drawn(),
        HandedState::FileOver => view! { <p>{words.download.over}</p> }.drawn(),
        HandedState::FileMissing => view! { <p>{words.download.missing}</p> }.drawn(),
        HandedState::Unknown => view! { <p>{words.unknown}</p> }.drawn(),
    };
    view! {
        <main class="letter" id="handed">
            <p class="eyebrow">{page.program.to_owned()}</p>
            <h1>{title(page)}</h1>
            {content}
        </main>
    }
    .drawn()
}

/// How large a file is: "340 KB", "2.3 MB".
fn weight(text: &Text, bytes: i64) -> String {
    let words = &text.voices.handed.download;
    if bytes < 1_000_000 {
        let number = text.number((bytes + 999) / 1000);
        return (words.size)(&number, words.kilobytes);
    }
    let tenths = (bytes + 50_000) / 100_000;
    let (whole, rest) = (text.number(tenths / 10), tenths % 10);
    (words.size)(&format!("{whole}{}{rest}", text.decimal), words.megabytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_weigh_what_they_weigh() {
        let weigh = |locale, bytes| weight(Text::by_locale(locale), bytes).replace('\u{a0}', "_");
        assert_eq!(weigh("en", 1), "1_KB");
        assert_eq!(weigh("en", 340_000), "340_KB");
        assert_eq!(weigh("en", 2_349_000), "2.3_MB");
        assert_eq!(weigh("ru", 52_428_800), "52,4_МБ");
    }

    #[test]
    fn chats_are_told_of_a_link_and_of_nothing_else() {
        let page = |state| HandedPage {
            locale: "en",
            program: "Morning \"Roast\"",
            color: "",
            state,
        };
        let address = "https://loyalty.example/x/0123456789";
        let shared = view! { <head>{preview(&page(HandedState::Share { address }))}</head> };
        let shared = shared.to_html();
        assert!(shared.contains("property=\"og:url\""), "{shared}");
        assert!(
            shared.contains("content=\"https://loyalty.example/x/0123456789\""),
            "{shared}"
        );
        assert!(!shared.contains("\"Roast\""), "{shared}");
        assert!(preview(&page(HandedState::FileUsed)).is_none());
    }
}
