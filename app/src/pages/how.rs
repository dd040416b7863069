//! How it works: the questions people ask, answered from the live rules and never by hand.

use super::earn::{campaigns, example, first_order, minimum, waits};
use crate::{
    api::{Expiry, MeView, PurchaseRule, RewardKind, RewardView, Settles, TierView, Window},
    text,
    ui::{
        Draw as _, Drawn, Part, Words, before, conditions, gives, limits, priced, requirement,
        tier_facts, will_check,
    },
};
use leptos::prelude::*;

/// All answers, the member's own first.
pub(crate) fn page(words: Words<'_>, me: Option<&MeView>) -> Drawn {
    let text = words.text;
    let tier = me.map_or("", |me| &me.standing.tier.id);
    view! {
        <section class="how" data-view="how" data-region="how" aria-labelledby="how-title">
            <h2 class="eyebrow" id="how-title">{text.how}</h2>
            <h3>{text.q_have}</h3>
            <p>{have(words, me)}</p>
            {words.print(Part::How, tier, || rules(words, me.map(|me| &me.standing.tier)))}
        </section>
    }
    .drawn()
}

/// What the rules are for somebody of a tier.
fn rules(words: Words<'_>, tier: Option<&TierView>) -> impl IntoView + use<> {
    let text = words.text;
    let version = words.program.version;
    view! {
        <h3>{text.q_worth}</h3>
        <p>{worth(words)}</p>
        <h3>{text.q_earn}</h3>
        {earn(words, tier)}
        {tiers(words)}
        {tasks(words)}
        {rewards(words)}
        {super::refer::rules(words)}
        <h3>{text.q_when}</h3>
        {words.program.purchase.as_ref().map(|rule| view! { <p>{waits(words, rule)}</p> })}
        <p>{text.a_when_tasks}</p>
        <h3>{text.rules.q_expiry}</h3>
        {runs_out(words)}
        <h3>{text.q_lose}</h3>
        {lose(words)}
        <h3>{text.q_rules}</h3>
        <p>{(text.a_rules)(version)}</p>
    }
}

fn have(words: Words<'_>, me: Option<&MeView>) -> String {
    let text = words.text;
    let mut said = match me {
        None => text.a_have_guest.to_owned(),
        Some(me) if me.balance.held > 0 => (text.a_have_held)(
            &words.count(me.balance.available),
            &words.count(me.balance.held),
        ),
        Some(me) => (text.a_have)(&words.count(me.balance.available)),
    };
    let Some(balance) = me.map(|me| &me.balance) else {
        return said;
    };
    if balance.reserved > 0 {
        let reserved = (text.a_have_set_aside)(&words.count(balance.reserved));
        said = format!("{said} {reserved}");
    }
    if let Some(next) = &balance.expiring {
        said = format!("{said} {}.", words.runs_out(next));
    }
    said
}

fn worth(words: Words<'_>) -> String {
    match words.worth(1) {
        Some(money) => (words.text.one_is_worth)(&words.count(1), &money),
        None => words.text.a_worth_none.to_owned(),
    }
}

fn earn(words: Words<'_>, tier: Option<&TierView>) -> Drawn {
    let text = words.text;
    let Some(rule) = &words.program.purchase else {
        return view! { <p>{text.a_no_purchases}</p> }.drawn();
    };
    let rate = words.purchase_rate().unwrap_or_default();
    let own = tier.filter(|tier| tier.multiplier_permille != 1000);
    let (first, least) = (first_order(words, rule), minimum(words, rule));
    let campaigns = campaigns(words);
    let permille = own.map_or(1000, |tier| tier.multiplier_permille);
    let note = own.map(|tier| (text.at_your_tier)(&tier.name, &words.multiplier(permille)));
    view! {
        <p>{(text.purchases_earn)(&rate)} ". " {note} " " {example(words, rule, permille)}</p>
        <p>{excluded(words, rule)} " " {text.a_rounding}</p>
        {(first.is_some() || least.is_some()).then(|| view! { <p>{first} " " {least}</p> })}
        {(!campaigns.is_empty())
            .then(|| {
                view! {
                    {campaigns}
                    <p>{text.rules.campaigns}</p>
                }
            })}
    }
    .drawn()
}

/// When points run out, as one or two sentences.
pub(crate) fn expiry(words: Words<'_>) -> String {
    let day = match words.program.expiry {
        Expiry::Date { month, day } => text::year_day(words.text, month, day),
        Expiry::Never | Expiry::Earning { .. } | Expiry::Inactivity { .. } => String::new(),
    };
    (words.text.rules.expiry)(words.program.expiry, &day)
}

fn runs_out(words: Words<'_>) -> Drawn {
    let (rules, program) = (&words.text.rules, words.program);
    let more = (program.expiry != Expiry::Never).then(|| {
        let warned = (program.warn_days > 0).then(|| (rules.warned)(program.warn_days));
        let grace = (rules.grace)(program.grace_days);
        view! { <p>{rules.expiry_first} " " {rules.expiry_zone} " " {warned} " " {grace}</p> }
    });
    view! {
        <p>{expiry(words)}</p>
        {more}
    }
    .drawn()
}

fn lose(words: Words<'_>) -> Drawn {
    let rules = &words.text.rules;
    let welcomes = words.program.tiers.iter().any(|tier| tier.entry_points > 0);
    let ends = words.program.expiry != Expiry::Never;
    let rewards = !words.program.rewards.is_empty();
    view! {
        <p>{rules.cancelled} " " {rules.refunded} " " {rules.used}</p>
        <p>{(rules.spent)(words.program.debt)} " " {ends.then_some(rules.ran_out)}</p>
        {rewards.then(|| view! { <p>{rules.used_late}</p> })}
        {welcomes.then(|| view! { <p>{rules.welcome}</p> })}
        <p>{rules.corrected}</p>
    }
    .drawn()
}

/// What lifts a member, what does not lower them, and when a tier is looked at again.
pub(crate) fn counted(words: Words<'_>) -> Drawn {
    let rules = &words.text.rules;
    let (metric, window) = (words.program.metric, words.program.window);
    let review = (window != Window::Lifetime).then(|| (rules.review)(window));
    view! {
        <p>{(rules.counts)(metric, window)} " " {rules.spending} " " {rules.counts_not}</p>
        {review.map(|review| view! { <p>{review}</p> })}
    }
    .drawn()
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
            {(words.program.tiers.len() > 1)
                .then(|| {
                    view! {
                        <h3>{words.text.rules.q_keep}</h3>
                        {counted(words)}
                    }
                })}
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
                <dd>{before(words, task.proof)} " " {will_check(words, task)}</dd>
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

/// What points can be turned into, and what becomes of them then.
fn rewards(words: Words<'_>) -> impl IntoView + use<> {
    let rules = &words.text.rules;
    let rewards: Vec<_> = words
        .program
        .rewards
        .iter()
        .map(|reward| {
            view! {
                <dt>{reward.name.clone()} " " <small>{priced(words, reward)}</small></dt>
                <dd>{told(words, reward)}</dd>
            }
        })
        .collect();
    (!rewards.is_empty()).then(|| {
        view! {
            <h3>{rules.q_rewards}</h3>
            <dl>{rewards}</dl>
            <p>{spending(words)}</p>
        }
    })
}

/// What one reward gives, until when, and what else has to be so.
fn told(words: Words<'_>, reward: &RewardView) -> String {
    let gives = match reward.kind {
        RewardKind::Amount => {
            let money = words.money(reward.amount);
            (words.text.rules.reward)(&money, reward.valid_days)
        }
        _ if reward.settles == Settles::AtOnce => format!("{}.", gives(words, reward)),
        _ => {
            let valid = (words.text.voices.spend.limits.works)(reward.valid_days);
            format!("{}. {valid}", gives(words, reward))
        }
    };
    let mut says = vec![gives];
    says.extend(conditions(words, reward));
    says.join(" ")
}

/// What holds for all rewards, as far as there are such.
fn spending(words: Words<'_>) -> String {
    let text = &words.text.voices.spend.limits;
    let any = |is: &dyn Fn(&RewardView) -> bool| words.program.rewards.iter().any(is);
    let for_orders = any(&|it| it.settles == Settles::WithOrder);
    let mut says = Vec::new();
    if for_orders {
        says.push(words.text.rules.set_aside.to_owned());
    }
    says.extend(limits(words));
    let more = [
        (any(&|it| it.kind == RewardKind::Slider), text.slider),
        (
            any(&|it| it.settles == Settles::WhenHandedOver),
            text.handed,
        ),
        (any(&|it| it.settles == Settles::AtOnce), text.at_once),
        (
            for_orders && words.program.purchase.is_some(),
            text.earns_on_rest,
        ),
    ];
    let more = more.into_iter().filter(|(is_there, _)| *is_there);
    says.extend(more.map(|(_, say)| say.to_owned()));
    says.join(" ")
}
