//! What runs by itself: mails, holds that fall due, attempts that lapse, forgetting what is over.
//!
//! Every step is a command that takes its work by a conditional write, so any number of servers may
//! run this beside each other.

use crate::App;
use crate::error::Error;
use crate::store::{StoreError, attempts, codes, ledger, mail, sessions};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the outbox is looked at. Mails are waited for by people.
const MAIL_EVERY: Duration = Duration::from_millis(200);
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
    set.spawn(every(Arc::clone(app), MAIL_EVERY, send_mails));
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
    while let Some(leased) = app
        .store
        .write(mail::Lease {
            now: app.clock.now(),
        })
        .await?
    {
        let outcome = mailer.send(&app.master, &leased.mail).await;
        if let Err(error) = &outcome {
            tracing::warn!(mail.tries = leased.tries, %error, "a mail was not sent");
        }
        let settle = mail::Settle {
            id: leased.mail.id,
            sent: outcome.is_ok(),
            tries: leased.tries,
            now: app.clock.now(),
        };
        app.store.write(settle).await?;
    }
    Ok(())
}

async fn tick(app: Arc<App>, count: u64) -> Result<(), StoreError> {
    app.programs.refresh().await?;
    post_due(&app).await?;
    app.store
        .write(attempts::Lapse {
            now: app.clock.now(),
        })
        .await?;
    if count.is_multiple_of(SWEEP_TICKS) {
        let now = app.clock.now();
        app.limits.sweep();
        app.store.write(sessions::Sweep { now }).await?;
        app.store.write(codes::Sweep { now }).await?;
    }
    Ok(())
}

/// Posts the holds that have fallen due, each in a transaction of its own.
async fn post_due(app: &App) -> Result<(), StoreError> {
    loop {
        let due = app
            .store
            .read(ledger::Due {
                now: app.clock.now(),
                limit: DUE_MAX,
            })
            .await?;
        let mut posted = 0;
        for (program, hold) in &due {
            let Some(loaded) = app.programs.by_id(*program) else {
                continue;
            };
            let rules = Arc::clone(&loaded.rules);
            let post = ledger::PostDue {
                rules,
                hold: *hold,
                stamp: app.clock.stamp(),
            };
            posted += i64::from(app.store.write(post).await?);
        }
        if posted < DUE_MAX {
            return Ok(());
        }
    }
}
