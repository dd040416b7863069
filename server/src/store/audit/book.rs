//! Some members with everything that the ledger keeps of them, read at once.

use crate::domain::Instant;
use crate::domain::ledger::Movement;
use crate::domain::reward::Terms;
use crate::domain::tier::Counters;
use crate::store::ledger::{read_counters, read_movement};
use crate::store::{Row, StoreError, Tx, params};
use app::api::{AttemptId, MemberId, ProgramId, RedemptionId, RewardKind, TransferId};
use std::collections::{BTreeMap, HashMap};

/// One member's part of the ledger.
pub(super) struct Book {
    pub(super) member: MemberId,
    pub(super) program: ProgramId,
    /// The events, in order: the number of each, and of the transfers before it.
    pub(super) events: Vec<(i64, i64)>,
    pub(super) accounts: Vec<Account>,
    /// In the order of assets and numbers.
    pub(super) transfers: Vec<Transfer>,
    /// Where a transfer stands among them.
    pub(super) places: HashMap<TransferId, usize>,
    /// Where those stand that name a hold.
    of_hold: HashMap<TransferId, Vec<usize>>,
    /// Where those stand that take something back.
    of_original: HashMap<TransferId, Vec<usize>>,
    hold_places: HashMap<TransferId, usize>,
    lot_places: HashMap<TransferId, usize>,
    pub(super) holds: Vec<Hold>,
    pub(super) lots: Vec<Lot>,
    pub(super) moves: Vec<Move>,
    pub(super) orders: Vec<Order>,
    pub(super) coupons: Vec<Coupon>,
    pub(super) entries: Vec<Entry>,
    pub(super) attempts: Vec<Attempt>,
}

/// A row of `account`.
pub(super) struct Account {
    pub(super) asset: String,
    pub(super) available: i64,
    pub(super) held: i64,
    pub(super) reserved: i64,
    pub(super) transfers: i64,
    pub(super) look_at: Option<Instant>,
    pub(super) counters: Counters,
    pub(super) events: i64,
}

/// A row of `transfer`.
pub(super) struct Transfer {
    pub(super) id: TransferId,
    pub(super) program: ProgramId,
    pub(super) asset: String,
    pub(super) number: i64,
    pub(super) movement: Movement,
    pub(super) hold: Option<TransferId>,
    pub(super) corrects: Option<TransferId>,
    pub(super) balance_after: i64,
    pub(super) available_at: Option<Instant>,
    pub(super) expires_at: Option<Instant>,
    pub(super) at: Instant,
}

/// A row of `hold`.
pub(super) struct Hold {
    pub(super) id: TransferId,
    pub(super) member: MemberId,
    pub(super) asset: String,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) remaining: i64,
    pub(super) due_at: Instant,
    pub(super) idle_months: Option<i64>,
    pub(super) resolved_at: Option<Instant>,
    pub(super) balance_after: Option<i64>,
}

/// A row of `lot`.
pub(super) struct Lot {
    pub(super) id: TransferId,
    pub(super) asset: String,
    pub(super) amount: i64,
    pub(super) remaining: i64,
    pub(super) expired: i64,
    pub(super) taken_back: i64,
    pub(super) counts: bool,
    pub(super) opened_at: Instant,
    pub(super) expires_at: Option<Instant>,
    pub(super) idle_months: Option<i64>,
    pub(super) late: bool,
}

/// A row of `lot_move`.
pub(super) struct Move {
    pub(super) transfer: TransferId,
    pub(super) lot: TransferId,
    pub(super) amount: i64,
}

/// A row of `shop_order`, with what its refunds did together.
pub(super) struct Order {
    pub(super) program: ProgramId,
    pub(super) id: String,
    pub(super) is_paid: bool,
    pub(super) transfer: Option<TransferId>,
    pub(super) total: i64,
    pub(super) refunded: i64,
    pub(super) counts: bool,
    pub(super) split: String,
    pub(super) refunds: Refunds,
}

/// What the refunds of one order did.
#[derive(Clone, Copy, Default)]
pub(super) struct Refunds {
    pub(super) waiting: i64,
    pub(super) amount: i64,
    pub(super) reversed: i64,
    pub(super) given_back: i64,
}

/// A row of `coupon`.
pub(super) struct Coupon {
    pub(super) id: RedemptionId,
    pub(super) program: ProgramId,
    /// What it is, if its terms can be read.
    pub(super) kind: Option<RewardKind>,
    pub(super) asset: String,
    pub(super) points: i64,
    pub(super) wanted: i64,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) state: String,
    pub(super) hold: TransferId,
    pub(super) order: Option<String>,
    pub(super) taken: TransferId,
    pub(super) returned: i64,
    pub(super) connection: Option<String>,
    pub(super) cause: Option<String>,
    /// Whether the order that it names is there and paid.
    pub(super) order_is_paid: bool,
}

/// A row of `tier_entry`.
pub(super) struct Entry {
    pub(super) tier: String,
    pub(super) transfer: Option<TransferId>,
    pub(super) undone: bool,
}

/// A row of `attempt` that names a transfer.
pub(super) struct Attempt {
    pub(super) id: AttemptId,
    pub(super) state: String,
    pub(super) points: i64,
    pub(super) transfer: TransferId,
}

impl Book {
    /// One of the member's transfers.
    pub(super) fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        Some(&self.transfers[*self.places.get(&id)?])
    }

    /// One of the member's holds.
    pub(super) fn hold(&self, id: TransferId) -> Option<&Hold> {
        Some(&self.holds[*self.hold_places.get(&id)?])
    }

    /// One of the member's lots.
    pub(super) fn lot(&self, id: TransferId) -> Option<&Lot> {
        Some(&self.lots[*self.lot_places.get(&id)?])
    }

    /// Transfers of this hold.
    pub(super) fn parts(&self, hold: TransferId) -> impl Iterator<Item = &Transfer> {
        let places = self.of_hold.get(&hold).into_iter().flatten();
        places.map(|place| &self.transfers[*place])
    }

    /// Transfers that take this one back, in part or whole.
    pub(super) fn corrections(&self, original: TransferId) -> impl Iterator<Item = &Transfer> {
        let places = self.of_original.get(&original).into_iter().flatten();
        places.map(|place| &self.transfers[*place])
    }
}

/// The books of some members, by their ids.
pub(super) type Books = BTreeMap<MemberId, Book>;

/// The members from `first` to `last`, whose own rows these are.
pub(super) async fn read<T: Tx>(
    tx: &mut T,
    members: &[Row],
    (first, last): (MemberId, MemberId),
) -> Result<Books, StoreError> {
    let mut books = Books::new();
    for row in members {
        let book = begin(row)?;
        books.insert(book.member, book);
    }
    for (sql, add) in PARTS {
        for row in tx.query(sql, params![first, last]).await? {
            if let Some(book) = books.get_mut(&row.get(0)?) {
                add(book, &row)?;
            }
        }
    }
    Ok(books)
}

fn begin(row: &Row) -> Result<Book, StoreError> {
    Ok(Book {
        member: row.get(0)?,
        program: row.get(1)?,
        events: Vec::new(),
        accounts: Vec::new(),
        transfers: Vec::new(),
        places: HashMap::new(),
        of_hold: HashMap::new(),
        of_original: HashMap::new(),
        hold_places: HashMap::new(),
        lot_places: HashMap::new(),
        holds: Vec::new(),
        lots: Vec::new(),
        moves: Vec::new(),
        orders: Vec::new(),
        coupons: Vec::new(),
        entries: Vec::new(),
        attempts: Vec::new(),
    })
}

type Add = fn(&mut Book, &Row) -> Result<(), StoreError>;

/// What a member has, each by a statement whose first column is the member. `cross join` keeps SQLite
/// from beginning with the other table.
const PARTS: &[(&str, Add)] = &[
    (
        "select member_id, asset, available, held, reserved, transfers, look_at, points_earned,
            amount_spent, orders, events
        from account where member_id >= $1 and member_id <= $2",
        add_account,
    ),
    (
        "select member_id, id, program_id, asset, number, amount, source, target, hold_id, corrects_id,
            balance_after, available_at, expires_at, created_at
        from transfer where member_id >= $1 and member_id <= $2 order by member_id, asset, number",
        add_transfer,
    ),
    (
        "select t.member_id, h.transfer_id, h.member_id, h.kind, h.state, h.remaining, h.due_at, h.idle_months,
            h.resolved_at, h.balance_after, h.asset
        from transfer t cross join hold h
        where t.member_id >= $1 and t.member_id <= $2 and h.transfer_id = t.id",
        add_hold,
    ),
    (
        "select member_id, id, asset, amount, remaining, expired, taken_back, counts, opened_at, expires_at,
            idle_months, late
        from lot where member_id >= $1 and member_id <= $2",
        add_lot,
    ),
    (
        "select t.member_id, m.transfer_id, m.lot_id, m.amount from transfer t cross join lot_move m
        where t.member_id >= $1 and t.member_id <= $2 and m.transfer_id = t.id",
        add_move,
    ),
    (
        "select member_id, program_id, id, status, transfer_id, total, refunded, counts, split from shop_order
        where member_id >= $1 and member_id <= $2 order by member_id, placed_at, id",
        add_order,
    ),
    (
        "select o.member_id, o.id, r.applied, r.amount, r.reversed, r.given_back
        from shop_order o cross join refund r
        where o.member_id >= $1 and o.member_id <= $2 and r.program_id = o.program_id and r.order_id = o.id",
        add_refund,
    ),
    (
        "select c.member_id, c.id, c.program_id, c.points, c.state, c.hold_id, c.order_id, c.taken_id, c.returned,
            o.status, c.terms, c.asset, c.wanted, c.amount, c.currency, c.connection, c.cause
        from coupon c left join shop_order o on o.program_id = c.program_id and o.id = c.order_id
        where c.member_id >= $1 and c.member_id <= $2",
        add_coupon,
    ),
    (
        "select member_id, tier, transfer_id, undone from tier_entry where member_id >= $1 and member_id <= $2",
        add_entry,
    ),
    (
        "select member_id, id, state, points, transfer_id from attempt
        where member_id >= $1 and member_id <= $2 and transfer_id is not null",
        add_attempt,
    ),
    (
        "select member_id, number, transfers from event
        where member_id >= $1 and member_id <= $2 order by member_id, number",
        add_event,
    ),
];

fn add_account(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.accounts.push(Account {
        asset: row.get(1)?,
        available: row.get(2)?,
        held: row.get(3)?,
        reserved: row.get(4)?,
        transfers: row.get(5)?,
        look_at: row.get(6)?,
        counters: read_counters(row, 7)?,
        events: row.get(10)?,
    });
    Ok(())
}

fn add_transfer(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    let transfer = Transfer {
        id: row.get(1)?,
        program: row.get(2)?,
        asset: row.get(3)?,
        number: row.get(4)?,
        movement: read_movement(row, 6, 7, 5)?,
        hold: row.get(8)?,
        corrects: row.get(9)?,
        balance_after: row.get(10)?,
        available_at: row.get(11)?,
        expires_at: row.get(12)?,
        at: row.get(13)?,
    };
    let place = book.transfers.len();
    book.places.insert(transfer.id, place);
    if let Some(hold) = transfer.hold {
        book.of_hold.entry(hold).or_default().push(place);
    }
    if let Some(original) = transfer.corrects {
        book.of_original.entry(original).or_default().push(place);
    }
    book.transfers.push(transfer);
    Ok(())
}

fn add_hold(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    let id = row.get(1)?;
    book.hold_places.insert(id, book.holds.len());
    book.holds.push(Hold {
        id,
        member: row.get(2)?,
        asset: row.get(10)?,
        kind: row.get(3)?,
        state: row.get(4)?,
        remaining: row.get(5)?,
        due_at: row.get(6)?,
        idle_months: row.get(7)?,
        resolved_at: row.get(8)?,
        balance_after: row.get(9)?,
    });
    Ok(())
}

fn add_lot(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    let id = row.get(1)?;
    book.lot_places.insert(id, book.lots.len());
    book.lots.push(Lot {
        id,
        asset: row.get(2)?,
        amount: row.get(3)?,
        remaining: row.get(4)?,
        expired: row.get(5)?,
        taken_back: row.get(6)?,
        counts: row.get(7)?,
        opened_at: row.get(8)?,
        expires_at: row.get(9)?,
        idle_months: row.get(10)?,
        late: row.get(11)?,
    });
    Ok(())
}

fn add_move(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.moves.push(Move {
        transfer: row.get(1)?,
        lot: row.get(2)?,
        amount: row.get(3)?,
    });
    Ok(())
}

fn add_order(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.orders.push(read_order(row, 1)?);
    Ok(())
}

/// Reads an order whose columns begin at `first`.
pub(super) fn read_order(row: &Row, first: usize) -> Result<Order, StoreError> {
    Ok(Order {
        program: row.get(first)?,
        id: row.get(first + 1)?,
        is_paid: row.get::<String>(first + 2)? == "paid",
        transfer: row.get(first + 3)?,
        total: row.get(first + 4)?,
        refunded: row.get(first + 5)?,
        counts: row.get(first + 6)?,
        split: row.get(first + 7)?,
        refunds: Refunds::default(),
    })
}

fn add_refund(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    let order: String = row.get(1)?;
    match book.orders.iter_mut().find(|known| known.id == order) {
        Some(order) => order.refunds.add(row, 2),
        None => Ok(()),
    }
}

impl Refunds {
    /// Adds a refund whose columns begin at `first`.
    pub(super) fn add(&mut self, row: &Row, first: usize) -> Result<(), StoreError> {
        self.waiting += i64::from(!row.get::<bool>(first)?);
        self.amount += row.get::<i64>(first + 1)?;
        self.reversed += row.get::<i64>(first + 2)?;
        self.given_back += row.get::<i64>(first + 3)?;
        Ok(())
    }
}

fn add_coupon(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.coupons.push(Coupon {
        id: row.get(1)?,
        program: row.get(2)?,
        kind: kind_of(&row.get::<String>(10)?),
        asset: row.get(11)?,
        points: row.get(3)?,
        wanted: row.get(12)?,
        amount: row.get(13)?,
        currency: row.get(14)?,
        state: row.get(4)?,
        hold: row.get(5)?,
        order: row.get(6)?,
        taken: row.get(7)?,
        returned: row.get(8)?,
        connection: row.get(15)?,
        cause: row.get(16)?,
        order_is_paid: row.get::<Option<String>>(9)?.as_deref() == Some("paid"),
    });
    Ok(())
}

/// What a coupon with these terms is.
pub(super) fn kind_of(terms: &str) -> Option<RewardKind> {
    let terms = serde_json::from_str::<Terms>(terms);
    terms.ok().map(|terms| terms.kind)
}

fn add_entry(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.entries.push(Entry {
        tier: row.get(1)?,
        transfer: row.get(2)?,
        undone: row.get(3)?,
    });
    Ok(())
}

fn add_attempt(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.attempts.push(Attempt {
        id: row.get(1)?,
        state: row.get(2)?,
        points: row.get(3)?,
        transfer: row.get(4)?,
    });
    Ok(())
}

fn add_event(book: &mut Book, row: &Row) -> Result<(), StoreError> {
    book.events.push((row.get(1)?, row.get(2)?));
    Ok(())
}
