//! Plans made by chance, and made smaller when one fails.

use super::bed::Bed;
use super::effort::{Effort, chance};
use super::plan::{self, Plan};
use super::run::Case;
use crate::support::sql;
use crate::support::world::Database;
use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use server::clock::Clock;
use server::domain::MINUTE;
use std::cell::RefCell;
use std::collections::BTreeMap;
use tokio::runtime::Runtime;

/// How often what happened.
type Seen = BTreeMap<&'static str, u64>;

/// The most steps of one plan.
const STEPS: usize = 100;

/// Tries plans until so many commands have been carried out.
fn try_many(database: Database, usual: u64, crashing: bool) {
    let effort = Effort::or(usual);
    let runtime = Runtime::new().unwrap();
    let bed: RefCell<Option<Bed>> = RefCell::new(None);
    let (done, seen) = (RefCell::new(0), RefCell::new(Seen::new()));
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 4000,
        max_shrink_time: 120_000,
        ..Config::default()
    };
    let plans = plan::plan(STEPS);
    let mut runner = TestRunner::new_with_rng(config, chance(effort.seed));
    let (began, mut told, mut cases) = (Clock::System.now(), 0, 0);
    while *done.borrow() < effort.commands {
        let tree = plans.new_tree(&mut runner).unwrap();
        let outcome = runner.run_one(tree, |plan| {
            let outcome = runtime.block_on(attempt(database, &bed, &plan, crashing));
            if let Ok((commands, happened)) = &outcome {
                *done.borrow_mut() += commands;
                for (what, times) in happened {
                    *seen.borrow_mut().entry(*what).or_insert(0) += times;
                }
            }
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
        let minutes = (Clock::System.now() - began) / MINUTE;
        if minutes > told {
            told = minutes;
            println!("{} commands after {told} min", done.borrow());
        }
    }
    if let Some(bed) = bed.into_inner() {
        runtime.block_on(sql::assert_books_balance(&bed.store));
    }
    let (done, rate) = (done.borrow(), rate(*done.borrow(), began));
    println!(
        "{database:?}, seed {}: {cases} plans, {done} commands, {rate} a second",
        effort.seed
    );
    for (what, times) in seen.into_inner() {
        println!("  {times:>8} × {what}");
    }
}

/// Commands a second since then.
pub(crate) fn rate(commands: u64, since: i64) -> u64 {
    let millis = u64::try_from((Clock::System.now() - since) / 1000).unwrap();
    commands * 1000 / millis.max(1)
}

/// Carries out one plan; answers how many commands it had, and what happened.
async fn attempt(
    database: Database,
    bed: &RefCell<Option<Bed>>,
    plan: &Plan,
    crashing: bool,
) -> Result<(u64, Seen), String> {
    let used = bed.take();
    let mut current = Bed::or_new(used, database).await;
    current.cases += 1;
    let mut case = Case::open(&current.store, current.cases, plan).await;
    if crashing {
        case = case.crashing();
    }
    case.run(plan).await?;
    // Whatever failed is not met by the next plan: it gets another database.
    bed.replace(Some(current));
    let mut seen = Seen::new();
    for (what, times) in case.stage.pairs.iter().flat_map(|pair| &pair.model.seen) {
        *seen.entry(*what).or_insert(0) += times;
    }
    Ok((case.stage.commands, seen))
}

fn tell(plan: &Plan) -> String {
    let steps: Vec<String> = plan
        .steps
        .iter()
        .map(|step| format!("  {step:?}"))
        .collect();
    let steps = steps.join("\n");
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
    try_many(Database::Sqlite, 6_000, false);
}

#[test]
fn the_ledger_does_what_the_model_says_on_postgres() {
    try_many(Database::Postgres, 500, false);
}

#[test]
fn a_crash_at_any_statement_leaves_no_trace_on_sqlite() {
    try_many(Database::Sqlite, 1_000, true);
}

#[test]
fn a_crash_at_any_statement_leaves_no_trace_on_postgres() {
    try_many(Database::Postgres, 200, true);
}
