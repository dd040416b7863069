//! Carries out one case on both sides.

use super::naive::{Micros, Programme};
use super::pair::Pair;
use super::plan::{Pause, Plan, What, Work};
use super::real::{Call, Real};
use server::clock::Stamp;
use server::store::ledger::{Due, Look, PostDue, ToLook};
use server::store::{Store, coupons};
use std::sync::Arc;

/// The first moment of 2026.
const START: Micros = 1_767_225_600_000_000;
const HOUR: Micros = 3_600_000_000;
/// More rounds than any worker needs until there is nothing left to do.
const ROUNDS_MAX: usize = 300;

/// One case in a store that others used before it.
pub(crate) struct Case {
    store: Store,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) now: Micros,
    /// Among the cases of this store.
    number: u32,
    stamps: u32,
    /// Commands that were carried out.
    pub(crate) commands: u64,
}

impl Case {
    pub(crate) async fn open(store: &Store, number: u32, plan: &Plan) -> Self {
        let mut case = Self {
            store: store.clone(),
            pairs: Vec::new(),
            now: START + plan.starts * HOUR,
            number,
            stamps: 0,
            commands: 0,
        };
        for (place, rules) in plan.rules.iter().enumerate() {
            let slug = format!("case-{number}-{place}");
            let real = Real::enter(store, &slug, rules, case.stamp()).await;
            case.pairs
                .push(Pair::new(real, Programme::new(rules.clone())));
        }
        case
    }

    /// A stamp whose ids are nobody else's and sort in the order in which they are made.
    pub(crate) fn stamp(&mut self) -> Stamp {
        self.stamps += 1;
        let mut seed = [0; 16];
        seed[6..9].copy_from_slice(&self.number.to_be_bytes()[1..]);
        seed[9..12].copy_from_slice(&self.stamps.to_be_bytes()[1..]);
        Stamp {
            at: self.now,
            seed,
            salt: seed,
        }
    }

    fn call(&mut self) -> Call {
        let stamp = self.stamp();
        Call {
            stamp,
            key: Some(format!("key{}", self.stamps)),
            crash_at: None,
        }
    }

    /// Carries out the whole plan, then lets time pass until nothing is due any more.
    pub(crate) async fn run(&mut self, plan: &Plan) -> Result<(), String> {
        for (number, step) in plan.steps.iter().enumerate() {
            self.step(plan, number)
                .await
                .map_err(|error| format!("step {number} ({step:?}) at {}: {error}", self.now))?;
        }
        self.work(Work::All).await?;
        self.compare_all().await?;
        // Nothing may be left behind that a later case would meet.
        for _ in 0..ROUNDS_MAX {
            let Some(next) = self.next_due() else { break };
            self.now = next.max(self.now);
            if !plan.punctual {
                self.now += 40 * 24 * HOUR;
            }
            self.work(Work::All).await?;
            self.compare_all()
                .await
                .map_err(|error| format!("after the last step: {error}"))?;
        }
        // Somebody may still be looked at for nothing, since a look may come too early.
        self.now += 20 * 365 * 24 * HOUR;
        self.work(Work::All).await?;
        self.compare_all().await?;
        for pair in &mut self.pairs {
            pair.real.compare_documents(&pair.model).await?;
        }
        Ok(())
    }

    async fn step(&mut self, plan: &Plan, number: usize) -> Result<(), String> {
        let step = &plan.steps[number];
        let then = match step.pause {
            Pause::Micros(micros) => self.now + micros,
            Pause::ToNextDue(beside) => self.next_due().map_or(self.now, |due| due + beside),
        };
        self.pass(then.max(self.now), plan.punctual).await?;
        match &step.what {
            What::Work(work) => {
                self.work(*work).await?;
                if !matches!(work, Work::Some(_)) {
                    self.compare_all().await?;
                }
                return Ok(());
            }
            What::Rules(rules) => {
                // What was due under the old rules has happened under them.
                self.work(Work::All).await?;
                self.compare_all().await?;
                self.pairs[step.programme].change_rules(rules);
                return Ok(());
            }
            What::Again { back, other } => {
                let call = self.call();
                self.commands += 1;
                return self.pairs[step.programme]
                    .ask_again(*back, *other, call)
                    .await;
            }
            _ => {}
        }
        let call = self.call();
        let now = self.now;
        let other = self.pairs.len() - 1 - step.programme;
        let Some(action) = self.pairs[step.programme].action(&step.what, now) else {
            return Ok(());
        };
        self.commands += 1;
        self.pairs[step.programme].ask(&action, &call).await?;
        // Nothing crosses into the programme beside it.
        self.pairs[other].settle(now);
        self.pairs[other]
            .compare(now)
            .await
            .map_err(|error| format!("the other programme: {error}"))
    }

    fn next_due(&self) -> Option<Micros> {
        self.pairs
            .iter()
            .filter_map(|pair| pair.model.next_due())
            .min()
    }

    /// Time passes; a punctual worker does what falls due at its very moment.
    async fn pass(&mut self, then: Micros, punctual: bool) -> Result<(), String> {
        if punctual {
            for _ in 0..ROUNDS_MAX {
                let Some(due) = self.next_due().filter(|due| *due <= then) else {
                    break;
                };
                self.now = due.max(self.now);
                self.work(Work::All).await?;
                self.compare_all()
                    .await
                    .map_err(|error| format!("when something fell due: {error}"))?;
            }
        }
        self.now = then;
        Ok(())
    }

    pub(crate) async fn compare_all(&mut self) -> Result<(), String> {
        for pair in &mut self.pairs {
            pair.settle(self.now);
            pair.compare_all(self.now).await?;
        }
        Ok(())
    }

    /// What workers do, as `server::worker` does it.
    pub(crate) async fn work(&mut self, work: Work) -> Result<(), String> {
        for _ in 0..ROUNDS_MAX {
            let now = self.now;
            let limit = match work {
                Work::Some(few) => i64::try_from(few).unwrap(),
                Work::All | Work::Twice => 100,
            };
            let fault = |error| format!("a worker failed: {error}");
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
            if due.is_empty() && look.is_empty() {
                return Ok(());
            }
            let times = if matches!(work, Work::Twice) { 2 } else { 1 };
            for _ in 0..times {
                for hold in &due {
                    let (rules, stamp) = (self.rules_of(hold.program)?, self.stamp());
                    let hold_id = hold.hold;
                    self.commands += 1;
                    if hold.is_coupon {
                        let lapse = coupons::Lapse {
                            rules,
                            hold: hold_id,
                            stamp,
                        };
                        self.store.write(lapse).await.map_err(fault)?;
                    } else {
                        let post = PostDue {
                            rules,
                            member: hold.member,
                            hold: hold_id,
                            stamp,
                        };
                        self.store.write(post).await.map_err(fault)?;
                    }
                }
                for (program, member) in &look {
                    let (rules, stamp) = (self.rules_of(*program)?, self.stamp());
                    self.commands += 1;
                    self.store
                        .write(Look {
                            rules,
                            member: *member,
                            stamp,
                        })
                        .await
                        .map_err(fault)?;
                }
            }
            if matches!(work, Work::Some(_)) {
                return Ok(());
            }
        }
        Err("the workers never come to an end".to_owned())
    }

    fn rules_of(
        &self,
        program: app::api::ProgramId,
    ) -> Result<Arc<server::domain::program::Rules>, String> {
        let pair = self.pairs.iter().find(|pair| pair.real.id() == program);
        let pair = pair.ok_or("a worker met a programme of another case")?;
        Ok(Arc::clone(&pair.real.rules))
    }
}
