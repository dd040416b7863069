//! Looking straight into a database, with the same text on both engines, and the books that have to
//! balance whatever a test did.

use server::store::{Command, FromValue, Query, Row, Store, StoreError, Tx, Value};

/// One statement that reads.
pub(crate) struct Read(pub(crate) &'static str, pub(crate) Vec<Value>);

impl Query for Read {
    type Output = Vec<Row>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Row>, StoreError> {
        tx.query(self.0, &self.1).await
    }
}

/// One statement that writes; answers how many rows it changed.
pub(crate) struct Write(pub(crate) &'static str, pub(crate) Vec<Value>);

impl Command for Write {
    type Output = u64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<u64, StoreError> {
        tx.execute(self.0, &self.1).await
    }
}

/// All rows of a statement without parameters.
pub(crate) async fn rows(store: &Store, sql: &'static str) -> Vec<Row> {
    store.read(Read(sql, Vec::new())).await.unwrap()
}

/// The first column of the only row.
pub(crate) async fn one<V: FromValue>(store: &Store, sql: &'static str) -> V {
    let rows = rows(store, sql).await;
    assert_eq!(rows.len(), 1, "{sql}");
    rows[0].get(0).unwrap()
}

/// What `select count(*)` says.
pub(crate) async fn count(store: &Store, sql: &'static str) -> i64 {
    one(store, sql).await
}

/// Asserts what must hold at every moment (`spec/product.md` §3): each statement finds something
/// that may not be.
pub(crate) async fn assert_books_balance(store: &Store) {
    const WRONG: &[(&str, &str)] = &[
        (
            "a balance is not the sum of its transfers",
            "select a.member_id from account a where
                a.available <> (select cast(coalesce(sum(case when t.target = 'available' then t.amount
                    when t.source = 'available' then -t.amount else 0 end), 0) as bigint)
                    from transfer t where t.member_id = a.member_id and t.asset = a.asset)
                or a.held <> (select cast(coalesce(sum(case when t.target = 'held' then t.amount
                    when t.source = 'held' then -t.amount else 0 end), 0) as bigint)
                    from transfer t where t.member_id = a.member_id and t.asset = a.asset)",
        ),
        (
            "members and programme together do not make zero",
            "select t.asset from transfer t group by t.asset having
                sum(case when t.target in ('available', 'held', 'reserved') then 0 else t.amount end)
                - sum(case when t.source in ('available', 'held', 'reserved') then 0 else t.amount end)
                + (select sum(a.available + a.held + a.reserved) from account a where a.asset = t.asset) <> 0",
        ),
        (
            "a line's balance is not the sum of the lines up to it",
            "select number from (select t.number, t.balance_after, cast(sum(case
                when t.target = 'available' then t.amount when t.source = 'available' then -t.amount
                else 0 end) over (partition by t.member_id, t.asset order by t.number) as bigint) as balance
                from transfer t) as lines where balance_after <> balance",
        ),
        (
            "transfers are not numbered from 1 without a gap",
            "select a.member_id from account a where
                a.transfers <> (select count(*) from transfer t where t.member_id = a.member_id and t.asset = a.asset)
                or a.transfers <> (select coalesce(max(t.number), 0) from transfer t
                    where t.member_id = a.member_id and t.asset = a.asset)",
        ),
        (
            "events are not numbered from 1 without a gap",
            "select m.id from member m where m.events <> (select count(*) from event e where e.member_id = m.id)
                or m.events <> (select coalesce(max(e.number), 0) from event e where e.member_id = m.id)",
        ),
        (
            "what is held is not the sum of the open holds",
            "select a.member_id from account a where a.held <> (select cast(coalesce(sum(h.remaining), 0) as bigint)
                from hold h where h.member_id = a.member_id and h.state = 'pending' and h.kind = 'earning')",
        ),
        (
            "a hold is not what its transfers left of it",
            "select h.transfer_id from hold h join transfer o on o.id = h.transfer_id where
                h.remaining + (select cast(coalesce(sum(t.amount), 0) as bigint) from transfer t where t.hold_id = h.transfer_id)
                    <> o.amount and not (h.state <> 'pending' and (select cast(coalesce(sum(t.amount), 0) as bigint)
                        from transfer t where t.hold_id = h.transfer_id) = o.amount)",
        ),
        (
            "more is taken back than was earned",
            "select o.id from transfer o where o.amount < (select cast(coalesce(sum(t.amount), 0) as bigint)
                from transfer t where t.corrects_id = o.id)",
        ),
        (
            "what is left of the lots is not what can be spent",
            "select a.member_id from account a where (case when a.available > 0 then a.available else 0 end)
                <> (select cast(coalesce(sum(l.remaining), 0) as bigint) from lot l where l.member_id = a.member_id)",
        ),
        (
            "something crosses from one programme into another",
            "select t.id from transfer t join member m on m.id = t.member_id where m.program_id <> t.program_id",
        ),
        (
            "an order earned twice, or two orders share what they earned",
            "select transfer_id from shop_order where transfer_id is not null group by transfer_id having count(*) > 1",
        ),
    ];
    for (wrong, sql) in WRONG {
        let found = rows(store, sql).await;
        assert!(found.is_empty(), "{wrong}: {found:?}");
    }
}
