//! `make torture`: servers are killed and started again, and nothing that was acknowledged may be
//! missing or there twice.
//!
//! `TORTURE_ROUNDS` says how many rounds; without it a short form runs, which is part of `make
//! test`. `TORTURE_SEED` repeats the requests and the moments of an earlier run, as far as the
//! machine does. This binary is also the servers: `torture laurel serve …` is all that `laurel` does.

#![expect(
    clippy::unwrap_used,
    reason = "a harness that cannot go on says so by failing"
)]

mod audit;
mod book;
mod client;
mod customer;
mod deadlocks;
mod disk;
mod life;
mod line;
mod operations;
mod order;
mod past;
mod prepare;
mod process;
mod rounds;
mod run;
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use the rest"
)]
#[path = "../support/mod.rs"]
mod support;
mod zones;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        let outcome = match words.first().map(String::as_str) {
            Some("laurel") => return laurel(&words).await,
            Some("disk") => {
                let synchronous = Some(words[2].as_str()).filter(|word| !word.is_empty());
                disk::vfs::install(words[1].as_ref(), synchronous);
                return laurel(&words[3..]).await;
            }
            Some("prepare") => past::child(&words).await,
            Some("sound") => audit::child(&words[1]),
            _ if is_asked_for(&words) => run::run().await,
            _ => Ok(()),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(what) => {
                eprintln!("{what}");
                ExitCode::FAILURE
            }
        }
    })
}

/// All that the binary `laurel` does.
async fn laurel(words: &[String]) -> ExitCode {
    server::cli::run(server::cli::Cli::parse_from(words)).await
}

/// Whether a `cargo test` with these words means the torture, too: they may name other tests, or
/// ask for a list.
fn is_asked_for(words: &[String]) -> bool {
    let mut names = words
        .iter()
        .filter(|word| !word.starts_with('-'))
        .peekable();
    let lists = words.iter().any(|word| word == "--list");
    !lists && (names.peek().is_none() || names.any(|name| "torture".contains(name.as_str())))
}
