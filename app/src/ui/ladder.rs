//! The ladder of tiers: a line with marks, and the sheet behind each mark.

use super::{Draw as _, Drawn, Part, Words};
use crate::{
    api::{Metric, Standing, TierView},
    text,
};
use leptos::prelude::*;

/// What is needed for a tier.
pub(crate) fn requirement(words: Words<'_>, tier: &TierView) -> String {
    let text = words.text;
    match words.program.metric {
        _ if tier.threshold <= 0 => text.from_the_start.to_owned(),
        Metric::PointsEarned => (text.starts_at)(&words.count(tier.threshold)),
        Metric::AmountSpent => (text.starts_at_spend)(&words.money(tier.threshold)),
        Metric::Orders => (text.starts_at_orders)(tier.threshold),
    }
}

/// What is missing for the next tier, in one line.
fn missing(words: Words<'_>, standing: &Standing) -> String {
    let text = words.text;
    let Some(next) = &standing.next else {
        return (text.top_tier)(&standing.tier.name);
    };
    let name = &next.tier.name;
    let missing = match words.program.metric {
        Metric::PointsEarned => (text.missing_points)(&words.count(next.missing), name),
        Metric::AmountSpent => (text.missing_spend)(&words.money(next.missing), name),
        Metric::Orders => (text.missing_orders)(next.missing, name),
    };
    match next.by.as_deref() {
        Some(by) => (text.missing_by)(&missing, &words.shop_last_day(by)),
        None => missing,
    }
}

/// What keeps the tier that the member has, or who gave it.
fn keeps(words: Words<'_>, standing: &Standing) -> Vec<String> {
    let (text, window) = (words.text, words.program.window);
    let name = &standing.tier.name;
    let given = standing.manual_until.as_deref();
    let given = given.map(|until| (text.tier_given)(name, &words.shop_last_day(until)));
    let keep = standing.keep.as_ref().map(|keep| {
        let until = words.shop_last_day(&keep.until);
        let more = match words.program.metric {
            _ if keep.missing <= 0 => return (text.keep_sure)(name, &until, window),
            Metric::PointsEarned => words.count(keep.missing),
            Metric::AmountSpent => (text.more_spend)(&words.money(keep.missing)),
            Metric::Orders => (text.more_orders)(keep.missing),
        };
        (text.keep_more)(name, &until, &more, window)
    });
    given.into_iter().chain(keep).collect()
}

/// What a tier gives: benefits first, then what it earns, and a discount last.
pub(crate) fn tier_facts(words: Words<'_>, tier: &TierView) -> impl IntoView + use<> {
    let perks: Vec<_> = tier
        .perks
        .iter()
        .map(|perk| view! { <li>{perk.clone()}</li> })
        .collect();
    let more: Vec<_> = given(words, tier)
        .into_iter()
        .map(|say| view! { <li>{say}</li> })
        .collect();
    view! { <ul class="perks">{perks} {more}</ul> }
}

/// The same where the rules say it and not the owner's own words.
fn given(words: Words<'_>, tier: &TierView) -> Vec<String> {
    let text = words.text;
    let times = words.multiplier(tier.multiplier_permille);
    let says = [
        tier.gives.early_access_days.map(text.tier_early),
        tier.gives.free_delivery_from.map(|from| match from {
            ..=0 => text.tier_delivery.to_owned(),
            from => (text.tier_delivery_from)(&words.money(from)),
        }),
        (tier.entry_points > 0).then(|| (text.tier_welcome)(&words.count(tier.entry_points))),
        words
            .program
            .purchase
            .is_some()
            .then(|| (text.tier_rate)(&times)),
        tier.gives
            .discount_permille
            .map(|permille| (text.tier_discount)(&text::percent(text, permille))),
    ];
    says.into_iter().flatten().collect()
}

/// Where the member is on the line, in thousandths of a step: tiers stand at equal distances, and
/// between two of them the way is proportional.
fn position(tiers: &[TierView], standing: &Standing) -> i64 {
    let step = tiers
        .iter()
        .rposition(|tier| tier.id == standing.tier.id)
        .unwrap_or(0);
    let within = match (tiers.get(step), tiers.get(step + 1)) {
        (Some(from), Some(to)) if to.threshold > from.threshold => {
            let way = i128::from(to.threshold) - i128::from(from.threshold);
            let done = i128::from(standing.value) - i128::from(from.threshold);
            i64::try_from((done * 1000 / way).clamp(0, 1000)).unwrap_or(0)
        }
        _ => 0,
    };
    i64::try_from(step).unwrap_or(0) * 1000 + within
}

/// A share of the line's length as SVG writes it. Marks stand in the middle of equal columns.
fn share(thousandths: i64, columns: i64) -> String {
    let tenths = (thousandths + 500) / columns.max(1);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// The line itself; the member's place on it where there is a member.
fn rail(tiers: &[TierView], standing: Option<&Standing>) -> impl IntoView + use<> {
    let columns = i64::try_from(tiers.len()).unwrap_or(1);
    let end = share((columns - 1) * 1000, columns);
    let start = share(0, columns);
    let place = standing.map(|standing| position(tiers, standing));
    let marks: Vec<_> = (0..columns)
        .map(|i| {
            let reached = place.is_some_and(|at| at >= i * 1000);
            view! {
                <circle cx=share(i * 1000, columns) cy="12" r="5" class=if reached { "on" } else { "off" }></circle>
            }
        })
        .collect();
    let way = place.map(|at| {
        let (from, to) = (start.clone(), share(at, columns));
        view! { <line x1=from x2=to y1="12" y2="12" class="done"></line> }
    });
    // Last, so that "you are here" lies on top.
    let here = place.map(|at| {
        view! { <circle cx=share(at, columns) cy="12" r="8" class="here"></circle> }
    });
    view! {
        <svg class="rail" width="100%" height="24" aria-hidden="true">
            <line x1=start x2=end y1="12" y2="12" class="way"></line>
            {way}
            {marks}
            {here}
        </svg>
    }
}

/// The name under a mark; it opens the tier's sheet.
fn mark(words: Words<'_>, tier: &TierView, current: bool) -> impl IntoView + use<> {
    let sheet = format!("tier-{}", tier.id);
    let threshold = match words.program.metric {
        _ if tier.threshold <= 0 => String::new(),
        Metric::AmountSpent => words.money(tier.threshold),
        Metric::PointsEarned | Metric::Orders => words.number(tier.threshold),
    };
    view! {
        <li>
            <button
                type="button"
                class="mark"
                id=format!("{sheet}-mark")
                popovertarget=sheet
                aria-current=current.then_some("step")
            >
                <span>{tier.name.clone()}</span>
                <small>{threshold}</small>
            </button>
        </li>
    }
}

/// The sheet behind a mark.
fn sheet(words: Words<'_>, tier: &TierView, current: bool) -> Drawn {
    let id = format!("tier-{}", tier.id);
    let title = format!("{id}-title");
    let (opened_by, named_by) = (id.clone(), title.clone());
    view! {
        <div class="sheet" popover id=id role="dialog" aria-labelledby=named_by>
            <h3 id=title>
                {tier.name.clone()}
                {current.then(|| view! { <span class="badge">{words.text.you_are_here}</span> })}
            </h3>
            <p class="quiet">{requirement(words, tier)}</p>
            {tier_facts(words, tier)}
            <button type="button" class="button plain" popovertarget=opened_by popovertargetaction="hide">
                {words.text.close}
            </button>
        </div>
    }
    .drawn()
}

/// The whole ladder. Without a standing it shows the way only.
pub(crate) fn ladder(words: Words<'_>, standing: Option<&Standing>) -> Drawn {
    let tiers = &words.program.tiers;
    let is_current = |tier: &TierView| standing.is_some_and(|at| at.tier.id == tier.id);
    let named = || {
        let marks = tiers.iter().map(|tier| mark(words, tier, is_current(tier)));
        let sheets = tiers
            .iter()
            .map(|tier| sheet(words, tier, is_current(tier)));
        view! {
            <ol class="marks">{marks.collect::<Vec<_>>()}</ol>
            {sheets.collect::<Vec<_>>()}
        }
    };
    let of = standing.map_or("", |at| &at.tier.id);
    let kept = standing.map_or_else(Vec::new, |at| keeps(words, at));
    let kept: Vec<_> = kept
        .into_iter()
        .map(|say| view! { <p class="quiet kept">{say}</p> })
        .collect();
    let drawn = match standing {
        None => view! { <div>{rail(tiers, None)}</div> }.drawn(),
        Some(at) => {
            let say = missing(words, at);
            let goal = at
                .next
                .as_ref()
                .map_or(at.value, |next| next.tier.threshold);
            view! {
                <div
                    role="progressbar"
                    aria-label=words.text.your_tier
                    aria-valuemin="0"
                    aria-valuemax=goal.max(1).to_string()
                    aria-valuenow=at.value.clamp(0, goal.max(1)).to_string()
                    aria-valuetext=format!("{}. {say}", at.tier.name)
                >
                    {rail(tiers, standing)}
                </div>
            }
            .drawn()
        }
    };
    view! {
        <div class="ladder">
            {drawn}
            {words.print(Part::Tiers, of, named)}
            {standing.map(|at| view! { <p class="missing">{missing(words, at)}</p> })}
            {kept}
        </div>
    }
    .drawn()
}
