//! The page that the link in a confirming mail opens. Opening it changes nothing, since mail
//! scanners open links: only its button does, and that is a plain form.

use crate::text::{self, Text};
use crate::ui::{Draw as _, Drawn};
use leptos::prelude::*;

/// What the page is drawn from.
#[derive(Debug, Clone)]
pub struct ConfirmPage<'a> {
    /// A language tag.
    pub locale: &'a str,
    /// The programme's name for people.
    pub program: &'a str,
    /// The programme's unit.
    pub unit: &'a crate::api::UnitForms,
    /// The owner's colour, `#rrggbb`.
    pub color: &'a str,
    /// IANA name of the reader's zone.
    pub time_zone: &'a str,
    /// The present, in microseconds since 1970.
    pub now: i64,
    /// What the link leads to.
    pub state: ConfirmState<'a>,
}

/// What a confirming link leads to.
#[derive(Debug, Clone)]
pub enum ConfirmState<'a> {
    /// It waits for the button, which posts to the page's own address.
    Ask {
        /// The address to be confirmed.
        address: &'a str,
        /// The sentence that was agreed to.
        consent: &'a str,
        /// What it earns.
        points: i64,
    },
    /// It was confirmed just now.
    Done {
        /// What it earned.
        points: i64,
        /// When held points become available, in microseconds since 1970.
        available_at: Option<i64>,
    },
    /// It was confirmed, and a person looks before it earns.
    Waits,
    /// It was confirmed before.
    Used,
    /// It was not opened in time.
    Expired,
    /// Somebody else has earned with this address.
    AddressUsed,
    /// There is no such link, as far as the server knows.
    Unknown,
}

/// The page's title.
pub(crate) fn title(page: &ConfirmPage<'_>) -> &'static str {
    let text = Text::by_locale(page.locale);
    let words = &text.confirm;
    match page.state {
        ConfirmState::Ask { .. } => words.title,
        ConfirmState::Done { .. } => words.done_title,
        ConfirmState::Waits => text.voices.decision.waits_title,
        ConfirmState::Used => words.used_title,
        ConfirmState::Expired => words.expired_title,
        ConfirmState::AddressUsed => words.address_used_title,
        ConfirmState::Unknown => words.unknown_title,
    }
}

/// The page's content.
pub(crate) fn page(page: &ConfirmPage<'_>) -> Drawn {
    let text = Text::by_locale(page.locale);
    let words = &text.confirm;
    let content = match &page.state {
        ConfirmState::Ask {
            address,
            consent,
            points,
        } => ask(page, address, consent, *points).drawn(),
        ConfirmState::Done {
            points,
            available_at,
        } => {
            let amount = text::count(text, page.unit, *points);
            let say = match available_at {
                _ if *points <= 0 => words.done_plain.to_owned(),
                Some(at) => {
                    (words.done_held)(&amount, &text::date(text, *at, page.time_zone, page.now))
                }
                None => (words.done)(&amount),
            };
            view! {
                <p class="lead">{say}</p>
                <p>{words.back}</p>
            }
            .drawn()
        }
        ConfirmState::Waits => view! {
            <p class="lead">{text.voices.decision.waits}</p>
            <p>{words.back}</p>
        }
        .drawn(),
        ConfirmState::Used => view! { <p>{words.used}</p> <p>{words.back}</p> }.drawn(),
        ConfirmState::Expired => view! { <p>{words.expired}</p> }.drawn(),
        ConfirmState::AddressUsed => {
            view! { <p>{text::reason(text, "address_used", "", "")}</p> }.drawn()
        }
        ConfirmState::Unknown => view! { <p>{words.unknown}</p> }.drawn(),
    };
    view! {
        <main class="letter" id="confirm">
            <p class="eyebrow">{page.program.to_owned()}</p>
            <h1>{title(page)}</h1>
            {content}
        </main>
    }
    .drawn()
}

fn ask(page: &ConfirmPage<'_>, address: &str, consent: &str, points: i64) -> Drawn {
    let text = Text::by_locale(page.locale);
    let words = &text.confirm;
    let gives = (points > 0).then(|| (words.gives)(&text::count(text, page.unit, points)));
    view! {
        <p class="lead">{(words.lead)(address, page.program)}</p>
        <p>{words.agree}</p>
        <blockquote>{consent.to_owned()}</blockquote>
        {gives.map(|say| view! { <p>{say}</p> })}
        <form method="post">
            <button class="button" type="submit">{words.button}</button>
        </form>
        <p class="quiet">{words.not_you}</p>
    }
    .drawn()
}
