//! From what is stored to what is shown. Pure: texts, times and states of one moment.

use crate::domain::attempt::{self, RESEND_AFTER};
use crate::domain::program::{POINTS, Program, zone};
use crate::domain::task::{Limit, Task};
use crate::domain::{Instant, email, streak, tier};
use crate::programs::Loaded;
use crate::store::StoreError;
use crate::store::attempts::{StoredAttempt, explanation_of, service_of};
use crate::store::coupons::StoredCoupon;
use crate::store::events::StoredEvent;
use crate::store::members::StoredMember;
use crate::store::orders::{StoredOrder, StoredRefund};
use crate::store::referrals::StoredGift;
use crate::store::statement::Line;
use app::api::{
    AttemptState, AttemptView, Balance, CouponView, Event, EventKind, Expiring, Fact, MeView,
    MemberView, NextStep, OrderView, ProofView, Reason, RefundView, Standing, TaskKind,
    TaskStanding, TransferView,
};
use app::text::{Happening, ProofOf, Text, TransferFacts};
use jiff::Timestamp;

/// Who reads, and when.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The programme.
    pub program: &'a Loaded,
    /// One of its languages.
    pub locale: &'a str,
    /// The reader's zone.
    pub time_zone: &'a str,
    /// The present.
    pub now: Instant,
}

impl Reader<'_> {
    fn text(&self) -> &'static Text {
        Text::by_locale(self.locale)
    }

    fn rules(&self) -> &Program {
        self.program.program()
    }
}

/// An instant as the wire has it: RFC 3339 in UTC.
pub fn rfc3339(at: Instant) -> String {
    Timestamp::from_microsecond(at).map_or_else(|_| String::new(), |at| at.to_string())
}

/// A member's own state.
pub fn me(reader: &Reader<'_>, member: &StoredMember) -> MeView {
    let program = reader.rules();
    MeView {
        id: member.id,
        name: member.name.clone(),
        email: member.email.clone(),
        birthday: member.birthday.clone(),
        joined_at: rfc3339(member.joined_at),
        locale: member.locale.clone(),
        time_zone: member.time_zone.clone(),
        balance: balance(member),
        standing: standing_of(reader, member),
        tasks: program
            .tasks
            .iter()
            .map(|task| standing(reader, task, member))
            .collect(),
        cursor: member.news,
    }
}

fn balance(member: &StoredMember) -> Balance {
    Balance {
        asset: POINTS.to_owned(),
        available: member.available,
        held: member.held,
        reserved: member.reserved,
        expiring: member.expiring.map(|(amount, at)| Expiring {
            amount,
            at: rfc3339(at),
        }),
    }
}

fn standing_of(reader: &Reader<'_>, member: &StoredMember) -> Standing {
    tier::standing(
        reader.rules(),
        &member.held_tier,
        member.values,
        reader.now,
        reader.locale,
    )
}

/// A member, as the shop sees them.
pub fn member(reader: &Reader<'_>, member: &StoredMember, customer: Option<String>) -> MemberView {
    MemberView {
        id: member.id,
        customer,
        name: member.name.clone(),
        email: member.email.clone(),
        joined_at: rfc3339(member.joined_at),
        locale: member.locale.clone(),
        time_zone: member.time_zone.clone(),
        balance: balance(member),
        standing: standing_of(reader, member),
    }
}

/// Where a member stands with a task: the newest attempt says.
fn standing(reader: &Reader<'_>, task: &Task, member: &StoredMember) -> TaskStanding {
    let newest = newest(reader, task, member);
    TaskStanding {
        task: task.view(reader.locale),
        state: newest.map_or(AttemptState::Available, |attempt| {
            attempt.state_at(reader.now)
        }),
        attempt: newest.map(|newest| attempt(reader, newest, member)),
        account: account(reader, task, member).map(str::to_owned),
        products: if task.is_review_here() {
            member.bought.clone()
        } else {
            Vec::new()
        },
        days_in_row: days_in_row(reader, task, member),
    }
}

/// How many days in a row the member looked in, where that earns something.
fn days_in_row(reader: &Reader<'_>, task: &Task, member: &StoredMember) -> u32 {
    if task.streak.is_none() {
        return 0;
    }
    let paid = member.attempts.iter();
    let paid = paid.filter(|attempt| attempt.task == task.id && attempt.is_paid());
    let times: Vec<_> = paid.map(|attempt| attempt.started_at).collect();
    streak::until_now(&times, reader.now, &zone(reader.time_zone))
}

/// The attempt that says where a member stands: the newest, unless the task may be done once more.
fn newest<'m>(
    reader: &Reader<'_>,
    task: &Task,
    member: &'m StoredMember,
) -> Option<&'m StoredAttempt> {
    let newest = member
        .attempts
        .iter()
        .rev()
        .find(|attempt| attempt.task == task.id && attempt.is_of(task))?;
    // Each product is reviewed by itself: what is paid does not stand in the way of the next.
    if task.is_review_here() && member.bought.is_empty()
        || task.limit == Limit::ONCE
        || !newest.is_paid()
    {
        return Some(newest);
    }
    let since = task.limit.since(reader.now, &zone(reader.time_zone));
    let times = member.attempts.iter().filter(|attempt| {
        attempt.task == task.id && attempt.is_paid() && attempt.started_at >= since
    });
    let is_enough = times.count() >= usize::try_from(task.limit.times).unwrap_or(usize::MAX);
    is_enough.then_some(newest)
}

/// The member's account where a task is done, as people call it.
fn account<'m>(reader: &Reader<'_>, task: &Task, owner: &'m StoredMember) -> Option<&'m str> {
    let elsewhere = task.elsewhere.as_ref()?;
    let service = if elsewhere.by_address {
        "email"
    } else {
        service_of(&reader.program.rules, elsewhere)?.about().kind
    };
    let mut all = owner.accounts.iter();
    let found = all.find(|(known, _)| known == service)?;
    Some(&found.1)
}

/// One attempt, also at a task that the rules no longer have: then there is nothing more to do about it.
pub fn attempt(reader: &Reader<'_>, stored: &StoredAttempt, owner: &StoredMember) -> AttemptView {
    let task = reader.rules().task(&stored.task);
    let state = stored.state_at(reader.now);
    let code = stored.reason.clone();
    let code = code.or_else(|| (state == AttemptState::Expired).then(|| "expired".to_owned()));
    AttemptView {
        id: stored.id,
        task: format!("tsk_{}", stored.task),
        state,
        reason: code.map(|code| Reason {
            text: reason(reader, task, stored, &code),
            code,
        }),
        next: task
            .filter(|_| state == AttemptState::Started)
            .map(|task| next_step(reader, task, stored, account(reader, task, owner))),
        points: stored.points,
        proof: stored.proof,
        started_at: rfc3339(stored.started_at),
        available_at: stored.available_at.map(rfc3339),
    }
}

fn reason(reader: &Reader<'_>, task: Option<&Task>, stored: &StoredAttempt, code: &str) -> String {
    if let Some(note) = &stored.note {
        return note.to_string();
    }
    let text = reader.text();
    let elsewhere = task.and_then(|task| task.elsewhere.as_ref());
    let service = elsewhere.map_or("", |at| at.service);
    // The day on which the time for that ends.
    let until = stored
        .notice_until
        .map(|at| app::text::date(text, at, reader.time_zone, reader.now));
    app::text::reason(text, code, service, until.as_deref().unwrap_or_default())
}

fn next_step(
    reader: &Reader<'_>,
    task: &Task,
    stored: &StoredAttempt,
    account: Option<&str>,
) -> NextStep {
    let links = &reader.program.links;
    match (task.kind, &stored.address, stored.sent_at) {
        (TaskKind::Share, ..) => NextStep::Share {
            url: links.share(stored.id),
        },
        (TaskKind::Download, ..) => NextStep::Download {
            url: links.download(stored.id),
        },
        (TaskKind::Visit, ..) => NextStep::Visit {
            opened: stored.sent_at.is_some(),
        },
        _ if task.elsewhere.is_some() => {
            account.map_or(NextStep::Account, |handle| NextStep::Open {
                handle: handle.to_owned(),
            })
        }
        (TaskKind::Subscribe, Some(address), Some(sent_at)) => NextStep::Mail {
            address: email::masked(address),
            resend_at: rfc3339(sent_at + RESEND_AFTER),
        },
        (TaskKind::Subscribe, ..) => NextStep::Address,
        (TaskKind::Feedback, ..) => NextStep::Form {
            fields: vec!["text".to_owned()],
        },
        _ => NextStep::Form {
            fields: attempt::form(task),
        },
    }
}

/// One line of the statement.
pub fn transfer(reader: &Reader<'_>, line: Line) -> TransferView {
    let facts = TransferFacts {
        explanation: &line.explanation,
        amount: line.amount,
        currency: (line.asset != POINTS).then_some(&*line.asset),
        state: line.state,
        available_at: line.available_at,
        time_zone: reader.time_zone,
        now: reader.now,
    };
    let of = match &line.explanation.fact {
        Fact::Order { .. }
        | Fact::OrderCancelled { .. }
        | Fact::FriendBought { .. }
        | Fact::CameByFriend { .. } => ProofOf::Order,
        Fact::Refund { .. } | Fact::FriendUndone { .. } => ProofOf::Refund,
        Fact::Redeemed { .. }
        | Fact::GivenBack { .. }
        | Fact::Expired { .. }
        | Fact::TierEntry { .. }
        | Fact::TierEntryUndone { .. }
        | Fact::DebtWrittenOff
        | Fact::CreditBought { .. }
        | Fact::Adjustment { .. } => ProofOf::Adjustment,
        Fact::Task { task, .. } | Fact::TaskUndone { task, .. } => {
            let task = reader.rules().task(task);
            task.map_or(ProofOf::Adjustment, |task| {
                let by_address = task.elsewhere.as_ref().map(|at| at.by_address);
                ProofOf::task(task.kind, by_address)
            })
        }
    };
    let told = app::text::tell(reader.text(), &facts);
    TransferView {
        id: line.id,
        at: rfc3339(line.at),
        state: line.state,
        asset: line.asset,
        amount: line.amount,
        balance_after: line.balance_after,
        available_at: line.available_at.map(rfc3339),
        expires_at: line.expires_at.map(rfc3339),
        version: line.version,
        proof: line.proof.map(|level| ProofView {
            level,
            how: app::text::proof_how(reader.text(), level, of).to_owned(),
        }),
        explanation: line.explanation,
        text: told.sentence,
        title: told.title,
        detail: told.detail,
    }
}

/// One event, with its sentence.
///
/// # Errors
/// [`StoreError`] when its explanation cannot be read.
pub fn event(
    reader: &Reader<'_>,
    kind: EventKind,
    stored: &StoredEvent,
) -> Result<Event, StoreError> {
    let text = reader.text();
    let explanation = stored
        .explanation
        .as_deref()
        .map(explanation_of)
        .transpose()?;
    let what = explanation
        .as_ref()
        .map(|explanation| app::text::headline(text, explanation).0);
    let what = what.as_deref().unwrap_or_default();
    let amount = stored.amount.unwrap_or(0);
    let tier = stored
        .tier
        .as_deref()
        .map(|id| tier::by_id(reader.rules(), id));
    let task = stored
        .task
        .as_deref()
        .and_then(|id| reader.rules().task(id));
    let happening = match (kind, tier) {
        (EventKind::Earned, _) => Happening::Earned(amount, what),
        (EventKind::Held, _) => Happening::Held(amount, what, stored.due_at.unwrap_or(reader.now)),
        (EventKind::Reversed, _) => Happening::Reversed(amount, what),
        (EventKind::Redeemed, _) => Happening::Redeemed(amount, what),
        (EventKind::GivenBack, _) => Happening::GivenBack(amount, what),
        (EventKind::Expired, _) => Happening::Expired(amount, what),
        (EventKind::Expiring, _) => {
            Happening::Expiring(amount, stored.due_at.unwrap_or(reader.now))
        }
        (EventKind::Tier, Some(tier)) if stored.down => {
            Happening::TierDown(tier.name.get(reader.locale))
        }
        (EventKind::Tier, Some(tier)) => Happening::TierUp(tier.name.get(reader.locale)),
        (EventKind::Attempt, _) => {
            Happening::Attempt(task.map_or("", |task| task.title.get(reader.locale)))
        }
        (EventKind::Thread, _) => Happening::Answered,
        (EventKind::Credit, _) => Happening::Credit,
        (EventKind::Code, _) => Happening::Code,
        (EventKind::Tier | EventKind::Profile, _) => Happening::Profile,
    };
    let unit = &reader.program.view(Some(reader.locale)).unit;
    Ok(Event {
        id: stored.number,
        kind,
        amount: stored.amount,
        balance: stored.balance,
        tier: stored.tier.clone(),
        text: app::text::event(text, unit, happening, reader.time_zone, reader.now),
    })
}

/// What is known of an order.
pub fn order(stored: StoredOrder) -> OrderView {
    OrderView {
        id: stored.id,
        status: stored.status,
        member: stored.member,
        points: stored.points,
        transfer: stored.transfer,
        available_at: stored.available_at.map(rfc3339),
        refunded: stored.refunded,
        reason: stored.reason,
    }
}

/// What a refund did.
pub fn refund(stored: StoredRefund) -> RefundView {
    RefundView {
        id: stored.id,
        order_id: stored.order_id,
        applied: stored.applied,
        amount: stored.amount,
        reversed: stored.reversed,
        given_back: stored.given_back,
    }
}

/// A friend's gift at a moment, as a checkout sees it: like a coupon, but nobody's, and without points.
pub fn gift(stored: StoredGift, currency: &str, now: Instant) -> CouponView {
    CouponView {
        state: stored.state_at(now),
        kind: stored.terms.kind,
        code: stored.code,
        amount: stored.terms.amount,
        permille: stored.terms.permille,
        sku: stored.terms.sku,
        minimum: stored.terms.minimum,
        currency: currency.to_owned(),
        asset: None,
        points: 0,
        member: None,
        order_id: stored.order,
        expires_at: rfc3339(stored.expires_at),
        lines: stored.lines,
        shipping: stored.shipping,
    }
}

/// A coupon at a moment.
pub fn coupon(stored: StoredCoupon, now: Instant) -> CouponView {
    CouponView {
        state: stored.state_at(now),
        kind: stored.terms.kind,
        code: stored.code,
        amount: stored.amount,
        permille: stored.terms.permille,
        sku: stored.terms.sku,
        minimum: stored.terms.minimum,
        currency: stored.currency,
        asset: Some(stored.asset),
        points: stored.points,
        member: Some(stored.member),
        order_id: stored.order,
        expires_at: rfc3339(stored.expires_at),
        lines: stored.lines,
        shipping: stored.shipping,
    }
}
