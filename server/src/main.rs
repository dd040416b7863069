//! The binary `laurel`.

use clap::Parser;
use server::cli::{Cli, run};
use std::process::ExitCode;

/// An idle stream has two buffers of 8 KiB and writes into the first few hundred bytes of each. This
/// allocator begins them where a page of memory begins, so that the rest is never there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    run(Cli::parse()).await
}
