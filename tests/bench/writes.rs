//! How many writes SQLite acknowledges by HTTP, each of them safe on the disk before its answer, and
//! how long one takes.

use super::RUNS;
use super::child::Process;
use super::disk;
use super::house::House;
use super::load::{self, Load};
use super::members::Crowd;
use super::raw::Recording;
use super::table::{Goal, Row, median};
use super::write;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

/// Who buys.
const CROWD: Crowd = Crowd {
    members: 50_000,
    transfers: 6,
};
/// Clients at once.
const CLIENTS: usize = 64;
/// How long each run takes.
const TIME: Duration = Duration::from_secs(4);
/// How long the disk is probed after each run.
const PROBE: Duration = Duration::from_secs(1);
/// Writes that SQLite makes by itself in each run.
const RAW: u64 = 20_000;
/// What has to be reached: writes a second, and as a part of what SQLite does by itself.
const GOAL: Goal = Goal::Above(10_000.0, 0.3);
/// What 99 of 100 may take at half the load: so many times a write to the disk, and so much more.
const P99: Goal = Goal::Within(3.0, 10.0);

/// How many transactions were committed to the file: SQLite counts them at this place of the index
/// that its processes share (<https://www.sqlite.org/walformat.html>).
fn commits(file: &Path) -> u32 {
    let mut index = std::fs::File::open(file.with_extension("db-shm")).unwrap();
    let mut count = [0; 4];
    index.seek(SeekFrom::Start(8)).unwrap();
    index.read_exact(&mut count).unwrap();
    u32::from_ne_bytes(count)
}

/// All rows of this file.
pub(crate) fn rows() -> Vec<Row> {
    let house = House::sqlite();
    CROWD.settle(&house);
    let recording = Recording::of(&house, CROWD.members, RAW);
    let laurel = Process::laurel(&house.database, house.folder());
    let requests = write::requests(&house, CROWD.members, 0);

    load::closed(laurel.address, CLIENTS, TIME, &requests);
    let (mut rates, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (used, committed) = (laurel.used(), commits(&house.file()));
        let load = load::closed(laurel.address, CLIENTS, TIME, &requests);
        let group = load.count() / f64::from(commits(&house.file()) - committed);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let alone = recording.replay(group.round() as usize);
        eprintln!(
            "  sqlite.writes: {:.0} writes/s in groups of {group:.1}, each {:.1} µs of a processor; by itself {alone:.0}",
            load.rate,
            (laurel.used() - used) / load.count()
        );
        rates.push(load.rate);
        raw.push(alone);
    }
    let half = median(&rates) / 2.0;
    let mut rows = vec![Row {
        name: "sqlite.writes",
        unit: "writes/s",
        values: rates,
        references: raw,
        goal: GOAL,
    }];
    rows.extend(latencies(
        [
            ("sqlite.writes.p50", Goal::None),
            ("sqlite.writes.p99", P99),
            ("sqlite.writes.p999", Goal::None),
        ],
        || load::open(laurel.address, CLIENTS, half, TIME, &requests),
    ));
    rows.push(super::memory(&laurel));
    rows
}

/// Rows with the latency that half, 99 % and 99.9 % of the requests of such a load did not exceed,
/// each beside as many of a write to the disk.
pub(crate) fn latencies(named: [(&'static str, Goal); 3], load: impl Fn() -> Load) -> [Row; 3] {
    let mut rows = named.map(|(name, goal)| Row {
        name,
        unit: "ms",
        values: Vec::new(),
        references: Vec::new(),
        goal,
    });
    for _ in 0..RUNS {
        let load = load();
        let probe = disk::fdatasync(PROBE);
        for (row, share) in rows.iter_mut().zip([0.5, 0.99, 0.999]) {
            row.values.push(load.quantile(share));
            row.references.push(probe.quantile(share));
        }
    }
    rows
}
