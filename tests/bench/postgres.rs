//! How many writes PostgreSQL acknowledges by HTTP, beside what PostgreSQL's own benchmark gets from
//! the same server with as many clients: TPC-B, prepared, a transaction of five statements.

use super::child::Process;
use super::house::House;
use super::load;
use super::members::Crowd;
use super::support::postgres::{Server, programs};
use super::table::{Goal, Row, median};
use super::writes::latencies;
use super::{RUNS, write};
use std::process::Command;
use std::time::Duration;

/// Who buys.
const CROWD: Crowd = Crowd {
    members: 50_000,
    transfers: 6,
};
/// Clients at once, of both.
const CLIENTS: usize = 16;
/// How big TPC-B's bank is: branches.
const SCALE: &str = "20";
/// How long each run takes, in seconds.
const SECONDS: u64 = 4;
/// What has to be reached, as a part of what `pgbench` gets.
const GOAL: Goal = Goal::AtLeast(0.8);

/// Runs `pgbench`; answers what it printed.
fn pgbench(words: &[&str], database: &str) -> String {
    let mut command = Command::new(programs().join("pgbench"));
    let output = command.args(words).arg(database).output().unwrap();
    assert!(
        output.status.success(),
        "pgbench failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Transactions a second of one run of `pgbench`.
fn tpc_b(database: &str) -> f64 {
    let (clients, time) = (CLIENTS.to_string(), SECONDS.to_string());
    let said = pgbench(
        &[
            "-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", &time,
        ],
        database,
    );
    // `tps = 5438.123 (without initial connection time)`
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let number = line.unwrap().split_whitespace().next();
    number.unwrap().parse().unwrap()
}

/// All rows of this file.
pub(crate) fn rows() -> Vec<Row> {
    let postgres = Server::start(&[]);
    let database = || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(postgres.database())
    };
    let bank = database();
    pgbench(&["-i", "-q", "-s", SCALE], &bank);
    let house = House::over(database());
    CROWD.settle(&house);
    let laurel = Process::laurel(&house.database, house.folder());
    let requests = write::requests(&house, CROWD.members, 0);

    let time = Duration::from_secs(SECONDS);
    load::closed(laurel.address, CLIENTS, time, &requests);
    let (mut rates, mut references) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let used = laurel.used();
        let load = load::closed(laurel.address, CLIENTS, time, &requests);
        let alone = tpc_b(&bank);
        eprintln!(
            "  postgres.writes: {:.0} writes/s, each {:.1} µs of a processor here; pgbench {alone:.0}",
            load.rate,
            (laurel.used() - used) / load.count()
        );
        rates.push(load.rate);
        references.push(alone);
    }
    let half = median(&rates) / 2.0;
    let mut rows = vec![Row {
        name: "postgres.writes",
        unit: "writes/s",
        values: rates,
        references,
        goal: GOAL,
    }];
    rows.extend(latencies(
        [
            ("postgres.writes.p50", Goal::None),
            ("postgres.writes.p99", Goal::None),
            ("postgres.writes.p999", Goal::None),
        ],
        || load::open(laurel.address, CLIENTS, half, time, &requests),
    ));
    rows.push(super::memory(&laurel));
    rows
}
