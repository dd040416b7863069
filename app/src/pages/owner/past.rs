//! What was decided of late, and taking it back.

use super::{OwnerCase, OwnerPage, OwnerRuling, cards};
use crate::text;
use crate::ui::{Draw as _, Drawn};
use leptos::prelude::*;

/// The list, folded; nothing where nothing was decided yet.
pub(super) fn list(page: &OwnerPage<'_>, decided: &[OwnerCase]) -> Option<Drawn> {
    let words = &page.text().voices.decision.pages;
    if decided.is_empty() {
        return None;
    }
    let lines: Vec<_> = decided
        .iter()
        .filter_map(|case| Some(line(page, case, case.ruling.as_ref()?)))
        .collect();
    let view = view! {
        <section aria-labelledby="decided-name">
            <details class="past">
                <summary>
                    <h2 id="decided-name">{words.decided}</h2>
                </summary>
                <ul>{lines}</ul>
            </details>
        </section>
    };
    Some(view.drawn())
}

fn line(page: &OwnerPage<'_>, case: &OwnerCase, ruling: &OwnerRuling) -> Drawn {
    let words = &page.text().voices.decision.pages;
    let by = match &ruling.key {
        Some(key) => (words.by_key)(key),
        None => words.by_page.to_owned(),
    };
    let day = page.day(ruling.at);
    let said = if ruling.accepted {
        (words.accepted_on)(&day, &by)
    } else {
        (words.refused_on)(&day, &by)
    };
    let note = ruling.note.clone();
    let note = note.map(|note| view! { <blockquote>{note}</blockquote> });
    let take_back = (ruling.accepted && ruling.is_paid).then(|| {
        let consequence = if case.points == 0 {
            (words.remove_note)(&case.who)
        } else {
            let amount = text::count(page.text(), page.unit, case.points);
            (words.take_back_note)(&amount, &case.who)
        };
        let suggestions = if case.review.is_some() {
            "reasons-review"
        } else {
            "reasons-held"
        };
        cards::refuse(page, case, words.take_back, consequence, suggestions)
    });
    view! {
        <li class="card">
            <h3>{cards::name(page, case)}</h3>
            <p class="meta">{said}</p>
            {note}
            {take_back}
        </li>
    }
    .drawn()
}
