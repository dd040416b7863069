//! Many members with a past, made by a few statements over the real schema: as quickly as a database
//! can write, and with books that balance.
//!
//! Both databases take the same text but for how an identifier is written. Members are numbered from
//! 0 and known as `c0`, `c1`, …; what they have follows from that number, so no statement has to look
//! anything up.

use super::house::House;
use server::clock::Clock;
use server::crypto::sha256;
use server::domain::identity::Shopper;
use server::domain::program::{POINTS, Program};
use server::domain::{DAY, earning, program_file};
use server::store::sessions::{IDLE, LIFE};
use tokio_postgres::NoTls;

/// Transfers that are still held at the end of a member's past.
const OPEN: u32 = 3;
/// The kinds of identifiers, so that no two are the same.
const MEMBER: u8 = 1;
const TRANSFER: u8 = 2;
const ATTEMPT: u8 = 3;
/// What joining earns, and what a member's `n`th order does: ten times `n`, and up to so much more.
const JOINED: u32 = 50;
const VARIETY: u32 = 50;

/// How many members, and how much past each has.
#[derive(Clone, Copy)]
pub(crate) struct Crowd {
    /// Members.
    pub(crate) members: u32,
    /// Transfers of each.
    pub(crate) transfers: u32,
}

#[derive(Clone, Copy)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A UUID of version 7 that follows from a number.
    fn id(self, kind: u8, number: &str) -> String {
        match self {
            Self::Sqlite => format!("unhex(printf('%012x700{kind}8000%012x', {number}, {number}))"),
            Self::Postgres => format!(
                "cast(lpad(to_hex(cast({number} as bigint)), 12, '0') || '700{kind}8000'
                    || lpad(to_hex(cast({number} as bigint)), 12, '0') as uuid)"
            ),
        }
    }

    fn text(self, number: &str) -> String {
        match self {
            Self::Sqlite => number.to_owned(),
            Self::Postgres => format!("cast({number} as text)"),
        }
    }

    fn no(self) -> &'static str {
        match self {
            Self::Sqlite => "0",
            Self::Postgres => "false",
        }
    }

    fn bytes(self) -> &'static str {
        match self {
            Self::Sqlite => "unhex('00')",
            Self::Postgres => "decode('00', 'hex')",
        }
    }
}

impl Crowd {
    /// Makes them in the house's database, while no server has it open.
    pub(crate) fn settle(self, house: &House) {
        if house.database.starts_with("sqlite:") {
            let connection = rusqlite::Connection::open(house.file()).unwrap();
            // What is half made after a crash is made anew.
            let fast =
                "pragma synchronous = off; pragma journal_mode = off; pragma foreign_keys = off;
                pragma cache_size = -262144; begin";
            connection.execute_batch(fast).unwrap();
            for sql in self.statements(Dialect::Sqlite) {
                connection.execute_batch(&sql).unwrap();
            }
            connection.execute_batch("commit").unwrap();
        } else {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&house.database, NoTls)
                    .await
                    .unwrap();
                let connection = tokio::spawn(connection);
                for sql in self.statements(Dialect::Postgres) {
                    client.batch_execute(&sql).await.unwrap();
                }
                client.batch_execute("vacuum analyze").await.unwrap();
                drop(client);
                connection.await.unwrap().unwrap();
            });
        }
    }

    /// Posted orders of each member, two transfers each.
    fn posted(self) -> u32 {
        self.transfers.saturating_sub(1 + OPEN) / 2
    }

    /// Orders of each member.
    fn orders(self) -> u32 {
        self.transfers - 1 - self.posted()
    }

    fn statements(self, dialect: Dialect) -> Vec<String> {
        let program = program_file::parse(server::demo::PROGRAM).unwrap();
        let past = Past {
            crowd: self,
            dialect,
            now: Clock::System.now(),
            order: order_explanation(&program),
        };
        let member = "insert into member (id, program_id, joined_at, accepted_version, tier, points_earned, amount_spent,
                orders, events, locale, time_zone, time_zone_set_at)
            select {member}, p.id, {joined}, 1, case when {available} >= 2000 then 'gold'
                when {available} >= 500 then 'silver' else 'bronze' end,
                {available}, ({available} + {held} - {JOINED}) * 2000, {orders}, {open}, 'en', 'Europe/Moscow', {joined}
            from program p cross join m";
        let person = "insert into person (member_id, name, email)
            select {member}, 'Member ' || {i}, 'member' || {i} || '@example.org' from m";
        let identity = "insert into identity (program_id, kind, value, member_id, created_at)
            select p.id, 'customer', 'c' || {i}, {member}, {joined} from program p cross join m";
        let account = "insert into account (member_id, asset, available, held, transfers)
            select {member}, '{POINTS}', {available}, {held}, {transfers} from m";
        let attempt = "insert into attempt (id, program_id, member_id, task, slot, state, points, proof, transfer_id,
                started_at, updated_at)
            select {attempt}, p.id, {member}, 'join', 'once', 'earned', {JOINED}, 'observed', {join}, {joined}, {joined}
            from program p cross join m";
        let transfer = "insert into transfer (id, program_id, member_id, asset, number, amount, source, target, hold_id,
                version, proof, evidence, explanation, balance_after, available_at, created_at)
            select {transfer}, p.id, {member}, '{POINTS}', n, case when n = 1 then {JOINED} else {amount} end,
                case when {posts} then 'held' else 'issued' end,
                case when n = 1 or {posts} then 'available' else 'held' end,
                case when {posts} then {hold} end, 1, 'confirmed', case when n > 1 then '{EVIDENCE}' end,
                {explanation}, {balance}, case when n > 1 and not {posts} then {due} end, {at}
            from program p cross join m cross join t";
        let hold = "insert into hold (transfer_id, member_id, state, due_at, resolved_at)
            select {transfer}, {member}, case when n > {open_from} then 'pending' else 'posted' end, {due},
                case when n > {open_from} then null else {at} end
            from m cross join t where n > 1 and not {posts}";
        let order = "insert into shop_order (program_id, id, status, digest, body, member_id, transfer_id, created_at,
                updated_at)
            select p.id, 'past-' || {i} || '-' || {n}, 'paid', {digest}, '{}', {member}, {transfer}, {at}, {at}
            from program p cross join m cross join t where n > {open_from}";
        let event = "insert into event (member_id, number, kind, amount, balance, down, explanation, due_at, created_at)
            select {member}, n - {open_from}, 'held', {amount}, {balance}, {false}, {explanation}, {due}, {at}
            from m cross join t where n > {open_from}";
        [
            member, person, identity, account, attempt, transfer, hold, order, event,
        ]
        .map(|sql| past.fill(sql))
        .into()
    }
}

/// The one open session that a member has, by their number.
pub(crate) fn bearer(member: u32) -> String {
    format!("bench-bearer-of-member-{member:08}")
}

/// Opens a session for each of the first `count` members of a crowd in SQLite.
pub(crate) fn open_sessions(house: &House, count: u32) {
    let mut connection = rusqlite::Connection::open(house.file()).unwrap();
    let tx = connection.transaction().unwrap();
    let sql = format!(
        "insert into session (digest, program_id, member_id, claims, created_at, expires_at, ends_at, closed)
            select $1, id, {}, $3, $4, $5, $6, 0 from program",
        Dialect::Sqlite.id(MEMBER, "$2")
    );
    let now = Clock::System.now();
    let mut statement = tx.prepare(&sql).unwrap();
    for member in 0..count {
        let shopper = Shopper {
            customer: Some(format!("c{member}")),
            ..Shopper::default()
        };
        let claims = serde_json::to_string(&shopper).unwrap();
        let digest = sha256(bearer(member).as_bytes());
        statement
            .execute((digest, member, claims, now, now + IDLE, now + LIFE))
            .unwrap();
    }
    drop(statement);
    tx.commit().unwrap();
}

/// What an order's explanation says before and after the order's number.
fn order_explanation(program: &Program) -> (String, String) {
    let earning = earning::for_order(program, &program.tiers[0], "NUMBER", 240_000).unwrap();
    let text = serde_json::to_string(&earning.explanation).unwrap();
    let (before, after) = text.split_once("NUMBER").unwrap();
    (before.to_owned(), after.to_owned())
}

/// What the statements are filled with.
struct Past {
    crowd: Crowd,
    dialect: Dialect,
    now: i64,
    order: (String, String),
}

impl Past {
    /// `m` has the members as `i`, `t` the numbers of their transfers as `n`. A member's past: joining;
    /// then orders that were held and posted, in pairs; then the orders that are still held.
    fn fill(&self, sql: &str) -> String {
        let Self {
            crowd,
            dialect,
            now,
            order: (before, after),
        } = self;
        let (posted, transfers, orders) = (crowd.posted(), crowd.transfers, crowd.orders());
        let open_from = 1 + 2 * posted;
        // The number of the order that a transfer is about.
        let of = format!("case when n <= {open_from} then n / 2 else n - 1 - {posted} end");
        let sum = |count: &str| {
            format!("(5 * ({count}) * (({count}) + 1) + ({count}) * (i % {VARIETY}))")
        };
        let all = sum(&orders.to_string());
        let available = format!("({JOINED} + {})", sum(&posted.to_string()));
        let before_it = format!("(case when n <= {open_from} then (n - 1) / 2 else {posted} end)");
        // The past ends now; a member's lines are three days apart.
        let day =
            |number: &str| format!("({now} - ({transfers} - {number} + 1) * {} + i)", 3 * DAY);
        let at = day("n");
        let explanation = format!(
            "'{before}past-' || {} || '-' || {} || '{after}'",
            dialect.text("i"),
            dialect.text("n")
        );
        let places = [
            ("{member}", dialect.id(MEMBER, "i")),
            ("{transfer}", dialect.id(TRANSFER, "(i * 1000 + n)")),
            ("{hold}", dialect.id(TRANSFER, "(i * 1000 + n - 1)")),
            ("{join}", dialect.id(TRANSFER, "(i * 1000 + 1)")),
            ("{attempt}", dialect.id(ATTEMPT, "i")),
            ("{amount}", format!("(10 * ({of}) + i % {VARIETY})")),
            (
                "{posts}",
                format!("(n > 1 and n <= {open_from} and n % 2 = 1)"),
            ),
            ("{balance}", format!("({JOINED} + {})", sum(&before_it))),
            ("{held}", format!("({all} + {JOINED} - {available})")),
            ("{available}", available),
            ("{explanation}", explanation),
            ("{due}", format!("({at} + {})", 14 * DAY)),
            ("{at}", at),
            ("{joined}", day("1")),
            ("{orders}", orders.to_string()),
            ("{open}", (orders - posted).to_string()),
            ("{open_from}", open_from.to_string()),
            ("{transfers}", transfers.to_string()),
            ("{i}", dialect.text("i")),
            ("{n}", dialect.text("n")),
            ("{false}", dialect.no().to_owned()),
            ("{digest}", dialect.bytes().to_owned()),
            ("{JOINED}", JOINED.to_string()),
            ("{POINTS}", POINTS.to_owned()),
            ("{EVIDENCE}", r#"{"by":"order","from":"shop"}"#.to_owned()),
        ];
        let filled = places.iter().fold(sql.to_owned(), |sql, (place, text)| {
            sql.replace(place, text)
        });
        let (into, from) = filled.split_once("select").unwrap();
        format!(
            "with recursive m(i) as (select 0 union all select i + 1 from m where i < {} - 1),
                t(n) as (select 1 union all select n + 1 from t where n < {transfers})
            {into} select {from}",
            crowd.members
        )
    }
}
