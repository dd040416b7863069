//! Requests that come again: each gets the answer of its first time, whoever it shares a transaction with.

use super::on_both_engines;
use crate::support::sql::count;
use app::api::ProgramId;
use server::store::idempotency::{Key, Keyed, Outcome};
use server::store::{Command, StoreError, Tx, Value};

/// Writes a row unless it is there, and answers how many there are: another number when it is done again.
struct Put(String);

impl Command for Put {
    type Output = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64, StoreError> {
        const PUT: &str =
            "insert into setting (name, value) values ($1, $2) on conflict do nothing";
        const COUNT: &str = "select count(*) from setting";
        tx.later(PUT, &[self.0.as_str().into(), Value::Bytes(Vec::new())])
            .await?;
        let row = tx.query_one(COUNT, &[]).await?;
        row.unwrap().get(0)
    }
}

/// A request of this body under this key.
fn request(key: &str, name: &str) -> Keyed<Put> {
    let mut request = [0; 32];
    request[..name.len()].copy_from_slice(name.as_bytes());
    Keyed {
        at: 0,
        command: Put(name.to_owned()),
        key: Some(Key {
            program: ProgramId([1; 16]),
            principal: "shop".into(),
            key: key.into(),
            request,
        }),
    }
}

on_both_engines! {
    async fn requests_that_come_again_are_answered_and_harm_no_new_one(place: Place) {
        let first = place.store.write(request("key", "first")).await;
        assert_eq!(first, Ok(Outcome::Done(1)));
        // Twice, since a store that has met one may go about the next ones in another way.
        for round in 0..2 {
            let (again, other, new): (Vec<_>, Vec<_>, Vec<_>) = (
                (0..12).map(|_| place.store.write(request("key", "first"))).collect(),
                (0..4).map(|_| place.store.write(request("key", "other"))).collect(),
                (0..12).map(|n| {
                    let name = format!("{round} {n}");
                    let new = request(&name, &name);
                    place.store.write(new)
                }).collect(),
            );
            let all = futures_util::future::join3(
                futures_util::future::join_all(again),
                futures_util::future::join_all(other),
                futures_util::future::join_all(new),
            );
            let (again, other, new) = all.await;
            assert!(again.iter().all(|told| *told == Ok(Outcome::Done(1))), "{again:?}");
            assert!(other.iter().all(|told| *told == Ok(Outcome::OtherRequest)), "{other:?}");
            let mut counts: Vec<i64> = new.into_iter().map(|told| told.unwrap().done().unwrap()).collect();
            counts.sort_unstable();
            assert!(counts.len() == 12 && counts[0] > 1, "{counts:?}");
        }
        assert_eq!(count(&place.store, "select count(*) from setting").await, 25);
        assert_eq!(count(&place.store, "select count(*) from idempotency").await, 25);
    }
}
