//! The hash chain: one chain however many servers seal it, in the order of commits, and out of reach of
//! whoever has the database but not the heads.

use super::{Door, on_both_engines, open};
use crate::support::life::{self, Life};
use crate::support::sql::{Write, assert_books_balance, count, rows};
use app::api::MemberRef;
use server::clock::{Clock, Stamp};
use server::store::adjustments::Adjust;
use server::store::audit::{Report, Verify};
use server::store::seal::{Head, Heads, catch_up};
use server::store::{Command, Store, StoreError, Tx};

async fn seal(store: &Store) {
    catch_up(store, &Clock::System, || false).await.unwrap();
}

async fn verify(store: &Store, heads: Vec<Head>) -> Report {
    store.read_long(Verify { heads }).await.unwrap()
}

async fn try_to(store: &Store, sql: &'static str) -> Result<u64, StoreError> {
    store.write(Write(sql, Vec::new())).await
}

/// Gives somebody points, and waits at the door before the commit.
struct Slow(Adjust, Door);

impl Command for Slow {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        self.0.run(tx).await?;
        // By now the transfer has its place, whatever is sent later.
        tx.query("select count(*) from program", &[]).await?;
        self.1.wait();
        Ok(())
    }
}

fn gift(life: &Life, member: app::api::MemberId) -> Adjust {
    Adjust {
        rules: life.rules.clone(),
        member: MemberRef {
            id: Some(member),
            ..MemberRef::default()
        },
        amount: 5,
        note: "a gift".into(),
        by: "key_1".into(),
        stamp: Stamp::at(life.now),
    }
}

on_both_engines! {
    async fn however_many_servers_seal_there_is_one_chain(place: Place) {
        let mut lives = Vec::new();
        for (seed, slug) in [(1, "one"), (2, "two"), (3, "three")] {
            lives.push(Life::begin(&place.store, life::program(slug), seed).await);
        }
        let mut servers = vec![place.store.clone()];
        for _ in 0..3 {
            servers.push(open(&place.url).await.unwrap());
        }
        for _ in 0..6 {
            for life in &mut lives {
                life.live(40).await;
            }
            let sealing: Vec<_> = servers.iter().cloned().map(|server| tokio::spawn(async move { seal(&server).await })).collect();
            for sealed in sealing {
                sealed.await.unwrap();
            }
            seal(&place.store).await;
            let report = verify(&place.store, Vec::new()).await;
            assert!(report.is_clean(), "{:#?}", report.differences);
            assert_eq!(report.counts.unsealed, 0);
        }
        let sealed = count(&place.store, "select cast(sum(transfers) as bigint) from seal").await;
        assert_eq!(sealed, count(&place.store, "select count(*) from transfer").await);
        assert_eq!(place.store.read(Heads).await.unwrap().len(), 3);

        // The mark says where to go on; where it is lost, the chain itself does.
        try_to(&place.store, "delete from setting where name = 'sealed'").await.unwrap();
        let links = count(&place.store, "select count(*) from seal").await;
        seal(&place.store).await;
        lives[0].live(20).await;
        seal(&place.store).await;
        assert!(count(&place.store, "select count(*) from seal").await > links);
        assert_books_balance(&place.store).await;
    }

    async fn what_is_not_committed_yet_is_never_passed_over(place: Place) {
        let mut life = Life::begin(&place.store, life::program("life"), 1).await;
        life.live(60).await;
        seal(&place.store).await;
        let members = rows(&place.store, "select id from member order by id limit 2").await;
        let door = Door::default();
        let slow = Slow(gift(&life, members[0].get(0).unwrap()), door.clone());
        let writing = tokio::spawn({
            let store = place.store.clone();
            async move { store.write(slow).await }
        });
        door.until_waiting(1);
        if place.url.starts_with("postgres") {
            // Commits first, with a higher number.
            let other = open(&place.url).await.unwrap();
            other.write(gift(&life, members[1].get(0).unwrap())).await.unwrap();
        }
        seal(&place.store).await;
        door.open();
        writing.await.unwrap().unwrap();
        seal(&place.store).await;
        let report = verify(&place.store, Vec::new()).await;
        assert!(report.is_clean(), "{:#?}", report.differences);
        assert_eq!(report.counts.unsealed, 0);
    }

    async fn a_head_that_was_kept_shows_a_chain_that_was_made_anew(place: Place) {
        let store = &place.store;
        let mut life = Life::begin(store, life::program("life"), 5).await;
        life.live(150).await;
        seal(store).await;
        let kept = store.read(Heads).await.unwrap();
        life.live(50).await;
        seal(store).await;
        assert!(verify(store, kept.clone()).await.is_clean());

        // Somebody with the whole database in their hands covers up what they did.
        let [guards, change] = if place.url.starts_with("postgres") {
            [&["drop trigger transfer_only_erased on transfer", "drop trigger seal_stands on seal"][..], &[]]
        } else {
            [&["drop trigger transfer_no_update", "drop trigger seal_no_delete"][..], &[]]
        };
        let cover: &[&'static str] = &[
            "update transfer set created_at = created_at - 1 where target = 'expired'",
            "delete from seal where number > 0",
            "delete from setting where name = 'sealed'",
        ];
        for sql in guards.iter().chain(change).chain(cover) {
            try_to(store, sql).await.unwrap();
        }
        seal(store).await;
        assert!(verify(store, Vec::new()).await.is_clean(), "the chain by itself is sound again");
        let lines: Vec<_> = verify(store, kept).await.differences.iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|line| line.contains("head that was kept")), "{lines:#?}");
    }

    async fn the_database_refuses_to_change_reasons_and_links_but_lets_a_text_be_erased(place: Place) {
        let store = &place.store;
        let mut life = Life::begin(store, life::program("life"), 2).await;
        life.live(60).await;
        seal(store).await;
        for sql in [
            "update transfer set explanation = 'something else'",
            "update transfer set evidence = '{}'",
            "update transfer set explanation = '', evidence = 'kept'",
            "update transfer set explanation = '', evidence = null, amount = amount + 1",
            "update transfer set explanation = '', evidence = null, salt = digest",
            "update seal set number = number + 1",
            "update seal set head = head",
            "delete from seal",
            "delete from transfer",
        ] {
            let refused = try_to(store, sql).await;
            let Err(StoreError::Internal(why)) = refused else { panic!("{sql}: {refused:?}") };
            assert!(why.contains("is never changed") || why.contains("is never deleted"), "{sql}: {why}");
        }
        let before = verify(store, Vec::new()).await;
        assert!(before.is_clean() && before.counts.erased == 0);
        let erased = try_to(store, "update transfer set explanation = '', evidence = null").await.unwrap();
        let after = verify(store, store.read(Heads).await.unwrap()).await;
        assert!(after.is_clean(), "{:#?}", after.differences);
        assert_eq!(after.counts.erased, i64::try_from(erased).unwrap());
    }
}
