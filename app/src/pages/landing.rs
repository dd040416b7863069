//! The page that a friend sees who opens a member's link. Opening it changes nothing: its button does, and that is a
//! plain form.

use crate::api::{ProgramView, ReferralRules};
use crate::text::{self, Text};
use crate::ui::{Draw as _, Drawn};
use leptos::{prelude::*, tachys::html::attribute::custom::custom_attribute};

/// The size of its picture, in pixels: what chats ask for.
pub const PICTURE_SIZE: (u32, u32) = (1200, 630);

/// What the page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct LandingPage<'a> {
    /// The rules, in the page's language.
    pub program: &'a ProgramView,
    /// Those about friends.
    pub rules: &'a ReferralRules,
    /// What the owner says above all.
    pub title: &'a str,
    /// The sentence below that.
    pub text: &'a str,
    /// What the gift asks for beside the rules.
    pub terms: GiftTerms,
    /// The advocate's code: of letters that need no escaping.
    pub code: &'a str,
    /// The whole link.
    pub link: &'a str,
    /// The whole address of the picture.
    pub picture: &'a str,
    /// What the link leads to.
    pub state: LandingState<'a>,
}

/// What a gift asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiftTerms {
    /// Orders below this cannot use it, in the currency's smallest unit; 0: any can.
    pub minimum: i64,
    /// Whether it applies to what is on sale.
    pub on_sale: bool,
    /// Whether the order may carry other codes.
    pub with_other_codes: bool,
}

/// What such a link leads to.
#[derive(Debug, Clone, Copy)]
pub enum LandingState<'a> {
    /// To a gift, by a button that posts.
    Offer {
        /// What was typed before as the friend's address.
        email: &'a str,
        /// Whether it was none.
        is_bad: bool,
    },
    /// To the gift that the reader has.
    Taken(Taken<'a>),
    /// To a gift that an order has.
    Used {
        /// The shop's page.
        shop: &'a str,
    },
    /// The link has given too many.
    TooMany {
        /// The shop's page.
        shop: &'a str,
    },
}

/// The gift that the reader has.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    /// What it was called when it was made.
    pub name: &'a str,
    /// Its code.
    pub code: &'a str,
    /// The end of the time for it, in microseconds since 1970 in UTC.
    pub expires_at: i64,
    /// The present, likewise.
    pub now: i64,
    /// The shop's page that takes the code along.
    pub shop: &'a str,
    /// Whose it is, most of the address hidden.
    pub email: Option<&'a str>,
}

impl LandingPage<'_> {
    /// The words of the page's language.
    fn language(&self) -> &'static Text {
        Text::by_locale(&self.program.locale)
    }

    /// The least that an order with the gift comes to, in a sentence; nothing where any can have it.
    fn minimum(&self) -> Option<String> {
        let text = self.language();
        let minimum = self.terms.minimum;
        (minimum > 0).then(|| {
            let money = text::money(text, minimum, &self.program.currency);
            (text.voices.refer.landing.minimum)(&money)
        })
    }
}

/// The page's title.
pub(crate) fn title(page: &LandingPage<'_>) -> String {
    let words = &page.language().voices.refer.landing;
    let plain = match page.state {
        LandingState::Offer { .. } => page.title,
        LandingState::Taken(_) => words.taken_title,
        LandingState::Used { .. } => words.used_title,
        LandingState::TooMany { .. } => words.many_title,
    };
    plain.to_owned()
}

/// What chats and feeds show of the link (<https://ogp.me>), whatever state the page is in.
pub(crate) fn preview(page: &LandingPage<'_>) -> Drawn {
    let words = &page.language().voices.refer.landing;
    let (width, height) = PICTURE_SIZE;
    let gift = &page.rules.gift;
    let facts = [
        ("og:type", "website".to_owned()),
        ("og:title", page.title.to_owned()),
        ("og:description", page.text.to_owned()),
        ("og:url", page.link.to_owned()),
        ("og:site_name", page.program.name.clone()),
        ("og:locale", words.og_locale.to_owned()),
        ("og:image", page.picture.to_owned()),
        ("og:image:type", "image/png".to_owned()),
        ("og:image:width", width.to_string()),
        ("og:image:height", height.to_string()),
        ("og:image:alt", format!("{} · {gift}", page.title)),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, value)| {
            let fact = leptos::html::meta().content(value);
            fact.add_any_attr(custom_attribute("property", name))
        })
        .collect();
    view! {
        <meta name="description" content=page.text.to_owned() />
        <meta name="twitter:card" content="summary_large_image" />
        <link rel="canonical" href=page.link.to_owned() />
        {facts}
    }
    .drawn()
}

/// The inside of the page.
pub(crate) fn page(page: &LandingPage<'_>) -> Drawn {
    let words = &page.language().voices.refer.landing;
    let content = match page.state {
        LandingState::Offer { email, is_bad } => offer(page, email, is_bad),
        LandingState::Taken(gift) => taken(page, gift),
        LandingState::Used { shop } => refused(words.used, words.to_shop, shop),
        LandingState::TooMany { shop } => refused(words.many, words.to_shop, shop),
    };
    view! {
        <main class="letter landing" id="landing">
            <p class="eyebrow">{page.program.name.clone()}</p>
            <h1>{title(page)}</h1>
            {content}
        </main>
    }
    .drawn()
}

/// Why there is no gift, and the way on.
fn refused(why: &'static str, to_shop: &'static str, shop: &str) -> Drawn {
    view! {
        <p class="lead">{why}</p>
        <p><a class="button" href=shop.to_owned()>{to_shop}</a></p>
    }
    .drawn()
}

fn offer(page: &LandingPage<'_>, email: &str, is_bad: bool) -> Drawn {
    let words = &page.language().voices.refer.landing;
    let terms: Vec<_> = terms(page)
        .into_iter()
        .map(|term| view! { <li>{term}</li> })
        .collect();
    let fault = is_bad.then_some(words.bad_email);
    view! {
        <p class="lead">{page.text.to_owned()}</p>
        <div class="gift">
            <p class="eyebrow">{words.gift}</p>
            <p class="name">{page.rules.gift.clone()}</p>
            <ul>{terms}</ul>
        </div>
        <form method="post" action=format!("/r/{}/gift", page.code)>
            <input type="hidden" name="locale" value=page.program.locale.clone() />
            <div class="field">
                <label for="email">{words.email}</label>
                <input
                    id="email"
                    name="email"
                    type="email"
                    value=email.to_owned()
                    maxlength="254"
                    autocomplete="email"
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby="email-hint email-fault"
                />
                <p class="hint" id="email-hint">{words.email_hint}</p>
                <p class="fault" id="email-fault">{fault}</p>
            </div>
            <button class="button" type="submit">{words.take}</button>
        </form>
        <p class="quiet">{advocate(page)}</p>
    }
    .drawn()
}

/// What the gift asks for, a sentence each.
fn terms(page: &LandingPage<'_>) -> Vec<String> {
    let text = page.language();
    let words = &text.voices.refer.landing;
    let terms = page.terms;
    let count = |points| text::count(text, &page.program.unit, points);
    let friend_points = page.rules.friend_points;
    [
        Some(words.first_order.to_owned()),
        page.minimum(),
        Some((words.days)(page.rules.window_days)),
        (!terms.on_sale).then(|| words.not_on_sale.to_owned()),
        (!terms.with_other_codes).then(|| words.no_other_codes.to_owned()),
        (friend_points > 0).then(|| (words.friend_points)(&count(friend_points))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What whoever sent the link gets: nobody should learn that later.
fn advocate(page: &LandingPage<'_>) -> String {
    let text = page.language();
    let words = &text.voices.refer.landing;
    let points = || page.rules.steps.iter().map(|step| step.points);
    let least = points().min().unwrap_or_default();
    let most = points().max().unwrap_or_default();
    let most_said = text::count(text, &page.program.unit, most);
    let amount = if least == most {
        most_said
    } else {
        (words.from_to)(&text.number(least), &most_said)
    };
    let minimum = (page.rules.minimum > 0)
        .then(|| text::money(text, page.rules.minimum, &page.program.currency));
    (words.advocate)(&amount, page.rules.hold_days, minimum.as_deref())
}

fn taken(page: &LandingPage<'_>, gift: Taken<'_>) -> Drawn {
    let text = page.language();
    let words = &text.voices.refer.landing;
    let day = text::last_day(text, gift.expires_at, &page.program.time_zone, gift.now);
    view! {
        <p class="lead">{gift.name.to_owned()}</p>
        <div class="gift">
            <p class="eyebrow">{words.code}</p>
            <output>{gift.code.to_owned()}</output>
            <p>{(words.until)(&day)} " " {page.minimum()}</p>
        </div>
        <p><a class="button" href=gift.shop.to_owned()>{words.to_shop}</a></p>
        <p class="quiet">{words.how}</p>
        <p class="quiet">{gift.email.map(words.noted)} " " {words.kept}</p>
    }
    .drawn()
}
