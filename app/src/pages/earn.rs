//! Earn: what purchases and tasks give. The tasks also stand on the home page, with one of them
//! in front as the next step.

use crate::{
    api::{
        AttemptState, CampaignView, MeView, Metric, PurchaseRule, Standing, TaskKind, TaskStanding,
    },
    text,
    ui::{Draw as _, Drawn, Part, TaskCard, Words, task},
};
use leptos::prelude::*;

/// What purchases earn, with an example at the member's own tier.
pub(crate) fn purchases(words: Words<'_>, standing: Option<&Standing>) -> impl IntoView + use<> {
    let rule = words.program.purchase.as_ref()?;
    let of = standing.map_or("", |standing| &standing.tier.id);
    Some(words.print(Part::Purchases, of, || rates(words, rule, standing)))
}

fn rates(
    words: Words<'_>,
    rule: &PurchaseRule,
    standing: Option<&Standing>,
) -> impl IntoView + use<> {
    let text = words.text;
    let rate = words.purchase_rate().unwrap_or_default();
    let tier = standing
        .map(|standing| &standing.tier)
        .or(words.program.tiers.first());
    let permille = tier.map_or(1000, |tier| tier.multiplier_permille);
    let note = tier
        .filter(|tier| tier.multiplier_permille != 1000)
        .map(|tier| (text.at_your_tier)(&tier.name, &words.multiplier(permille)));
    // Whether a member has ordered before is not known here; "How it works" tells them the rule.
    let first = standing
        .is_none()
        .then(|| first_order(words, rule))
        .flatten();
    view! {
        <section data-view="earn" data-region="purchases" aria-labelledby="purchases-title">
            <h2 class="eyebrow" id="purchases-title">{text.purchases}</h2>
            <p class="lead">{(text.purchases_earn)(&rate)}</p>
            <p>{example(words, rule, permille)} " " {note}</p>
            {campaigns(words)}
            <p class="quiet">
                {waits(words, rule)} " " {first} " " {minimum(words, rule)}
            </p>
        </section>
    }
}

/// What a first order earns on top.
pub(crate) fn first_order(words: Words<'_>, rule: &PurchaseRule) -> Option<String> {
    let bonus = rule.first_order_bonus;
    (bonus > 0).then(|| (words.text.first_order)(&words.count(bonus)))
}

/// What an order has to cost to earn.
pub(crate) fn minimum(words: Words<'_>, rule: &PurchaseRule) -> Option<String> {
    let money = || text::money(words.text, rule.minimum, &rule.currency);
    (rule.minimum > 0).then(|| (words.text.minimum)(&money()))
}

/// The campaigns that are on and those that will be, a sentence each.
pub(crate) fn campaigns(words: Words<'_>) -> Vec<Drawn> {
    let says = words.program.campaigns.iter();
    let says = says.filter_map(|campaign| said(words, campaign));
    says.map(|say| view! { <p>{say}</p> }.drawn()).collect()
}

fn said(words: Words<'_>, campaign: &CampaignView) -> Option<String> {
    let text = words.text;
    if words.is_past(&campaign.ends_at) || campaign.multiplier_permille <= 1000 {
        return None;
    }
    let name = &named(words, campaign);
    let times = words.multiplier(campaign.multiplier_permille);
    let from = words.shop_date(&campaign.starts_at);
    let until = words.shop_last_day(&campaign.ends_at);
    Some(if words.is_past(&campaign.starts_at) {
        (text.campaign_on)(name, &times, &until)
    } else if from == until {
        (text.campaign_day)(name, &times, &from)
    } else {
        (text.campaign_soon)(name, &times, &from, &until)
    })
}

/// A campaign's name, with the tiers that it is for unless it is for all.
fn named(words: Words<'_>, campaign: &CampaignView) -> String {
    let all = &words.program.tiers;
    let tiers: Vec<&str> = all
        .iter()
        .filter(|tier| campaign.tiers.contains(&tier.id))
        .map(|tier| tier.name.as_str())
        .collect();
    if tiers.is_empty() || tiers.len() == all.len() {
        return campaign.name.clone();
    }
    (words.text.rules.campaign_for)(&campaign.name, &tiers)
}

/// "₽1,000 gives 50 beans."
pub(crate) fn example(words: Words<'_>, rule: &PurchaseRule, permille: i64) -> String {
    let amount = text::round_sum(&rule.currency);
    let points = i128::from(amount) * i128::from(rule.points) * i128::from(permille)
        / (i128::from(rule.per.max(1)) * 1000);
    let points = i64::try_from(points).unwrap_or(i64::MAX);
    (words.text.purchase_example)(
        &text::money(words.text, amount, &rule.currency),
        &words.count(points),
    )
}

/// When the points of a purchase can be spent.
pub(crate) fn waits(words: Words<'_>, rule: &PurchaseRule) -> String {
    if rule.hold_days == 0 {
        words.text.a_when_at_once.to_owned()
    } else {
        (words.text.a_when)(rule.hold_days, &rule.hold_reason)
    }
}

/// Whether the member can do something about it now.
fn open(standing: &TaskStanding) -> bool {
    match standing.state {
        AttemptState::Available
        | AttemptState::Started
        | AttemptState::Rejected
        | AttemptState::Expired
        | AttemptState::Reversed => match standing.task.kind {
            TaskKind::Join | TaskKind::Event | TaskKind::Custom => false,
            TaskKind::Review if standing.task.elsewhere.is_none() => !standing.products.is_empty(),
            _ => true,
        },
        AttemptState::Checking | AttemptState::Held | AttemptState::Earned => false,
    }
}

/// The rule of the next step: what has been begun, else what earns most; the earlier in the
/// programme's own order wins.
fn next_step(tasks: &[TaskStanding]) -> Option<&TaskStanding> {
    let begun = tasks
        .iter()
        .find(|task| task.state == AttemptState::Started);
    begun.or_else(|| {
        let available = tasks
            .iter()
            .filter(|task| task.state == AttemptState::Available && open(task));
        available.rev().max_by_key(|task| task.task.points)
    })
}

/// Why it is the next step.
fn reason(words: Words<'_>, me: &MeView, next: &TaskStanding) -> String {
    let text = words.text;
    if next.state == AttemptState::Started {
        return text.next_begun.to_owned();
    }
    match &me.standing.next {
        Some(step)
            if words.program.metric == Metric::PointsEarned && step.missing <= next.task.points =>
        {
            (text.next_reaches)(&step.tier.name)
        }
        _ => text.next_most.to_owned(),
    }
}

fn card<'a>(me: &'a MeView, standing: &'a TaskStanding, open: bool) -> TaskCard<'a> {
    TaskCard {
        task: &standing.task,
        standing: Some(standing),
        email: me.email.as_deref().unwrap_or_default(),
        name: me.name.as_deref().unwrap_or_default(),
        open,
    }
}

/// The next step, the other tasks, and what is done, folded away.
pub(crate) fn tasks(words: Words<'_>, me: &MeView) -> Drawn {
    let text = words.text;
    let next = next_step(&me.tasks);
    let is_next = |task: &TaskStanding| next.is_some_and(|next| next.task.id == task.task.id);
    let cards = |wanted: &dyn Fn(&TaskStanding) -> bool| -> Vec<_> {
        me.tasks
            .iter()
            .filter(|task| wanted(task) && !is_next(task))
            .map(|standing| task(words, &card(me, standing, false)))
            .collect()
    };
    let finished = |task: &TaskStanding| task.state == AttemptState::Earned;
    let others = cards(&|task| !finished(task));
    let done = cards(&finished);
    let finished_text = if words.program.purchase.is_some() {
        text.next_purchase
    } else {
        text.tasks_empty
    };
    let nothing = next.is_none() && others.is_empty();
    let first = next.map(|next| {
        view! {
            <p class="quiet">{reason(words, me, next)}</p>
            <ul class="tasks">{task(words, &card(me, next, true))}</ul>
        }
    });
    view! {
        <section data-view="home earn" data-region="tasks" class="todo" aria-labelledby="tasks-title">
            <h2 class="eyebrow" id="tasks-title">
                {if next.is_some() { text.next_step } else { text.tasks }}
            </h2>
            {first}
            {nothing.then(|| view! { <p class="quiet">{finished_text}</p> })}
            {(next.is_some() && !others.is_empty())
                .then(|| view! { <h3 class="eyebrow">{text.more_tasks}</h3> })}
            {(!others.is_empty()).then(|| view! { <ul class="tasks">{others}</ul> })}
            {(!done.is_empty())
                .then(|| {
                    let count = i64::try_from(done.len()).unwrap_or_default();
                    view! {
                        <details class="folded" id="tasks-done">
                            <summary>{(text.tasks_done)(count)}</summary>
                            <ul class="tasks">{done}</ul>
                        </details>
                    }
                })}
        </section>
    }
    .drawn()
}
