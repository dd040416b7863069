//! Statements that nobody waits for, joined into one.
//!
//! Each statement that is sent costs a message there and one back, and PostgreSQL an execution of its own; that is more
//! than the row that most of them write. Neighbours that do not depend on each other go as the parts of one: `with`
//! carries its parts out in no particular order, and none of them sees what another did. So they have to be of different
//! tables and read none. Nor do they wait for others in an order that could matter: an insert waits only for an equal
//! key, and the account was locked when its books were opened.

use crate::store::Value;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, PoisonError, RwLock};

/// A statement that nobody waits for.
pub(super) struct Later {
    pub(super) sql: &'static str,
    pub(super) params: Vec<Value>,
    /// What is wrong where it does not change one row.
    pub(super) one_or: Option<&'static str>,
}

/// The table of a statement that can be joined with others.
fn table(sql: &str) -> Option<&str> {
    let inserts = sql.strip_prefix("insert into ");
    let inserts = inserts.filter(|rest| !rest.contains("select"));
    let rest = inserts.or_else(|| {
        let balance = sql.starts_with("update account set available = ");
        balance.then_some("account")
    });
    rest?.split_whitespace().next()
}

/// The same statements, in order, as few as they can be.
pub(super) fn join(statements: Vec<Later>) -> Vec<Later> {
    let mut joined = Vec::new();
    let mut run: Vec<Later> = Vec::new();
    for statement in statements {
        let apart = |other: &Later| match (table(other.sql), table(statement.sql)) {
            (Some(other), Some(own)) => other != own,
            _ => false,
        };
        let can_go_on = run.last().is_some_and(|last| last.one_or.is_none());
        if !(can_go_on && run.iter().all(apart)) {
            joined.extend(one(std::mem::take(&mut run)));
        }
        run.push(statement);
    }
    joined.extend(one(run));
    joined
}

/// The parts of a run as one statement. How many rows it changes is how many its last part does.
fn one(run: Vec<Later>) -> Option<Later> {
    let one_or = run.last()?.one_or;
    let sql = match run.as_slice() {
        [only] => only.sql,
        parts => text(parts),
    };
    let params = run.into_iter().flat_map(|part| part.params).collect();
    Some(Later {
        sql,
        params,
        one_or,
    })
}

/// The text of some parts, which is made once: there are as many as the store's commands have ways through them.
fn text(parts: &[Later]) -> &'static str {
    type Place = (usize, usize);
    static TEXTS: LazyLock<RwLock<HashMap<Vec<Place>, &str>>> = LazyLock::new(RwLock::default);
    let places = parts
        .iter()
        .map(|part| (part.sql.as_ptr().addr(), part.sql.len()));
    let places: Vec<Place> = places.collect();
    let known = TEXTS
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&places)
        .copied();
    known.unwrap_or_else(|| {
        let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
        texts.entry(places).or_insert_with(|| written(parts).leak())
    })
}

fn written(parts: &[Later]) -> String {
    let mut before = 0;
    let texts = parts.iter().map(|part| {
        let text = counted_on(part.sql, before);
        before += part.params.len();
        text
    });
    let mut texts: Vec<String> = texts.collect();
    let last = texts.pop().unwrap_or_default();
    let named = texts.iter().enumerate();
    let named: Vec<String> = named
        .map(|(number, text)| format!("part_{number} as ({text})"))
        .collect();
    format!("with {} {last}", named.join(", "))
}

/// A statement whose parameters are counted on from `before`.
fn counted_on(part: &str, before: usize) -> String {
    let mut pieces = part.split('$');
    let mut sql = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        let number: usize = number.parse().unwrap_or_default();
        let _ = write!(sql, "${}{rest}", number + before);
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(statements: &[(&'static str, &[i64], bool)]) -> Vec<(String, Vec<Value>, bool)> {
        let later = |&(sql, params, one): &(&'static str, &[i64], bool)| Later {
            sql,
            params: params.iter().copied().map(Value::from).collect(),
            one_or: one.then_some("another came first"),
        };
        let all = join(statements.iter().map(later).collect());
        let told = |all: Later| (all.sql.to_owned(), all.params, all.one_or.is_some());
        all.into_iter().map(told).collect()
    }

    fn texts(statements: &[&'static str]) -> Vec<String> {
        let statements: Vec<_> = statements
            .iter()
            .map(|sql| (*sql, &[][..], false))
            .collect();
        let all = joined(&statements).into_iter();
        all.map(|(sql, ..)| sql).collect()
    }

    const ONE: &str = "insert into a (x, y) values ($1, $2)";
    const TWO: &str = "insert into b (x) values ($1) on conflict (x) do nothing";

    #[test]
    fn parameters_are_counted_on_and_the_last_part_counts_its_rows() {
        const BALANCE: &str =
            "update account set available = $1 where member_id = $2 and asset = $3";
        let all = joined(&[
            (ONE, &[1, 2], false),
            (BALANCE, &[3, 4, 5], false),
            (TWO, &[6], true),
            ("insert into c (x) values ($1)", &[7], false),
        ]);
        let sql = "with part_0 as (insert into a (x, y) values ($1, $2)), part_1 as (update account set available = $3 \
                   where member_id = $4 and asset = $5) insert into b (x) values ($6) on conflict (x) do nothing";
        let values = |range: std::ops::RangeInclusive<i64>| range.map(Value::from).collect();
        let last = "insert into c (x) values ($1)".to_owned();
        assert_eq!(
            all,
            [
                (sql.to_owned(), values(1..=6), true),
                (last, values(7..=7), false)
            ]
        );
    }

    #[test]
    fn what_may_care_for_its_neighbours_stays_alone() {
        for other in [
            ONE,
            "insert into b (x) select x from a",
            "insert into b (x) values ((select 1))",
            "update b set x = $1 where y = $2",
            "update account set events = events + 1 where member_id = $1",
            "delete from b where x = $1",
        ] {
            assert_eq!(texts(&[ONE, other, ONE]), [ONE, other, ONE]);
        }
        assert_eq!(texts(&[]), [""; 0]);
    }
}
