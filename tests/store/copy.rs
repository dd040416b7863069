//! Copies: everything goes over, both ways, and goes on where it was interrupted; what is in the way is
//! named.

use super::{Place, address, on_both_engines, open};
use crate::support::life::{self, Life};
use crate::support::sql::{Write, assert_books_balance, count, one, rows};
use crate::support::world::Database;
use server::clock::Clock;
use server::store::copy::{CopyError, copy};
use server::store::seal::{Heads, catch_up};
use server::store::{Store, StoreError};
use std::collections::BTreeSet;

/// Two programmes in the middle of their lives, one of them sealed.
async fn lived(store: &Store) -> Life {
    let mut other = Life::begin(store, life::program("other"), 2).await;
    other.live(60).await;
    while count(store, "select count(*) from coupon where state = 'open'").await == 0 {
        other.live(1).await;
    }
    catch_up(store, &Clock::System, || false).await.unwrap();
    let mut life = Life::begin(store, life::program("life"), 1).await;
    life.live(150).await;
    let more: &[&'static str] = &[
        "insert into person (member_id, name) select id, 'somebody' from member where not exists
            (select 1 from person where member_id = member.id)",
        "insert into tally (name, began_at, count) values ('codes', 3, 4)",
        "insert into setting (name, value) select 'master_key', digest from transfer order by seq limit 1",
        "insert into program_key (kid, program_id, kind, algorithm, material, scopes, created_at)
            select 'key_1', id, 'api', 'digest', id_bytes.digest, 'orders', 1 from program
            cross join (select digest from transfer order by seq limit 1) id_bytes where slug = 'life'",
        "insert into reward_stock (program_id, reward, taken) select id, 'pool/codes', 0 from program where slug = 'life'",
        "insert into pool_code (program_id, reward, number, code, shown, created_at)
            select id, 'pool', 1, 'POOL-1', 'Pool-1', 5 from program where slug = 'life'",
        "update coupon set state = 'ending', reserved_at = 6, connection = 'shop', outside = '77', cause = 'cancelled' where id in
            (select c.id from coupon c join program p on p.id = c.program_id
            where p.slug = 'other' and c.state = 'open' order by c.id limit 1)",
        "insert into code_job (coupon_id, program_id, connection, verb, tries, due_at, lease, unclear, problem, created_at)
            select id, program_id, 'shop', 'end', 2, 7, 2, true, 'it slept', 5 from coupon where state = 'ending'",
        "insert into referral_code (code, program_id, member_id, shown, created_at)
            select 'anna', program_id, id, 'Anna', 5 from member order by id limit 1",
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_code, gift_terms, gift_name,
                gift_state, gift_lines, gift_shipping, gift_reserved_at, expires_at, friend_email, source, signals, score, minimum,
                points, friend_points, created_at, updated_at)
            select m.id, m.program_id, m.id, 1, 'gift', 'gift', 'GIFT-1', '{}', '{}', 'open', '[]', 0, 8, 9, 'a@b.example',
                t.digest, '[]', 0, 0, 300, 100, 5, 6
            from member m join transfer t on t.member_id = m.id order by t.seq limit 1",
    ];
    for sql in more {
        store.write(Write(sql, Vec::new())).await.unwrap();
    }
    life
}

async fn there_and_back(from: Database, to: Database) {
    let source = Place::open(from).await;
    let mut life = lived(&source.store).await;
    let heads = source.store.read(Heads).await.unwrap();
    let target = Place::open(to).await;
    let copied = copy(&source.store, &target.store).await.unwrap();
    let back = Place::open(from).await;
    assert_eq!(copy(&target.store, &back.store).await.unwrap(), copied);
    let of = |name| {
        copied
            .iter()
            .find(|copied| copied.table == name)
            .unwrap()
            .tally
            .rows
    };
    assert_eq!(
        of("transfer"),
        count(&source.store, "select count(*) from transfer").await
    );
    assert!(of("coupon") > 5 && of("lot_move") > 20 && of("refund") > 5 && of("seal") > 0);
    for new in [
        "reward_stock",
        "pool_code",
        "code_job",
        "referral_code",
        "referral",
    ] {
        assert_eq!(of(new), 1, "{new}");
    }
    for place in [&target, &back] {
        assert_books_balance(&place.store).await;
        assert_eq!(place.store.read(Heads).await.unwrap(), heads);
        assert_eq!(
            count(
                &place.store,
                "select count(*) from setting where name = 'copy'"
            )
            .await,
            0
        );
        // It goes on as if nothing had happened.
        let last: i64 = one(&place.store, "select max(seq) from transfer").await;
        life.store = place.store.clone();
        life.live(30).await;
        assert!(count(&place.store, "select count(*) from transfer").await > of("transfer"));
        assert!(one::<i64>(&place.store, "select max(seq) from transfer").await > last);
        catch_up(&place.store, &Clock::System, || false)
            .await
            .unwrap();
        assert_books_balance(&place.store).await;
        life.store = source.store.clone();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn from_sqlite_to_postgres_and_back() {
    there_and_back(Database::Sqlite, Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn from_postgres_to_sqlite_and_back() {
    there_and_back(Database::Postgres, Database::Sqlite).await;
}

on_both_engines! {
    async fn a_copy_that_was_interrupted_goes_on_where_it_stopped(place: Place) {
        lived(&place.store).await;
        let other = if place.url.starts_with("sqlite") { Database::Postgres } else { Database::Sqlite };
        let (url, _folder) = address(other).await;
        let target = open(&url).await.unwrap();
        // Somewhere in the middle of the transfers there is no going on.
        let at: i64 = one(&place.store, "select max(seq) / 2 from transfer").await;
        let stop: &[&'static str] = if other == Database::Sqlite {
            &["create table stopped (at integer)", "create trigger stop before insert on transfer
                when new.seq > (select at from stopped) begin select raise(abort, 'stopped'); end"]
        } else {
            &["create table stopped (at bigint)", "create function stop() returns trigger language plpgsql as $$
                begin if new.seq > (select at from stopped) then raise exception 'stopped'; end if; return new; end; $$",
                "create trigger stop before insert on transfer for each row execute function stop()"]
        };
        for sql in stop {
            target.write(Write(sql, Vec::new())).await.unwrap();
        }
        target.write(Write("insert into stopped (at) values ($1)", vec![at.into()])).await.unwrap();
        let stopped = copy(&place.store, &target).await;
        assert!(matches!(&stopped, Err(CopyError::Store(StoreError::Internal(why))) if why.contains("stopped")), "{stopped:?}");
        let members = count(&target, "select count(*) from member").await;
        assert_eq!(members, count(&place.store, "select count(*) from member").await, "what was done stays done");
        assert_eq!(count(&target, "select count(*) from event").await, 0);

        let unfinished = copy(&target, &Place::open(other).await.store).await;
        assert_eq!(unfinished, Err(CopyError::Unfinished));
        let elsewhere = Place::open(other).await;
        Life::begin(&elsewhere.store, life::program("elsewhere"), 4).await.live(20).await;
        assert_eq!(copy(&elsewhere.store, &target).await, Err(CopyError::OtherSource));

        target.write(Write("drop trigger stop", Vec::new())).await.ok();
        target.write(Write("drop trigger stop on transfer", Vec::new())).await.ok();
        copy(&place.store, &target).await.unwrap();
        assert_books_balance(&target).await;
        for sql in ["select count(*) from transfer", "select count(*) from event", "select count(*) from setting"] {
            assert_eq!(count(&target, sql).await, count(&place.store, sql).await, "{sql}");
        }
    }

    async fn two_moments_are_not_mixed(place: Place) {
        lived(&place.store).await;
        let (url, _folder) = address(Database::Sqlite).await;
        let target = open(&url).await.unwrap();
        target.write(Write("create trigger stop before insert on lot begin select raise(abort, 'stopped'); end", Vec::new())).await.unwrap();
        copy(&place.store, &target).await.unwrap_err();
        target.write(Write("drop trigger stop", Vec::new())).await.unwrap();
        place.store.write(Write("update account set active_at = active_at + 1", Vec::new())).await.unwrap();
        assert_eq!(copy(&place.store, &target).await, Err(CopyError::Changed("account")));
    }

    async fn a_target_that_is_in_use_is_refused(place: Place) {
        lived(&place.store).await;
        let target = Place::open(Database::Sqlite).await;
        target.store.write(Write("insert into tally (name, began_at, count) values ('codes', 1, 1)", Vec::new())).await.unwrap();
        assert_eq!(copy(&place.store, &target.store).await, Err(CopyError::NotEmpty("tally")));
        assert_eq!(copy(&place.store, &place.store).await, Err(CopyError::NotEmpty("program")));
    }
}

#[tokio::test]
async fn no_column_is_left_behind() {
    let place = Place::open(Database::Sqlite).await;
    let sql = "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c
        where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> 'migration'";
    let found = rows(&place.store, sql).await;
    let there: BTreeSet<String> = found.iter().map(|row| row.get(0).unwrap()).collect();
    let carried: BTreeSet<String> = server::store::copy::columns().collect();
    let missing: Vec<_> = there.symmetric_difference(&carried).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
