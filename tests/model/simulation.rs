//! A simulated world: clients, a network that loses, delays, doubles and reorders, two servers that
//! crash, and workers that come when they like. Everything follows from one seed, so that a failure can
//! be replayed: `SIMULATION_SEED=… cargo test -p tests --test it simulat`.
//!
//! What a server is told takes effect at once, so the model is told the same at the same moment; all the
//! disorder lies in which message arrives when, how often, and what becomes of the answer.

use super::action::Action;
use super::bed::{Bed, open};
use super::effort::{Effort, chance};
use super::pair::Asked;
use super::plan::{self, What, Work};
use super::properties::rate;
use super::rules::Rules;
use super::stage::{Stage, Task};
use crate::support::sql;
use crate::support::world::Database;
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use server::clock::Clock;
use server::domain::{DAY, HOUR, SECOND};
use server::store::Store;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use tokio::runtime::Runtime;

/// What happens in one simulated world.
const EVENTS: usize = 400;
const CLIENTS: usize = 3;
const SERVERS: usize = 2;
/// How often a client asks before it gives up.
const TRIES_MAX: u32 = 5;
/// The last statement at which a server may crash; most commands have fewer.
const STATEMENTS: u32 = 30;

#[derive(Debug, Clone)]
enum Event {
    /// A client thinks of something.
    Ask,
    /// A request reaches a server.
    Arrives(Request),
    /// A server's worker looks for work.
    Looks { server: usize },
    /// It does one thing of what it found, which others may have done meanwhile.
    Works { server: usize },
    /// Other rules.
    Rules { programme: usize },
}

#[derive(Debug, Clone)]
struct Request {
    programme: usize,
    action: Action,
    key: String,
    tries: u32,
}

struct World {
    chance: fastrand::Rng,
    invent: TestRunner,
    url: String,
    servers: Vec<Store>,
    found: Vec<VecDeque<Task>>,
    stage: Stage,
    /// By time and by the order in which they were planned.
    events: BTreeMap<(i64, u64), Event>,
    planned: u64,
    keys: u64,
    digest: DefaultHasher,
    told: Vec<String>,
}

impl World {
    async fn open(bed: &mut Bed, seed: u64) -> Self {
        let mut invent = TestRunner::new_with_rng(Config::default(), chance(seed));
        let rules: Vec<Rules> = (0..2).map(|_| make(&plan::rules(), &mut invent)).collect();
        bed.cases += 1;
        let mut world = Self {
            chance: fastrand::Rng::with_seed(seed),
            invent,
            url: bed.url.clone(),
            servers: vec![bed.store.clone(), open(&bed.url).await],
            found: vec![VecDeque::new(); SERVERS],
            stage: Stage::open(
                &bed.store,
                bed.cases,
                i64::try_from(seed % 9000).unwrap(),
                &rules,
            )
            .await,
            events: BTreeMap::new(),
            planned: 0,
            keys: 0,
            digest: DefaultHasher::new(),
            told: Vec::new(),
        };
        for _ in 0..CLIENTS {
            world.plan(SECOND, Event::Ask);
        }
        for server in 0..SERVERS {
            world.plan(HOUR, Event::Looks { server });
        }
        let after = 60 * DAY;
        world.plan(after, Event::Rules { programme: 0 });
        world
    }

    /// Something will happen, some time within about `within`.
    fn plan(&mut self, within: i64, event: Event) {
        let at = self.stage.now + self.chance.i64(0..within);
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    fn tell(&mut self, what: String) {
        what.hash(&mut self.digest);
        self.told.push(what);
    }

    /// Whether something happens that does so in one of `of` cases.
    fn once_in(&mut self, of: u32) -> bool {
        self.chance.u32(0..of) == 0
    }

    /// How long a message is under way: mostly seconds, at times so long that others overtake it.
    fn delay(&mut self) -> i64 {
        *self
            .chance
            .choice(&[SECOND, SECOND, SECOND, 10 * SECOND, HOUR, 3 * DAY])
            .unwrap()
    }

    async fn run(&mut self) -> Result<(), String> {
        for _ in 0..EVENTS {
            let Some(((at, _), event)) = self.events.pop_first() else {
                break;
            };
            self.stage.now = at.max(self.stage.now);
            self.happens(event).await?;
        }
        self.stage.finish(false).await?;
        for pair in &self.stage.pairs {
            for rows in pair.real.everything().await {
                // A truth is a number on one of the engines.
                let rows = format!("{rows:?}")
                    .replace("Bool(true)", "Int(1)")
                    .replace("Bool(false)", "Int(0)");
                rows.hash(&mut self.digest);
            }
        }
        Ok(())
    }

    async fn happens(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Ask => {
                self.ask();
                let next = *self
                    .chance
                    .choice(&[HOUR, 2 * DAY, 2 * DAY, 20 * DAY, 200 * DAY])
                    .unwrap();
                self.plan(next, Event::Ask);
                Ok(())
            }
            Event::Arrives(request) => self.arrives(request).await,
            Event::Looks { server } => {
                self.stage.move_to(&self.servers[server].clone());
                let limit = self.chance.i64(1..20);
                let tasks = self.stage.tasks(limit).await?;
                for task in tasks {
                    self.found[server].push_back(task);
                    let soon = self.delay();
                    self.plan(soon, Event::Works { server });
                }
                let next = *self.chance.choice(&[HOUR, DAY, 30 * DAY]).unwrap();
                self.plan(next, Event::Looks { server });
                Ok(())
            }
            Event::Works { server } => self.works(server).await,
            Event::Rules { programme } => {
                // What was due under the old rules happens under them.
                self.stage.work(Work::All).await?;
                self.stage.compare_all().await?;
                let rules = make(&plan::rules(), &mut self.invent);
                self.stage.pairs[programme].change_rules(&rules);
                self.plan(
                    200 * DAY,
                    Event::Rules {
                        programme: 1 - programme,
                    },
                );
                Ok(())
            }
        }
    }

    /// A client thinks of a request and sends it, perhaps twice.
    fn ask(&mut self) {
        let programme = usize::from(self.once_in(4));
        let what: What = make(&plan::what(), &mut self.invent);
        let now = self.stage.now;
        let Some(action) = self.stage.pairs[programme].action(&what, now) else {
            return;
        };
        self.keys += 1;
        let request = Request {
            programme,
            action,
            key: format!("request{}", self.keys),
            tries: 0,
        };
        self.send(request.clone());
        if self.once_in(6) {
            self.send(request);
        }
    }

    fn send(&mut self, mut request: Request) {
        request.tries += 1;
        if request.tries > TRIES_MAX {
            return;
        }
        let mut delay = self.delay();
        while self.once_in(8) {
            // It is lost, and the client tries again.
            delay += 30 * SECOND;
        }
        self.plan(delay, Event::Arrives(request));
    }

    async fn arrives(&mut self, request: Request) -> Result<(), String> {
        let server = self.chance.usize(0..SERVERS);
        self.stage.move_to(&self.servers[server].clone());
        let mut call = self.stage.call();
        call.key = Some(request.key.clone());
        call.crash_at = self.once_in(5).then(|| self.chance.u32(1..STATEMENTS));
        self.stage.commands += 1;
        let asked = self.stage.pairs[request.programme]
            .ask(&request.action, &call)
            .await?;
        self.tell(format!(
            "{}: server {server}: {request:?}: {asked:?}",
            self.stage.now
        ));
        let answered = asked == Asked::Answered;
        if answered && !self.once_in(4) {
            return Ok(());
        }
        // The server crashed, before or after it committed, or its answer was lost.
        if !answered || self.once_in(2) {
            self.restart(server).await;
        }
        self.send(request);
        Ok(())
    }

    async fn works(&mut self, server: usize) -> Result<(), String> {
        let Some(task) = self.found[server].pop_front() else {
            return Ok(());
        };
        self.stage.move_to(&self.servers[server].clone());
        let crash_at = self.once_in(5).then(|| self.chance.u32(1..STATEMENTS));
        let done = self.stage.carry_out(&task, crash_at).await?;
        self.tell(format!(
            "{}: server {server} works: {task:?}: {done}",
            self.stage.now
        ));
        if !done {
            self.restart(server).await;
        }
        Ok(())
    }

    /// A server has crashed and comes back, remembering nothing.
    async fn restart(&mut self, server: usize) {
        self.found[server].clear();
        self.servers[server] = open(&self.url).await;
        let other = self.servers[server].clone();
        self.stage.move_to(&other);
    }
}

fn make<S: Strategy>(strategy: &S, invent: &mut TestRunner) -> S::Value {
    strategy.new_tree(invent).unwrap().current()
}

/// Runs one world; answers how many commands it had and a digest of all that happened.
async fn simulate(bed: &mut Bed, seed: u64, aloud: bool) -> (u64, u64) {
    let mut world = World::open(bed, seed).await;
    let outcome = world.run().await;
    if aloud {
        println!("{}", world.told.join("\n"));
    }
    if let Err(reason) = outcome {
        let last = world.told.len().saturating_sub(5);
        panic!(
            "SIMULATION_SEED={seed}: {reason}\nbefore that:\n{}",
            world.told[last..].join("\n")
        );
    }
    (world.stage.commands, world.digest.finish())
}

/// Runs worlds until so many commands have been carried out.
fn simulate_many(database: Database, usual: u64) {
    let effort = Effort::or(usual);
    Runtime::new().unwrap().block_on(async {
        if let Some(seed) = effort.replay {
            let mut bed = Bed::make(database).await;
            simulate(&mut bed, seed, true).await;
            return sql::assert_books_balance(&bed.store).await;
        }
        let (mut done, mut worlds, mut bed) = (0, 0, None);
        let began = Clock::System.now();
        while done < effort.commands {
            let mut current = Bed::or_new(bed, database).await;
            done += simulate(&mut current, effort.seed.wrapping_add(worlds), false)
                .await
                .0;
            worlds += 1;
            bed = Some(current);
        }
        if let Some(bed) = &bed {
            sql::assert_books_balance(&bed.store).await;
        }
        let rate = rate(done, began);
        println!(
            "{database:?}, seeds from {}: {worlds} worlds, {done} commands, {rate} a second",
            effort.seed
        );
    });
}

#[test]
fn a_simulated_world_keeps_its_books_on_sqlite() {
    simulate_many(Database::Sqlite, 2_000);
}

#[test]
fn a_simulated_world_keeps_its_books_on_postgres() {
    simulate_many(Database::Postgres, 300);
}

#[test]
fn the_same_seed_makes_the_same_world_on_both_databases() {
    Runtime::new().unwrap().block_on(async {
        let mut digests = Vec::new();
        for database in [Database::Sqlite, Database::Sqlite, Database::Postgres] {
            let mut bed = Bed::make(database).await;
            digests.push(simulate(&mut bed, 7, false).await);
        }
        assert_eq!(digests[0], digests[1], "SQLite twice");
        assert_eq!(digests[0], digests[2], "SQLite and PostgreSQL");
        let mut bed = Bed::make(Database::Sqlite).await;
        assert_ne!(
            digests[0].1,
            simulate(&mut bed, 8, false).await.1,
            "another seed"
        );
    });
}
