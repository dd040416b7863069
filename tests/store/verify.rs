//! `ledger verify`: silent about a sound ledger, however it came about, and naming every damage.

use super::{Place, on_both_engines};
use crate::support::life::{self, Life};
use crate::support::sql::{assert_books_balance, count, rows};
use app::api::{Expiry, Localized, MemberId, RedemptionId, RewardKind, TransferId};
use server::clock::{Clock, Stamp};
use server::domain::reward::{CREDIT, Reward};
use server::store::audit::{Report, Verify};
use server::store::coupons::{Redeem, Redeemed};
use server::store::seal::catch_up;
use server::store::{Command, Query, Store, StoreError, Tx};
use std::sync::{Arc, Mutex};

/// Does something to the ledger that nobody may, audits it, and undoes it all.
struct Damage {
    statements: Vec<&'static str>,
    report: Arc<Mutex<Option<Report>>>,
}

impl Command for Damage {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        for sql in &self.statements {
            tx.execute(sql, &[]).await?;
        }
        let report = Verify::default().run(tx).await?;
        *self.report.lock().unwrap() = Some(report);
        Err(StoreError::Internal("undone".into()))
    }
}

/// A reward of store credit.
fn bought() -> Reward {
    Reward {
        kind: RewardKind::StoreCredit,
        ..Reward::plain("bought".into(), Localized::default(), 20, 500, 30)
    }
}

/// Whoever has enough points buys store credit, and turns a part of it into a code.
async fn buy_credit(life: &Life) {
    let rich = "select a.member_id from account a join member m on m.id = a.member_id
            join program p on p.id = m.program_id
        where a.asset = 'points' and p.slug = 'life' and a.available > 0 order by a.available desc";
    for (n, row) in (0..).zip(rows(&life.store, rich).await) {
        let redeem = |reward: &str, points, n| Redeem {
            rules: Arc::clone(&life.rules),
            member: row.get(0).unwrap(),
            reward: reward.into(),
            points,
            code: format!("zz-{reward}"),
            stamp: Stamp {
                at: life.now,
                seed: [n; 16],
                salt: [n; 16],
            },
        };
        // Their points may just have run out.
        let done = life.store.write(redeem("bought", None, n)).await.unwrap();
        if matches!(done, Redeemed::Done(..)) {
            let code = redeem(CREDIT, Some(300), 100 + n);
            let done = life.store.write(code).await.unwrap();
            assert!(matches!(done, Redeemed::Done(_, 200)), "{done:?}");
            return;
        }
    }
    panic!("nobody has any points");
}

/// What forbids the damage, in each dialect.
const GUARDS: [&[&str]; 2] = [
    &[
        "drop trigger transfer_no_update",
        "drop trigger transfer_no_delete",
        "drop trigger seal_no_update",
        "drop trigger seal_no_delete",
    ],
    &[
        "drop trigger transfer_stands on transfer",
        "drop trigger transfer_only_erased on transfer",
        "drop trigger seal_stands on seal",
    ],
];

async fn damaged(place: &Place, sql: &'static str) -> Report {
    let guards = GUARDS[usize::from(place.url.starts_with("postgres"))];
    let mut statements = guards.to_vec();
    statements.push(sql);
    let report = Arc::default();
    let damage = Damage {
        statements,
        report: Arc::clone(&report),
    };
    let undone = place.store.write(damage).await;
    assert_eq!(undone, Err(StoreError::Internal("undone".into())), "{sql}");
    let report = report.lock().unwrap().take();
    report.unwrap()
}

/// Which row is damaged: `{}` in the statement and in what is expected.
enum Row {
    Member(&'static str),
    Transfer(&'static str),
    Coupon(&'static str),
    Named(&'static str),
}

impl Row {
    async fn name(&self, store: &Store) -> String {
        let (Self::Member(sql) | Self::Transfer(sql) | Self::Coupon(sql) | Self::Named(sql)) = self;
        let found = rows(store, sql).await;
        let row = found.first().unwrap_or_else(|| panic!("nothing: {sql}"));
        match self {
            Self::Member(_) => row.get::<MemberId>(0).unwrap().to_string(),
            Self::Transfer(_) => row.get::<TransferId>(0).unwrap().to_string(),
            Self::Coupon(_) => row.get::<RedemptionId>(0).unwrap().to_string(),
            Self::Named(_) => row.get::<String>(0).unwrap(),
        }
    }
}

macro_rules! damages {
    ($($kind:ident $pick:literal: $before:literal $after:literal => $line:literal;)*) => {
        &[$((
            Row::$kind(concat!("select ", $pick)),
            concat!($before, " (select ", $pick, ")", $after),
            $line,
        )),*]
    };
}

/// Each damage: which row, the statement before and after it, and the line that has to be there.
const DAMAGES: &[(Row, &str, &str)] = damages![
    // The account.
    Member "member_id from account order by member_id limit 1":
        "update account set available = available + 1 where member_id =" "" => "account points of member {}: available:";
    Member "member_id from account order by member_id limit 1":
        "update account set held = held + 1 where member_id =" "" => "account points of member {}: held:";
    Member "member_id from account order by member_id limit 1":
        "update account set reserved = reserved + 1 where member_id =" "" => "account points of member {}: reserved:";
    Member "member_id from account order by member_id limit 1":
        "update account set transfers = transfers + 1 where member_id =" "" => "account points of member {}: transfers:";
    Member "member_id from account where look_at is not null order by member_id limit 1":
        "update account set look_at = null where member_id =" "" => "account points of member {}: look_at:";
    Member "member_id from account order by member_id limit 1":
        "delete from account where member_id =" "" => "account points of member {}: row:";
    // Transfers and reasons.
    Transfer "id from transfer where target = 'available' order by seq limit 1":
        "update transfer set amount = amount + 1 where id =" "" => "transfer {}: balance_after:";
    Transfer "id from transfer where target = 'available' order by seq limit 1":
        "update transfer set balance_after = balance_after + 1 where id =" "" => "transfer {}: balance_after:";
    Transfer "t.id from transfer t join account a on a.member_id = t.member_id where t.number = 3 and a.transfers > 3 order by t.seq limit 1":
        "delete from transfer where number = 2 and member_id = (select member_id from transfer where id =" ")" => "transfer {}: number:";
    Member "member_id from transfer order by seq desc limit 1":
        "delete from transfer where seq = (select max(seq) from transfer) or id is null and member_id =" "" => "account points of member {}: transfers:";
    Transfer "id from transfer order by seq desc limit 1":
        "update transfer set program_id = (select id from program where slug = 'other') where id =" "" => "transfer {}: programme:";
    Transfer "id from transfer where source = 'held' order by seq limit 1":
        "update transfer set hold_id = null where id =" "" => "transfer {}: the hold it takes from:";
    Transfer "corrects_id from transfer where corrects_id is not null order by seq limit 1":
        "update transfer set amount = amount + 1000000 where corrects_id =" "" => "transfer {}: what was taken back of it:";
    Transfer "id from transfer order by id limit 1":
        "update transfer set explanation = '{\"fact\":\"invented\"}' where id =" "" => "reason of transfer {}: digest:";
    Transfer "id from transfer where evidence is not null order by id limit 1":
        "update transfer set evidence = '{}' where id =" "" => "reason of transfer {}: digest:";
    // Holds.
    Transfer "transfer_id from hold where state = 'pending' order by transfer_id limit 1":
        "update hold set remaining = remaining + 1 where transfer_id =" "" => "hold {}: remaining:";
    Transfer "transfer_id from hold where state = 'posted' and kind = 'earning' order by transfer_id limit 1":
        "update hold set state = 'pending' where transfer_id =" "" => "hold {}: state:";
    Transfer "transfer_id from hold where state = 'posted' and kind = 'earning' order by transfer_id limit 1":
        "update hold set balance_after = balance_after + 1 where transfer_id =" "" => "hold {}: balance_after:";
    Transfer "transfer_id from hold where state = 'voided' and kind = 'coupon' order by transfer_id limit 1":
        "update hold set state = 'posted' where transfer_id =" "" => "hold {}: state:";
    Transfer "transfer_id from hold where kind = 'earning' order by transfer_id limit 1":
        "update hold set due_at = due_at - 1 where transfer_id =" "" => "hold {}: due_at:";
    Transfer "transfer_id from hold order by transfer_id limit 1":
        "delete from hold where transfer_id =" "" => "transfer {}: hold:";
    // Lots.
    Transfer "id from lot where remaining > 0 order by id limit 1":
        "update lot set remaining = remaining - 1 where id =" "" => "lot {}: remaining:";
    Transfer "id from lot order by id limit 1":
        "update lot set amount = amount + 1 where id =" "" => "lot {}: amount:";
    Transfer "id from lot where taken_back > 0 order by id limit 1":
        "update lot set taken_back = 0 where id =" "" => "lot {}: taken_back:";
    Transfer "id from lot order by id limit 1":
        "update lot set expired = expired + 1 where id =" "" => "lot {}: expired:";
    Transfer "id from lot where expires_at is not null order by id limit 1":
        "update lot set expires_at = expires_at + 1 where id =" "" => "lot {}: expires_at:";
    Transfer "id from lot order by id limit 1":
        "delete from lot where id =" "" => "lot {}: row:";
    Transfer "transfer_id from lot_move order by transfer_id limit 1":
        "update lot_move set amount = amount - 1 where transfer_id =" "" => "transfer {}: what it moves in lots:";
    Transfer "transfer_id from lot_move order by transfer_id limit 1":
        "delete from lot_move where transfer_id =" "" => "transfer {}: what it moves in lots:";
    // Coupons, tiers, attempts.
    Coupon "id from coupon where state = 'used' order by code limit 1":
        "update coupon set state = 'open' where id =" "" => "coupon {}: state:";
    Coupon "id from coupon where state = 'lapsed' order by code limit 1":
        "update coupon set state = 'used' where id =" "" => "coupon {}: state:";
    Coupon "id from coupon order by code limit 1":
        "update coupon set points = points + 1 where id =" "" => "coupon {}: points:";
    Coupon "id from coupon order by code limit 1":
        "update coupon set returned = returned + 1 where id =" "" => "coupon {}: returned:";
    Transfer "hold_id from coupon order by code limit 1":
        "delete from coupon where hold_id =" "" => "hold {}: coupon:";
    Member "member_id from tier_entry order by member_id limit 1":
        "update tier_entry set undone = not undone where member_id =" "" => "entry of member {} into ";
    Named "'attempt att_' from attempt order by id limit 1":
        "update attempt set state = 'held' where task <>" "" => "{}";
    // Store credit.
    Member "member_id from account where asset = 'RUB' order by member_id limit 1":
        "update account set available = available + 1 where asset = 'RUB' and member_id =" "" => "account RUB of member {}: available:";
    Member "member_id from account where asset = 'RUB' order by member_id limit 1":
        "update account set events = 1 where asset = 'RUB' and member_id =" "" => "account RUB of member {}: events:";
    Member "member_id from account where asset = 'RUB' order by member_id limit 1":
        "update account set points_earned = 1 where asset = 'RUB' and member_id =" "" => "account RUB of member {}: points_earned:";
    Member "member_id from account where asset = 'RUB' order by member_id limit 1":
        "update coupon set amount = amount + 1 where terms like '%store_credit%' and member_id =" "" => "account RUB of member {}: credit that was bought and never came:";
    Transfer "id from transfer where asset = 'RUB' and source = 'issued' order by seq limit 1":
        "update lot set expires_at = 5 where id =" "" => "lot {}: expires_at:";
    Transfer "id from transfer where asset = 'RUB' and source = 'issued' order by seq limit 1":
        "update lot set counts = true where id =" "" => "lot {}: counts:";
    Transfer "id from transfer where asset = 'RUB' and source = 'issued' order by seq limit 1":
        "update lot set asset = 'points' where id =" "" => "lot {}: asset:";
    Transfer "transfer_id from hold where asset = 'RUB' order by transfer_id limit 1":
        "update hold set asset = 'points' where transfer_id =" "" => "hold {}: asset:";
    Transfer "id from transfer where asset = 'RUB' and target = 'reserved' order by seq limit 1":
        "update lot_move set lot_id = (select id from lot where asset = 'points' order by id limit 1) where transfer_id =" "" => "transfer {}: a lot that it moves:";
    Coupon "id from coupon where asset = 'RUB' order by code limit 1":
        "update coupon set asset = 'points' where id =" "" => "coupon {}: asset:";
    Coupon "id from coupon where terms like '%store_credit%' order by code limit 1":
        "update coupon set state = 'open' where id =" "" => "coupon {}: state:";
    Coupon "id from coupon where terms like '%store_credit%' order by code limit 1":
        "update coupon set terms = '{}' where id =" "" => "coupon {}: terms:";
    // What is limited, and codes that the shop makes.
    Coupon "id from coupon where state = 'used' and taken_id = hold_id order by code limit 1":
        "update coupon set wanted = wanted - 1 where id =" "" => "coupon {}: wanted:";
    Coupon "id from coupon where state = 'lapsed' order by code limit 1":
        "update coupon set state = 'ending' where id =" "" => "coupon {}: work in the shop:";
    Coupon "id from coupon where state = 'lapsed' order by code limit 1":
        "update coupon set state = 'making' where id =" "" => "coupon {}: connection that makes it:";
    Member "id from member order by id limit 1":
        "insert into code_job (coupon_id, program_id, connection, verb, tries, due_at, lease, unclear, created_at)
            select id, program_id, 'shop', 'make', 0, 0, 0, false, 0 from member where id =" "" => "work on coupon ";
    Named "'stock of reward small' from seal where number = 1 limit 1":
        "insert into reward_stock (program_id, reward, taken) select id, 'small', 100000 from program where slug = 'life' and '' <>" "" => "{}";
    Named "code from coupon where reward = 'small' order by code limit 1":
        "insert into pool_code (program_id, reward, number, code, shown, created_at) select program_id, 'large', 1, code, code, 0 from coupon where code =" "" => ": reward that its code was uploaded for:";
    Named "code from coupon where reward = 'small' order by code limit 1":
        "insert into pool_code (program_id, reward, number, code, shown, created_at) select program_id, reward, 1, code, code, 0 from coupon where code =" "" => ": taken: expected at least 1";
    Named "code from coupon where reward = 'small' order by code limit 1":
        "insert into pool_code (program_id, reward, number, code, shown, created_at) select program_id, reward, 7, code, code, 0 from coupon where code =" "" => ": uploaded codes:";
    // Referrals.
    Member "id from member order by id limit 1":
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_shipping, expires_at, signals, score, minimum, points, friend_points, created_at, updated_at)
            select id, program_id, id, 1, 'rewarded', 'code', 0, 0, '[]', 0, 0, 5, 0, 0, 0 from member where id =" "" => ", advocate: transfer: expected one";
    Transfer "id from transfer order by seq limit 1":
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_shipping, expires_at, signals, score, minimum, points, friend_points, transfer_id, created_at, updated_at)
            select id, program_id, member_id, 1, 'waiting', 'code', 0, 0, '[]', 0, 0, amount, 0, id, 0, 0 from transfer where id =" "" => ", advocate: transfer: expected none";
    Transfer "id from transfer order by seq limit 1":
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_shipping, expires_at, signals, score, minimum, points, friend_points, transfer_id, created_at, updated_at)
            select id, program_id, id, 1, 'rewarded', 'code', 0, 0, '[]', 0, 0, amount, 0, id, 0, 0 from transfer where id =" "" => ", advocate: member:";
    Transfer "id from transfer order by seq limit 1":
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_shipping, expires_at, signals, score, minimum, points, friend_points, transfer_id, created_at, updated_at)
            select id, program_id, member_id, 1, 'rewarded', 'code', 0, 0, '[]', 0, 0, amount + 1, 0, id, 0, 0 from transfer where id =" "" => ", advocate: points:";
    Transfer "t.id from transfer t join lot l on l.id = t.id where t.source = 'issued' and l.taken_back = 0 order by t.seq limit 1":
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_shipping, expires_at, signals, score, minimum, points, friend_points, transfer_id, created_at, updated_at)
            select id, program_id, member_id, 1, 'reversed', 'code', 0, 0, '[]', 0, 0, amount, 0, id, 0, 0 from transfer where id =" "" => ", advocate: points taken back:";
    Transfer "id from transfer order by seq limit 1":
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_shipping, expires_at, signals, score, minimum, points, friend_points, transfer_id, friend_transfer_id, created_at, updated_at)
            select t.id, t.program_id, t.member_id, 1, 'rewarded', 'code', 0, 0, '[]', 0, 0, t.amount, 0, t.id,
                (select f.id from transfer f where f.program_id = t.program_id order by f.seq desc limit 1), 0, 0
            from transfer t where t.id =" "" => ": when both were paid:";
    // Orders and refunds.
    Named "id from shop_order where refunded > 0 order by id limit 1":
        "update shop_order set refunded = 0 where id =" "" => "order {} of ";
    Named "id from shop_order where transfer_id is not null order by id limit 1":
        "update shop_order set transfer_id = null where id =" "" => "order {} of ";
    Named "id from shop_order where transfer_id is not null order by id limit 1":
        "update shop_order set split = replace(split, '\"reversed\":', '\"reversed\":1') where id =" "" => "order {} of ";
    Named "order_id from coupon where state = 'used' order by code limit 1":
        "update shop_order set split = replace(split, '\"spent\":', '\"spent\":1') where id =" "" => "order {} of ";
    Named "o.id from refund r join shop_order o on o.id = r.order_id where r.amount > 0 and o.status = 'paid' order by r.id limit 1":
        "update refund set amount = amount + 1 where order_id =" "" => "order {} of ";
    Named "id from refund where not applied order by id limit 1":
        "update refund set amount = 1 where id =" "" => "refund {}: order:";
    // What the account counts.
    Member "id from member order by id limit 1":
        "update account set points_earned = points_earned + 1 where member_id =" "" => "member {}: points_earned:";
    Member "id from member order by id limit 1":
        "update account set amount_spent = amount_spent - 1 where member_id =" "" => "member {}: amount_spent:";
    Member "id from member order by id limit 1":
        "update account set orders = orders + 1 where member_id =" "" => "member {}: orders:";
    Member "member_id from event order by member_id limit 1":
        "delete from event where member_id =" "" => "member {}: events:";
    Member "member_id from event order by member_id limit 1":
        "update event set number = number + 1000 where member_id =" "" => "member {}: number of an event:";
    Member "member_id from event order by member_id limit 1":
        "update event set number = number + 1000, transfers = transfers + 1000 where member_id =" "" => "member {}: transfers before an event:";
    // What belongs to nobody.
    Transfer "id from transfer where source = 'issued' and target = 'available' order by seq limit 1":
        "update lot set member_id = id where id =" "" => "lot {}: member:";
    Member "id from transfer order by seq limit 1":
        "update event set member_id =" " where member_id = (select e.member_id from event e order by e.member_id limit 1)" => "events of {}: member:";
    Named "o.id from shop_order o where o.member_id is not null order by o.program_id, o.id limit 1":
        "update shop_order set member_id = (select t.id from transfer t order by t.seq limit 1) where member_id is not null and id =" "" => "order {}: member:";
    // The hash chain.
    Named "': head: expected ' from seal where number = 1 limit 1":
        "update transfer set created_at = created_at + 1 where source = 'available' and target = 'expired' and source <>" "" => "{}";
    Named "'link 1 of programme' from seal where number = 1 limit 1":
        "update seal set head = (select digest from transfer order by seq limit 1) where number = 1 and '' <>" "" => "{}";
    Named "'link 1 of programme' from seal where number = 1 limit 1":
        "update seal set transfers = transfers + 1 where number = 1 and '' <>" "" => "{}";
    Named "'link 2 of programme' from seal where number = 1 limit 1":
        "delete from seal where number = 1 and '' <>" "" => "{}";
    Named "'link 1 of programme' from seal where number = 1 limit 1":
        "update seal set last_id = program_id where number = 1 and '' <>" "" => "{}";
    Transfer "id from transfer order by seq desc limit 1":
        "delete from seal where program_id is not null or last_id =" "" => "link of the hash chain:";
    Named "'link 1 of programme' from seal where number = 1 limit 1":
        "insert into transfer (seq, id, program_id, member_id, asset, number, amount, source, target, version, balance_after, salt, explanation, digest, created_at)
            select 0, m.id, m.program_id, m.id, 'other', 1, 5, 'issued', 'held', 1, 0, s.head, '', s.head, 0
            from member m join seal s on s.program_id = m.program_id
            where s.number = 1 and m.id in (select id from member order by id limit 1) and '' <>" "" => "{}";
];

on_both_engines! {
    async fn whatever_happens_the_books_balance(place: Place) {
        for seed in 0..6 {
            let slug = format!("life-{seed}");
            let mut rules = life::program(&slug);
            match seed {
                0 => {}
                1 => rules.expiry = Expiry::Inactivity { months: 1 },
                2 => rules.expiry = Expiry::Never,
                _ => rules.expiry = Expiry::Date { month: 3, day: 1 },
            }
            let mut life = Life::begin(&place.store, rules, seed).await;
            if seed > 3 {
                life = life.forgiving();
            }
            for _ in 0..12 {
                life.live(25).await;
                assert_books_balance(&place.store).await;
            }
        }
    }

    async fn points_that_wait_need_somebody_to_look(place: Place) {
        let mut rules = life::program("life");
        // Nothing else has to be looked at.
        rules.expiry = Expiry::Never;
        let mut life = Life::begin(&place.store, rules, 7).await;
        while count(&place.store, "select count(*) from hold where state = 'pending'").await == 0 {
            life.live(1).await;
        }
        let forgotten = "update account set look_at = null where member_id in
            (select member_id from hold where state = 'pending')";
        let report = damaged(&place, forgotten).await;
        let lines: Vec<_> = report.differences.iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|told| told.contains("look_at:")), "{lines:#?}");
    }

    async fn every_damage_is_named(place: Place) {
        let mut rules = life::program("life");
        rules.rewards.push(bought());
        let mut life = Life::begin(&place.store, rules, 7).await;
        Life::begin(&place.store, life::program("other"), 8).await;
        // Several, so that each kind of row is there in each state.
        let mut second = Life::begin(&place.store, life::program("second"), 9).await;
        for round in 0..2 {
            life.live(200).await;
            if round == 0 {
                buy_credit(&life).await;
            }
            second.live(100).await;
            catch_up(&place.store, &Clock::System, || false).await.unwrap();
        }
        while count(&place.store, "select count(*) from hold where state = 'pending'").await == 0 {
            second.live(1).await;
        }
        assert_books_balance(&place.store).await;
        for (row, sql, line) in DAMAGES {
            let named = line.replace("{}", &row.name(&place.store).await);
            let report = damaged(&place, sql).await;
            let lines: Vec<_> = report.differences.iter().map(ToString::to_string).collect();
            assert!(lines.iter().any(|told| told.contains(&named)), "{sql}\n{named}\n{lines:#?}");
        }
        assert_books_balance(&place.store).await;
    }
}
