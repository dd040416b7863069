//! Whether the books balance. The one place to change once `laurel ledger verify` says so itself.

use crate::process::run_this;
use crate::support::sql::assert_books_balance;
use rusqlite::Connection;
use server::store::Store;
use std::sync::Arc;

/// Audits a database in a process of its own.
///
/// # Errors
/// What does not balance.
pub(crate) async fn audit(database_url: &str) -> Result<(), String> {
    let words = vec!["audit".into(), database_url.into()];
    run_this(words, None).await.map(|_| ())
}

/// The child process: ends well if the books balance.
pub(crate) async fn child(database_url: &str) -> Result<(), String> {
    let store = Store::open(database_url, Arc::new(|_| ())).await;
    let store = store.map_err(|error| error.to_string())?;
    assert_books_balance(&store).await;
    match database_url.strip_prefix("sqlite:") {
        Some(file) => is_sound(file).map_err(|error| error.to_string())?,
        None => Ok(()),
    }
}

/// Whether SQLite finds its own file sound.
fn is_sound(file: &str) -> Result<Result<(), String>, rusqlite::Error> {
    let connection = Connection::open(file)?;
    let mut statement = connection.prepare("pragma integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines = lines.collect::<Result<Vec<_>, _>>()?.join("\n");
    Ok(if lines == "ok" { Ok(()) } else { Err(lines) })
}
