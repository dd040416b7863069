//! Making codes in the shop, and making them useless there, in the background.
//!
//! What is to be done waits in the database (`store::coupons`), from the transaction that asked for it. Each connection
//! has so many places on each server and no more, so one that hangs holds up no other.

use crate::App;
use crate::connections::codes::{CodeOrder, Ended};
use crate::connections::{self, Trouble};
use crate::domain::program::Rules;
use crate::error::Error;
use crate::store::StoreError;
use crate::store::coupons::{AlreadyUsed, Failed, Job, Lease, Made, Useless, Verb, Waiting, Went};
use app::api::ProgramId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// Jobs of one connection at the same time on one server.
const AT_ONCE: usize = 8;
/// How often it is looked whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long all calls of one job may take together. Well below the lease.
const CALLS_MAX: Duration = Duration::from_secs(30);

/// A connection of a programme.
type Of = (ProgramId, String);

/// How many jobs of each connection are under way on this server.
#[derive(Default)]
struct Lanes(Mutex<HashMap<Of, usize>>);

/// A place in a lane. However it is left, it is free again.
struct Place {
    lanes: Arc<Lanes>,
    of: Of,
}

impl Lanes {
    fn with<O>(&self, act: impl FnOnce(&mut HashMap<Of, usize>) -> O) -> O {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes as many places as there are now, for so many jobs.
    fn take(self: &Arc<Self>, of: &Of, wanted: usize) -> Vec<Place> {
        let taken = self.with(|lanes| {
            let running = lanes.entry(of.clone()).or_default();
            let taken = wanted.min(AT_ONCE.saturating_sub(*running));
            *running += taken;
            taken
        });
        let place = || Place {
            lanes: Arc::clone(self),
            of: of.clone(),
        };
        std::iter::repeat_with(place).take(taken).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let of = &self.of;
        self.lanes.with(|lanes| {
            if let Some(running) = lanes.get_mut(of) {
                *running = running.saturating_sub(1);
            }
            lanes.retain(|_, running| *running > 0);
        });
    }
}

/// Does it until the server stops. What is under way then is done again after its lease.
pub async fn run(app: Arc<App>) {
    let mut stopping = app.stopping.subscribe();
    let (lanes, mut under_way) = (Arc::new(Lanes::default()), JoinSet::new());
    loop {
        if let Err(error) = begin(&app, &lanes, &mut under_way).await {
            // The store says what is wrong; the next look tries again.
            let _told = Error::from(error);
        }
        while under_way.try_join_next().is_some() {}
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// Does what is due now, and answers when that is done.
///
/// # Errors
/// [`StoreError`], when it cannot be told what is due. What goes wrong with one code goes to the log.
pub async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let mut under_way = JoinSet::new();
    begin(app, &Arc::new(Lanes::default()), &mut under_way).await?;
    while under_way.join_next().await.is_some() {}
    Ok(())
}

/// Begins what is due, as far as there are places.
async fn begin(
    app: &Arc<App>,
    lanes: &Arc<Lanes>,
    under_way: &mut JoinSet<()>,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    for (program, connection, due) in app.store.read(Waiting { now }).await? {
        let Some(loaded) = app.programs.by_id(program) else {
            continue;
        };
        let of = (program, connection);
        let places = lanes.take(&of, usize::try_from(due).unwrap_or(AT_ONCE));
        if places.is_empty() {
            continue;
        }
        let lease = Lease {
            program,
            connection: of.1.clone(),
            limit: i64::try_from(places.len()).unwrap_or(0),
            now: app.clock.now(),
        };
        let jobs = app.store.write(lease).await?;
        for (job, place) in jobs.into_iter().zip(places) {
            let (app, rules) = (Arc::clone(app), Arc::clone(&loaded.rules));
            under_way.spawn(async move {
                work(&app, rules, &place.of.1, job).await;
            });
        }
    }
    Ok(())
}

/// What was done.
enum Done {
    /// The code is there, under this id.
    Made(String),
    Ended(Ended),
}

async fn work(app: &App, rules: Arc<Rules>, connection: &str, job: Job) {
    let calls = tokio::time::timeout(CALLS_MAX, call(app, &rules, connection, &job));
    let done = calls.await.unwrap_or_else(|_| {
        let why = "it did not answer in time";
        Err(Trouble::NotNow(why.into(), None))
    });
    let (id, stamp, store) = (job.coupon.id, app.clock.stamp(), &app.store);
    let written = match done {
        Ok(Done::Made(outside)) => {
            let made = Made {
                job,
                outside,
                stamp,
            };
            store.write(made).await
        }
        Ok(Done::Ended(Ended::Useless)) => store.write(Useless { rules, job, stamp }).await,
        Ok(Done::Ended(Ended::AlreadyUsed)) => store.write(AlreadyUsed { rules, job, stamp }).await,
        Err(trouble) => {
            told(&rules, connection, &trouble);
            let failed = Failed {
                rules,
                job,
                went: went(&trouble),
                problem: trouble.to_string(),
                wait: trouble.wait(),
                stamp,
            };
            store.write(failed).await
        }
    };
    if let Err(error) = written {
        tracing::error!(coupon.id = %id, %error, "what became of the code of {id} in the shop is lost, and is asked again");
    }
}

async fn call(app: &App, rules: &Rules, connection: &str, job: &Job) -> Result<Done, Trouble> {
    // Rules that this server does not know yet may have it: later it will.
    let missing = || Trouble::Setup("the programme has no connection that makes codes".into());
    let connection = rules.program.connection(connection).ok_or_else(missing)?;
    let service = connections::service(&connection.kind).ok_or_else(missing)?;
    let makes = service.makes_codes().ok_or_else(missing)?;
    let setup = app.means().setup(rules, connection).await?;
    let coupon = &job.coupon;
    match job.verb {
        Verb::Make => {
            let locale = rules.program.locales.first();
            let order = CodeOrder {
                code: &coupon.code,
                name: coupon.name.get(locale.map_or("", String::as_str)),
                terms: &coupon.terms,
                amount: coupon.amount,
                currency: &coupon.currency,
                expires_at: coupon.expires_at,
            };
            Ok(Done::Made(makes.make(&setup, &order).await?))
        }
        Verb::End => {
            let outside = coupon.outside.as_deref();
            Ok(Done::Ended(makes.end(&setup, outside, &coupon.code).await?))
        }
    }
}

/// How a try went.
fn went(trouble: &Trouble) -> Went {
    match trouble {
        Trouble::NotNow(..) | Trouble::Theirs(_) => Went::Unclear,
        Trouble::Setup(_) => Went::NotDone,
        Trouble::Refused(_) => Went::Never,
    }
}

fn told(rules: &Rules, connection: &str, trouble: &Trouble) {
    let program = &rules.program.slug;
    match trouble {
        Trouble::NotNow(why, _) | Trouble::Theirs(why) => {
            tracing::warn!(program, connection, "{connection}: a code waits: {why}");
        }
        Trouble::Setup(_) | Trouble::Refused(_) => {
            tracing::error!(
                program,
                connection,
                "{connection}: a code is not made: {trouble}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_has_so_many_places_and_gets_them_back() {
        let lanes = Arc::new(Lanes::default());
        let of = |name: &str| (ProgramId([0; 16]), name.to_owned());
        let first = lanes.take(&of("slow"), 5);
        let rest = lanes.take(&of("slow"), 5);
        assert_eq!((first.len(), rest.len()), (5, 3));
        assert!(lanes.take(&of("slow"), 1).is_empty());
        assert_eq!(lanes.take(&of("quick"), 1).len(), 1, "nobody else waits");
        drop(first);
        assert_eq!(lanes.take(&of("slow"), 9).len(), 5);
        drop(rest);
        assert!(lanes.0.lock().unwrap().is_empty(), "nothing is left behind");
    }

    #[test]
    fn only_a_refusal_is_for_good_and_a_wait_is_kept() {
        let wait = Some(Duration::from_secs(30));
        let busy = Trouble::NotNow(String::new(), wait);
        let kept = |trouble: &Trouble| (went(trouble), trouble.wait());
        assert_eq!(kept(&busy), (Went::Unclear, 30_000_000));
        assert_eq!(kept(&Trouble::Setup(String::new())), (Went::NotDone, 0));
        assert_eq!(kept(&Trouble::Refused("code_refused")), (Went::Never, 0));
    }
}
