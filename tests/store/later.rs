//! Statements whose answer nobody waits for: they happen in order, or nothing does.

use super::{Place, on_both_engines};
use crate::support::sql::{Read, count, rows};
use crate::support::world::Database;
use app::api::MemberId;
use server::store::{Command, Query, StoreError, Tx, Value};

const PUT: &str = "insert into setting (name, value) values ($1, $2)";
const PUT_ONCE: &str =
    "insert into setting (name, value) values ($1, $2) on conflict (name) do nothing";

/// What a command does, one after the other.
enum Step {
    /// Leaves it for later to put this setting.
    Later(&'static str),
    /// Puts this setting now.
    Now(&'static str),
    /// Counts the settings.
    Count,
    /// Leaves it for later to put this setting, which must not be there.
    LaterOne(&'static str),
    /// Puts this setting, and does not care whether that went well.
    Careless(&'static str),
}

struct Steps(Vec<Step>);

fn setting(name: &str) -> [Value; 2] {
    [name.into(), Value::Bytes(Vec::new())]
}

impl Command for Steps {
    type Output = Vec<i64>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<i64>, StoreError> {
        let mut counted = Vec::new();
        for step in &self.0 {
            match step {
                Step::Later(name) => tx.later(PUT, &setting(name)).await?,
                Step::Now(name) => {
                    tx.execute(PUT, &setting(name)).await?;
                }
                Step::Count => {
                    let row = tx.query_one("select count(*) from setting", &[]).await?;
                    counted.push(row.unwrap().get(0)?);
                }
                Step::LaterOne(name) => {
                    tx.later_one(PUT_ONCE, &setting(name), "it is there")
                        .await?;
                }
                Step::Careless(name) => {
                    let _ignored = tx.execute(PUT, &setting(name)).await;
                }
            }
        }
        tx.wake(MemberId([1; 16]));
        Ok(counted)
    }
}

/// A query of one statement.
struct Single(&'static str);

impl Query for Single {
    type Output = i64;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64, StoreError> {
        Ok(i64::try_from(tx.query(self.0, &[]).await?.len()).unwrap())
    }
}

use Step::{Careless, Count, Later, LaterOne, Now};

on_both_engines! {
    async fn what_is_left_for_later_is_there_for_what_comes_after_it(place: Place) {
        let steps = Steps(vec![Later("a"), Later("b"), Count, Later("c"), Now("d"), Count, Later("e")]);
        assert_eq!(place.store.write(steps).await, Ok(vec![2, 4]));
        let names = rows(&place.store, "select name from setting order by name").await;
        let names: Vec<String> = names.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
    }

    async fn a_command_that_leaves_everything_for_later_is_done(place: Place) {
        assert_eq!(place.store.write(Steps(vec![Later("a")])).await, Ok(Vec::new()));
        assert_eq!(count(&place.store, "select count(*) from setting").await, 1);
        assert_eq!(place.store.write(Steps(Vec::new())).await, Ok(Vec::new()));
    }

    async fn what_fails_later_fails_the_command_wherever_it_stands(place: Place) {
        place.store.write(Steps(vec![Now("there")])).await.unwrap();
        let woken = place.woken().len();
        for steps in [
            // With the commit, with a statement that is waited for, and among its own kind.
            vec![Now("x"), Later("there")],
            vec![Later("there")],
            vec![Later("x"), Later("there"), Count],
            vec![Later("x"), Later("there"), Later("y"), Now("z")],
            vec![Later("x"), Later("x")],
        ] {
            let outcome = place.store.write(Steps(steps)).await;
            // The reason, and not what followed from it.
            assert!(matches!(&outcome, Err(StoreError::Internal(why)) if why.to_lowercase().contains("unique")), "{outcome:?}");
            assert_eq!(count(&place.store, "select count(*) from setting").await, 1);
        }
        assert_eq!(place.woken().len(), woken, "nobody is woken for what did not happen");
        assert_eq!(place.store.write(Steps(vec![Later("after")])).await, Ok(Vec::new()));
        assert_eq!(place.store.read(Single("select name from setting")).await, Ok(2));
    }

    async fn what_has_to_change_a_row_and_does_not_undoes_the_command_wherever_it_stands(place: Place) {
        place.store.write(Steps(vec![Now("there")])).await.unwrap();
        for steps in [
            vec![Now("x"), LaterOne("there")],
            vec![LaterOne("there")],
            vec![Later("x"), LaterOne("there"), Count],
            vec![LaterOne("there"), Later("x")],
            vec![LaterOne("x"), LaterOne("x")],
        ] {
            let outcome = place.store.write(Steps(steps)).await;
            assert!(outcome.is_err(), "{outcome:?}");
            assert_eq!(count(&place.store, "select count(*) from setting").await, 1);
        }
        let writes = NAMES.map(|name| place.store.write(Steps(vec![LaterOne(name)])));
        let outcomes = futures_util::future::join_all(writes).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        // All at once, with one among them that cannot be.
        let writes = ["1", "2", "there", "3"].map(|name| place.store.write(Steps(vec![LaterOne(name)])));
        let outcomes = futures_util::future::join_all(writes).await;
        let done: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
        assert_eq!(done, [true, true, false, true]);
    }

    async fn what_fails_later_disturbs_no_other(place: Place) {
        place.store.write(Steps(vec![Now("there")])).await.unwrap();
        let steps = |n: usize| vec![Count, Later(if n % 7 == 3 { "there" } else { NAMES[n] })];
        let writes = (0..NAMES.len()).map(|n| place.store.write(Steps(steps(n))));
        let outcomes = futures_util::future::join_all(writes).await;
        for (n, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_err(), n % 7 == 3, "{n}: {outcome:?}");
        }
        let good = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let kept = count(&place.store, "select count(*) from setting").await;
        assert_eq!(kept, 1 + i64::try_from(good).unwrap());
    }

    async fn a_query_cannot_write(place: Place) {
        const SQL: &str = "insert into setting (name, value) values ('x', '')";
        let outcome = place.store.read(Read(SQL, Vec::new())).await;
        assert!(outcome.is_err(), "{outcome:?}");
        assert!(place.store.read(Single(SQL)).await.is_err());
        assert_eq!(count(&place.store, "select count(*) from setting").await, 0);
    }
}

const NAMES: [&str; 30] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
    "t", "u", "v", "w", "x", "y", "z", "aa", "bb", "cc", "dd",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_acknowledges_nothing_after_a_failure_that_a_command_did_not_mind() {
    let place = Place::open(Database::Postgres).await;
    place.store.write(Steps(vec![Now("there")])).await.unwrap();
    // The database has undone all of it, and would answer a commit without a complaint.
    let outcome = place
        .store
        .write(Steps(vec![Now("x"), Careless("there")]))
        .await;
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!(count(&place.store, "select count(*) from setting").await, 1);
}
