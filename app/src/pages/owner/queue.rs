//! The page of all that waits.

use super::{OwnerCase, OwnerDone, OwnerNotice, OwnerPage, OwnerQueue, cards, past, referrals};
use crate::ui::{Draw as _, Drawn};
use leptos::prelude::*;

pub(super) fn page(page: &OwnerPage<'_>, queue: &OwnerQueue) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let [reviews, held, messages] = queue.counts;
    let (written, spoken_against): (Vec<&OwnerCase>, Vec<&OwnerCase>) =
        queue.cases.iter().partition(|case| case.review.is_some());
    let draw = |cases: &[&OwnerCase]| -> Vec<Drawn> {
        cases.iter().map(|case| cards::case(page, case)).collect()
    };
    let threads = queue.threads.iter();
    let threads: Vec<Drawn> = threads.map(|thread| cards::thread(page, thread)).collect();
    let friends = &page.text().voices.referral_queue;
    let brought = &queue.referrals;
    let cards = brought.shown.iter();
    let cards: Vec<Drawn> = cards.map(|one| referrals::card(page, one)).collect();
    let nothing = (reviews + held + messages + brought.waiting == 0)
        .then(|| view! { <p class="lead nothing">{words.nothing}</p> });
    view! {
        <header class="top">
            <h1>{format!("{} · {}", words.title, page.program)}</h1>
            <form method="post" action=format!("/owner/{}/leave", page.slug)>
                <button class="link" type="submit">
                    {words.sign_out}
                </button>
            </form>
        </header>
        <main class="desk" id="owner">
            {notice(page, queue.notice.as_ref())}
            <ul class="counts">
                {count(page, "held", words.held, held)}
                {count(page, "messages", words.messages, messages)}
                {count(page, "reviews", words.reviews, reviews)}
                {count(page, "referrals", friends.title, brought.waiting)}
            </ul>
            {nothing}
            {part(page, "held", words.held, held, draw(&spoken_against))}
            {part(page, "messages", words.messages, messages, threads)}
            {part(page, "reviews", words.reviews, reviews, draw(&written))}
            {part(page, "referrals", friends.title, brought.waiting, cards)}
            {past::list(page, &queue.decided)}
            {suggestions("reasons-review", &words.reasons_review)}
            {suggestions("reasons-held", &words.reasons_held)}
            {suggestions(referrals::REASONS, &friends.reasons)}
        </main>
    }
    .drawn()
}

/// How many of one kind wait; it leads to them.
fn count(page: &OwnerPage<'_>, id: &'static str, name: &'static str, waiting: i64) -> Drawn {
    let say = view! {
        <strong>{page.text().number(waiting)}</strong>
        <span>{name}</span>
    };
    if waiting == 0 {
        view! { <li>{say}</li> }.drawn()
    } else {
        view! {
            <li>
                <a href=format!("#{id}")>{say}</a>
            </li>
        }
        .drawn()
    }
}

/// One kind of what waits.
fn part(
    page: &OwnerPage<'_>,
    id: &'static str,
    name: &'static str,
    waiting: i64,
    cards: Vec<Drawn>,
) -> Option<Drawn> {
    let words = &page.text().voices.decision.pages;
    let shown = i64::try_from(cards.len()).unwrap_or(waiting);
    let more =
        (waiting > shown).then(|| view! { <p class="quiet">{(words.more)(waiting - shown)}</p> });
    if waiting == 0 && cards.is_empty() {
        return None;
    }
    let heading = format!("{id}-name");
    let view = view! {
        <section id=id aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{name}</h2>
            {cards}
            {more}
        </section>
    };
    Some(view.drawn())
}

/// Reasons that are often given; others can be written.
fn suggestions(id: &'static str, reasons: &'static [&'static str]) -> Drawn {
    let options: Vec<_> = reasons
        .iter()
        .map(|reason| view! { <option value=*reason></option> })
        .collect();
    view! { <datalist id=id>{options}</datalist> }.drawn()
}

/// What the last form did. It has the focus when the page opens, so that it is read out first.
fn notice(page: &OwnerPage<'_>, notice: Option<&OwnerNotice>) -> Option<Drawn> {
    let OwnerNotice { done, who, points } = notice?;
    let words = &page.text().voices.decision.pages.notices;
    let plain = *points == 0;
    let say = match done {
        OwnerDone::Accepted if plain => (words.accepted_plain)(who),
        OwnerDone::Accepted => (words.accepted)(&page.amount(*points), who),
        OwnerDone::Refused => (words.refused)(who),
        OwnerDone::TakenBack if plain => (words.taken_back_plain)(who),
        OwnerDone::TakenBack => (words.taken_back)(&page.amount(-points), who),
        OwnerDone::WasAccepted => (words.was_accepted)(who),
        OwnerDone::WasRefused => (words.was_refused)(who),
        OwnerDone::NotWaiting => words.not_waiting.to_owned(),
        OwnerDone::NeedsReason => words.needs_reason.to_owned(),
        OwnerDone::Answered => (words.answered)(who),
        OwnerDone::Counted => (page.text().voices.referral_queue.accepted)(who),
        OwnerDone::NotCounted => (page.text().voices.referral_queue.refused)(who),
        OwnerDone::NeedsText => words.needs_text.to_owned(),
        OwnerDone::Gone => words.gone.to_owned(),
    };
    let view = view! {
        <p class="done" role="status" tabindex="-1" autofocus>
            {say}
        </p>
    };
    Some(view.drawn())
}
