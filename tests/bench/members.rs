//! Many members with a past, as quickly as a database can write.

use super::child::PATIENCE;
use super::house::House;
use super::past::{Dialect, MEMBER, statements};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use server::clock::Clock;
use server::crypto::sha256;
use server::domain::identity::Shopper;
use server::store::ledger::reason_digest;
use server::store::sessions::{IDLE, LIFE};
use std::time::Duration;
use tokio::time::Instant;
use tokio_postgres::NoTls;

/// How many members, and how much past each has. They are numbered from 0, and the shop knows them
/// as `c0`, `c1`, ….
#[derive(Clone, Copy)]
pub(crate) struct Crowd {
    /// Members.
    pub(crate) members: u32,
    /// Transfers of each.
    pub(crate) transfers: u32,
}

impl Crowd {
    /// Makes them in the house's database, while no server has it open.
    pub(crate) fn settle(self, house: &House) {
        let now = Clock::System.now();
        if house.database.starts_with("sqlite:") {
            let connection = Connection::open(house.file()).unwrap();
            // What is half made after a crash is made anew, so nothing waits for the disk.
            let fast =
                "pragma synchronous = off; pragma journal_mode = off; pragma foreign_keys = off;
                pragma cache_size = -262144; begin";
            // The command line's writer may not have closed the file yet, and who changes the journal does
            // not wait for that.
            let start = Instant::now();
            while let Err(error) = connection.execute_batch(fast) {
                assert!(start.elapsed() < PATIENCE, "{error}");
                std::thread::sleep(Duration::from_millis(20));
            }
            give_digest(&connection);
            for sql in statements(self, Dialect::Sqlite, now) {
                connection.execute_batch(&sql).unwrap();
            }
            connection.execute_batch(Dialect::Sqlite.sealed()).unwrap();
            connection.execute_batch("commit").unwrap();
        } else {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let connected = tokio_postgres::connect(&house.database, NoTls);
                let (client, connection) = connected.await.unwrap();
                let connection = tokio::spawn(connection);
                for sql in statements(self, Dialect::Postgres, now) {
                    client.batch_execute(&sql).await.unwrap();
                }
                let sealed = Dialect::Postgres.sealed();
                client.batch_execute(sealed).await.unwrap();
                client.batch_execute("vacuum analyze").await.unwrap();
                drop(client);
                connection.await.unwrap().unwrap();
            });
        }
    }
}

/// SQLite has no SHA-256 of its own.
fn give_digest(connection: &Connection) {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("reason_digest", 3, flags, |context| {
            let salt: Vec<u8> = context.get(0)?;
            let explanation: String = context.get(1)?;
            let evidence: Option<String> = context.get(2)?;
            Ok(reason_digest(&salt, &explanation, evidence.as_deref()).to_vec())
        })
        .unwrap();
}

/// The bearer of the one open session that a member has.
pub(crate) fn bearer(member: u32) -> String {
    format!("bench-bearer-of-member-{member:08}")
}

/// Opens a session for each of the first `count` members of a crowd in SQLite.
pub(crate) fn open_sessions(house: &House, count: u32) {
    let mut connection = Connection::open(house.file()).unwrap();
    let tx = connection.transaction().unwrap();
    let sql = format!(
        "insert into session (digest, program_id, member_id, claims, created_at, expires_at, ends_at, closed)
            select $1, id, {}, $3, $4, $5, $6, 0 from program",
        Dialect::Sqlite.id(MEMBER, "$2")
    );
    let now = Clock::System.now();
    let mut statement = tx.prepare(&sql).unwrap();
    for member in 0..count {
        let shopper = Shopper {
            customer: Some(format!("c{member}")),
            ..Shopper::default()
        };
        let claims = serde_json::to_string(&shopper).unwrap();
        let digest = sha256(bearer(member).as_bytes());
        statement
            .execute((digest, member, claims, now, now + IDLE, now + LIFE))
            .unwrap();
    }
    drop(statement);
    tx.commit().unwrap();
}
