//! How it works: the questions people ask, answered from the live rules and never by hand.

use super::earn::{example, waits};
use crate::{
    api::{MeView, PurchaseRule},
    ui::{Words, before, requirement, tier_facts, will_check},
};
use leptos::prelude::*;

/// All answers, the member's own first.
pub(crate) fn page(words: Words<'_>, me: Option<&MeView>) -> AnyView {
    let text = words.text;
    let version = words.program.version;
    view! {
        <section class="how" data-view="how" data-region="how" aria-labelledby="how-title">
            <h2 class="eyebrow" id="how-title">{text.how}</h2>
            <h3>{text.q_have}</h3>
            <p>{have(words, me)}</p>
            <h3>{text.q_worth}</h3>
            <p>{worth(words)}</p>
            <h3>{text.q_earn}</h3>
            {earn(words, me)}
            {tiers(words)}
            {tasks(words)}
            <h3>{text.q_when}</h3>
            {words.program.purchase.as_ref().map(|rule| view! { <p>{waits(words, rule)}</p> })}
            <p>{text.a_when_tasks}</p>
            <h3>{text.q_lose}</h3>
            <p>{text.a_lose_cancelled} " " {text.a_lose_spent}</p>
            <p>{text.a_lose_expiry}</p>
            <h3>{text.q_rules}</h3>
            <p>{(text.a_rules)(version)}</p>
        </section>
    }
    .into_any()
}

fn have(words: Words<'_>, me: Option<&MeView>) -> String {
    let text = words.text;
    match me {
        None => text.a_have_guest.to_owned(),
        Some(me) if me.balance.held > 0 => (text.a_have_held)(
            &words.count(me.balance.available),
            &words.count(me.balance.held),
        ),
        Some(me) => (text.a_have)(&words.count(me.balance.available)),
    }
}

fn worth(words: Words<'_>) -> String {
    match words.worth(1) {
        Some(money) => (words.text.one_is_worth)(&words.count(1), &money),
        None => words.text.a_worth_none.to_owned(),
    }
}

fn earn(words: Words<'_>, me: Option<&MeView>) -> AnyView {
    let text = words.text;
    let Some(rule) = &words.program.purchase else {
        return view! { <p>{text.a_no_purchases}</p> }.into_any();
    };
    let rate = words.purchase_rate().unwrap_or_default();
    let own = me
        .map(|me| &me.standing.tier)
        .filter(|tier| tier.multiplier_permille != 1000);
    let permille = own.map_or(1000, |tier| tier.multiplier_permille);
    let note = own.map(|tier| (text.at_your_tier)(&tier.name, &words.multiplier(permille)));
    view! {
        <p>{(text.purchases_earn)(&rate)} ". " {note} " " {example(words, rule, permille)}</p>
        <p>{excluded(words, rule)} " " {text.a_rounding}</p>
    }
    .into_any()
}

fn excluded(words: Words<'_>, rule: &PurchaseRule) -> &'static str {
    match (rule.counts_shipping, rule.counts_tax) {
        (true, true) => "",
        (true, false) => words.text.a_excludes_tax,
        (false, true) => words.text.a_excludes_shipping,
        (false, false) => words.text.a_excludes_both,
    }
}

/// What each tier needs and gives.
pub(crate) fn tiers(words: Words<'_>) -> impl IntoView + use<> {
    let tiers: Vec<_> = words
        .program
        .tiers
        .iter()
        .map(|tier| {
            view! {
                <dt>{tier.name.clone()} " " <small>{requirement(words, tier)}</small></dt>
                <dd>{tier_facts(words, tier)}</dd>
            }
        })
        .collect();
    (!tiers.is_empty()).then(|| {
        view! {
            <h3>{words.text.q_tiers}</h3>
            <dl>{tiers}</dl>
        }
    })
}

fn tasks(words: Words<'_>) -> impl IntoView + use<> {
    let tasks: Vec<_> = words
        .program
        .tasks
        .iter()
        .map(|task| {
            view! {
                <dt>{task.title.clone()} " " <small>{words.signed(task.points)}</small></dt>
                <dd>{before(words, task.proof)} " " {will_check(words, task.kind)}</dd>
            }
        })
        .collect();
    (!tasks.is_empty()).then(|| {
        view! {
            <h3>{words.text.q_tasks}</h3>
            <dl>{tasks}</dl>
        }
    })
}
