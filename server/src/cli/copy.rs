//! `laurel copy --from … --to …`.

use super::{Failure, ledger, said};
use crate::clock::Clock;
use crate::config::Authorities;
use crate::store::Store;
use crate::store::audit::Verify;
use crate::store::copy::copy;
use clap::Args;
use std::fmt::Write;
use std::sync::Arc;

/// From where to where.
#[derive(Args)]
pub(super) struct Copy {
    /// The database that is read: sqlite:FILE or postgres://… Stop the servers that write to it.
    #[arg(long)]
    from: String,
    /// The database that is filled: an empty one, or one in which this copy was begun.
    #[arg(long)]
    to: String,
    #[command(flatten)]
    authorities: Authorities,
}

pub(super) async fn run(args: Copy) -> Result<String, Failure> {
    let began = Clock::System.now();
    let at = |url| args.authorities.vouch_for(url);
    let from = Store::look(at(&args.from)).await;
    let from = from.map_err(|error| format!("--from: {error}"))?;
    let to = Store::open(at(&args.to), Arc::new(|_| ())).await;
    let to = to.map_err(|error| format!("--to: {error}"))?;
    let copied = copy(&from, &to).await.map_err(said)?;
    let mut text = String::new();
    for table in copied {
        let (rows, digest) = (table.tally.rows, table.tally.digest());
        let _infallible = writeln!(text, "{rows:>10}  {}  {}", &digest[..16], table.table);
    }
    let report = to.read_long(Verify::default()).await.map_err(said)?;
    text += &ledger::tell(&report, Clock::System.now() - began);
    if report.is_clean() {
        Ok(text)
    } else {
        Err(Failure::Differs(text))
    }
}
