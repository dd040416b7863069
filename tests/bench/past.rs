//! What many members have done so far, as statements over the real schema: each writes one table for
//! everybody, and nothing looks anything up, since all of a member's past follows from their number.
//!
//! A member joins; then come orders that were held and posted, in pairs of transfers; then the orders
//! that still wait. The books balance: `laurel ledger verify` finds nothing, but that nothing is sealed.

use super::members::Crowd;
use app::api::{Customer, Explanation, Fact, Localized, Order, OrderLine, OrderStatus};
use server::domain::program::{POINTS, Program};
use server::domain::split::{Part, Split};
use server::domain::{DAY, earning, program_file};

/// Orders that still wait at the end of a member's past.
const OPEN: u32 = 3;
/// The kinds of identifiers, so that no two are the same.
pub(crate) const MEMBER: u8 = 1;
const TRANSFER: u8 = 2;
const ATTEMPT: u8 = 3;
/// What joining earns, and what a member's `n`th order does: ten times `n`, and up to so much more.
const JOINED: u32 = 50;
const VARIETY: u32 = 50;
/// What an order costs for each point that it earns, in kopecks.
const PRICE: i64 = 2000;
/// Stand in what is written once, for what each order has of its own.
const NUMBER: &str = "\u{1}";
const TOTAL: i64 = -1_000_001;
const EARNED: i64 = -1_000_002;

/// What the two databases write differently.
#[derive(Clone, Copy)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A number as it is written.
fn text(number: &str) -> String {
    format!("cast({number} as text)")
}

impl Dialect {
    /// A UUID of version 7 that follows from a number.
    pub(crate) fn id(self, kind: u8, number: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("unhex(printf('%012x700{kind}8000%012x', {number}, {number}))")
            }
            Self::Postgres => format!(
                "cast(lpad(to_hex(cast({number} as bigint)), 12, '0') || '700{kind}8000'
                    || lpad(to_hex(cast({number} as bigint)), 12, '0') as uuid)"
            ),
        }
    }

    fn truth(self, truth: bool) -> &'static str {
        match (self, truth) {
            (Self::Sqlite, false) => "0",
            (Self::Sqlite, true) => "1",
            (Self::Postgres, false) => "false",
            (Self::Postgres, true) => "true",
        }
    }

    /// The bytes of an identifier.
    fn bytes(self, id: &str) -> String {
        match self {
            Self::Sqlite => id.to_owned(),
            Self::Postgres => format!("uuid_send({id})"),
        }
    }

    /// What a transfer keeps of its reason. SQLite is given this function.
    fn digest(self, salt: &str, explanation: &str, evidence: &str) -> String {
        match self {
            Self::Sqlite => format!("reason_digest({salt}, {explanation}, {evidence})"),
            Self::Postgres => format!(
                "sha256({salt} || int8send(octet_length({explanation})) || convert_to({explanation}, 'UTF8')
                    || convert_to(coalesce({evidence}, ''), 'UTF8'))"
            ),
        }
    }

    /// Up to where the chain is sealed: this past is not what sealing is measured with.
    pub(crate) fn sealed(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "insert into setting (name, value)
                    select 'sealed', unhex(printf('%016x', max(seq))) from transfer"
            }
            Self::Postgres => {
                "insert into setting (name, value) select 'sealed', int8send(max(seq)) from transfer"
            }
        }
    }
}

/// Everything that one table gets, with places for what differs.
const TABLES: [&str; 9] = [
    "insert into member (id, program_id, joined_at, accepted_version, tier, tier_earned, tier_kept, tier_since,
            locale, time_zone, time_zone_set_at)
        select {member}, p.id, {joined}, 1, {tier}, {tier}, {tier}, {joined}, 'en', 'Europe/Moscow', {joined}
        from program p cross join m",
    "insert into person (member_id, name, email)
        select {member}, 'Member ' || {i}, 'member' || {i} || '@example.org' from m",
    "insert into identity (program_id, kind, value, member_id, created_at)
        select p.id, 'customer', 'c' || {i}, {member}, {joined} from program p cross join m",
    "insert into account (member_id, asset, available, held, reserved, transfers, active_at, look_at, points_earned,
            amount_spent, orders, events)
        select {member}, '{POINTS}', {available}, {held}, 0, {transfers}, {last}, {first_due}, {available},
            {held} * {PRICE}, {open}, 0
        from m",
    "insert into attempt (id, program_id, member_id, task, slot, state, points, proof, transfer_id, started_at,
            updated_at)
        select {attempt}, p.id, {member}, 'join', 'once', 'earned', {JOINED}, 'observed', {join}, {joined}, {joined}
        from program p cross join m",
    "insert into transfer (id, program_id, member_id, asset, number, amount, source, target, hold_id, version, proof,
            balance_after, available_at, salt, explanation, evidence, digest, created_at)
        select {transfer}, p.id, {member}, '{POINTS}', n, {amount}, case when {posts} then 'held' else 'issued' end,
            case when n = 1 or {posts} then 'available' else 'held' end, case when {posts} then {hold} end, 1,
            'confirmed', {balance}, case when {holds} then {due} end, {salt}, {explanation}, {evidence},
            {digest}, {at}
        from program p cross join m cross join t",
    "insert into hold (transfer_id, member_id, asset, kind, state, remaining, due_at, resolved_at, balance_after)
        select {transfer}, {member}, '{POINTS}', 'earning', case when {waits} then 'pending' else 'posted' end, {amount}, {due},
            case when {waits} then null else {next} end, case when {waits} then null else {after} end
        from m cross join t where {holds}",
    "insert into lot (member_id, id, asset, amount, remaining, expired, taken_back, counts, opened_at, late, warned)
        select {member}, case when n = 1 then {join} else {hold} end, '{POINTS}', {amount}, {amount}, 0, 0, {true}, {at},
            {false}, {false}
        from m cross join t where n = 1 or {posts}",
    "insert into shop_order (program_id, id, status, digest, body, member_id, transfer_id, placed_at, total, refunded,
            counts, split, created_at, updated_at)
        select p.id, 'past-' || {i} || '-' || {n}, 'paid', {salt}, '', {member}, {transfer}, {at}, {amount} * {PRICE}, 0,
            {true}, {split}, {at}, {at}
        from program p cross join m cross join t where {waits}",
];
/// The statements that make a crowd's past, in an order that keys allow.
pub(crate) fn statements(crowd: Crowd, dialect: Dialect, now: i64) -> Vec<String> {
    let program = program_file::parse(server::demo::PROGRAM).unwrap();
    let places = places(crowd, dialect, now, &program);
    let fill = |sql: &str| {
        let filled = places.iter().fold(sql.to_owned(), |sql, (place, text)| {
            sql.replace(place, text)
        });
        // The members as `i`, from 0, and the numbers of their transfers as `n`, from 1.
        format!(
            "with recursive m(i) as (select 0 union all select i + 1 from m where i < {} - 1),
                t(n) as (select 1 union all select n + 1 from t where n < {})
            {filled}",
            crowd.members, crowd.transfers
        )
    };
    TABLES.into_iter().map(fill).collect()
}

/// What stands in each place of the statements; those that use others come first.
fn places(
    crowd: Crowd,
    dialect: Dialect,
    now: i64,
    program: &Program,
) -> Vec<(&'static str, String)> {
    let transfers = crowd.transfers;
    let posted = transfers.saturating_sub(1 + OPEN) / 2;
    let orders = transfers - 1 - posted;
    let posted_until = 1 + 2 * posted;
    // Which of the member's orders a transfer is about, and what so many of them earned.
    let order = format!("(case when n <= {posted_until} then n / 2 else n - 1 - {posted} end)");
    let sum =
        |orders: &str| format!("(5 * {orders} * ({orders} + 1) + {orders} * (i % {VARIETY}))");
    let posted_before =
        format!("(case when n <= {posted_until} then (n - 1) / 2 else {posted} end)");
    let (had, all) = (sum(&posted.to_string()), sum(&orders.to_string()));
    // The past ends now; a member's lines are three days apart.
    let at = |number: &str| format!("({now} - ({transfers} - {number} + 1) * {} + i)", 3 * DAY);
    let amount = format!("(case when n = 1 then {JOINED} else 10 * {order} + i % {VARIETY} end)");
    let explanation = format!(
        "(case when n = 1 then {} else {} end)",
        quoted(&joining(program)),
        quoted(&ordering(program)).replace(NUMBER, "past-' || {i} || '-' || {n} || '"),
    );
    let evidence = r#"(case when n > 1 then '{"by":"order","from":"shop"}' end)"#;
    vec![
        ("{digest}", dialect.digest("{salt}", "{explanation}", "{evidence}")),
        ("{explanation}", explanation),
        ("{evidence}", evidence.to_owned()),
        ("{salt}", dialect.bytes("{transfer}")),
        ("{split}", split()),
        ("{tier}", "(case when {available} >= 2000 then 'gold' when {available} >= 500 then 'silver' else 'bronze' end)".into()),
        ("{available}", format!("({JOINED} + {had})")),
        ("{held}", format!("({all} - {had})")),
        ("{after}", format!("({JOINED} + {})", sum(&order))),
        ("{balance}", format!("({JOINED} + {})", sum(&posted_before))),
        ("{amount}", amount),
        ("{posts}", format!("(n > 1 and n <= {posted_until} and n % 2 = 1)")),
        ("{holds}", format!("(n > 1 and (n > {posted_until} or n % 2 = 0))")),
        ("{waits}", format!("n > {posted_until}")),
        ("{first_due}", format!("({} + {})", at(&(posted_until + 1).to_string()), 14 * DAY)),
        ("{due}", format!("({} + {})", at("n"), 14 * DAY)),
        ("{at}", at("n")),
        ("{next}", at("(n + 1)")),
        ("{joined}", at("1")),
        ("{last}", at(&transfers.to_string())),
        ("{member}", dialect.id(MEMBER, "i")),
        ("{transfer}", dialect.id(TRANSFER, "(i * 1000 + n)")),
        ("{hold}", dialect.id(TRANSFER, "(i * 1000 + n - 1)")),
        ("{join}", dialect.id(TRANSFER, "(i * 1000 + 1)")),
        ("{attempt}", dialect.id(ATTEMPT, "i")),
        ("{open}", (orders - posted).to_string()),
        ("{posted_until}", posted_until.to_string()),
        ("{transfers}", transfers.to_string()),
        ("{i}", text("i")),
        ("{n}", text("n")),
        ("{false}", dialect.truth(false).to_owned()),
        ("{true}", dialect.truth(true).to_owned()),
        ("{JOINED}", JOINED.to_string()),
        ("{PRICE}", PRICE.to_string()),
        ("{POINTS}", POINTS.to_owned()),
    ]
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Why joining earned, as it is stored.
fn joining(program: &Program) -> String {
    let task = program.task("join").unwrap();
    let explanation = Explanation {
        fact: Fact::Task {
            task: task.id.clone(),
            title: task.title.clone(),
            days_in_row: 0,
        },
        hold_days: 0,
        hold_reason: Localized::default(),
    };
    serde_json::to_string(&explanation).unwrap()
}

/// Why an order earned, as it is stored, with [`NUMBER`] for the order's.
fn ordering(program: &Program) -> String {
    let line = OrderLine {
        id: "1".into(),
        name: None,
        sku: Some("beans".into()),
        amount: 240_000,
        qty: 1,
        collections: Vec::new(),
        on_sale: false,
    };
    let order = Order {
        id: NUMBER.into(),
        customer: Customer::default(),
        currency: program.currency.clone(),
        total: line.amount,
        shipping: 0,
        tax: 0,
        discount: 0,
        lines: vec![line],
        payment_method: None,
        coupon_codes: Vec::new(),
        referral_code: None,
        address_hash: None,
        card_hash: None,
        status: OrderStatus::Paid,
        at: String::new(),
    };
    let buyer = earning::Buyer {
        tier: &program.tiers[0],
        is_first: false,
    };
    let (_, earned) = earning::for_order(program, buyer, &order, 0, 0);
    let text = serde_json::to_string(&earned.unwrap().explanation).unwrap();
    // JSON writes such a letter in six.
    text.replace("\\u0001", NUMBER)
}

/// How an order falls on its parts, as it is stored.
fn split() -> String {
    let part = Part {
        line: Some("1".into()),
        price: TOTAL,
        amount: TOTAL,
        earned: EARNED,
        spent: 0,
        refunded: 0,
        named: 0,
    };
    let split = Split {
        parts: vec![part],
        ..Split::default()
    };
    let written = |number: &str| format!("' || {} || '", text(number));
    quoted(&serde_json::to_string(&split).unwrap())
        .replace(&TOTAL.to_string(), &written("{amount} * {PRICE}"))
        .replace(&EARNED.to_string(), &written("{amount}"))
}
