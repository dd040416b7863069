//! What there is, on either side, in a form that can be compared.

use super::naive::{Micros, Programme, end_of_day};
use super::real::{Real, coupon};
use super::rules::number_of;
use crate::support::sql::Read;
use app::api::MemberId;
use server::store::{Row, Value, coupons, members, orders};
use std::collections::BTreeMap;

/// What one member has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holdings {
    available: i64,
    held: i64,
    reserved: i64,
    /// What of it runs out when.
    ends: BTreeMap<Option<Micros>, i64>,
    /// Points, money, orders that count.
    counters: (i64, i64, i64),
    /// The tier that counts, the earned one, and since when.
    tier: (usize, usize, Micros),
}

impl Programme {
    /// What a member has now.
    pub(crate) fn holdings(&self, who: usize, now: Micros) -> Holdings {
        let member = &self.members[who];
        Holdings {
            available: member.available,
            held: member.held,
            reserved: member.reserved,
            ends: self.ends(who),
            counters: self.counters(who),
            tier: (
                self.tier_now(who, now),
                member.standing.tier,
                member.standing.since,
            ),
        }
    }
}

impl Real {
    /// What all members have in the database, in the order of their joining.
    pub(crate) async fn holdings(&self, now: Micros) -> Vec<Holdings> {
        const MEMBERS: &str = "select m.id, a.available, a.held, a.reserved, a.active_at, m.time_zone,
                a.points_earned, a.amount_spent, a.orders, m.tier_earned, m.tier_since, m.manual_tier, m.manual_until
            from member m join account a on a.member_id = m.id where m.program_id = $1";
        const LOTS: &str = "select l.member_id, l.remaining, l.expires_at, l.idle_months
            from member m join lot l on l.member_id = m.id where m.program_id = $1 and l.remaining > 0";
        let key = || vec![Value::from(self.id())];
        let members = self.store.read(Read(MEMBERS, key())).await.unwrap();
        let lots = self.store.read(Read(LOTS, key())).await.unwrap();
        self.members
            .iter()
            .map(|member| holdings(*member, &members, &lots, now))
            .collect()
    }

    /// Everything of this programme that a failed command must leave alone. A refused one may give a
    /// warning that is due, and is a recorded outcome: these come last. When somebody next has to look at
    /// a member is not part of it, since a refusal may find out.
    pub(crate) async fn everything(&self) -> Vec<Vec<Row>> {
        const ALL: &[&str] = &[
            "select m.id, m.tier, m.tier_earned, m.tier_kept, m.tier_since, m.grace_from, m.manual_tier,
                m.manual_until, a.points_earned, a.amount_spent, a.orders, m.time_zone,
                a.available, a.held, a.reserved, a.transfers, a.active_at
            from member m join account a on a.member_id = m.id where m.program_id = $1 order by m.id",
            "select l.id, l.amount, l.remaining, l.expired, l.taken_back from lot l
            join member m on m.id = l.member_id where m.program_id = $1 order by l.member_id, l.id",
            "select h.transfer_id, h.state, h.remaining, h.due_at from hold h
            join member m on m.id = h.member_id where m.program_id = $1 order by h.transfer_id",
            "select id, status, member_id, transfer_id, refunded, counts, split from shop_order
            where program_id = $1 order by id",
            "select id, applied, amount, reversed, given_back from refund where program_id = $1 order by id",
            "select code, state, order_id, taken_id, returned, lines, wanted from coupon where program_id = $1 order by code",
            "select kind, value, member_id from identity where program_id = $1 order by kind, value",
            "select m.id, a.events, (select count(*) from lot l where l.member_id = m.id and l.warned)
            from member m join account a on a.member_id = m.id where m.program_id = $1 order by m.id",
            "select key, request, answer from idempotency where program_id = $1 order by principal, key",
        ];
        let mut all = Vec::new();
        for sql in ALL {
            let rows = self.store.read(Read(sql, vec![Value::from(self.id())]));
            all.push(rows.await.unwrap());
        }
        all
    }

    /// Says where differs what members are shown, once all that is due has happened.
    pub(crate) async fn compare_views(&self, model: &Programme, now: Micros) -> Result<(), String> {
        for (who, member) in self.members.iter().enumerate() {
            let get = members::Get {
                member: *member,
                rules: &self.rules,
                now,
            };
            let shown = self
                .store
                .read(get)
                .await
                .unwrap()
                .ok_or("a member went away")?;
            let what = format!("what member {who} is shown");
            let tier = number_of(shown.held_tier.effective(now));
            let next = model
                .ends(who)
                .into_iter()
                .find_map(|(end, points)| Some((points, end?)));
            same(
                &what,
                &(shown.expiring, shown.values, tier),
                &(next, model.values(who, now), model.tier_now(who, now)),
            )?;
            let holdings = model.holdings(who, now);
            let real = (shown.available, shown.held, shown.reserved);
            same(
                &what,
                &real,
                &(holdings.available, holdings.held, holdings.reserved),
            )?;
        }
        Ok(())
    }

    /// Says where orders, refunds and codes differ from the model's.
    pub(crate) async fn compare_documents(&mut self, model: &Programme) -> Result<(), String> {
        const REFUNDS: &str =
            "select id, applied, amount, reversed, given_back from refund where program_id = $1";
        let program = self.id();
        for name in model.orders.keys() {
            let stored = self
                .store
                .read(orders::Get { program, id: name })
                .await
                .unwrap();
            let stored = stored.ok_or(format!("order {name} is not there"))?;
            same(
                &format!("order {name}"),
                &self.order(stored),
                &model.told(name),
            )?;
        }
        for code in model.coupons.keys() {
            let stored = self
                .store
                .read(coupons::Find { program, code })
                .await
                .unwrap();
            let stored = stored.ok_or(format!("code {code} is not there"))?;
            same(
                &format!("code {code}"),
                &coupon(&stored),
                &model.coupon(code),
            )?;
        }
        let rows = self
            .store
            .read(Read(REFUNDS, vec![Value::from(program)]))
            .await
            .unwrap();
        same("the number of refunds", &rows.len(), &model.refunds.len())?;
        for row in rows {
            let id: String = row.get(0).unwrap();
            let real = (
                row.get::<bool>(1).unwrap(),
                (int(&row, 2), int(&row, 3), int(&row, 4)),
            );
            let refund = &model.refunds[&id];
            same(
                &format!("refund {id}"),
                &real,
                &(refund.applied, refund.moved),
            )?;
        }
        Ok(())
    }
}

fn int(row: &Row, column: usize) -> i64 {
    row.get(column).unwrap()
}

fn holdings(member: MemberId, members: &[Row], lots: &[Row], now: Micros) -> Holdings {
    let own = |row: &&Row| row.get::<MemberId>(0) == Ok(member);
    let row = members.iter().find(own).unwrap();
    let zone: String = row.get(5).unwrap();
    let mut ends = BTreeMap::new();
    for lot in lots.iter().filter(own) {
        let idle: Option<i64> = lot.get(3).unwrap();
        let end: Option<Micros> = lot.get(2).unwrap();
        let end = end.or_else(|| idle.map(|months| end_of_day(int(row, 4), months, &zone)));
        *ends.entry(end).or_insert(0) += int(lot, 1);
    }
    let earned = number_of(&row.get::<String>(9).unwrap());
    let manual: Option<String> = row.get(11).unwrap();
    let until: Option<Micros> = row.get(12).unwrap();
    let manual = manual.zip(until).filter(|(_, until)| now < *until);
    Holdings {
        available: int(row, 1),
        held: int(row, 2),
        reserved: int(row, 3),
        ends,
        counters: (int(row, 6), int(row, 7), int(row, 8)),
        tier: (
            manual.map_or(earned, |(tier, _)| number_of(&tier)),
            earned,
            int(row, 10),
        ),
    }
}

/// Says which rows differ.
pub(crate) fn same_rows(what: &str, after: &[Vec<Row>], before: &[Vec<Row>]) -> Result<(), String> {
    for (after, before) in after.iter().zip(before) {
        let longer = if after.len() > before.len() {
            after
        } else {
            before
        };
        for place in 0..longer.len() {
            same(what, &after.get(place), &before.get(place))?;
        }
    }
    Ok(())
}

/// Says where two things differ.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    real: &T,
    model: &T,
) -> Result<(), String> {
    if real == model {
        return Ok(());
    }
    Err(format!(
        "{what} differs:\n   real {real:?}\n  model {model:?}"
    ))
}
