//! Commands beside each other: a failure undoes its own work and nobody else's, a read sees one
//! moment, a full house says so, and SQLite's writer shares its commits.

use super::{Door, Place, on_both_engines};
use crate::support::sql::{Write, count, rows};
use crate::support::world::Database;
use app::api::MemberId;
use server::store::{Command, Query, StoreError, Tx, Value};
use std::collections::HashSet;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Writes a setting, and then ends in one way or another.
struct Put {
    name: String,
    end: End,
}

#[derive(Clone)]
enum End {
    Well,
    /// With an error of its own.
    Error,
    /// With a statement that the database refuses.
    Refused,
    /// With a bug.
    Panic,
    /// Well, once somebody opened the door.
    Waiting(Door),
}

impl Command for Put {
    type Output = String;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<String, StoreError> {
        const PUT: &str = "insert into setting (name, value) values ($1, $2)";
        tx.execute(PUT, &[self.name.as_str().into(), Value::Bytes(Vec::new())])
            .await?;
        tx.wake(MemberId([u8::try_from(self.name.len()).unwrap(); 16]));
        match &self.end {
            End::Well => {}
            End::Error => return Err(StoreError::Internal("it went wrong".into())),
            End::Refused => {
                tx.execute(PUT, &[self.name.as_str().into(), Value::Bytes(Vec::new())])
                    .await?;
            }
            End::Panic => panic!("a test's own panic"),
            End::Waiting(door) => door.wait(),
        }
        Ok(self.name.clone())
    }
}

fn put(name: impl Into<String>, end: End) -> Put {
    Put {
        name: name.into(),
        end,
    }
}

/// Sends commands side by side. A panic is an error of that caller, on either engine.
async fn side_by_side(place: &Place, commands: Vec<Put>) -> Vec<Result<String, String>> {
    let running: Vec<_> = commands
        .into_iter()
        .map(|command| {
            let store = place.store.clone();
            tokio::spawn(async move { store.write(command).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in running {
        let outcome = task.await.map_err(|panicked| panicked.to_string());
        outcomes.push(outcome.and_then(|outcome| outcome.map_err(|error| error.to_string())));
    }
    outcomes
}

/// Reads the same thing twice, with a pause between.
struct Twice(Door);

impl Query for Twice {
    type Output = (usize, usize);

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(usize, usize), StoreError> {
        let first = tx.query("select name from setting", &[]).await?.len();
        self.0.wait();
        let second = tx.query("select name from setting", &[]).await?.len();
        Ok((first, second))
    }
}

on_both_engines! {
    async fn a_command_that_fails_disturbs_no_other(place: Place) {
        let ends = [End::Well, End::Error, End::Well, End::Refused, End::Panic, End::Well];
        let commands = (0..120).map(|n| put(format!("{n:03}"), ends[n % ends.len()].clone())).collect();
        let outcomes = side_by_side(&place, commands).await;
        for (n, outcome) in outcomes.iter().enumerate() {
            let well = matches!(ends[n % ends.len()], End::Well);
            assert_eq!(outcome.is_ok(), well, "{n}: {outcome:?}");
        }
        let kept = rows(&place.store, "select name from setting order by name").await;
        let kept: Vec<String> = kept.iter().map(|row| row.get(0).unwrap()).collect();
        let good: Vec<String> = outcomes.into_iter().flatten().collect();
        assert_eq!(kept, good, "those that went well, and nothing of the others");
        assert_eq!(place.woken().len(), good.len(), "nobody is woken for what did not happen");
        // And the store goes on.
        assert_eq!(place.store.write(put("after", End::Well)).await, Ok("after".to_owned()));
    }

    async fn a_read_sees_one_moment(place: Place) {
        place.store.write(put("before", End::Well)).await.unwrap();
        let door = Door::default();
        let reading = tokio::spawn({
            let (store, door) = (place.store.clone(), door.clone());
            async move { store.read(Twice(door)).await }
        });
        door.until_waiting(1);
        // A reader holds up no writer.
        place.store.write(put("meanwhile", End::Well)).await.unwrap();
        door.open();
        assert_eq!(reading.await.unwrap(), Ok((1, 1)));
        assert_eq!(count(&place.store, "select count(*) from setting").await, 2);
    }

    async fn nothing_is_seen_or_told_before_it_is_committed(place: Place) {
        let door = Door::default();
        let writing = tokio::spawn({
            let (store, door) = (place.store.clone(), door.clone());
            async move { store.write(put("abc", End::Waiting(door))).await }
        });
        door.until_waiting(1);
        assert_eq!(count(&place.store, "select count(*) from setting").await, 0);
        assert!(place.woken().is_empty());
        door.open();
        writing.await.unwrap().unwrap();
        assert_eq!(count(&place.store, "select count(*) from setting").await, 1);
        assert_eq!(place.woken(), [MemberId([3; 16])]);
    }
}

/// The commits in SQLite's write-ahead log: frames that name the database's size after them
/// (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>).
fn commits(place: &Place) -> usize {
    let log = std::fs::read(place.folder.path().join("laurel.db-wal")).unwrap();
    let word = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let page = word(8) as usize;
    let salts = &log[16..24];
    let frames = (32..)
        .step_by(24 + page)
        .take_while(|at| at + 24 + page <= log.len());
    // Frames with other salts are left from before the log began anew.
    frames
        .filter(|at| log[at + 8..at + 16] == *salts && word(at + 4) > 0)
        .count()
}

/// What tells the frames of SQLite's write-ahead log from older ones: another after it began anew.
fn salts(place: &Place) -> [u8; 8] {
    let mut log = std::fs::File::open(place.folder.path().join("laurel.db-wal")).unwrap();
    let mut header = [0; 32];
    log.read_exact(&mut header).unwrap();
    header[16..24].try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlites_log_begins_anew_while_somebody_always_writes() {
    // Five pages each: some 400 MB, where 64 to 128 are enough.
    const WRITES: usize = 20_000;
    let place = Place::open(Database::Sqlite).await;
    let before = salts(&place);
    let (names, anew) = (&AtomicUsize::new(0), &AtomicBool::new(false));
    let writer = || async {
        while !anew.load(Ordering::Relaxed) {
            let name = names.fetch_add(1, Ordering::Relaxed);
            assert!(name < WRITES, "the log only grows");
            let setting = vec![name.to_string().into(), Value::Bytes(vec![1; 16 << 10])];
            let sql = "insert into setting (name, value) values ($1, $2)";
            place.store.write(Write(sql, setting)).await.unwrap();
            if name % 64 == 0 && salts(&place) != before {
                anew.store(true, Ordering::Relaxed);
            }
        }
    };
    futures_util::future::join_all((0..16).map(|_| writer())).await;
    assert_ne!(salts(&place), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_that_wait_for_sqlites_writer_share_one_commit() {
    let place = Place::open(Database::Sqlite).await;
    let before = commits(&place);
    let door = Door::default();
    // The writer is in the middle of the first, so the others can only queue up behind it.
    let first = tokio::spawn({
        let (store, door) = (place.store.clone(), door.clone());
        async move { store.write(put("first", End::Waiting(door))).await }
    });
    door.until_waiting(1);
    let mut others: Vec<_> = (0..200)
        .map(|n| {
            let store = place.store.clone();
            Box::pin(async move { store.write(put(n.to_string(), End::Well)).await })
        })
        .collect();
    for other in &mut others {
        // Asked once, each stands in the queue.
        assert!(futures_util::poll!(other.as_mut()).is_pending());
    }
    assert_eq!(
        commits(&place),
        before,
        "nothing is acknowledged before its commit"
    );
    door.open();
    first.await.unwrap().unwrap();
    for other in others {
        other.await.unwrap();
    }
    assert_eq!(commits(&place), before + 1);
    assert_eq!(
        count(&place.store, "select count(*) from setting").await,
        201
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_of_sqlites_writer_says_that_it_is_busy() {
    let place = Place::open(Database::Sqlite).await;
    let door = Door::default();
    let first = tokio::spawn({
        let (store, door) = (place.store.clone(), door.clone());
        async move { store.write(put("first", End::Waiting(door))).await }
    });
    door.until_waiting(1);
    let mut waiting = Vec::new();
    let refused = loop {
        let store = place.store.clone();
        let name = waiting.len().to_string();
        let mut write = Box::pin(async move { store.write(put(name, End::Well)).await });
        match futures_util::poll!(write.as_mut()) {
            std::task::Poll::Pending => waiting.push(write),
            std::task::Poll::Ready(outcome) => break outcome,
        }
        assert!(waiting.len() < 100_000, "the queue has an end");
    };
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(why)) if why == "the queue is full"),
        "{refused:?}"
    );
    // Reading goes on beside a writer that has too much to do.
    assert_eq!(count(&place.store, "select count(*) from setting").await, 0);
    door.open();
    first.await.unwrap().unwrap();
    let promised = waiting.len();
    for write in waiting {
        write.await.unwrap();
    }
    let kept = count(&place.store, "select count(*) from setting").await;
    assert_eq!(
        kept,
        1 + i64::try_from(promised).unwrap(),
        "all that were taken in are done"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_postgres_pool_that_is_all_taken_says_that_it_is_busy() {
    let place = Place::open(Database::Postgres).await;
    let door = Door::default();
    let mut holding = Vec::new();
    for n in 0..16 {
        let (store, waiting) = (place.store.clone(), door.clone());
        let command = put(n.to_string(), End::Waiting(waiting));
        holding.push(tokio::spawn(async move { store.write(command).await }));
        // One after the other, or one would wait behind another in its transaction.
        door.until_waiting(holding.len());
    }
    let refused = place.store.write(put("one too many", End::Well)).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    door.open();
    for task in holding {
        task.await.unwrap().unwrap();
    }
    assert!(place.store.write(put("now", End::Well)).await.is_ok());
    // Whoever was told that it is busy has gone, and what nobody waits for is not begun.
    let refused = "select count(*) from setting where name = 'one too many'";
    assert_eq!(count(&place.store, refused).await, 0);
}

/// Answers the number of the transaction that it ran in.
struct WhichTransaction;

impl Command for WhichTransaction {
    type Output = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64, StoreError> {
        let row = tx.query_one("select txid_current()", &[]).await?;
        row.unwrap().get(0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_waits_for_postgres_shares_transactions() {
    let place = Place::open(Database::Postgres).await;
    let writes = (0..200).map(|_| place.store.write(WhichTransaction));
    let numbers = futures_util::future::join_all(writes).await;
    let numbers: HashSet<i64> = numbers.into_iter().map(Result::unwrap).collect();
    assert!(numbers.len() < 200, "{}", numbers.len());
    // And one that is alone has one of its own, at once.
    let alone = place.store.write(WhichTransaction).await.unwrap();
    assert!(!numbers.contains(&alone));
}
