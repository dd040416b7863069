//! Whether a server gets slower as a programme grows: the same requests at the same rate, to one with
//! a thousand members and to one with a million, in turn. Both databases are kept in memory: what is compared is work,
//! and not how much of a file the machine likes to keep.

use super::child::Process;
use super::disk::keep_in_memory;
use super::house::House;
use super::load::{self, Requests};
use super::members::{Crowd, open_sessions};
use super::table::{Goal, Row};
use super::{reads, write};
use std::time::Duration;
use tokio::time::Instant;

/// Before and after.
const SMALL: Crowd = Crowd {
    members: 1_000,
    transfers: 20,
};
const LARGE: Crowd = Crowd {
    members: 1_000_000,
    transfers: 20,
};
/// Who is signed in of either.
const SIGNED_IN: u32 = 100_000;
/// Reads and writes a second.
const READS: f64 = 4_000.0;
const WRITES: f64 = 1_000.0;
/// Connections that they may take.
const CLIENTS: usize = 64;
/// How long each run takes.
const TIME: Duration = Duration::from_secs(4);
/// How many there are: more than elsewhere, since one run's p99 of half a millisecond is mostly chance.
const RUNS: usize = 3 * super::RUNS;
/// How much slower growing may make them.
const GOAL: Goal = Goal::AtMost(1.5);

struct Town {
    crowd: Crowd,
    house: House,
    laurel: Process,
}

impl Town {
    fn build(crowd: Crowd) -> Self {
        let began = Instant::now();
        let house = House::sqlite();
        crowd.settle(&house);
        open_sessions(&house, crowd.members.min(SIGNED_IN));
        let bytes = std::fs::metadata(house.file()).unwrap().len();
        eprintln!(
            "  growth: {} members with {} transfers each in {} MiB, made in {:.0} s",
            crowd.members,
            crowd.transfers,
            bytes >> 20,
            began.elapsed().as_secs_f64()
        );
        let laurel = Process::laurel(&house.database, house.folder());
        Self {
            crowd,
            house,
            laurel,
        }
    }

    fn p99(&self, rate: f64, requests: &impl Requests) -> f64 {
        load::open(self.laurel.address, CLIENTS, rate, TIME, requests).quantile(0.99)
    }
}

/// All rows of this file.
pub(crate) fn rows() -> Vec<Row> {
    let towns = [Town::build(LARGE), Town::build(SMALL)];
    let files = towns.each_ref().map(|town| town.house.file());
    let _kept = keep_in_memory(&files, towns[0].house.folder());
    let reading = towns
        .each_ref()
        .map(|town| reads::me(town.crowd.members.min(SIGNED_IN)));
    let writing = towns
        .each_ref()
        .map(|town| write::requests(&town.house, town.crowd.members, 0));
    let (mut read, mut written) = ([const { Vec::new() }; 2], [const { Vec::new() }; 2]);
    for run in 0..=RUNS {
        for (at, town) in towns.iter().enumerate() {
            let took = (
                town.p99(READS, &reading[at]),
                town.p99(WRITES, &writing[at]),
            );
            // The first run warms everything up.
            if run > 0 {
                read[at].push(took.0);
                written[at].push(took.1);
            }
        }
    }
    let row = |name, [values, references]: [Vec<f64>; 2]| Row {
        name,
        unit: "ms",
        values,
        references,
        goal: GOAL,
    };
    vec![
        row("growth.reads.p99", read),
        row("growth.writes.p99", written),
        super::memory(&towns[0].laurel),
    ]
}
