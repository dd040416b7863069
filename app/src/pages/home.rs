//! Home: what I have and where I stand.

use crate::{
    api::{MeView, TransferState, Transfers},
    text,
    ui::{Words, hero, ladder},
};
use leptos::prelude::*;

/// The balance, and what it is made of.
pub(crate) fn balance(words: Words<'_>, me: &MeView, history: &Transfers) -> AnyView {
    let text = words.text;
    let balance = &me.balance;
    let worth = (balance.available > 0)
        .then(|| words.worth(balance.available))
        .flatten();
    let one = words
        .worth(1)
        .map(|money| (text.one_is_worth)(&words.count(1), &money));
    view! {
        <section class="balance" data-view="home" data-region="balance" aria-labelledby="balance-title">
            <h2 class="eyebrow" id="balance-title">{text.your_balance}</h2>
            <details id="why-balance">
                <summary>
                    {hero(words, balance.available)}
                    {worth.map(|money| view! { <span class="quiet">{(text.worth)(&money)}</span> })}
                </summary>
                <div class="inside">
                    {(balance.available < 0).then(|| view! { <p>{text.below_zero}</p> })}
                    {one.map(|one| view! { <p>{one}</p> })}
                    <label class="link" for="tab-history">{text.see_history}</label>
                </div>
            </details>
            {(balance.held > 0).then(|| held(words, balance.held, history))}
        </section>
    }
    .into_any()
}

/// What is on the way, movement by movement.
fn held(words: Words<'_>, amount: i64, history: &Transfers) -> impl IntoView + use<> {
    let text = words.text;
    let lines: Vec<_> = history
        .items
        .iter()
        .filter(|transfer| transfer.state == TransferState::Held)
        .map(|transfer| {
            let (title, _) = text::headline(text, &transfer.explanation);
            let day = transfer.available_at.as_deref().map(|at| words.date(at));
            view! {
                <li>
                    <b>{words.signed(transfer.amount)}</b>
                    " "
                    {title}
                    {day.map(|day| format!(", {}", (text.available_on)(&day)))}
                </li>
            }
        })
        .collect();
    view! {
        <details id="why-held" class="held">
            <summary>{(text.on_the_way)(&words.count(amount))}</summary>
            <div class="inside">
                <ul class="plain">{lines}</ul>
            </div>
        </details>
    }
}

/// The ladder with the member on it.
pub(crate) fn standing(words: Words<'_>, me: &MeView) -> impl IntoView + use<> {
    use crate::api::Metric;
    let text = words.text;
    let counts = match words.program.metric {
        Metric::PointsEarned => text.counts_points,
        Metric::AmountSpent => text.counts_spend,
        Metric::Orders => text.counts_orders,
    };
    (words.program.tiers.len() > 1).then(|| {
        view! {
            <section data-view="home" data-region="ladder" aria-labelledby="ladder-title">
                <h2 class="eyebrow" id="ladder-title">{text.your_tier}</h2>
                {ladder(words, Some(&me.standing))}
                <details id="why-tier" class="fine">
                    <summary>{text.how_counted}</summary>
                    <div class="inside"><p>{counts}</p></div>
                </details>
            </section>
        }
    })
}
