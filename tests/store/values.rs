//! Every kind of value comes back as it went in.

use super::on_both_engines;
use crate::support::sql::{Read, Write};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use server::store::{Row, Store, StoreError, Value};

// One text for both: to SQLite these type names are affinities, to PostgreSQL types.
const TABLE: &str = "create table scratch (
    id bigint primary key, n bigint, truth boolean, words text, raw bytea, mark uuid)";
const PUT: &str =
    "insert into scratch (id, n, truth, words, raw, mark) values ($1, $2, $3, $4, $5, $6)";
const GET: &str = "select n, truth, words, raw, mark from scratch where id = $1";

/// What a row of the scratch table holds.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    n: Option<i64>,
    truth: Option<bool>,
    words: Option<String>,
    raw: Option<Vec<u8>>,
    mark: Option<[u8; 16]>,
}

impl Kept {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            n: row.get(0)?,
            truth: row.get(1)?,
            words: row.get(2)?,
            raw: row.get(3)?,
            mark: row.get(4)?,
        })
    }

    fn params(&self, id: i64) -> Vec<Value> {
        let mark = self.mark.map(Vec::from);
        vec![
            id.into(),
            self.n.into(),
            self.truth.into(),
            self.words.clone().into(),
            self.raw.clone().into(),
            mark.into(),
        ]
    }
}

async fn there_and_back(store: &Store, id: i64, kept: &Kept) -> Kept {
    let written = store.write(Write(PUT, kept.params(id))).await.unwrap();
    assert_eq!(written, 1);
    let rows = store.read(Read(GET, vec![id.into()])).await.unwrap();
    assert_eq!(rows.len(), 1);
    Kept::read(&rows[0]).unwrap()
}

fn any_kept() -> impl Strategy<Value = Kept> {
    // PostgreSQL has no NUL in text; the API refuses it before it comes here.
    let words = any::<String>().prop_map(|words| words.replace('\0', ""));
    let (n, truth, words) = (
        any::<Option<i64>>(),
        any::<Option<bool>>(),
        prop::option::of(words),
    );
    let (raw, mark) = (any::<Option<Vec<u8>>>(), any::<Option<[u8; 16]>>());
    (n, truth, words, raw, mark).prop_map(|(n, truth, words, raw, mark)| Kept {
        n,
        truth,
        words,
        raw,
        mark,
    })
}

on_both_engines! {
    async fn what_goes_in_comes_out(place: Place) {
        let store = &place.store;
        store.write(Write(TABLE, Vec::new())).await.unwrap();
        let nothing = Kept { n: None, truth: None, words: None, raw: None, mark: None };
        let table = [
            nothing.clone(),
            Kept { n: Some(i64::MIN), truth: Some(false), words: Some(String::new()), raw: Some(Vec::new()), mark: Some([0; 16]) },
            Kept { n: Some(i64::MAX), truth: Some(true), words: Some("'; drop table scratch; -- \"`$1 ?1 :a зёрна 🫘\r\n".into()), raw: Some((0..=255).collect()), mark: Some([255; 16]) },
            Kept { n: Some(0), words: Some("x".repeat(100_000)), raw: Some(vec![0; 100_000]), ..nothing },
        ];
        for (id, kept) in (0..).zip(&table) {
            assert_eq!(there_and_back(store, id, kept).await, *kept);
        }
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for id in 100..164 {
            let kept = any_kept().new_tree(&mut runner).unwrap().current();
            assert_eq!(there_and_back(store, id, &kept).await, kept);
        }
    }

    async fn a_column_of_another_type_is_a_bug_and_says_which(place: Place) {
        let store = &place.store;
        store.write(Write(TABLE, Vec::new())).await.unwrap();
        let kept = Kept { n: Some(2), truth: None, words: Some("two".into()), raw: Some(vec![1, 2]), mark: None };
        store.write(Write(PUT, kept.params(1))).await.unwrap();
        let rows = store.read(Read(GET, vec![1.into()])).await.unwrap();
        let row = &rows[0];
        assert!(matches!(row.get::<String>(0), Err(StoreError::Internal(why)) if why == "column 0 has another type"));
        assert!(row.get::<i64>(1).is_err(), "a null is no number");
        assert_eq!(row.get::<Option<i64>>(1), Ok(None));
        assert!(row.get::<i64>(2).is_err());
        assert!(row.get::<bool>(2).is_err());
        assert!(row.get::<String>(3).is_err());
        assert!(row.get::<[u8; 16]>(3).is_err(), "two bytes are no identifier");
        assert!(row.get::<Vec<u8>>(2).is_err());
        assert!(row.get::<i64>(9).is_err(), "there is no such column");
        assert_eq!(row.get::<Option<i64>>(9), Ok(None));
    }

    async fn a_statement_that_the_database_does_not_take_is_a_bug_and_changes_nothing(place: Place) {
        let store = &place.store;
        store.write(Write(TABLE, Vec::new())).await.unwrap();
        let none = Kept { n: None, truth: None, words: None, raw: None, mark: None };
        store.write(Write(PUT, none.params(1))).await.unwrap();
        let twice = store.write(Write(PUT, none.params(1))).await;
        assert!(matches!(twice, Err(StoreError::Internal(_))), "{twice:?}");
        let unknown = store.write(Write("update nothing_of_the_kind set n = 1", Vec::new())).await;
        assert!(matches!(unknown, Err(StoreError::Internal(_))), "{unknown:?}");
        let unknown = store.read(Read("select nothing from scratch", Vec::new())).await;
        assert!(matches!(unknown, Err(StoreError::Internal(_))), "{unknown:?}");
        let rows = store.read(Read("select id from scratch", Vec::new())).await.unwrap();
        assert_eq!(rows.len(), 1);
    }

    async fn a_nul_in_a_text_is_refused_by_both(place: Place) {
        let store = &place.store;
        store.write(Write(TABLE, Vec::new())).await.unwrap();
        let kept = Kept { n: None, truth: None, words: Some("a\0b".into()), raw: None, mark: None };
        let refused = store.write(Write(PUT, kept.params(1))).await;
        assert!(matches!(refused, Err(StoreError::Internal(_))), "{refused:?}");
        let looked = store.read(Read("select id from scratch where words = $1", vec!["\0".into()])).await;
        assert!(matches!(looked, Err(StoreError::Internal(_))), "{looked:?}");
        assert!(store.read(Read("select id from scratch", Vec::new())).await.unwrap().is_empty());
    }

    async fn a_read_cannot_write(place: Place) {
        let sneaky = Read("insert into setting (name, value) values ('a', $1)", vec![Value::Bytes(vec![1])]);
        assert!(place.store.read(sneaky).await.is_err());
        let rows = place.store.read(Read("select name from setting", Vec::new())).await.unwrap();
        assert!(rows.is_empty());
    }
}
