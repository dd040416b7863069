//! `make bench`: what a shopper waits for and downloads, what a server carries, and what it costs,
//! as one table and as `target/bench.json`.
//!
//! Each row stands beside a reference from the same run on the same machine: what nothing built the
//! same way can beat, or what is allowed. The load comes from the same processors that serve it.
//! `make bench ONLY=reads` measures one topic; its rows are all that the file then has.

#![expect(
    clippy::unwrap_used,
    reason = "what cannot be measured stops the bench"
)]

mod browser;
mod child;
mod disk;
mod due;
mod growth;
mod house;
mod landing;
mod load;
mod members;
mod past;
mod postgres;
mod raw;
mod reads;
mod streams;
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use the rest"
)]
#[path = "../support/mod.rs"]
mod support;
mod table;
mod write;
mod writes;

use std::process::ExitCode;
use table::{Goal, Row};

/// Measurements of each kind; the median counts.
const RUNS: usize = 5;
/// The row about memory.
const MEMORY: &str = "server.memory";
/// What a server may hold in memory, in bytes.
const MEMORY_MAX: f64 = 150.0 * 1024.0 * 1024.0;

/// What can be measured by itself: its name, and what measures it.
type Topic = (&'static str, fn() -> Vec<Row>);

const TOPICS: &[Topic] = &[
    ("browser", browser::rows),
    ("sqlite", writes::rows),
    ("postgres", postgres::rows),
    ("me", reads::me_rows),
    ("panel", reads::panel_rows),
    ("landing", landing::rows),
    ("streams", streams::rows),
    ("due", due::rows),
    ("growth", growth::rows),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(code) = child::run(&words) {
        return code;
    }
    // Cargo adds an option of its own, for the harness that this bench has none of.
    let only: Vec<&String> = words.iter().filter(|word| *word != "--bench").collect();
    let known = |word: &&String| TOPICS.iter().any(|(name, _)| name == *word);
    if let Some(unknown) = only.iter().find(|word| !known(word)) {
        let names: Vec<&str> = TOPICS.iter().map(|(name, _)| *name).collect();
        eprintln!(
            "there is no topic \"{unknown}\"; there are {}",
            names.join(", ")
        );
        return ExitCode::FAILURE;
    }
    house::tidy();
    let mut rows = Vec::new();
    for (name, topic) in TOPICS {
        if only.is_empty() || only.iter().any(|word| word == name) {
            eprintln!("measuring: {name}");
            rows.extend(topic());
        } else {
            eprintln!("left out: {name}");
        }
    }
    let rows = largest_memory(rows);
    table::print(&rows);
    table::write(&rows);
    ExitCode::SUCCESS
}

/// The memory of a server that has been under load.
fn memory(server: &child::Process) -> Row {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let resident = server.resident() as f64;
    Row {
        name: MEMORY,
        unit: "bytes",
        values: vec![resident],
        references: vec![MEMORY_MAX],
        goal: Goal::AtMost(1.0),
    }
}

/// Of all servers that were measured, the one that held most.
fn largest_memory(rows: Vec<Row>) -> Vec<Row> {
    let (memory, mut rows): (Vec<Row>, Vec<Row>) =
        rows.into_iter().partition(|row| row.name == MEMORY);
    let largest = memory
        .into_iter()
        .max_by(|a, b| a.values[0].total_cmp(&b.values[0]));
    rows.extend(largest);
    rows
}
