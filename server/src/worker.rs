//! What runs by itself: mails, holds that fall due, attempts that lapse, forgetting what is over.
//!
//! Every step is a command that takes its work by a conditional write, so any number of servers may
//! run this beside each other.

use crate::App;
use crate::error::Error;
use crate::mailer::MailError;
use crate::store::{StoreError, attempts, codes, ledger, mail, sessions};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the outbox is looked at. Mails are waited for by people.
const MAIL_EVERY: Duration = Duration::from_millis(200);
/// Mails under way at the same time: a slow mail server must not hold up a sign-in code.
const MAILS_AT_ONCE: usize = 4;
/// How often the rest is looked at.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// Holds that are posted between two looks at the clock.
const DUE_MAX: i64 = 100;
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

async fn tick(app: Arc<App>, count: u64) -> Result<(), StoreError> {
    let now = app.clock.now();
    // Each step is taken whatever became of the others.
    let mut outcomes = vec![
        app.programs.refresh().await,
        post_due(&app).await,
        app.store.write(attempts::Lapse { now }).await,
    ];
    if count.is_multiple_of(SWEEP_TICKS) {
        app.limits.sweep();
        outcomes.push(app.store.write(sessions::Sweep { now }).await);
        outcomes.push(app.store.write(codes::Sweep { now }).await);
    }
    outcomes.into_iter().collect()
}

/// Posts the holds that have fallen due, each in a transaction of its own. One that cannot be posted
/// holds up no other: it is passed over, and tried again in the next round.
async fn post_due(app: &App) -> Result<(), StoreError> {
    let mut after = None;
    while !*app.stopping.borrow() {
        let now = app.clock.now();
        let limit = DUE_MAX;
        let due = app.store.read(ledger::Due { now, after, limit }).await?;
        let Some(last) = due.last() else {
            return Ok(());
        };
        after = Some((last.due_at, last.hold));
        for hold in due {
            let Some(loaded) = app.programs.by_id(hold.program) else {
                continue;
            };
            let post = ledger::PostDue {
                rules: Arc::clone(&loaded.rules),
                hold: hold.hold,
                stamp: app.clock.stamp(),
            };
            if let Err(error) = app.store.write(post).await {
                tracing::error!(hold.id = %hold.hold, %error, "hold {} was not posted", hold.hold);
            }
        }
    }
    Ok(())
}
