//! Asking outside services, in the background: many connections beside each other, none of which can hold up
//! another, on any number of servers.
//!
//! Each connection has a lane of its own on each server: so many questions at once and no more, a budget of
//! calls, and a breaker that leaves a service alone which does not answer. What waits, waits in the database.

use crate::App;
use crate::connections::{self, Answer, By, Service, Setup, Trouble};
use crate::domain::check::{BROKEN_WAIT, Heard, Purpose};
use crate::domain::email;
use crate::domain::program::{Connection, Rules};
use crate::error::Error;
use crate::store::StoreError;
use crate::store::checks::{Lease, Question, Settle, Spend, Waiting};
use crate::store::signals::Listed;
use app::api::ProgramId;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Questions that one connection has open at the same time on one server.
const AT_ONCE: usize = 16;
/// How often the queue is looked at when nobody rings.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long all calls of one question may take together. Well below the lease.
const QUESTION_MAX: Duration = Duration::from_secs(30);
/// So many questions in a row without an answer open the breaker.
const FAILURES_MAX: u32 = 5;
/// For how long at first; it doubles.
const PAUSE_MIN: Duration = Duration::from_secs(10);
/// At most.
const PAUSE_MAX: Duration = Duration::from_mins(5);

/// What this server has open with outside services.
#[derive(Default)]
pub struct Checks {
    lanes: Mutex<HashMap<(ProgramId, String), Lane>>,
    bell: Notify,
}

/// One connection.
struct Lane {
    running: usize,
    failures: u32,
    /// Left alone until then.
    paused_until: Option<Instant>,
    budget: DefaultDirectRateLimiter,
}

/// How a question went, for the lane.
enum Went {
    Answered,
    /// It did not answer, and may have said how long to wait.
    Silent(Option<Duration>),
}

impl Lane {
    fn new(service: &dyn Service) -> Self {
        let budget = service.about().budget;
        let calls = NonZeroU32::new(budget.calls).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(budget.per / calls.get());
        let quota = quota.unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
        Self {
            running: 0,
            failures: 0,
            paused_until: None,
            budget: RateLimiter::direct(quota.allow_burst(calls)),
        }
    }

    /// Takes as many places as there are now, for so many questions.
    fn take(&mut self, wanted: usize, now: Instant) -> usize {
        if self.paused_until.is_some_and(|until| until > now) {
            return 0;
        }
        // After a pause, one question shows whether it was long enough.
        let most = if self.failures >= FAILURES_MAX {
            1
        } else {
            AT_ONCE
        };
        let mut taken = 0;
        while taken < wanted && self.running < most && self.budget.check().is_ok() {
            self.running += 1;
            taken += 1;
        }
        taken
    }

    fn went(&mut self, went: &Went, now: Instant) {
        self.running -= 1;
        match went {
            Went::Answered => (self.failures, self.paused_until) = (0, None),
            Went::Silent(wait) => {
                self.failures = self.failures.saturating_add(1);
                let over = self.failures.checked_sub(FAILURES_MAX);
                let pause = over.map(|n| (PAUSE_MIN * 2_u32.pow(n.min(10))).min(PAUSE_MAX));
                let pause = pause.max(wait.map(|wait| wait.min(PAUSE_MAX)));
                let until = pause.map(|pause| now + pause);
                self.paused_until = self.paused_until.max(until);
            }
        }
    }
}

impl Checks {
    /// Says that there may be something to ask.
    pub fn look(&self) {
        self.bell.notify_one();
    }

    fn with<O>(
        &self,
        of: &(ProgramId, String),
        service: &dyn Service,
        act: impl FnOnce(&mut Lane) -> O,
    ) -> O {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes
            .entry(of.clone())
            .or_insert_with(|| Lane::new(service));
        act(lane)
    }
}

/// Asks what is to be asked, until the server stops. What is under way then is asked again after its lease.
pub async fn run(app: Arc<App>) {
    let mut stopping = app.stopping.subscribe();
    loop {
        if let Err(error) = look(&app).await {
            // The store says what is wrong; the next look tries again.
            let _told = Error::from(error);
        }
        tokio::select! {
            () = app.checks.bell.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let now = app.clock.now();
    for (program, connection, due) in app.store.read(Waiting { now }).await? {
        let of = (program, connection);
        let Some(loaded) = app.programs.by_id(of.0) else {
            continue;
        };
        let connection = loaded.program().connection(&of.1);
        let service = connection.and_then(|connection| connections::service(&connection.kind));
        let wanted = usize::try_from(due).unwrap_or(usize::MAX);
        let places = match service {
            Some(service) => app
                .checks
                .with(&of, service, |lane| lane.take(wanted, Instant::now())),
            // Nobody is asked about a connection that the rules no longer have.
            None => AT_ONCE,
        };
        if places == 0 {
            continue;
        }
        let lease = Lease {
            program: of.0,
            connection: of.1.clone(),
            service,
            limit: i64::try_from(places).unwrap_or(0),
            now: app.clock.now(),
        };
        let questions = app.store.write(lease).await;
        let got = questions.as_ref().map_or(0, Vec::len);
        if let Some(service) = service {
            app.checks
                .with(&of, service, |lane| lane.running -= places - got);
        }
        for question in questions? {
            let (app, rules, of) = (Arc::clone(app), Arc::clone(&loaded.rules), of.clone());
            tokio::spawn(async move { ask(&app, rules, of, service, question).await });
        }
    }
    Ok(())
}

/// A place in a lane. However it is left, the lane hears of it.
struct Place<'a> {
    checks: &'a Checks,
    of: (ProgramId, String),
    service: &'static dyn Service,
    went: Went,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let went = &self.went;
        self.checks.with(&self.of, self.service, |lane| {
            lane.went(went, Instant::now());
        });
    }
}

async fn ask(
    app: &Arc<App>,
    rules: Arc<Rules>,
    of: (ProgramId, String),
    service: Option<&'static dyn Service>,
    question: Question,
) {
    let (heard, evidence) = match service {
        Some(service) => {
            let mut place = Place {
                checks: &app.checks,
                of: of.clone(),
                service,
                went: Went::Silent(None),
            };
            let (heard, evidence, went) = consult(app, &rules, &of.1, service, &question).await;
            place.went = went;
            (heard, evidence)
        }
        None => (moved_on(question.purpose), None),
    };
    let attempt = question.attempt;
    let by_address = service.filter(|service| service.about().knows == By::Address);
    let address = by_address
        .zip(question.account.as_ref())
        .map(|(service, account)| {
            let kind = service.about().kind;
            let mailbox = email::canonical(&account.id);
            Listed {
                service: kind,
                address: account.id.clone(),
                digest: connections::digest(&app.master, kind, &account.id),
                mailbox: connections::digest(&app.master, &format!("{kind}/mailbox"), &mailbox),
            }
        });
    let settle = Settle {
        rules,
        question,
        heard,
        evidence,
        address,
        stamp: app.clock.stamp(),
    };
    if let Err(error) = app.store.write(settle).await {
        tracing::error!(attempt.id = %attempt, %error, "what was heard about {attempt} is lost, and is asked again");
    }
    app.checks.look();
}

/// What follows where the shop has changed what it asks for: what was paid stays, and what was not has to be asked
/// for anew.
fn moved_on(purpose: Purpose) -> Heard {
    match purpose {
        Purpose::Done => Heard::No("could_not_check"),
        Purpose::Kept => Heard::Yes,
    }
}

async fn consult(
    app: &Arc<App>,
    rules: &Arc<Rules>,
    connection: &str,
    service: &'static dyn Service,
    question: &Question,
) -> (Heard, Option<String>, Went) {
    let connection = rules.program.connection(connection);
    let task = rules.program.task(&question.task);
    let target = task.and_then(|task| task.elsewhere.as_ref());
    let (Some(connection), Some(account), Some(target)) = (connection, &question.account, target)
    else {
        return (Heard::No("unlinked"), None, Went::Answered);
    };
    if (&connection.id, &target.target) != (&question.about.0, &question.about.1) {
        return (moved_on(question.purpose), None, Went::Answered);
    }
    let before = question.evidence.as_deref();
    let before: Option<serde_json::Value> = before.and_then(|text| serde_json::from_str(text).ok());
    let asking = {
        let (app, rules, connection) = (Arc::clone(app), Arc::clone(rules), connection.clone());
        let (account, target) = (account.clone(), target.target.clone());
        async move {
            let setup = app.means().setup(&rules, &connection).await?;
            within_cap(&app, &rules, &setup).await?;
            service
                .check(&setup, &account, &target, before.as_ref())
                .await
        }
    };
    // A task of its own: the waiting has an end, and what was begun comes to its own. A token that can be used once
    // must not be given up between its use and what came of it.
    let answer = match tokio::time::timeout(QUESTION_MAX, tokio::spawn(asking)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => Err(Trouble::NotNow(error.to_string(), None)),
        Err(_) => Err(Trouble::NotNow("it did not answer in time".into(), None)),
    };
    let micros = |wait: Duration| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    match answer {
        Ok(Answer::Done(evidence)) => (Heard::Yes, Some(evidence.to_string()), Went::Answered),
        Ok(Answer::NotDone(reason)) => (Heard::No(reason), None, Went::Answered),
        Err(Trouble::NotNow(why, wait)) => {
            told(rules, connection, &why);
            (
                Heard::Nothing(wait.map_or(0, micros)),
                None,
                Went::Silent(wait),
            )
        }
        Err(Trouble::Theirs(why)) => {
            told(rules, connection, &why);
            (Heard::Nothing(0), None, Went::Answered)
        }
        // The service itself has answered; others of its tasks may be well.
        Err(Trouble::Setup(why)) => {
            told(rules, connection, &why);
            (Heard::Nothing(BROKEN_WAIT), None, Went::Answered)
        }
        Err(trouble @ Trouble::Refused(_)) => {
            told(rules, connection, &trouble.to_string());
            (Heard::Nothing(BROKEN_WAIT), None, Went::Answered)
        }
    }
}

/// Makes sure that the shop is ready to pay for one more call, where calls cost.
async fn within_cap(app: &App, rules: &Rules, setup: &Setup<'_>) -> Result<(), Trouble> {
    let Ok(max) = setup.get("calls_a_month").parse() else {
        return Ok(());
    };
    let spend = Spend {
        program: rules.id,
        connection: setup.connection.id.clone(),
        max,
        now: app.clock.now(),
    };
    let away = |error: StoreError| Trouble::NotNow(error.to_string(), None);
    if app.store.write(spend).await.map_err(away)? {
        return Ok(());
    }
    let why = "as many calls were made in these thirty days as the shop is ready to pay for";
    Err(Trouble::Setup(why.into()))
}

fn told(rules: &Rules, connection: &Connection, why: &str) {
    tracing::warn!(
        program = rules.program.slug,
        connection = connection.id,
        "{}: {why}",
        connection.id
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane() -> Lane {
        Lane::new(connections::service("github").unwrap())
    }

    #[tokio::test]
    async fn a_lane_has_so_many_places_and_no_more() {
        let (mut lane, now) = (lane(), Instant::now());
        assert_eq!(
            (lane.take(AT_ONCE, now), lane.take(AT_ONCE, now)),
            (AT_ONCE, 0)
        );
        lane.went(&Went::Answered, now);
        assert_eq!(lane.take(AT_ONCE, now), 1);
    }

    #[tokio::test]
    async fn a_service_that_does_not_answer_is_left_alone_and_then_tried_once() {
        let (mut lane, now) = (lane(), Instant::now());
        lane.take(AT_ONCE, now);
        for _ in 0..AT_ONCE {
            lane.went(&Went::Silent(None), now);
        }
        assert_eq!(lane.take(AT_ONCE, now), 0);
        let later = now + PAUSE_MAX;
        assert_eq!(lane.take(AT_ONCE, later), 1, "one question");
        lane.went(&Went::Silent(None), later);
        assert_eq!(
            lane.take(AT_ONCE, later + PAUSE_MIN),
            0,
            "and a longer pause"
        );
        let much_later = later + PAUSE_MAX;
        assert_eq!(lane.take(AT_ONCE, much_later), 1);
        lane.went(&Went::Answered, much_later);
        assert_eq!(lane.take(AT_ONCE, much_later), AT_ONCE, "all places again");
    }

    #[tokio::test]
    async fn whoever_asks_for_a_pause_gets_it_at_once() {
        let (mut lane, now) = (lane(), Instant::now());
        lane.take(AT_ONCE, now);
        lane.went(&Went::Silent(Some(Duration::from_secs(30))), now);
        assert_eq!(lane.take(AT_ONCE, now + Duration::from_secs(29)), 0);
        assert_eq!(
            lane.take(AT_ONCE, now + Duration::from_secs(30)),
            1,
            "the others still run"
        );
    }

    #[tokio::test]
    async fn a_budget_that_is_used_up_is_waited_for() {
        let mut lane = lane();
        let now = Instant::now();
        let mut asked = 0;
        loop {
            let places = lane.take(AT_ONCE, now);
            if places == 0 {
                break;
            }
            for _ in 0..places {
                lane.went(&Went::Answered, now);
            }
            asked += places;
        }
        // A few may have come back meanwhile: 5,000 an hour are more than one a second.
        assert!((5000..5100).contains(&asked), "{asked}");
    }
}
