//! The ledger against a naive model of the specification: many invented programmes, long sequences of
//! commands, on both databases. After every command the answers and what everybody has must be the same.

mod action;
mod faults;
mod look;
mod naive;
mod pair;
mod plan;
mod real;
mod rules;
mod run;

use crate::support::{postgres, sql};
use plan::Plan;
use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use run::Case;
use server::clock::Clock;
use server::store::Store;
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How much is tried, and from where chance begins; `make property` sets them.
struct Effort {
    commands: u64,
    seed: u64,
}

impl Effort {
    fn of(usual: u64) -> Self {
        let number = |name: &str| {
            std::env::var(name)
                .ok()
                .filter(|text| !text.is_empty())
                .map(|text| text.parse::<u64>())
        };
        let read =
            |name, usual: u64| number(name).map_or(usual, |number| number.expect("a number"));
        Self {
            commands: read("PROPERTY_COMMANDS", usual),
            seed: read("PROPERTY_SEED", 20_261_122),
        }
    }

    fn rng(&self) -> TestRng {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        TestRng::from_seed(RngAlgorithm::ChaCha, &seed)
    }
}

/// The most steps of one case.
const STEPS: usize = 60;
/// Cases that share a database file before a new one is begun: small files are fast.
const CASES_PER_STORE: u32 = 400;

/// A database that many cases share.
struct Bed {
    store: Store,
    cases: u32,
    _folder: Option<TempDir>,
}

#[derive(Clone, Copy)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Bed {
    async fn make(engine: Engine) -> Self {
        let (url, folder) = match engine {
            Engine::Postgres => (postgres::database().await, None),
            Engine::Sqlite => {
                let folder = in_memory();
                (
                    format!("sqlite:{}", folder.path().join("laurel.db").display()),
                    Some(folder),
                )
            }
        };
        let store = Store::open(&url, Arc::new(|_| {})).await.unwrap();
        Self {
            store,
            cases: 0,
            _folder: folder,
        }
    }
}

/// A folder in memory where there is one: these tests ask what the ledger does, not what a disk does.
fn in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory)
    } else {
        TempDir::new()
    }
    .unwrap()
}

/// Tries cases until so many commands have been carried out.
fn try_many(engine: Engine, usual: u64) {
    let effort = Effort::of(usual);
    let runtime = Runtime::new().unwrap();
    let bed: RefCell<Option<Bed>> = RefCell::new(None);
    let done = RefCell::new(0);
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 4000,
        max_shrink_time: 120_000,
        ..Config::default()
    };
    let plans = plan::plan(STEPS);
    let mut runner = TestRunner::new_with_rng(config, effort.rng());
    let began = Clock::System.now();
    let elapsed = || Duration::from_micros((Clock::System.now() - began).unsigned_abs());
    let (mut told, mut cases) = (Duration::ZERO, 0);
    while *done.borrow() < effort.commands {
        let tree = plans.new_tree(&mut runner).unwrap();
        let outcome = runner.run_one(tree, |plan| {
            let outcome = runtime.block_on(attempt(engine, &bed, &plan));
            *done.borrow_mut() += outcome.as_ref().map_or(0, |commands| *commands);
            outcome.map(|_| ()).map_err(TestCaseError::fail)
        });
        match outcome {
            Ok(_) => {}
            Err(TestError::Fail(reason, plan)) => {
                panic!("PROPERTY_SEED={}: {reason}\n{}", effort.seed, tell(&plan))
            }
            Err(TestError::Abort(reason)) => panic!("given up: {reason}"),
        }
        cases += 1;
        if elapsed() > told + Duration::from_mins(1) {
            told = elapsed();
            println!("{} commands after {told:.0?}", done.borrow());
        }
    }
    if let Some(bed) = bed.into_inner() {
        runtime.block_on(sql::assert_books_balance(&bed.store));
    }
    let (done, took) = (done.into_inner(), elapsed());
    let rate = u128::from(done) * 1000 / took.as_millis().max(1);
    println!(
        "seed {}: {cases} cases, {done} commands, {rate} a second, no failure",
        effort.seed
    );
}

/// Carries out one case; answers how many commands it had.
async fn attempt(engine: Engine, bed: &RefCell<Option<Bed>>, plan: &Plan) -> Result<u64, String> {
    let used = bed.take();
    let mut current = match used {
        Some(bed) if bed.cases < CASES_PER_STORE => bed,
        Some(full) => {
            sql::assert_books_balance(&full.store).await;
            Bed::make(engine).await
        }
        None => Bed::make(engine).await,
    };
    current.cases += 1;
    let mut case = Case::open(&current.store, current.cases, plan).await;
    case.run(plan).await?;
    // Whatever failed is not met by the next case: it gets another database.
    bed.replace(Some(current));
    Ok(case.commands)
}

fn tell(plan: &Plan) -> String {
    let steps: Vec<String> = plan
        .steps
        .iter()
        .map(|step| format!("  {step:?}\n"))
        .collect();
    let steps = steps.concat();
    let rules = plan
        .rules
        .each_ref()
        .map(|rules| format!("  {rules:?}\n"))
        .concat();
    format!(
        "punctual: {}, rules:\n{rules}steps:\n{steps}",
        plan.punctual
    )
}

#[test]
fn the_ledger_does_what_the_model_says_on_sqlite() {
    try_many(Engine::Sqlite, 8_000);
}

#[test]
fn the_ledger_does_what_the_model_says_on_postgres() {
    try_many(Engine::Postgres, 600);
}
