//! What members write to the shop, and its answers. Each thread is one conversation, and there is no end to it:
//! it waits for the shop, for the member, or for nobody, until somebody writes again.

mod write;

pub use write::{
    Answer, Answered, Cap, MESSAGES_A_DAY_MAX, MarkSeen, Open, Opened, THREADS_A_DAY_MAX, Write,
    Written,
};
pub(super) use write::{Begun, begin};

use super::{Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::{MemberId, ProgramId, ThreadId, WaitsFor, Writer};

/// Selects threads with their newest messages (fifty at most), those of one thread one after the other.
macro_rules! threads {
    ($which:literal, $order:literal) => {
        concat!(
            "select t.id, t.program_id, t.member_id, t.opened_at, t.answered_at, t.written_at, t.waits_for,
                t.promised_by, t.messages, t.seen, m.number, m.author, m.text, m.created_at
            from (select * from thread ",
            $which,
            ") t join thread_message m on m.thread_id = t.id and m.number > t.messages - 50
            order by ",
            $order,
            ", m.number"
        )
    };
}

/// A thread as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredThread {
    /// The thread.
    pub id: ThreadId,
    /// Of which programme.
    pub program: ProgramId,
    /// Who began it.
    pub member: MemberId,
    /// When.
    pub opened_at: Instant,
    /// When the shop first answered.
    pub answered_at: Option<Instant>,
    /// When somebody last wrote.
    pub written_at: Instant,
    /// Whose turn it is.
    pub waits_for: WaitsFor,
    /// Until when an answer was promised, while it waits for the shop.
    pub promised_by: Option<Instant>,
    /// How many messages there are.
    pub count: i64,
    /// Up to which of them the member has seen it.
    pub seen: i64,
    /// The newest of them, in their order.
    pub messages: Vec<StoredMessage>,
}

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its place in the thread, from 1.
    pub number: i64,
    /// Who wrote it.
    pub author: Writer,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub at: Instant,
}

impl StoredThread {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let waits_for = match row.get::<String>(6)?.as_str() {
            "shop" => WaitsFor::Shop,
            "member" => WaitsFor::Member,
            _ => WaitsFor::Nobody,
        };
        Ok(Self {
            id: row.get(0)?,
            program: row.get(1)?,
            member: row.get(2)?,
            opened_at: row.get(3)?,
            answered_at: row.get(4)?,
            written_at: row.get(5)?,
            waits_for,
            promised_by: row.get(7)?,
            count: row.get(8)?,
            seen: row.get(9)?,
            messages: Vec::new(),
        })
    }
}

impl StoredMessage {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let is_shop = row.get::<String>(11)? == "shop";
        Ok(Self {
            number: row.get(10)?,
            author: if is_shop {
                Writer::Shop
            } else {
                Writer::Member
            },
            text: row.get(12)?,
            at: row.get(13)?,
        })
    }
}

/// Puts each thread's messages into it.
fn gathered(rows: &[Row]) -> Result<Vec<StoredThread>, StoreError> {
    let mut threads: Vec<StoredThread> = Vec::new();
    for row in rows {
        let id: ThreadId = row.get(0)?;
        if threads.last().is_none_or(|last| last.id != id) {
            threads.push(StoredThread::read(row)?);
        }
        if let Some(thread) = threads.last_mut() {
            thread.messages.push(StoredMessage::read(row)?);
        }
    }
    Ok(threads)
}

/// Where a list goes on: behind the thread of this moment and id.
pub type Place = (Instant, ThreadId);

/// Before all that there can be, and after it.
const FIRST: Place = (Instant::MIN, ThreadId([0; 16]));
const LAST: Place = (Instant::MAX, ThreadId([0xff; 16]));

/// A page of a member's threads; the one that was last written in comes first.
pub struct OfMember {
    /// Whose.
    pub member: MemberId,
    /// Begins below the thread that was last written in then.
    pub below: Option<Place>,
    /// At most so many.
    pub limit: i64,
}

impl Query for OfMember {
    type Output = Vec<StoredThread>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = threads!(
            "where member_id = $1 and (written_at, id) < ($2, $3) order by written_at desc, id desc limit $4",
            "t.written_at desc, t.id desc"
        );
        let (at, id) = self.below.unwrap_or(LAST);
        let which = params![self.member, at, id, self.limit];
        gathered(&tx.query(SQL, which).await?)
    }
}

/// One thread, whoever's it is.
pub struct ById(pub ThreadId);

impl Query for ById {
    type Output = Option<StoredThread>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = threads!("where id = $1", "t.id");
        let rows = tx.query(SQL, params![self.0]).await?;
        Ok(gathered(&rows)?.pop())
    }
}

/// How far a list of a programme's threads has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Read {
    /// Not at all.
    #[default]
    Nothing,
    /// Those that wait for the shop, up to the one of this promise.
    Waiting(Place),
    /// Those too that do not, down to the one that was last written in then.
    Others(Place),
}

/// A page of a programme's threads: those that wait for the shop come first, by when it promised to answer; then
/// the others, the one first that was last written in.
pub struct WaitingForShop {
    /// The programme.
    pub program: ProgramId,
    /// Goes on from here.
    pub read: Read,
    /// At most so many.
    pub limit: i64,
}

impl Query for WaitingForShop {
    type Output = Vec<StoredThread>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const WAITING: &str = threads!(
            "where program_id = $1 and waits_for = 'shop' and (promised_by, id) > ($2, $3)
                order by promised_by, id limit $4",
            "t.promised_by, t.id"
        );
        const OTHERS: &str = threads!(
            "where program_id = $1 and waits_for <> 'shop' and (written_at, id) < ($2, $3)
                order by written_at desc, id desc limit $4",
            "t.written_at desc, t.id desc"
        );
        let (waiting, others) = match self.read {
            Read::Nothing => (Some(FIRST), LAST),
            Read::Waiting(place) => (Some(place), LAST),
            Read::Others(place) => (None, place),
        };
        let mut threads = Vec::new();
        if let Some((at, id)) = waiting {
            let which = params![self.program, at, id, self.limit];
            threads = gathered(&tx.query(WAITING, which).await?)?;
        }
        let found = i64::try_from(threads.len()).unwrap_or(self.limit);
        if found < self.limit {
            let (at, id) = others;
            let which = params![self.program, at, id, self.limit - found];
            threads.extend(gathered(&tx.query(OTHERS, which).await?)?);
        }
        Ok(threads)
    }
}
