//! The pages on which people of the shop decide. They run no script: every button is a form of its own.

mod cards;
mod past;
mod queue;
mod referrals;

pub use referrals::{OwnerReferral, OwnerReferrals};

use crate::api::UnitForms;
use crate::text::{self, Text};
use crate::ui::{Draw as _, Drawn};
use leptos::prelude::*;

/// What a page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct OwnerPage<'a> {
    /// A language tag.
    pub locale: &'a str,
    /// The programme's name for people.
    pub program: &'a str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// Its unit.
    pub unit: &'a UnitForms,
    /// The owner's colour, `#rrggbb`.
    pub color: &'a str,
    /// IANA name of the programme's zone.
    pub time_zone: &'a str,
    /// The present, in microseconds since 1970.
    pub now: i64,
    /// Which page it is.
    pub state: OwnerState<'a>,
}

/// Which page it is.
#[derive(Debug, Clone, Copy)]
pub enum OwnerState<'a> {
    /// Behind a link that lets somebody in. Its button posts to the page's own address.
    Ask,
    /// Behind a link that no longer does, or never did.
    BadLink,
    /// For somebody without a session.
    SignedOut,
    /// What waits.
    Queue(&'a OwnerQueue),
}

/// All that waits, and what was decided of late. Instants are microseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerQueue {
    /// What was done a moment ago.
    pub notice: Option<OwnerNotice>,
    /// How many reviews, held attempts and messages wait.
    pub counts: [i64; 3],
    /// Those of them that are shown.
    pub cases: Vec<OwnerCase>,
    /// Threads in which the shop has to answer.
    pub threads: Vec<OwnerThread>,
    /// Referrals.
    pub referrals: OwnerReferrals,
    /// What was decided.
    pub decided: Vec<OwnerCase>,
}

/// What was done a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerNotice {
    /// What.
    pub done: OwnerDone,
    /// For whom.
    pub who: String,
    /// What it was about, in points.
    pub points: i64,
}

/// What became of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerDone {
    /// It was accepted, and pays.
    Accepted,
    /// It was refused and pays nothing.
    Refused,
    /// What it had paid was taken back.
    TakenBack,
    /// Somebody had accepted it before.
    WasAccepted,
    /// Somebody had refused it before.
    WasRefused,
    /// It no longer waited.
    NotWaiting,
    /// There was no reason with the refusal, or too long a one.
    NeedsReason,
    /// The answer was sent.
    Answered,
    /// A referral counts.
    Counted,
    /// A referral does not count.
    NotCounted,
    /// There was no text in the answer, or too long a one.
    NeedsText,
    /// What it was about is gone.
    Gone,
}

/// An attempt that waits, or was decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerCase {
    /// The attempt's id.
    pub attempt: String,
    /// The task's title.
    pub task: String,
    /// What people call the member.
    pub who: String,
    /// The member's address.
    pub email: Option<String>,
    /// What it pays, or paid.
    pub points: i64,
    /// Since when it waits.
    pub asked_at: i64,
    /// What was written, for a review.
    pub review: Option<OwnerReview>,
    /// What speaks against it: a code, and what was seen.
    pub signals: Vec<(String, String)>,
    /// What had been proven: fields and what they say.
    pub evidence: Vec<(String, String)>,
    /// What was decided.
    pub ruling: Option<OwnerRuling>,
}

/// A review as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerReview {
    /// The product.
    pub product: String,
    /// From 1 to 5.
    pub stars: i64,
    /// The text.
    pub text: String,
    /// Who signs it.
    pub author: String,
    /// The names of its photos.
    pub photos: Vec<String>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerRuling {
    /// When.
    pub at: i64,
    /// Whether it was accepted, and not refused.
    pub accepted: bool,
    /// What the member was told.
    pub note: Option<String>,
    /// The API key that decided; nothing for this page.
    pub key: Option<String>,
    /// Whether what it paid can be taken back.
    pub is_paid: bool,
}

/// A thread in which the shop has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerThread {
    /// Its id.
    pub id: String,
    /// What people call the member.
    pub who: String,
    /// The member's address.
    pub email: Option<String>,
    /// When the member last wrote.
    pub written_at: i64,
    /// Older messages that are not shown.
    pub earlier: i64,
    /// The newest messages: whether the shop wrote it, and what it says.
    pub messages: Vec<(bool, String)>,
}

impl OwnerPage<'_> {
    fn text(&self) -> &'static Text {
        Text::by_locale(self.locale)
    }

    /// The day of an instant.
    fn day(&self, at: i64) -> String {
        text::date(self.text(), at, self.time_zone, self.now)
    }

    /// Points with their sign and unit: "+100 beans".
    fn amount(&self, points: i64) -> String {
        let text = self.text();
        let number = text::signed(text, points);
        format!("{number}\u{a0}{}", text::unit(text, self.unit, points))
    }
}

/// The heading of the page.
pub(crate) fn title(page: &OwnerPage<'_>) -> &'static str {
    let words = &page.text().voices.decision.pages;
    match page.state {
        OwnerState::Ask => words.ask_title,
        OwnerState::BadLink => words.bad_link_title,
        OwnerState::SignedOut => words.signed_out_title,
        OwnerState::Queue(_) => words.title,
    }
}

/// Everything inside `<body>`.
pub(crate) fn page(page: &OwnerPage<'_>) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let content = match page.state {
        OwnerState::Queue(queue) => return queue::page(page, queue),
        OwnerState::Ask => view! {
            <p class="lead">{(words.ask)(page.program)}</p>
            <form method="post">
                <button class="button" type="submit">{words.ask_button}</button>
            </form>
            <p class="quiet">{words.ask_note}</p>
        }
        .drawn(),
        OwnerState::BadLink => view! { <p class="lead">{words.bad_link}</p> }.drawn(),
        OwnerState::SignedOut => view! {
            <p class="lead">{words.signed_out}</p>
            <p>{words.new_link}</p>
            <p><code>{format!("laurel owner invite {}", page.slug)}</code></p>
        }
        .drawn(),
    };
    view! {
        <main class="letter" id="owner">
            <p class="eyebrow">{page.program.to_owned()}</p>
            <h1>{title(page)}</h1>
            {content}
        </main>
    }
    .drawn()
}
