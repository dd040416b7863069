//! Commands that wait share a transaction.
//!
//! A commit waits for the disk, and each transaction has to be begun and ended: commands that share
//! one share that cost, and what one of them left for later goes out with the next one's first
//! statement. A *lane* is a task with a connection that takes whatever waits, runs it in one
//! transaction, one command after the other, and answers after the commit.
//!
//! - Nothing is delayed to make a group: a lane takes what is there, and there is one as soon as
//!   anything waits. Two for each processor do where the database is near: while one waits for the disk, another
//!   works. Where they are not enough (it is far away, or a command waits for a lock) more come, and go again.
//! - A request with an idempotency key is taken to be new, which saves the look whether it is. One that is not is
//!   found out when its key is kept, or something else fails, and undoes the group; so once a group was undone, every
//!   other looks first for a while. When many callers try again after an outage, a group of each lane is lost to that.
//! - A refusal by the rules is an ordinary output. An *error* of one command undoes the group, and
//!   each of its commands runs again by itself, so that none suffers for another's.
//! - Two groups may want the same rows in different order. A group waits for a lock only briefly,
//!   long before the database would look for a deadlock; then its commands run by themselves.

use super::Connections;
use super::pipeline;
use crate::store::postgres::pipeline::Pipeline;
use crate::store::{Command, StoreError};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Commands that may wait; more than this and the store says it is busy.
const QUEUE_MAX: usize = 4096;
/// Commands that share one transaction.
const GROUP_MAX: usize = 32;
/// Lanes that are there as soon as commands wait, for each processor; at most half of the connections, or reads would
/// find none while all of them wait for one row.
const LANES: usize = 2;
/// Lanes at most: one for each connection.
const LANES_MAX: usize = super::POOL_MAX;
/// How long groups look first whether their requests are new, after one was undone that did not.
const LOOK_FIRST: Duration = Duration::from_secs(10);
/// A command that waits longer than this asks for one more lane. A busy machine is no reason for more:
/// each lane then only gets smaller groups, and the database more to switch between.
const LANE_AFTER: Duration = Duration::from_millis(30);

/// The commands that wait, and how many lanes look after them.
#[derive(Clone)]
pub(super) struct Lanes {
    connections: Connections,
    queue: Arc<Mutex<Queue>>,
    /// Lanes that are there as soon as commands wait.
    usual: usize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Job>>,
    lanes: usize,
    /// When a group was last undone that took its requests to be new.
    undone: Option<Instant>,
}

/// A waiting command, its type forgotten.
trait Job: Send {
    /// Runs the command within the group's transaction.
    fn run<'a>(&'a mut self, tx: &'a mut Pipeline<'_>) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Runs it in a transaction of its own, and tells the caller.
    fn run_alone(self: Box<Self>, connections: Connections) -> BoxFuture<'static, ()>;
    /// Tells the caller, once it is known what became of the group.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
    /// Begins with it, unless the caller has gone away: what was not begun then never is.
    fn begin(&self) -> bool;
}

struct Pending<C: Command> {
    command: C,
    output: Option<C::Output>,
    begun: Arc<AtomicBool>,
    reply: oneshot::Sender<Result<C::Output, StoreError>>,
}

impl<C: Command> Job for Pending<C> {
    fn run<'a>(&'a mut self, tx: &'a mut Pipeline<'_>) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            self.output = Some(guarded(self.command.run(tx)).await?);
            Ok(())
        })
    }

    fn run_alone(self: Box<Self>, connections: Connections) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let outcome = connections.write(&self.command).await;
            // A receiver that has gone away no longer wants the answer; the effect stands.
            let _gone = self.reply.send(outcome);
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let output = self.output.ok_or_else(StoreError::stopped);
        let _gone = self.reply.send(committed.and(output));
    }

    fn begin(&self) -> bool {
        self.begun.store(true, Ordering::Relaxed);
        !self.reply.is_closed()
    }
}

impl Lanes {
    pub(super) fn new(connections: Connections) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            connections,
            queue: Arc::default(),
            usual: (LANES_MAX / 2).min(LANES * processors),
        }
    }

    /// Runs a command; its effect is durable when this returns.
    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        let (reply, mut answer) = oneshot::channel();
        let begun = Arc::<AtomicBool>::default();
        self.push(Box::new(Pending {
            command,
            output: None,
            begun: begun.clone(),
            reply,
        }))?;
        let mut answered = tokio::time::timeout(LANE_AFTER, &mut answer).await;
        if answered.is_err() {
            self.help();
            answered = tokio::time::timeout(super::POOL_WAIT, &mut answer).await;
        }
        if answered.is_err() && begun.load(Ordering::Relaxed) {
            answered = tokio::time::timeout(super::ANSWER_MAX, answer).await;
        }
        let answer = answered.map_err(|_| StoreError::Unavailable("no answer in time".into()))?;
        answer.map_err(|_| StoreError::stopped())?
    }

    fn push(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.with_queue(|queue| {
            if queue.waiting.len() == QUEUE_MAX {
                return Err(StoreError::Unavailable("the queue is full".into()));
            }
            queue.waiting.push_back(job);
            self.open(queue, self.usual);
            Ok(())
        })
    }

    fn help(&self) {
        self.with_queue(|queue| {
            if !queue.waiting.is_empty() {
                self.open(queue, LANES_MAX);
            }
        });
    }

    /// Opens one more lane if there are fewer than so many.
    fn open(&self, queue: &mut Queue, max: usize) {
        if queue.lanes < max {
            queue.lanes += 1;
            tokio::spawn(self.clone().work());
        }
    }

    /// What waits; nothing, and the lane is closed.
    fn take(&self) -> Vec<Box<dyn Job>> {
        self.with_queue(|queue| {
            let number = queue.waiting.len().min(GROUP_MAX);
            if number == 0 {
                queue.lanes -= 1;
            }
            queue.waiting.drain(..number).collect()
        })
    }

    fn with_queue<O>(&self, change: impl FnOnce(&mut Queue) -> O) -> O {
        change(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn work(self) {
        loop {
            // No time is waited, but whatever is ready runs first: requests that have arrived join the group.
            tokio::task::yield_now().await;
            let mut group = self.take();
            if group.is_empty() {
                return;
            }
            group.retain(|job| job.begin());
            if !group.is_empty() {
                self.run(group).await;
            }
        }
    }

    async fn run(&self, mut group: Vec<Box<dyn Job>>) {
        let begin = if group.len() == 1 {
            pipeline::WRITE
        } else {
            pipeline::WRITE_TOGETHER
        };
        let undone = self.with_queue(|queue| queue.undone);
        let assumes_new = undone.is_none_or(|at| at.elapsed() > LOOK_FIRST);
        let committed = self
            .connections
            .transaction(begin, assumes_new, async |tx| {
                for job in &mut group {
                    job.run(tx).await?;
                }
                Ok(())
            })
            .await;
        match committed {
            // Undone for certain: the database said so. Where it said nothing, the commit may have
            // come through, and to run a command twice is for the caller to decide.
            Err(StoreError::Internal(_) | StoreError::Retry(_)) => {
                if assumes_new {
                    self.with_queue(|queue| queue.undone = Some(Instant::now()));
                }
                for job in group {
                    let connections = self.connections.clone();
                    tokio::spawn(async {
                        super::pause(1).await;
                        job.run_alone(connections).await;
                    });
                }
            }
            committed => {
                for job in group {
                    job.answer(committed.clone());
                }
            }
        }
    }
}

/// A bug in one command must not end the lane, and with it the others of its group.
pub(super) async fn guarded<O>(
    run: impl Future<Output = Result<O, StoreError>>,
) -> Result<O, StoreError> {
    let outcome = AssertUnwindSafe(run).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(StoreError::internal("a command panicked")))
}
