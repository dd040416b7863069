//! How long a shop's write waits while a server does what has fallen due for many members at once.

use super::child::Process;
use super::house::House;
use super::load::{self, here};
use super::members::Crowd;
use super::table::{Goal, Row};
use super::{RUNS, write};
use server::clock::Clock;
use server::store::Store;
use server::store::audit::Verify;
use std::sync::Arc;
use std::time::Duration;

/// Each has three orders whose points are held: 100,000 holds that fall due at once.
const CROWD: Crowd = Crowd {
    members: 33_334,
    transfers: 6,
};
/// Writes a second meanwhile: far from what a server can do.
const RATE: f64 = 500.0;
/// Connections that they may take.
const CLIENTS: usize = 64;
/// How long each run takes.
const TIME: Duration = Duration::from_secs(4);
/// What that may add to the longest write, in milliseconds.
const STALL_MAX: f64 = 50.0;

/// The past that a crowd is given is one that could have been, but for the chain over it, which nothing
/// here needs.
fn sound(house: &House) {
    let verify = async {
        let store = Store::open(&house.database, Arc::new(|_| ()))
            .await
            .unwrap();
        store.read_long(Verify::default()).await.unwrap()
    };
    let report = here(verify);
    let lines = report.differences.iter().map(ToString::to_string);
    let wrong: Vec<_> = lines
        .filter(|line| !line.contains("link of the hash chain"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All rows of this file.
pub(crate) fn rows() -> Vec<Row> {
    let house = House::sqlite();
    CROWD.settle(&house);
    sound(&house);
    let laurel = Process::laurel(&house.database, house.folder());
    let requests = write::requests(&house, CROWD.members, 0);
    let worst = || {
        let runs =
            (0..RUNS).map(|_| load::open(laurel.address, CLIENTS, RATE, TIME, &requests).worst());
        runs.fold(0.0, f64::max)
    };
    let before = worst();
    let connection = rusqlite::Connection::open(house.file()).unwrap();
    connection.busy_timeout(TIME).unwrap();
    let pending = || -> u32 {
        let sql = "select count(*) from hold where state = 'pending' and due_at <= ?1";
        connection
            .query_row(sql, [Clock::System.now()], |row| row.get(0))
            .unwrap()
    };
    for sql in [
        "update hold set due_at = ?1 where state = 'pending'",
        "update account set look_at = ?1",
    ] {
        connection.execute(sql, [Clock::System.now()]).unwrap();
    }
    let due = pending();
    let during = worst();
    let left = pending();
    eprintln!("  due.stall: of {due} due holds {left} are left");
    assert!(left < due, "nothing was done meanwhile");
    vec![Row {
        name: "due.stall",
        unit: "ms",
        values: vec![during],
        references: vec![before],
        goal: Goal::Within(1.0, STALL_MAX),
    }]
}
