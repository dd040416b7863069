//! Sessions last longer by being used, and nobody who uses an open one waits until that is written down.
//!
//! What was used is noted in memory, and written a moment later, many in one transaction. What is lost with a server
//! that is killed in that moment is noted again by the next use: until then the session lasts as long as it did.

use crate::App;
use crate::domain::Instant;
use crate::error::Error;
use crate::store::sessions::{Digest, Renew};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a first use waits for others that are written with it.
const PAUSE: Duration = Duration::from_millis(20);
/// How long they wait where the store did not take them.
const AWAY: Duration = Duration::from_secs(1);
/// How many are written in one transaction: less than a millisecond of the writer's time.
const AT_ONCE: usize = 64;

/// What has been used on this server and is not written down yet: of each session the last use.
#[derive(Debug, Default)]
pub struct Renewals {
    used: Mutex<BTreeMap<Digest, Instant>>,
    bell: Notify,
}

impl Renewals {
    /// Notes that a session was used at this moment.
    pub fn note(&self, session: Digest, at: Instant) {
        self.with(|used| {
            let last = used.entry(session).or_insert(at);
            *last = at.max(*last);
        });
        self.bell.notify_one();
    }

    fn with<O>(&self, act: impl FnOnce(&mut BTreeMap<Digest, Instant>) -> O) -> O {
        act(&mut self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes down what is used, until the server stops.
pub(crate) async fn run(app: Arc<App>) {
    let mut stopping = app.stopping.subscribe();
    loop {
        tokio::select! {
            () = app.renewals.bell.notified() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        tokio::time::sleep(PAUSE).await;
        if !write_down(&app).await {
            tokio::time::sleep(AWAY).await;
        }
    }
}

/// Writes down what has been used so far; answers whether the store took it. What it did not take is noted again.
pub async fn write_down(app: &App) -> bool {
    let noted: Vec<_> = app.renewals.with(std::mem::take).into_iter().collect();
    let mut parts = noted.chunks(AT_ONCE);
    while let Some(part) = parts.next() {
        let used = part.to_vec();
        if let Err(error) = app.store.write(Renew { used }).await {
            // The store says what is wrong.
            let _told = Error::from(error);
            for &(session, at) in part.iter().chain(parts.flatten()) {
                app.renewals.note(session, at);
            }
            return false;
        }
    }
    true
}
