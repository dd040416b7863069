//! What waits: one card each, with the forms that decide.

use super::{OwnerCase, OwnerPage, OwnerReview, OwnerThread};
use crate::api::{MESSAGE_CHARS_MAX, REASON_CHARS_MAX};
use crate::ui::{Draw as _, Drawn, hidden};
use leptos::prelude::*;

/// An attempt that waits.
pub(super) fn case(page: &OwnerPage<'_>, case: &OwnerCase) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let heading = format!("case-{}", case.attempt);
    let accept = if case.points == 0 {
        words.accept_plain.to_owned()
    } else {
        (words.accept)(&page.amount(case.points))
    };
    let (body, suggestions) = match &case.review {
        Some(written) => (review(page, written), "reasons-review"),
        None => (held(page, case), "reasons-held"),
    };
    view! {
        <article class="card" aria-labelledby=heading.clone()>
            <h3 id=heading.clone()>{name(page, case)}</h3>
            {meta(page, case.email.as_deref(), case.asked_at)}
            {body}
            <form method="post" action=action(page, case)>
                {hidden("decision", "accept")}
                <button class="button" type="submit">
                    {accept}
                </button>
            </form>
            {refuse(page, case, words.refuse, (words.refuse_note)(&case.who), suggestions)}
        </article>
    }
    .drawn()
}

/// Where the forms of a case go.
fn action(page: &OwnerPage<'_>, case: &OwnerCase) -> String {
    format!("/owner/{}/attempts/{}", page.slug, case.attempt)
}

/// What a case is called.
pub(super) fn name(page: &OwnerPage<'_>, case: &OwnerCase) -> String {
    let words = &page.text().voices.decision.pages;
    match &case.review {
        Some(review) => (words.review_of)(&case.who, &review.product),
        None => format!("{} · {}", case.who, case.task),
    }
}

/// Whose it is, and since when it waits.
pub(super) fn meta(page: &OwnerPage<'_>, email: Option<&str>, since: i64) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let since = (words.since)(&page.day(since));
    let say = email.map_or_else(|| since.clone(), |email| format!("{email} · {since}"));
    view! { <p class="meta">{say}</p> }.drawn()
}

/// The refusal of a case, or taking back what it paid.
pub(super) fn refuse(
    page: &OwnerPage<'_>,
    case: &OwnerCase,
    label: &'static str,
    consequence: String,
    suggestions: &'static str,
) -> Drawn {
    // Whoever takes back has seen that it was accepted.
    let decision = if case.ruling.is_some() {
        "take_back"
    } else {
        "refuse"
    };
    let refusal = Refusal {
        id: &case.attempt,
        action: action(page, case),
        decision,
        label,
        consequence,
        suggestions,
    };
    refusal.draw(page)
}

/// A refusal, folded until it is wanted: its consequence, and the reason that it needs.
pub(super) struct Refusal<'a> {
    /// What it is about.
    pub(super) id: &'a str,
    /// Where its form goes.
    pub(super) action: String,
    /// What the form decides.
    pub(super) decision: &'static str,
    pub(super) label: &'static str,
    pub(super) consequence: String,
    /// The reasons that are often given, by the id of their list.
    pub(super) suggestions: &'static str,
}

impl Refusal<'_> {
    pub(super) fn draw(self, page: &OwnerPage<'_>) -> Drawn {
        let words = &page.text().voices.decision.pages;
        let Self {
            id,
            action,
            decision,
            label,
            consequence,
            suggestions,
        } = self;
        let id = format!("reason-{id}");
        let hint = format!("{id}-hint");
        view! {
            <details class="refuse">
                <summary class="button plain">{label}</summary>
                <form method="post" action=action>
                    {hidden("decision", decision)}
                    <div class="field">
                        <label for=id.clone()>{words.reason}</label>
                        <input
                            id=id.clone()
                            name="reason"
                            type="text"
                            required
                            maxlength=REASON_CHARS_MAX.to_string()
                            autocomplete="off"
                            list=suggestions
                            aria-describedby=hint.clone()
                        />
                        <p class="hint" id=hint.clone()>
                            {words.reason_hint}
                        </p>
                    </div>
                    <p>{consequence}</p>
                    <button class="button plain" type="submit">
                        {label}
                    </button>
                </form>
            </details>
        }
        .drawn()
    }
}

fn review(page: &OwnerPage<'_>, review: &OwnerReview) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let stars = usize::try_from(review.stars.clamp(0, 5)).unwrap_or(0);
    let drawn = ["★".repeat(stars), "☆".repeat(5 - stars)].concat();
    let photos: Vec<_> = (1..)
        .zip(&review.photos)
        .map(|(number, photo)| {
            let source = format!("/owner/{}/photos/{photo}", page.slug);
            view! {
                <li>
                    <a href=source.clone()>
                        <img src=source.clone() alt=(words.photo)(number) loading="lazy" />
                    </a>
                </li>
            }
        })
        .collect();
    let photos = (!photos.is_empty()).then(|| view! { <ul class="photos">{photos}</ul> });
    view! {
        <p class="stars">
            <span aria-hidden="true">{drawn}</span>
            <span class="hidden">{(words.stars)(review.stars)}</span>
        </p>
        <blockquote>{review.text.clone()}</blockquote>
        <p class="meta">{(words.signed)(&review.author)}</p>
        {photos}
    }
    .drawn()
}

fn held(page: &OwnerPage<'_>, case: &OwnerCase) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let signals: Vec<_> = case
        .signals
        .iter()
        .map(|(code, detail)| {
            // What was seen is written down in English.
            view! {
                <li>
                    <p>{words.signals.of(code)}</p>
                    <p class="meta" lang="en">
                        {detail.clone()}
                    </p>
                </li>
            }
        })
        .collect();
    let fields: Vec<_> = case
        .evidence
        .iter()
        .map(|(field, says)| {
            let name = words
                .fields
                .of(field)
                .map_or_else(|| field.clone(), str::to_owned);
            view! {
                <dt>{name}</dt>
                <dd>{says.clone()}</dd>
            }
        })
        .collect();
    let evidence = if fields.is_empty() {
        view! { <p class="quiet">{words.nothing_proven}</p> }.drawn()
    } else {
        view! { <dl>{fields}</dl> }.drawn()
    };
    view! {
        <h4>{words.against}</h4>
        <ul class="signals">{signals}</ul>
        <h4>{words.proven}</h4>
        {evidence}
    }
    .drawn()
}

/// A conversation that waits for the shop.
pub(super) fn thread(page: &OwnerPage<'_>, thread: &OwnerThread) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let heading = format!("thread-{}", thread.id);
    let id = format!("answer-{}", thread.id);
    let earlier = (thread.earlier > 0)
        .then(|| view! { <p class="quiet">{(words.earlier)(thread.earlier)}</p> });
    let messages: Vec<_> = thread
        .messages
        .iter()
        .map(|(by_shop, text)| {
            let (class, by) = if *by_shop {
                ("by-shop", words.shop.to_owned())
            } else {
                ("by-member", thread.who.clone())
            };
            view! {
                <li class=class>
                    <p class="meta">{by}</p>
                    <p class="words">{text.clone()}</p>
                </li>
            }
        })
        .collect();
    view! {
        <article class="card" aria-labelledby=heading.clone()>
            <h3 id=heading.clone()>{(words.message_of)(&thread.who)}</h3>
            {meta(page, thread.email.as_deref(), thread.written_at)}
            {earlier}
            <ol class="talk">{messages}</ol>
            <form method="post" action=format!("/owner/{}/threads/{}", page.slug, thread.id)>
                <div class="field">
                    <label for=id.clone()>{words.answer}</label>
                    <textarea
                        id=id.clone()
                        name="text"
                        rows="3"
                        required
                        maxlength=MESSAGE_CHARS_MAX.to_string()
                    ></textarea>
                </div>
                <button class="button" type="submit">
                    {words.send}
                </button>
            </form>
        </article>
    }
    .drawn()
}
