//! Carries out one plan on both sides.

use super::pair::Asked;
use super::plan::{Pause, Plan, What, Work};
use super::stage::{ROUNDS_MAX, Stage};
use server::store::Store;

/// One plan in a store that others used before it.
pub(crate) struct Case {
    pub(crate) stage: Stage,
    /// Whether every command crashes once at each of its statements before it is let through.
    crashes: bool,
}

impl Case {
    pub(crate) async fn open(store: &Store, number: u32, plan: &Plan) -> Self {
        let stage = Stage::open(store, number, plan.starts, &plan.rules).await;
        Self {
            stage,
            crashes: false,
        }
    }

    /// Every command, a worker's too, crashes at each of its statements before it is let through.
    pub(crate) fn crashing(self) -> Self {
        Self {
            crashes: true,
            ..self
        }
    }

    /// Carries out the whole plan.
    pub(crate) async fn run(&mut self, plan: &Plan) -> Result<(), String> {
        for number in 0..plan.steps.len() {
            let step = &plan.steps[number];
            self.step(plan, number).await.map_err(|error| {
                format!("step {number} ({step:?}) at {}: {error}", self.stage.now)
            })?;
        }
        self.stage.finish(plan.punctual).await
    }

    async fn step(&mut self, plan: &Plan, number: usize) -> Result<(), String> {
        let step = &plan.steps[number];
        let now = self.stage.now;
        let then = match step.pause {
            Pause::Micros(micros) => now + micros,
            Pause::ToNextDue(beside) => self.stage.next_due().map_or(now, |due| due + beside),
        };
        self.pass(then.max(now), plan.punctual).await?;
        match &step.what {
            What::Work(work) => {
                if self.crashes {
                    self.crash_workers().await?;
                }
                self.stage.work(*work).await?;
                if !matches!(work, Work::Some(_)) {
                    self.stage.compare_all().await?;
                }
                Ok(())
            }
            What::Rules(rules) => {
                // What was due under the old rules has happened under them.
                self.stage.work(Work::All).await?;
                self.stage.compare_all().await?;
                self.stage.pairs[step.programme].change_rules(rules);
                Ok(())
            }
            What::Again { back, other } => {
                let call = self.stage.call();
                self.stage.commands += 1;
                self.stage.pairs[step.programme]
                    .ask_again(*back, *other, call)
                    .await
            }
            what => self.ask(step.programme, what).await,
        }
    }

    async fn ask(&mut self, programme: usize, what: &What) -> Result<(), String> {
        let now = self.stage.now;
        let Some(action) = self.stage.pairs[programme].action(what, now) else {
            return Ok(());
        };
        let mut call = self.stage.call();
        if self.crashes {
            call.crash_at = Some(1);
        }
        loop {
            self.stage.commands += 1;
            match self.stage.pairs[programme].ask(&action, &call).await? {
                Asked::Crashed => call.crash_at = call.crash_at.map(|statement| statement + 1),
                Asked::Answered => break,
            }
        }
        // Nothing crosses into the programme beside it.
        let other = self.stage.pairs.len() - 1 - programme;
        let other = &mut self.stage.pairs[other];
        other.settle(now);
        other
            .compare(now)
            .await
            .map_err(|error| format!("the other programme: {error}"))
    }

    /// Time passes; a punctual worker does what falls due at its very moment.
    async fn pass(&mut self, then: i64, punctual: bool) -> Result<(), String> {
        if punctual {
            for _ in 0..ROUNDS_MAX {
                let Some(due) = self.stage.next_due().filter(|due| *due <= then) else {
                    break;
                };
                self.stage.now = due.max(self.stage.now);
                self.stage.work(Work::All).await?;
                let compared = self.stage.compare_all().await;
                compared.map_err(|error| format!("when something fell due: {error}"))?;
            }
        }
        self.stage.now = then;
        Ok(())
    }

    /// Each of the workers' tasks crashes at each of its statements, and leaves no trace.
    async fn crash_workers(&mut self) -> Result<(), String> {
        for task in self.stage.tasks(100).await? {
            let mut crash_at = 1;
            loop {
                let before = self.everything().await;
                if self.stage.carry_out(&task, Some(crash_at)).await? {
                    break;
                }
                super::look::same(
                    &format!("after {task:?} crashed, everything"),
                    &self.everything().await,
                    &before,
                )?;
                crash_at += 1;
            }
        }
        Ok(())
    }

    async fn everything(&self) -> Vec<String> {
        let mut all = Vec::new();
        for pair in &self.stage.pairs {
            all.push(format!("{:?}", pair.real.everything().await));
        }
        all
    }
}
