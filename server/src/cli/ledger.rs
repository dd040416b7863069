//! `laurel ledger verify | heads`.

use super::{Database, Failure, said};
use crate::clock::Clock;
use crate::store::audit::{Report, Verify};
use crate::store::seal::{Head, Heads};
use clap::Subcommand;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What to do with the books.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make everything again from the transfers, follow the hash chains, and name what differs.
    ///
    /// Exit code 0: nothing differs; 1: something does; 2: the books could not be looked at.
    Verify {
        /// Heads that were printed before; each must still be in its chain.
        #[arg(long)]
        heads: Option<PathBuf>,
        #[command(flatten)]
        database: Database,
    },
    /// Print the newest head of each programme's hash chain, a line of JSON each, to be kept elsewhere.
    Heads {
        #[command(flatten)]
        database: Database,
    },
}

pub(super) async fn run(command: Command) -> Result<String, Failure> {
    match command {
        Command::Verify { heads, database } => verify(heads.as_deref(), &database).await,
        Command::Heads { database } => {
            let store = database.look().await?;
            let heads = store.read(Heads).await.map_err(said)?;
            let line = |head| serde_json::to_string(head).map(|line| line + "\n");
            Ok(heads
                .iter()
                .map(line)
                .collect::<Result<_, _>>()
                .map_err(said)?)
        }
    }
}

async fn verify(heads: Option<&Path>, database: &Database) -> Result<String, Failure> {
    let began = Clock::System.now();
    let heads = heads.map_or(Ok(Vec::new()), read_heads);
    let heads = heads.map_err(Failure::Unseen)?;
    let store = database.look().await.map_err(Failure::Unseen)?;
    let report = store.read_long(Verify { heads }).await;
    let report = report.map_err(|error| Failure::Unseen(said(error)))?;
    let text = tell(&report, Clock::System.now() - began);
    if report.is_clean() {
        Ok(text)
    } else {
        Err(Failure::Differs(text))
    }
}

fn read_heads(file: &Path) -> Result<Vec<Head>, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| format!("{shown}, line {number}: this is no head: {error}"))
        })
        .collect()
}

/// A line for each difference, and what was looked at.
pub(super) fn tell(report: &Report, micros: i64) -> String {
    let mut text = String::new();
    for difference in &report.differences {
        let _infallible = writeln!(text, "{difference}");
    }
    let untold = report.found - report.differences.len();
    if untold > 0 {
        let _infallible = writeln!(text, "and {untold} more");
    }
    let verdict = match report.found {
        0 => "The books are what the transfers say".into(),
        1 => "1 difference".into(),
        found => format!("{found} differences"),
    };
    let counts = report.counts;
    let _infallible = writeln!(
        text,
        "{verdict}: {} programmes, {} members, {} transfers ({} with an erased reason), {} links of hash chains, {} transfers not sealed yet; {}.{} s",
        counts.programs,
        counts.members,
        counts.transfers,
        counts.erased,
        counts.links,
        counts.unsealed,
        micros / 1_000_000,
        micros / 100_000 % 10,
    );
    text
}
