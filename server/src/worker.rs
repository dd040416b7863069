//! What runs by itself: mails, holds that fall due, points that run out, tiers that are reviewed, attempts
//! and coupons that lapse, friends that are rewarded, orders whose hooks got lost, links of the hash chains,
//! forgetting what is over.
//!
//! Every step is a command that takes its work by a conditional write, so any number of servers may
//! run this beside each other.

use crate::App;
use crate::checks;
use crate::error::Error;
use crate::mailer::MailError;
use crate::pulls;
use crate::renewals;
use crate::shop_codes;
use crate::store::{
    StoreError, accounts, attempts, codes, coupons, ledger, mail, owners, referrals, seal, sessions,
};
use app::api::{MemberId, ProgramId, ReferralId};
use futures_util::{StreamExt, future, stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the outbox is looked at. Mails are waited for by people.
const MAIL_EVERY: Duration = Duration::from_millis(200);
/// Mails under way at the same time: a slow mail server must not hold up a sign-in code.
const MAILS_AT_ONCE: usize = 4;
/// How often it is looked whether orders are to be fetched.
const PULL_EVERY: Duration = Duration::from_secs(2);
/// How often what was committed is sealed.
const SEAL_EVERY: Duration = Duration::from_secs(2);
/// How often the rest is looked at.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// What is settled between two looks at the clock.
const DUE_MAX: i64 = 100;
/// What is settled at the same time.
const AT_ONCE: usize = 16;
/// How long after an import members are looked at, in microseconds: by then every server that keeps up works by the new
/// rules, and none undoes by old ones what was decided by them.
const KNOWN_AFTER: i64 = 10_000_000;
/// Ticks between two clean-ups.
const SWEEP_TICKS: u64 = 60;

/// The running workers.
pub struct Workers(JoinSet<()>);

/// Starts them; they end when the server stops.
pub fn start(app: &Arc<App>) -> Workers {
    let mut set = JoinSet::new();
    for _ in 0..MAILS_AT_ONCE {
        set.spawn(every(Arc::clone(app), MAIL_EVERY, send_mails));
    }
    set.spawn(every(Arc::clone(app), TICK_EVERY, tick));
    set.spawn(every(Arc::clone(app), SEAL_EVERY, seal_transfers));
    set.spawn(renewals::run(Arc::clone(app)));
    set.spawn(checks::run(Arc::clone(app)));
    set.spawn(every(Arc::clone(app), PULL_EVERY, pull));
    set.spawn(shop_codes::run(Arc::clone(app)));
    Workers(set)
}

impl Workers {
    /// Waits until each has ended its step.
    pub async fn stop(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

async fn every<F>(app: Arc<App>, pause: Duration, step: impl Fn(Arc<App>, u64) -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    let mut stopping = app.stopping.subscribe();
    let mut count = 0;
    loop {
        if let Err(error) = step(Arc::clone(&app), count).await {
            // The store says what is wrong; the next step tries again.
            let _told = Error::from(error);
        }
        count += 1;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn send_mails(app: Arc<App>, _: u64) -> Result<(), StoreError> {
    let Some(mailer) = &app.mailer else {
        return Ok(());
    };
    while !*app.stopping.borrow() {
        let now = app.clock.now();
        let Some(leased) = app.store.write(mail::Lease { now }).await? else {
            break;
        };
        let outcome = mailer.send(&app.master, &leased.mail).await;
        if let Err(error) = &outcome {
            tracing::warn!(mail.tries = leased.tries, %error, "a mail was not sent");
        }
        let settle = mail::Settle {
            id: leased.mail.id,
            over: outcome.as_ref().err().is_none_or(MailError::is_permanent),
            tries: leased.tries,
            now: app.clock.now(),
        };
        app.store.write(settle).await?;
    }
    Ok(())
}

async fn seal_transfers(app: Arc<App>, _: u64) -> Result<(), StoreError> {
    seal::catch_up(&app.store, &app.clock, || *app.stopping.borrow()).await
}

async fn pull(app: Arc<App>, _: u64) -> Result<(), StoreError> {
    pulls::look(&app).await
}

async fn tick(app: Arc<App>, count: u64) -> Result<(), StoreError> {
    let now = app.clock.now();
    // Each step is taken whatever became of the others.
    let mut outcomes = vec![
        app.programs.refresh().await,
        settle_due(&app).await,
        settle_referrals(&app).await,
        revise(&app).await,
        look(&app).await,
        app.store.write(attempts::Lapse { now }).await,
        app.store.write(referrals::Lapse { now }).await,
    ];
    if count.is_multiple_of(SWEEP_TICKS) {
        app.limits.sweep();
        outcomes.push(app.store.write(sessions::Sweep { now }).await);
        outcomes.push(app.store.write(codes::Sweep { now }).await);
        outcomes.push(app.store.write(accounts::Sweep { now }).await);
        outcomes.push(app.store.write(owners::Sweep { now }).await);
        outcomes.push(app.store.write(referrals::Forget { now }).await);
    }
    outcomes.into_iter().collect()
}

/// Posts the holds that have fallen due and lapses the coupons, each in a transaction of its own, a few
/// at a time so that they share commits and hold up nobody. One that cannot be settled holds up no
/// other: it is passed over, and tried again in the next round.
async fn settle_due(app: &Arc<App>) -> Result<(), StoreError> {
    let mut after = None;
    while !*app.stopping.borrow() {
        let now = app.clock.now();
        let limit = DUE_MAX;
        let due = app.store.read(ledger::Due { now, after, limit }).await?;
        let Some(last) = due.last() else {
            return Ok(());
        };
        after = Some((last.due_at, last.hold));
        let settled = due.into_iter().map(|hold| settle(Arc::clone(app), hold));
        stream::iter(settled)
            .buffer_unordered(AT_ONCE)
            .collect::<()>()
            .await;
    }
    Ok(())
}

async fn settle(app: Arc<App>, due: ledger::DueHold) {
    let Some(loaded) = app.programs.by_id(due.program) else {
        return;
    };
    let (rules, hold, stamp) = (Arc::clone(&loaded.rules), due.hold, app.clock.stamp());
    let member = due.member;
    let outcome = if due.is_coupon {
        app.store.write(coupons::Lapse { rules, hold, stamp }).await
    } else {
        let post = ledger::PostDue {
            rules,
            member,
            hold,
            stamp,
        };
        app.store.write(post).await
    };
    if let Err(error) = outcome {
        tracing::error!(hold.id = %hold, %error, "hold {hold} was not settled");
    }
}

/// Pays both sides of the referrals that have fallen due, each in a transaction of its own.
async fn settle_referrals(app: &Arc<App>) -> Result<(), StoreError> {
    let mut after = None;
    while !*app.stopping.borrow() {
        let due = referrals::DueReferrals {
            now: app.clock.now(),
            after,
            limit: DUE_MAX,
        };
        let due = app.store.read(due).await?;
        let Some((_, id, due_at)) = due.last() else {
            return Ok(());
        };
        after = Some((*due_at, *id));
        let settled = due
            .into_iter()
            .map(|(program, id, _)| settle_referral(Arc::clone(app), program, id));
        stream::iter(settled)
            .buffer_unordered(AT_ONCE)
            .collect::<()>()
            .await;
    }
    Ok(())
}

async fn settle_referral(app: Arc<App>, program: ProgramId, id: ReferralId) {
    let Some(loaded) = app.programs.by_id(program) else {
        return;
    };
    let settle = referrals::Settle {
        rules: Arc::clone(&loaded.rules),
        id,
        stamp: app.clock.stamp(),
    };
    if let Err(error) = app.store.write(settle).await {
        tracing::error!(referral.id = %id, %error, "referral {id} was not settled");
    }
}

/// Looks at members whose points run out, who are to be warned of that, or whose tier is to be reviewed.
async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let mut skip = 0;
    while !*app.stopping.borrow() {
        let now = app.clock.now();
        let limit = DUE_MAX;
        let due = app.store.read(ledger::ToLook { now, limit, skip }).await?;
        if due.is_empty() {
            return Ok(());
        }
        let looked = due
            .into_iter()
            .map(|(program, member)| look_at(Arc::clone(app), (program, member), false));
        let failed = stream::iter(looked).buffer_unordered(AT_ONCE);
        // Whoever could not be looked at is still due, and must not be met again and again.
        let failed = failed
            .filter(|done| future::ready(done.is_err()))
            .count()
            .await;
        skip += i64::try_from(failed).unwrap_or(0);
    }
    Ok(())
}

/// Looks at all members of a programme whose new rules give tiers to others, or review them at other times: a page of
/// them after the other, so that it may take as long as it takes.
async fn revise(app: &Arc<App>) -> Result<(), StoreError> {
    while !*app.stopping.borrow() {
        let next = ledger::ToRevise {
            before: app.clock.now() - KNOWN_AFTER,
            limit: DUE_MAX,
        };
        let mut batches = app.store.read(next).await?;
        // Rules that this server does not know yet will be known at the next tick.
        batches.retain(|batch| {
            let loaded = app.programs.by_id(batch.program);
            loaded.is_some_and(|loaded| loaded.rules.version == batch.version)
        });
        if batches.is_empty() {
            return Ok(());
        }
        for batch in batches {
            let members = batch.members.iter();
            let looks =
                members.map(|member| look_at(Arc::clone(app), (batch.program, *member), true));
            let looks: Vec<_> = looks.collect();
            let looks: Vec<_> = stream::iter(looks)
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            // A busy store is asked again at the next tick. Who cannot be looked at otherwise is told of in the log,
            // and is looked at when something happens to them.
            let busy =
                |look: &Result<(), StoreError>| matches!(look, Err(StoreError::Unavailable(_)));
            if looks.iter().any(busy) {
                return Ok(());
            }
            app.store.write(ledger::Revised { batch }).await?;
        }
    }
    Ok(())
}

async fn look_at(
    app: Arc<App>,
    (program, member): (ProgramId, MemberId),
    revises: bool,
) -> Result<(), StoreError> {
    let loaded = app.programs.by_id(program);
    let loaded = loaded.ok_or_else(|| StoreError::internal("a programme went away"))?;
    let look = ledger::Look {
        rules: Arc::clone(&loaded.rules),
        member,
        revises,
        stamp: app.clock.stamp(),
    };
    let outcome = app.store.write(look).await;
    if let Err(error) = &outcome {
        tracing::error!(member.id = %member, %error, "member {member} was not looked at");
    }
    outcome
}
