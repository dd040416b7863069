//! Whether the books balance: `laurel ledger verify` says so, in a process of its own.

use crate::process::{Launch, run_this, said};
use rusqlite::Connection;

/// Audits a database. What was sealed when it was audited before must still be in its hash chain.
///
/// # Errors
/// What does not balance.
pub(crate) async fn audit(launch: &Launch) -> Result<(), String> {
    let heads = launch.folder.join("heads");
    let zones = launch.zones();
    let database = ["--database", &launch.database_url];
    let mut verify: Vec<_> = ["laurel", "ledger", "verify"]
        .iter()
        .chain(&database)
        .map(Into::into)
        .collect();
    if heads.exists() {
        verify.extend(["--heads".into(), heads.clone().into_os_string()]);
    }
    run_this(verify, Some(&zones)).await?;
    let print = ["laurel", "ledger", "heads"];
    let print = print.iter().chain(&database).map(Into::into).collect();
    let printed = run_this(print, Some(&zones)).await?;
    std::fs::write(heads, printed).map_err(said)?;
    if let Some(file) = launch.database_url.strip_prefix("sqlite:") {
        run_this(vec!["sound".into(), file.into()], None).await?;
    }
    Ok(())
}

/// The child process: ends well if SQLite finds its own file sound.
pub(crate) fn child(file: &str) -> Result<(), String> {
    let lines = check(file).map_err(said)?;
    if lines == "ok" { Ok(()) } else { Err(lines) }
}

fn check(file: &str) -> Result<String, rusqlite::Error> {
    let connection = Connection::open(file)?;
    let mut statement = connection.prepare("pragma integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n"))
}
