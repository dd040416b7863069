//! Opening a database: a new one, an old one, two at once, and one that is not there.

use super::{address, on_both_engines, open};
use crate::support::sql::{Read, Write, count, rows};
use crate::support::world::Database;
use server::store::{StoreError, Value};

on_both_engines! {
    async fn opening_again_finds_everything_as_it_was(place: Place) {
        let put = Write("insert into setting (name, value) values ($1, $2)", vec!["kept".into(), Value::Bytes(vec![7])]);
        place.store.write(put).await.unwrap();
        let before = rows(&place.store, "select number from migration order by number").await;
        for _ in 0..2 {
            let again = open(&place.url).await.unwrap();
            assert_eq!(rows(&again, "select number from migration order by number").await, before);
            assert_eq!(count(&again, "select count(*) from setting where name = 'kept'").await, 1);
        }
    }

    async fn what_one_handle_wrote_another_reads(place: Place) {
        let other = open(&place.url).await.unwrap();
        for (n, store) in [&place.store, &other, &place.store].into_iter().enumerate() {
            let put = Write("insert into setting (name, value) values ($1, $2)", vec![n.to_string().into(), Value::Bytes(vec![])]);
            store.write(put).await.unwrap();
            for reader in [&place.store, &other] {
                let all = reader.read(Read("select name from setting", Vec::new())).await.unwrap();
                assert_eq!(all.len(), n + 1);
            }
        }
    }
}

/// Eight servers that start on the same empty database at the same moment.
async fn eight_at_once(database: Database) {
    let (url, _folder) = address(database).await;
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(8));
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let (url, barrier) = (url.clone(), barrier.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                open(&url).await.map(|_| ())
            })
        })
        .collect();
    for opened in opening {
        assert_eq!(opened.await.unwrap(), Ok(()));
    }
    let store = open(&url).await.unwrap();
    let last = rows(&store, "select number from migration order by number desc").await;
    assert_eq!(
        last[0].get::<i64>(0).unwrap(),
        i64::try_from(last.len()).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn servers_that_start_together_migrate_once_on_sqlite() {
    eight_at_once(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn servers_that_start_together_migrate_once_on_postgres() {
    eight_at_once(Database::Postgres).await;
}

#[tokio::test]
async fn an_address_where_nothing_is_says_so_in_a_sentence() {
    let folder = tempfile::TempDir::new().unwrap();
    let nowhere = format!(
        "sqlite:{}",
        folder.path().join("no such folder/laurel.db").display()
    );
    let table = [
        ("", "must begin with sqlite: or postgres://"),
        (
            "mysql://localhost/laurel",
            "must begin with sqlite: or postgres://",
        ),
        ("laurel.db", "must begin with sqlite: or postgres://"),
        (nowhere.as_str(), "unable to open database file"),
        // Nobody may listen on port 1 without being root, and nobody does.
        ("postgres://laurel:secret@127.0.0.1:1/laurel", "connect"),
        ("postgresql://laurel:secret@127.0.0.1:1/laurel", "connect"),
        (
            "postgres://laurel:secret@127.0.0.1:notaport/laurel",
            "cannot be read",
        ),
    ];
    for (url, expected) in table {
        let Err(StoreError::Unavailable(why)) = open(url).await.map(|_| ()) else {
            panic!("{url} was opened");
        };
        assert!(why.contains(expected), "{url}: {why}");
        assert!(!why.contains("secret"), "{why}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("letter.txt");
    let text = "Dear Anna, ".repeat(1000);
    std::fs::write(&file, &text).unwrap();
    let refused = open(&format!("sqlite:{}", file.display()))
        .await
        .map(|_| ());
    assert!(
        matches!(
            refused,
            Err(StoreError::Internal(_) | StoreError::Unavailable(_))
        ),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}
