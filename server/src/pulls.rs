//! Fetching orders that a shop's platform has told of, or would have: its hooks may get lost, and some platforms stop
//! sending them.
//!
//! Every ten minutes each connection that was given what it takes is asked for the orders that changed since the
//! newest change that was read, and a little before. Each goes the way of a hook's body, where it makes no difference
//! how often an order is told. How far it was read, and whose turn it is, stands in the database (`store::pulls`).

use crate::App;
use crate::api::hooks;
use crate::connections::pull::{Change, Place, Pulls};
use crate::connections::{self, Trouble};
use crate::domain::{HOUR, Instant, MINUTE};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::StoreError;
use crate::store::pulls::{LEASE, Resting, Settle, Take, Taken};
use app::api::ProgramId;
use futures_util::{StreamExt, stream};
use std::sync::Arc;

/// How often a connection is asked.
const EVERY: i64 = 10 * MINUTE;
/// How much of what was read is read again: changes may become visible in another order than they were made in.
const OVERLAP: i64 = 10 * MINUTE;
/// The longest that one which does not answer is left alone.
const PAUSE_MAX: i64 = 2 * HOUR;
/// Pages with something new in one go; what is left comes with the next look.
const NEW_PAGES_MAX: usize = 10;
/// Pages in one go, whatever is in them: a platform that never comes to an end must not keep anybody.
const PAGES_MAX: usize = 1000;
/// Connections that are read at the same time on one server.
const AT_ONCE: usize = 8;

/// A connection that can be read.
struct Job {
    loaded: Arc<Loaded>,
    connection: String,
    pulls: &'static dyn Pulls,
}

/// How far a pull came.
enum Went {
    /// Everything was read.
    Whole,
    /// There is more.
    Part,
    /// Another server has taken it over.
    Lost,
}

/// Reads what is due, and answers when that is done.
///
/// # Errors
/// [`StoreError`], when it cannot be told what is due. What goes wrong with one connection goes to the log.
pub async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let mut jobs = jobs(app);
    if jobs.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let resting = app.store.read(Resting { now }).await?;
    jobs.retain(|job| !resting.contains(&(job.program(), job.connection.clone())));
    let pulls = jobs.into_iter().map(|job| pull(Arc::clone(app), job));
    stream::iter(pulls)
        .buffer_unordered(AT_ONCE)
        .collect::<()>()
        .await;
    Ok(())
}

/// All that can be read, whether or not it was given what that takes.
fn jobs(app: &App) -> Vec<Job> {
    let mut jobs = Vec::new();
    for loaded in app.programs.all() {
        for connection in &loaded.program().connections {
            let Some(service) = connections::service(&connection.kind) else {
                continue;
            };
            if let Some(pulls) = service.pulls() {
                jobs.push(Job {
                    loaded: Arc::clone(&loaded),
                    connection: connection.id.clone(),
                    pulls,
                });
            }
        }
    }
    jobs
}

impl Job {
    fn program(&self) -> ProgramId {
        self.loaded.rules.id
    }
}

/// Reads one connection, if it is this server that takes it.
async fn pull(app: Arc<App>, job: Job) {
    let take = Take {
        program: job.program(),
        connection: job.connection.clone(),
        now: app.clock.now(),
    };
    let taken = match app.store.write(take).await {
        Ok(Some(taken)) => taken,
        Ok(None) => return,
        Err(error) => return told_of(error),
    };
    let failures = taken.failures;
    let mut run = Run {
        app: &app,
        job: &job,
        until: taken.until,
        taken,
    };
    let went = run.read().await;
    let now = app.clock.now();
    let (due_at, failures) = match &went {
        Ok(Went::Whole) => (now + EVERY, 0),
        Ok(Went::Part) => (now, 0),
        Ok(Went::Lost) => return,
        Err(trouble) => {
            log(&job, trouble);
            (now + pause(failures, trouble), failures.saturating_add(1))
        }
    };
    if let Err(error) = run.settle(due_at, failures).await {
        // Its lease ends by itself.
        told_of(error);
    }
}

/// The store says what is wrong; the next look tries again.
fn told_of(error: StoreError) {
    let _told = Error::from(error);
}

/// How long one is left alone that has failed before so many times in a row.
fn pause(failures: i64, trouble: &Trouble) -> i64 {
    let doubled = (EVERY << failures.clamp(0, 10)).min(PAUSE_MAX);
    doubled.max(trouble.wait())
}

fn log(job: &Job, trouble: &Trouble) {
    let (program, connection) = (&job.loaded.program().slug, &job.connection);
    match trouble {
        Trouble::NotNow(why, _) | Trouble::Theirs(why) => {
            tracing::warn!(
                program,
                connection,
                "{connection}: orders were not read: {why}"
            );
        }
        Trouble::Setup(_) | Trouble::Refused(_) => {
            tracing::error!(
                program,
                connection,
                "{connection}: orders cannot be read: {trouble}"
            );
        }
    }
}

/// A connection that is being read.
struct Run<'a> {
    app: &'a App,
    job: &'a Job,
    taken: Taken,
    /// The newest change before which nothing is left to read.
    until: Instant,
}

impl Run<'_> {
    async fn read(&mut self) -> Result<Went, Trouble> {
        let (app, job) = (self.app, self.job);
        let rules = &job.loaded.rules;
        let Some(connection) = rules.program.connection(&job.connection) else {
            return Ok(Went::Whole);
        };
        let setup = app.means().setup(rules, connection).await?;
        if !job.pulls.is_ready(&setup) {
            return Ok(Went::Whole);
        }
        let known = self.until;
        let (mut newest, mut new_pages) = (known, 0);
        let mut place = Place {
            since: known - OVERLAP,
            page: String::new(),
        };
        for _ in 0..PAGES_MAX {
            let page = job.pulls.page(&setup, &place).await?;
            let in_order = page.changes.is_sorted_by_key(|change| change.at);
            // What is read again, because it lies so little before, does not count.
            let is_new = page.changes.iter().any(|change| change.at > known);
            new_pages += usize::from(is_new);
            for change in page.changes {
                // A moment that is still to come would hide what changes until then.
                newest = newest.max(change.at.min(app.clock.now()));
                self.take_in(change, known).await?;
            }
            let Some(next) = page.next else {
                self.until = newest;
                return Ok(Went::Whole);
            };
            if in_order {
                self.until = newest;
            }
            if !self.go_on().await? {
                return Ok(Went::Lost);
            }
            if new_pages >= NEW_PAGES_MAX {
                break;
            }
            place = next;
        }
        Ok(Went::Part)
    }

    /// Takes an order in as if a hook had told it. What of it cannot be used is said once.
    async fn take_in(&self, change: Change, known: Instant) -> Result<(), Trouble> {
        let (rules, connection) = (&self.job.loaded.rules, &self.job.connection);
        let is_new = change.at > known;
        let unusable = |why: &str| {
            if is_new {
                tracing::error!(
                    connection,
                    "an order of {connection} could not be used: {why}"
                );
            }
        };
        let told = match change.told {
            Ok(told) => told,
            Err(refused) => {
                unusable(&refused.to_string());
                return Ok(());
            }
        };
        for told in told {
            match hooks::take_in(self.app, rules, connection, told).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => unusable(&why),
                Err(_) => return Err(Trouble::NotNow("the store is busy".into(), None)),
            }
        }
        Ok(())
    }

    /// Writes down how far it came, and keeps it for one more page.
    async fn go_on(&mut self) -> Result<bool, Trouble> {
        let lease = self.app.clock.now() + LEASE;
        let away = |error: StoreError| Trouble::NotNow(error.to_string(), None);
        let kept = self.settle(lease, self.taken.failures).await;
        self.taken.lease = lease;
        kept.map_err(away)
    }

    async fn settle(&self, due_at: Instant, failures: i64) -> Result<bool, StoreError> {
        let settle = Settle {
            taken: self.taken.clone(),
            until: self.until,
            failures,
            due_at,
        };
        self.app.store.write(settle).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn whoever_fails_is_left_alone_ever_longer_and_as_long_as_they_ask() {
        let busy =
            |wait: Option<u64>| Trouble::NotNow(String::new(), wait.map(Duration::from_secs));
        let minutes = |failures, trouble: &Trouble| pause(failures, trouble) / MINUTE;
        let pauses = [0, 1, 2, 3, 4, i64::MAX].map(|failures| minutes(failures, &busy(None)));
        assert_eq!(pauses, [10, 20, 40, 80, 120, 120]);
        assert_eq!(minutes(0, &busy(Some(3 * 3600))), 180);
        assert_eq!(minutes(1, &Trouble::Setup(String::new())), 20);
    }
}
