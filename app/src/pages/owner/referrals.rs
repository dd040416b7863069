//! Referrals that wait for a person: one card each, with what was noticed and the forms that decide.

use super::{OwnerPage, cards};
use crate::api::WeighedSignal;
use crate::ui::{Draw as _, Drawn, hidden};
use leptos::prelude::*;

/// The reasons that are often given, by the id of their list.
pub(super) const REASONS: &str = "reasons-referral";

/// Referrals that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerReferrals {
    /// How many there are.
    pub waiting: i64,
    /// Those of them that are shown.
    pub shown: Vec<OwnerReferral>,
}

/// A referral that waits. Instants are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerReferral {
    /// Its id.
    pub id: String,
    /// What people call the advocate.
    pub who: String,
    /// The advocate's address.
    pub email: Option<String>,
    /// The advocate's friends so far: who ordered, who counted, whose orders came back.
    pub record: [i64; 3],
    /// The friend's address, masked.
    pub friend: Option<String>,
    /// The order's number.
    pub order: Option<String>,
    /// `gift`, `code` or `email`.
    pub found_by: String,
    /// Why it was refused before, or is looked at.
    pub reason: Option<String>,
    /// What was noticed.
    pub signals: Vec<WeighedSignal>,
    /// The sum of the weights.
    pub score: i64,
    /// From which sum on a person looks.
    pub threshold: i64,
    /// What the advocate says.
    pub appeal: Option<String>,
    /// Points for the advocate and for the friend.
    pub points: [i64; 2],
    /// Since when it waits.
    pub asked_at: i64,
}

/// A referral that waits.
pub(super) fn card(page: &OwnerPage<'_>, referral: &OwnerReferral) -> Drawn {
    let words = &page.text().voices.referral_queue;
    let heading = format!("referral-{}", referral.id);
    let [friends, counted, came_back] = referral.record;
    let refused = referral.reason.as_deref();
    let refused = refused.and_then(|code| words.refused_before(code));
    let refused = refused.map(|said| view! { <p>{said}</p> });
    let appeal = referral.appeal.clone().map(|text| {
        view! {
            <h4>{words.appeal}</h4>
            <blockquote>{text}</blockquote>
        }
    });
    let refusal = cards::Refusal {
        id: &referral.id,
        action: action(page, referral),
        decision: "refuse",
        label: words.refuse,
        consequence: (words.refuse_note)(&referral.who),
        suggestions: REASONS,
    };
    view! {
        <article class="card" aria-labelledby=heading.clone()>
            <h3 id=heading.clone()>{(words.heading)(&referral.who)}</h3>
            {cards::meta(page, referral.email.as_deref(), referral.asked_at)}
            <p>{(words.record)(friends, counted, came_back)}</p>
            {facts(page, referral)}
            {refused}
            {appeal}
            {signals(page, referral)}
            <form method="post" action=action(page, referral)>
                {hidden("decision", "accept")}
                <p>{words.accept_note}</p>
                <button class="button" type="submit">
                    {words.accept}
                </button>
            </form>
            {refusal.draw(page)}
        </article>
    }
    .drawn()
}

/// Where the forms go.
fn action(page: &OwnerPage<'_>, referral: &OwnerReferral) -> String {
    format!("/owner/{}/referrals/{}", page.slug, referral.id)
}

fn facts(page: &OwnerPage<'_>, referral: &OwnerReferral) -> Drawn {
    let words = &page.text().voices.referral_queue;
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| words.unknown.to_owned());
    let [points, friend_points] = referral.points;
    let pays = if friend_points > 0 {
        (words.pays_both)(&page.amount(points), &page.amount(friend_points))
    } else {
        page.amount(points)
    };
    view! {
        <dl>
            <dt>{words.friend}</dt>
            <dd>{known(&referral.friend)}</dd>
            <dt>{words.order}</dt>
            <dd>{known(&referral.order)}</dd>
            <dt>{words.found_by}</dt>
            <dd>{words.found(&referral.found_by)}</dd>
            <dt>{words.pays}</dt>
            <dd>{pays}</dd>
        </dl>
    }
    .drawn()
}

/// What was noticed, what it weighs, and where that is known from.
fn signals(page: &OwnerPage<'_>, referral: &OwnerReferral) -> Drawn {
    let words = &page.text().voices.referral_queue;
    let number = |n| page.text().number(n);
    if referral.signals.is_empty() {
        return view! { <p class="quiet">{words.nothing_noticed}</p> }.drawn();
    }
    let row = |signal: &WeighedSignal| {
        // What was seen is written down in English.
        view! {
            <tr>
                <th scope="row">
                    {words.signal(&signal.code)}
                    <span class="meta" lang="en">
                        {signal.detail.clone()}
                    </span>
                </th>
                <td>{number(signal.weight)}</td>
                <td>{words.source(&signal.source)}</td>
            </tr>
        }
    };
    let rows: Vec<_> = referral.signals.iter().map(row).collect();
    view! {
        <table class="weighed">
            <caption>{words.noticed}</caption>
            <thead>
                <tr>
                    <th scope="col">{words.seen}</th>
                    <th scope="col">{words.weight}</th>
                    <th scope="col">{words.known_from}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p>{(words.total)(&number(referral.score), &number(referral.threshold))}</p>
    }
    .drawn()
}
