//! Bringing friends: the member's own link, ways to pass it on, and where each friend stands.

mod friends;
mod pass_on;

use super::{inline::open, signed_in};
use crate::api::{MyReferral, OrderView, ReferralRules};
use crate::panel::{Panel, Viewer};
use crate::ui::{Draw as _, Drawn, Words};
use leptos::prelude::*;

/// The section of the panel.
pub(crate) fn section(words: Words<'_>, referral: &MyReferral) -> Drawn {
    let text = &words.text.voices.refer;
    let Some(rules) = &words.program.referral else {
        return ().drawn();
    };
    view! {
        <section class="refer" id="refer" data-view="earn" data-region="refer" aria-labelledby="refer-title">
            <h2 class="eyebrow" id="refer-title">{text.title}</h2>
            <p class="lead">{(text.rules.friend_gets)(&rules.gift)} " " {steps(words, rules)}</p>
            {pass_on::link(words, referral, true)}
            {pass_on::more(words, referral)}
            {friends::list(words, referral)}
            <details class="fine" id="refer-rules">
                <summary>{text.rules.question}</summary>
                <div class="inside">{sentences(words, rules)}</div>
            </details>
        </section>
    }
    .drawn()
}

/// The rules in plain words, under a question; nothing where the programme has none.
pub(crate) fn rules(words: Words<'_>) -> Drawn {
    let Some(rules) = &words.program.referral else {
        return ().drawn();
    };
    view! {
        <h3>{words.text.voices.refer.rules.question}</h3>
        {sentences(words, rules)}
    }
    .drawn()
}

/// What the advocate gets, a sentence for each step.
fn steps(words: Words<'_>, rules: &ReferralRules) -> String {
    let text = &words.text.voices.refer.rules;
    let steps = rules.steps.iter().map(|step| {
        let amount = words.count(step.points);
        if step.friends <= 1 {
            (text.you_get)(&amount)
        } else {
            (text.you_get_from)(step.friends, &amount)
        }
    });
    steps.collect::<Vec<_>>().join(" ")
}

fn sentences(words: Words<'_>, rules: &ReferralRules) -> Drawn {
    let text = &words.text.voices.refer.rules;
    let minimum = (rules.minimum > 0).then(|| words.money(rules.minimum));
    let counts = (text.counts)(rules.window_days, rules.hold_days, minimum.as_deref());
    let friend = (rules.friend_points > 0).then(|| {
        let amount = words.count(rules.friend_points);
        format!("{} {}", (text.friend_points)(&amount), text.together)
    });
    let most = rules.per_month.map(text.per_month);
    view! {
        <p>{(text.friend_gets)(&rules.gift)} " " {steps(words, rules)}</p>
        <p>{counts} " " {text.not} " " {most}</p>
        <p>{friend} " " {text.undone}</p>
    }
    .drawn()
}

/// What the advocate gets for the first friend.
fn first_points(words: Words<'_>, rules: &ReferralRules) -> String {
    words.count(rules.steps.first().map_or(0, |step| step.points))
}

/// The same inline in a page of the shop, also for guests.
pub(crate) fn inline(panel: &Panel) -> Drawn {
    let words = Words::of(panel);
    let Some(rules) = &panel.program.referral else {
        return ().drawn();
    };
    match &panel.viewer {
        Viewer::Member { referral, .. } => {
            let referral = referral.as_deref();
            referral.map_or_else(|| ().drawn(), |referral| short(words, rules, referral))
        }
        Viewer::SignedIn { name, .. } => view! {
            {pitch(words, rules)}
            {signed_in::welcome(words, name.as_deref(), panel.form)}
        }
        .drawn(),
        Viewer::Guest => view! {
            {pitch(words, rules)}
            {open(panel)}
        }
        .drawn(),
    }
}

/// The link and the two shortest ways to pass it on.
fn short(words: Words<'_>, rules: &ReferralRules, referral: &MyReferral) -> Drawn {
    let text = &words.text.voices.refer;
    let nudge = (text.inline.nudge)(&first_points(words, rules), &rules.gift);
    view! {
        <section class="card refer" data-region="refer" aria-labelledby="refer-title">
            <h2 id="refer-title">{text.title}</h2>
            <p>{nudge}</p>
            {pass_on::link(words, referral, false)}
        </section>
    }
    .drawn()
}

/// What members get, for those who are none.
fn pitch(words: Words<'_>, rules: &ReferralRules) -> Drawn {
    let text = &words.text.voices.refer;
    let say = (text.inline.guest)(&first_points(words, rules), &rules.gift);
    view! {
        <section class="card refer" data-region="refer" aria-labelledby="refer-title">
            <h2 id="refer-title">{text.title}</h2>
            <p>{say}</p>
            <p class="quiet">{words.text.join_to_start}</p>
        </section>
    }
    .drawn()
}

/// After a purchase: what it earned, and the link to pass on.
pub(crate) fn thanks(panel: &Panel) -> Drawn {
    let words = Words::of(panel);
    let text = &words.text.voices.refer.inline;
    let thanked = |say: Vec<String>| {
        let say: Vec<_> = say.into_iter().map(|say| view! { <p>{say}</p> }).collect();
        view! {
            <section class="card refer" data-region="thanks" aria-labelledby="thanks-title">
                <h2 id="thanks-title">{text.thanks}</h2>
                {say}
            </section>
        }
        .drawn()
    };
    let would_earn = || {
        let points = panel.quote.as_ref().map(|quote| quote.earning.points);
        let points = points.filter(|points| *points > 0);
        points.map(|points| thanked(vec![(text.would_earn)(&words.count(points))]))
    };
    match &panel.viewer {
        Viewer::Member { referral, .. } => {
            let pair = referral.as_deref().zip(panel.program.referral.as_ref());
            let nudge = pair.map(|(referral, rules)| short(words, rules, referral));
            view! {
                {thanked(earned(words, panel.order.as_ref()))}
                {nudge}
            }
            .drawn()
        }
        Viewer::SignedIn { name, .. } => view! {
            {would_earn()}
            {signed_in::welcome(words, name.as_deref(), panel.form)}
        }
        .drawn(),
        Viewer::Guest => view! {
            {would_earn()}
            {open(panel)}
        }
        .drawn(),
    }
}

/// What an order earned, and when that can be spent.
fn earned(words: Words<'_>, order: Option<&OrderView>) -> Vec<String> {
    let text = &words.text.voices.refer.inline;
    let Some(order) = order else {
        return vec![text.not_told.to_owned()];
    };
    if order.points <= 0 {
        return vec![text.earned_nothing.to_owned()];
    }
    let waits = order
        .available_at
        .as_deref()
        .filter(|at| !words.is_past(at));
    let when = waits.map_or_else(
        || text.at_once.to_owned(),
        |at| (text.from)(&words.date(at)),
    );
    vec![(text.earned)(&words.count(order.points)), when]
}
