//! Every table with its columns, in one place: what a copy carries over. A test compares the list with
//! the schema, so that nothing is left behind by forgetting it here.

use crate::store::{Row, StoreError, Value};
use std::sync::LazyLock;

/// What a column holds. SQLite knows no truths, and identifiers only as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Bool,
    Text,
    Bytes,
}

/// A table, and the statements that carry it over.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns in whose order it is read, by their places.
    key: Vec<usize>,
    kinds: Vec<Kind>,
    columns: Vec<&'static str>,
    pub(super) first: &'static str,
    pub(super) next: &'static str,
    pub(super) insert: &'static str,
    pub(super) any: &'static str,
    pub(super) analyze: &'static str,
}

macro_rules! tables {
    ($($name:ident ($($key:ident),+) { $($column:ident: $kind:ident),+ $(,)? })+) => {
        vec![$(table(
            stringify!($name),
            &[$(stringify!($key)),+],
            &[$((stringify!($column), Kind::$kind)),+],
        )),+]
    };
}

/// All tables but `migration`, which is the schema's own. What others refer to comes first.
pub(super) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    tables! {
        program (id) {
            id: Bytes, slug: Text, version: Int, looked_at_until: Bytes, created_at: Int,
        }
        program_version (program_id, version) {
            program_id: Bytes, version: Int, source: Text, created_at: Int,
        }
        program_key (kid) {
            kid: Text, program_id: Bytes, kind: Text, algorithm: Text, material: Bytes, scopes: Text,
            created_at: Int, revoked_at: Int,
        }
        setting (name) { name: Text, value: Bytes }
        member (id) {
            id: Bytes, program_id: Bytes, joined_at: Int, accepted_version: Int, tier: Text,
            tier_earned: Text, tier_kept: Text, tier_since: Int, grace_from: Int, manual_tier: Text,
            manual_until: Int, review_at: Int, locale: Text, time_zone: Text, time_zone_set_at: Int,
        }
        person (member_id) { member_id: Bytes, name: Text, email: Text, birthday: Text }
        identity (program_id, kind, value) {
            program_id: Bytes, kind: Text, value: Text, member_id: Bytes, created_at: Int,
        }
        session (digest) {
            digest: Bytes, program_id: Bytes, member_id: Bytes, claims: Text, created_at: Int,
            expires_at: Int, ends_at: Int, closed: Bool,
        }
        challenge (id) {
            id: Bytes, program_id: Bytes, email: Text, digest: Bytes, tries: Int, used: Bool,
            created_at: Int, expires_at: Int,
        }
        tally (name, began_at) { name: Text, began_at: Int, count: Int }
        account (member_id, asset) {
            member_id: Bytes, asset: Text, available: Int, held: Int, reserved: Int, transfers: Int,
            active_at: Int, look_at: Int, points_earned: Int, amount_spent: Int, orders: Int, events: Int,
        }
        transfer (seq) {
            seq: Int, id: Bytes, program_id: Bytes, member_id: Bytes, asset: Text, number: Int,
            amount: Int, source: Text, target: Text, hold_id: Bytes, corrects_id: Bytes, version: Int,
            proof: Text, balance_after: Int, available_at: Int, expires_at: Int, salt: Bytes,
            explanation: Text, evidence: Text, digest: Bytes, created_at: Int,
        }
        hold (transfer_id) {
            transfer_id: Bytes, member_id: Bytes, asset: Text, kind: Text, state: Text, remaining: Int,
            due_at: Int, idle_months: Int, resolved_at: Int, balance_after: Int,
        }
        lot (member_id, id) {
            member_id: Bytes, id: Bytes, asset: Text, amount: Int, remaining: Int, expired: Int,
            taken_back: Int, counts: Bool, opened_at: Int, expires_at: Int, idle_months: Int,
            late: Bool, warned: Bool,
        }
        lot_move (transfer_id, lot_id) { transfer_id: Bytes, lot_id: Bytes, amount: Int }
        tier_entry (member_id, tier) {
            member_id: Bytes, tier: Text, transfer_id: Bytes, undone: Bool,
        }
        seal (program_id, number) {
            program_id: Bytes, number: Int, transfers: Int, last_id: Bytes, head: Bytes, created_at: Int,
        }
        idempotency (program_id, principal, key) {
            program_id: Bytes, principal: Text, key: Text, request: Bytes, answer: Text, created_at: Int,
        }
        attempt (id) {
            id: Bytes, program_id: Bytes, member_id: Bytes, task: Text, slot: Text, state: Text,
            reason: Text, address: Text, points: Int, proof: Text, transfer_id: Bytes,
            available_at: Int, started_at: Int, updated_at: Int, expires_at: Int, sent_at: Int,
            notice_until: Int, evidence: Text, note: Text,
        }
        connection (program_id, name) {
            program_id: Bytes, name: Text, sealed: Bytes, updated_at: Int, tokens: Bytes, renewals: Int,
            renewing_until: Int,
        }
        outside_account (program_id, service, digest) {
            program_id: Bytes, service: Text, digest: Bytes, member_id: Bytes, external_id: Text,
            handle: Text, created_there_at: Int, linked_at: Int, unlinked_at: Int,
        }
        linking (digest) {
            digest: Bytes, program_id: Bytes, connection: Text, member_id: Bytes, task: Text,
            sealed: Bytes, created_at: Int, expires_at: Int, used_at: Int, message_code: Text,
            account: Bytes, answer: Bytes, replies: Int, tries: Int,
        }
        sign_in (digest) {
            digest: Bytes, place: Bytes, program_id: Bytes, connection: Text, locale: Text, sealed: Bytes,
            claims: Text, created_at: Int, expires_at: Int, returned_at: Int, used_at: Int,
        }
        verification (attempt_id) {
            attempt_id: Bytes, program_id: Bytes, connection: Text, target: Text, purpose: Text, tries: Int,
            denials: Int, due_at: Int, since: Int, taken: Bool,
        }
        pulled (program_id, connection) {
            program_id: Bytes, connection: Text, until: Int, due_at: Int, failures: Int,
        }
        outside_review (program_id, connection, review) {
            program_id: Bytes, connection: Text, review: Text, attempt_id: Bytes, created_at: Int,
        }
        decision (attempt_id) {
            attempt_id: Bytes, program_id: Bytes, queue: Text, signals: Text, evidence: Text, asked_at: Int,
            decided_at: Int, verdict: Text, note: Text, decided_by: Text,
        }
        owner_link (digest) {
            digest: Bytes, program_id: Bytes, created_at: Int, expires_at: Int, used_at: Int,
        }
        owner_session (digest) {
            digest: Bytes, program_id: Bytes, created_at: Int, expires_at: Int, ends_at: Int,
        }
        review (attempt_id) {
            attempt_id: Bytes, program_id: Bytes, member_id: Bytes, sku: Text, order_id: Text, stars: Int,
            text: Text, author: Text, locale: Text, created_at: Int, published_at: Int, removed_at: Int,
        }
        review_photo (id) {
            id: Bytes, attempt_id: Bytes, program_id: Bytes, position: Int, width: Int, height: Int,
            bytes: Bytes, created_at: Int,
        }
        answer (attempt_id, question) {
            attempt_id: Bytes, program_id: Bytes, question: Text, number: Int, text: Text, created_at: Int,
        }
        thread (id) {
            id: Bytes, program_id: Bytes, member_id: Bytes, opened_at: Int, answered_at: Int,
            written_at: Int, waits_for: Text, promised_by: Int, messages: Int, seen: Int,
        }
        thread_message (thread_id, number) {
            thread_id: Bytes, number: Int, author: Text, text: Text, created_at: Int,
        }
        share_link (code) {
            code: Text, program_id: Bytes, attempt_id: Bytes, browser: Bytes, created_at: Int,
            opened_at: Int,
        }
        shop_file (program_id, name) {
            program_id: Bytes, name: Text, media_type: Text, size: Int, digest: Bytes, created_at: Int,
        }
        shop_file_part (program_id, name, number) {
            program_id: Bytes, name: Text, number: Int, bytes: Bytes,
        }
        download (digest) {
            digest: Bytes, program_id: Bytes, attempt_id: Bytes, created_at: Int, expires_at: Int,
            served_at: Int,
        }
        link (digest) {
            digest: Bytes, program_id: Bytes, purpose: Text, attempt_id: Bytes, email: Text,
            locale: Text, consent: Text, created_at: Int, expires_at: Int, used_at: Int,
        }
        consent (program_id, email, step, created_at) {
            program_id: Bytes, email: Text, step: Text, text: Text, locale: Text, source: Text,
            created_at: Int,
        }
        subscription (program_id, email) {
            program_id: Bytes, email: Text, subscribed: Bool, updated_at: Int, canonical: Text,
        }
        shop_order (program_id, id) {
            program_id: Bytes, id: Text, status: Text, digest: Bytes, body: Text, email: Text,
            mailbox: Text, customer: Text, member_id: Bytes, transfer_id: Bytes, reason: Text, placed_at: Int, total: Int,
            refunded: Int, counts: Bool, split: Text, created_at: Int, updated_at: Int,
        }
        refund (program_id, id) {
            program_id: Bytes, id: Text, order_id: Text, digest: Bytes, body: Text, applied: Bool,
            amount: Int, reversed: Int, given_back: Int, created_at: Int,
        }
        coupon (program_id, code) {
            program_id: Bytes, code: Text, id: Bytes, member_id: Bytes, reward: Text, name: Text,
            terms: Text, asset: Text, points: Int, wanted: Int, amount: Int, currency: Text, state: Text,
            hold_id: Bytes, order_id: Text, reserved_at: Int, taken_id: Bytes, returned: Int, lines: Text, shipping: Int,
            connection: Text, outside: Text, cause: Text, shown: Text, expires_at: Int,
            created_at: Int, updated_at: Int,
        }
        reward_stock (program_id, reward) { program_id: Bytes, reward: Text, taken: Int }
        pool_code (program_id, reward, number) {
            program_id: Bytes, reward: Text, number: Int, code: Text, shown: Text, created_at: Int,
        }
        code_job (coupon_id) {
            coupon_id: Bytes, program_id: Bytes, connection: Text, verb: Text, tries: Int, due_at: Int,
            lease: Int, unclear: Bool, problem: Text, created_at: Int,
        }
        referral_code (code) {
            code: Text, program_id: Bytes, member_id: Bytes, shown: Text, created_at: Int,
        }
        referral (id) {
            id: Bytes, program_id: Bytes, advocate_id: Bytes, number: Int, stage: Text, found_by: Text,
            reason: Text, note: Text, gift_code: Text, gift_terms: Text, gift_name: Text,
            gift_state: Text, gift_lines: Text, gift_shipping: Int, gift_order: Text, gift_reserved_at: Int,
            expires_at: Int, friend_email: Text, source: Bytes, friend_id: Bytes, order_id: Text, address_hash: Text,
            card_hash: Text, signals: Text, score: Int, appeal: Text, decided_by: Text, minimum: Int,
            points: Int, friend_points: Int, campaign: Text, transfer_id: Bytes, friend_transfer_id: Bytes,
            due_at: Int, created_at: Int, updated_at: Int,
        }
        event (member_id, number) {
            member_id: Bytes, number: Int, transfers: Int, kind: Text, amount: Int, tier: Text, down: Bool,
            task: Text, due_at: Int, created_at: Int,
        }
        mail (id) {
            id: Bytes, program_id: Bytes, sealed: Bytes, tries: Int, due_at: Int, created_at: Int,
        }
    }
});

fn table(name: &'static str, key: &[&'static str], columns: &[(&'static str, Kind)]) -> Table {
    let (columns, kinds): (Vec<&str>, Vec<Kind>) = columns.iter().copied().unzip();
    let list = columns.join(", ");
    let places = key
        .iter()
        .map(|key| columns.iter().position(|column| column == key));
    let by = key.join(", ");
    let after = numbered(key.len());
    let page = key.len() + 1;
    Table {
        name,
        key: places.flatten().collect(),
        kinds,
        first: fixed(format!("select {list} from {name} order by {by} limit $1")),
        next: fixed(format!(
            "select {list} from {name} where ({by}) > ({after}) order by {by} limit ${page}"
        )),
        insert: fixed(format!(
            "insert into {name} ({list}) values ({})",
            numbered(columns.len())
        )),
        any: fixed(format!("select {by} from {name} limit 1")),
        analyze: fixed(format!("analyze {name}")),
        columns,
    }
}

fn numbered(count: usize) -> String {
    let all: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    all.join(", ")
}

/// The store takes only statements that live as long as the program; these are made once, and few.
fn fixed(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

/// Every column as `table.column`, as far as a copy carries it over.
pub fn columns() -> impl Iterator<Item = String> {
    TABLES.iter().flat_map(|table| {
        let columns = table.columns.iter();
        columns.map(move |column| format!("{}.{column}", table.name))
    })
}

impl Table {
    /// The key of a row.
    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().map(|place| row[*place].clone()).collect()
    }

    /// The row's values in the types of its columns.
    pub(super) fn typed(&self, row: Row) -> Result<Vec<Value>, StoreError> {
        let typed = |(value, kind): (Value, &Kind)| match (value, kind) {
            (Value::Int(n), Kind::Bool) => Ok(Value::Bool(n != 0)),
            (Value::Null, _) => Ok(Value::Null),
            (value @ Value::Int(_), Kind::Int)
            | (value @ Value::Bool(_), Kind::Bool)
            | (value @ Value::Text(_), Kind::Text)
            | (value @ Value::Bytes(_), Kind::Bytes) => Ok(value),
            _ => Err(StoreError::internal(format!(
                "a column of {} has another type",
                self.name
            ))),
        };
        row.0.into_iter().zip(&self.kinds).map(typed).collect()
    }
}
