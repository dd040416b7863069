//! Two programmes side by side in one database, a clock that is turned, and workers.

use super::naive::{Micros, Programme};
use super::pair::Pair;
use super::plan::Work;
use super::real::{Call, Real};
use super::rules::Rules;
use app::api::{MemberId, ProgramId};
use server::clock::Stamp;
use server::domain::{DAY, HOUR};
use server::store::ledger::{Due, DueHold, Look, PostDue, ToLook};
use server::store::{Store, coupons};
use std::sync::Arc;

/// The first moment of 2026.
const START: Micros = 1_767_225_600_000_000;
/// More rounds than any worker needs until there is nothing left to do.
pub(crate) const ROUNDS_MAX: usize = 300;

/// Two programmes of one store.
pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) now: Micros,
    /// Among the stages of this store.
    number: u32,
    stamps: u32,
    /// Commands that were carried out.
    pub(crate) commands: u64,
}

/// Something for a worker to do.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    Settle(DueHold),
    Look(ProgramId, MemberId),
}

impl Stage {
    pub(crate) async fn open(store: &Store, number: u32, starts: i64, rules: &[Rules]) -> Self {
        let mut stage = Self {
            store: store.clone(),
            pairs: Vec::new(),
            now: START + starts * HOUR,
            number,
            stamps: 0,
            commands: 0,
        };
        for (place, rules) in rules.iter().enumerate() {
            let slug = format!("case-{number}-{place}");
            let real = Real::enter(store, &slug, rules, stage.stamp()).await;
            stage
                .pairs
                .push(Pair::new(real, Programme::new(rules.clone())));
        }
        stage
    }

    /// From now on another server answers, or the same one again.
    pub(crate) fn move_to(&mut self, store: &Store) {
        self.store = store.clone();
        for pair in &mut self.pairs {
            pair.real.store = store.clone();
        }
    }

    /// A stamp whose ids are nobody else's and sort in the order in which they are made.
    fn stamp(&mut self) -> Stamp {
        self.stamps += 1;
        let mut seed = [0; 16];
        // Where an id has no bits of its own, and leaves the last two bytes to each command.
        let [_, number @ ..] = self.number.to_be_bytes();
        [seed[7], seed[9], seed[10]] = number;
        seed[11..14].copy_from_slice(&self.stamps.to_be_bytes()[1..]);
        Stamp {
            at: self.now,
            seed,
            salt: seed,
        }
    }

    /// A call of this moment under a key of its own.
    pub(crate) fn call(&mut self) -> Call {
        let stamp = self.stamp();
        Call {
            stamp,
            key: Some(format!("key{}", self.stamps)),
            crash_at: None,
        }
    }

    pub(crate) fn next_due(&self) -> Option<Micros> {
        self.pairs
            .iter()
            .filter_map(|pair| pair.model.next_due())
            .min()
    }

    /// After the workers have done everything: nobody is behind.
    pub(crate) async fn compare_all(&mut self) -> Result<(), String> {
        for pair in &mut self.pairs {
            pair.settle(self.now);
            pair.compare_all(self.now).await?;
        }
        Ok(())
    }

    /// What a worker finds to do, as `server::worker` does.
    pub(crate) async fn tasks(&self, limit: i64) -> Result<Vec<Task>, String> {
        let fault = |error| format!("a worker failed: {error}");
        let now = self.now;
        let due = self
            .store
            .read(Due {
                now,
                after: None,
                limit,
            })
            .await
            .map_err(fault)?;
        let look = self
            .store
            .read(ToLook {
                now,
                limit,
                skip: 0,
            })
            .await
            .map_err(fault)?;
        let due = due.into_iter().map(Task::Settle);
        Ok(due
            .chain(
                look.into_iter()
                    .map(|(program, member)| Task::Look(program, member)),
            )
            .collect())
    }

    /// Does one of them. Answers whether it was done, and not cut short by a crash.
    pub(crate) async fn carry_out(
        &mut self,
        task: &Task,
        crash_at: Option<u32>,
    ) -> Result<bool, String> {
        let program = match task {
            Task::Settle(due) => due.program,
            Task::Look(program, _) => *program,
        };
        let pair = self.pairs.iter().position(|pair| pair.real.id() == program);
        let pair = pair.ok_or("a worker met a programme of another case")?;
        let stamp = self.stamp();
        self.commands += 1;
        let pair = &mut self.pairs[pair];
        let (rules, real) = (Arc::clone(&pair.real.rules), &pair.real);
        let (member, done) = match task {
            Task::Settle(due) if due.is_coupon => {
                let lapse = coupons::Lapse {
                    rules,
                    hold: due.hold,
                    stamp,
                };
                (due.member, real.run(lapse, crash_at).await)
            }
            Task::Settle(due) => {
                let post = PostDue {
                    rules,
                    member: due.member,
                    hold: due.hold,
                    stamp,
                };
                (due.member, real.run(post, crash_at).await)
            }
            Task::Look(_, member) => {
                let look = Look {
                    rules,
                    member: *member,
                    revises: false,
                    stamp,
                };
                (*member, real.run(look, crash_at).await.map(|()| true))
            }
        };
        match done {
            Ok(done) => {
                pair.settle(self.now);
                if done {
                    pair.is_up_to_date(member);
                }
                pair.compare(self.now)
                    .await
                    .map_err(|error| format!("after {task:?}: {error}"))?;
                Ok(true)
            }
            Err(error) if super::faults::is_crash(&error) => Ok(false),
            Err(error) => Err(format!("a worker failed with {task:?}: {error}")),
        }
    }

    /// What workers do together.
    pub(crate) async fn work(&mut self, work: Work) -> Result<(), String> {
        let (few, times) = match work {
            Work::All => (None, 1),
            Work::Twice => (None, 2),
            Work::Some(few) => (Some(few), 1),
        };
        for _ in 0..ROUNDS_MAX {
            let limit = few.map_or(100, |few| i64::try_from(few).unwrap());
            let tasks = self.tasks(limit).await?;
            if tasks.is_empty() {
                return Ok(());
            }
            for task in std::iter::repeat_n(&tasks, times).flatten() {
                self.carry_out(task, None).await?;
            }
            if few.is_some() {
                return Ok(());
            }
        }
        Err("the workers never come to an end".to_owned())
    }

    /// Lets time pass until nothing is due any more; then everything has to be the same on both sides.
    pub(crate) async fn finish(&mut self, punctual: bool) -> Result<(), String> {
        let last = |error| format!("after the last step: {error}");
        self.work(Work::All).await.map_err(last)?;
        self.compare_all().await.map_err(last)?;
        for _ in 0..ROUNDS_MAX {
            let Some(next) = self.next_due() else { break };
            self.now = next.max(self.now);
            if !punctual {
                self.now += 40 * DAY;
            }
            self.work(Work::All).await.map_err(last)?;
            self.compare_all().await.map_err(last)?;
        }
        // Somebody may still be looked at for nothing, since a look may come too early.
        self.now += 20 * 365 * DAY;
        self.work(Work::All).await.map_err(last)?;
        self.compare_all().await.map_err(last)?;
        for pair in &mut self.pairs {
            pair.real
                .compare_documents(&pair.model)
                .await
                .map_err(last)?;
        }
        Ok(())
    }
}
