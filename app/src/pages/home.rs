//! Home: what I have and where I stand.

use super::how;
use crate::{
    api::{Expiring, Fact, MeView, TransferState, TransferView, Transfers},
    ui::{Draw as _, Drawn, Part, Words, hero, ladder},
};
use leptos::prelude::*;

/// The balance, and what it is made of.
pub(crate) fn balance(words: Words<'_>, me: &MeView, history: &Transfers) -> Drawn {
    let text = words.text;
    let balance = &me.balance;
    let worth = (balance.available > 0)
        .then(|| words.worth(balance.available))
        .flatten();
    let one = words
        .worth(1)
        .map(|money| (text.one_is_worth)(&words.count(1), &money));
    let parts: Vec<_> = [
        (balance.held > 0).then(|| held(words, balance.held, history)),
        (balance.reserved > 0).then(|| set_aside(words, balance.reserved, history)),
        balance.expiring.as_ref().map(|next| runs_out(words, next)),
    ]
    .into_iter()
    .flatten()
    .collect();
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
            {(!parts.is_empty()).then(|| view! { <div class="parts">{parts}</div> })}
        </section>
    }
    .drawn()
}

/// What is on the way, movement by movement. A refund of an order whose points still wait lowers them.
fn held(words: Words<'_>, amount: i64, history: &Transfers) -> Drawn {
    let waits = |transfer: &&TransferView| match &transfer.explanation.fact {
        Fact::Refund { order, .. } => waits_for(history, order),
        _ => transfer.state == TransferState::Held && transfer.amount > 0,
    };
    let lines = movements(words, amount, history.items.iter().filter(waits));
    part(
        "why-held",
        (words.text.on_the_way)(&words.count(amount)),
        lines,
    )
}

/// Whether points of an order are among those on the way.
fn waits_for(history: &Transfers, number: &str) -> bool {
    history.items.iter().any(|transfer| {
        let fact = &transfer.explanation.fact;
        transfer.state == TransferState::Held
            && matches!(fact, Fact::Order { order, .. } if order == number)
    })
}

/// What waits in coupons, coupon by coupon.
fn set_aside(words: Words<'_>, amount: i64, history: &Transfers) -> Drawn {
    let text = words.text;
    let waits = |transfer: &&TransferView| {
        transfer.state == TransferState::Held
            && matches!(transfer.explanation.fact, Fact::Redeemed { .. })
    };
    // Points leave to be set aside.
    let lines = movements(words, -amount, history.items.iter().filter(waits));
    part(
        "why-set-aside",
        (text.set_aside)(&words.count(amount)),
        view! {
            {lines}
            <p>{text.set_aside_why}</p>
        }
        .drawn(),
    )
}

/// What runs out next, and by which rule.
fn runs_out(words: Words<'_>, next: &Expiring) -> Drawn {
    part(
        "why-runs-out",
        words.runs_out(next),
        view! {
            <p>{how::expiry(words)}</p>
            <p>{words.text.rules.expiry_first}</p>
        }
        .drawn(),
    )
}

/// A part of the balance that is not simply there; it opens to its why.
fn part(id: &'static str, name: String, why: Drawn) -> Drawn {
    view! {
        <details id=id class="held">
            <summary>{name}</summary>
            <div class="inside">{why}</div>
        </details>
    }
    .drawn()
}

/// Movements that make up an amount, and where the rest of them stands: the statement that comes with the
/// panel may not reach back so far.
fn movements<'a>(
    words: Words<'_>,
    amount: i64,
    transfers: impl Iterator<Item = &'a TransferView>,
) -> Drawn {
    let mut missing = amount;
    let lines: Vec<_> = transfers
        .inspect(|transfer| missing -= transfer.amount)
        .map(|transfer| {
            let title = transfer.title.clone();
            let day = transfer
                .available_at
                .as_deref()
                .filter(|_| transfer.amount > 0);
            let day = day.map(|at| (words.text.available_on)(&words.date(at)));
            view! {
                <li>
                    <b>{words.signed(transfer.amount)}</b>
                    " "
                    {title}
                    {day.map(|day| format!(", {day}"))}
                </li>
            }
        })
        .collect();
    let rest = (missing != 0)
        .then(|| view! { <label class="link" for="tab-history">{words.text.see_history}</label> });
    view! {
        {(!lines.is_empty()).then(|| view! { <ul class="plain">{lines}</ul> })}
        {rest}
    }
    .drawn()
}

/// The ladder with the member on it.
pub(crate) fn standing(words: Words<'_>, me: &MeView) -> impl IntoView + use<> {
    (words.program.tiers.len() > 1).then(|| {
        view! {
            <section data-view="home" data-region="ladder" aria-labelledby="ladder-title">
                <h2 class="eyebrow" id="ladder-title">{words.text.your_tier}</h2>
                {ladder(words, Some(&me.standing))}
                <details id="why-tier" class="fine">
                    <summary>{words.text.how_counted}</summary>
                    <div class="inside">{words.print(Part::Counted, "", || how::counted(words))}</div>
                </details>
            </section>
        }
    })
}
