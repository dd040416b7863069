//! Writing in threads. Whoever writes locks the member's account first and the thread after it, as all do that
//! may pay or tell something.

use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::{DAY, Instant, thread};
use crate::store::events::{self, News};
use crate::store::{Command, StoreError, Tx, attempts, codes, params};
use app::api::{EventKind, MemberId, ProgramId, ThreadId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Threads that a member may begin in a day.
pub const THREADS_A_DAY_MAX: i64 = 5;
/// Messages that a member may write in a day, in all threads together.
pub const MESSAGES_A_DAY_MAX: i64 = 30;

/// What a member has done as often as one may in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cap {
    /// Begun threads.
    Threads,
    /// Written messages.
    Messages,
}

/// What became of the wish to begin a thread.
pub(in crate::store) enum Begun {
    Thread(ThreadId),
    TooMany(Cap),
}

/// Counts one more of a member's threads or messages of this day, unless there were enough.
async fn counts<T: Tx>(
    tx: &mut T,
    member: MemberId,
    cap: Cap,
    now: Instant,
) -> Result<bool, StoreError> {
    let (name, max) = match cap {
        Cap::Threads => ("threads", THREADS_A_DAY_MAX),
        Cap::Messages => ("messages", MESSAGES_A_DAY_MAX),
    };
    codes::tally(tx, &format!("day/{name}/{member}"), now, DAY, max).await
}

async fn say<T: Tx>(
    tx: &mut T,
    thread: ThreadId,
    number: i64,
    author: &'static str,
    text: &str,
    at: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into thread_message (thread_id, number, author, text, created_at)
        values ($1, $2, $3, $4, $5)";
    tx.later(SQL, params![thread, number, author, text, at])
        .await
}

/// Begins a thread. The member's account is locked.
pub(in crate::store) async fn begin<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    member: MemberId,
    text: &str,
    stamp: &Stamp,
) -> Result<Begun, StoreError> {
    const SQL: &str =
        "insert into thread (id, program_id, member_id, opened_at, written_at, waits_for, promised_by,
            messages, seen)
        values ($1, $2, $3, $4, $4, 'shop', $5, 1, 1)";
    let now = stamp.at;
    for cap in [Cap::Threads, Cap::Messages] {
        if !counts(tx, member, cap, now).await? {
            return Ok(Begun::TooMany(cap));
        }
    }
    let id = ThreadId(stamp.part("thread", 0).id(0));
    let promised_by = thread::promised_by(&rules.program, now);
    tx.later(SQL, params![id, rules.id, member, now, promised_by])
        .await?;
    say(tx, id, 1, "member", text, now).await?;
    Ok(Begun::Thread(id))
}

/// Begins a thread; the first that is long enough does a task.
pub struct Open {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who writes.
    pub member: MemberId,
    /// What, checked.
    pub text: String,
    /// The id of the task of kind `feedback` that it may do.
    pub task: Option<String>,
    /// When.
    pub stamp: Stamp,
}

/// What became of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opened {
    /// It stands.
    Done(ThreadId),
    /// Enough for this day. Nothing was written.
    TooMany(Cap),
}

impl Command for Open {
    type Output = Opened;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Opened, StoreError> {
        events::lock(tx, self.member).await?;
        let begun = begin(tx, &self.rules, self.member, &self.text, &self.stamp).await?;
        let id = match begun {
            Begun::Thread(id) => id,
            Begun::TooMany(cap) => return Ok(Opened::TooMany(cap)),
        };
        let task = self.task.as_ref();
        if let Some(task) = task.and_then(|id| self.rules.program.task(id)) {
            let (rules, stamp) = (&self.rules, &self.stamp);
            let written = (id, self.text.as_str());
            attempts::pay_thread(tx, rules, task, self.member, written, stamp).await?;
        }
        Ok(Opened::Done(id))
    }
}

/// Writes in a thread, as its member.
pub struct Write {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who writes.
    pub member: MemberId,
    /// The thread.
    pub thread: ThreadId,
    /// What, checked.
    pub text: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Written {
    /// It stands.
    Done,
    /// The member has no such thread.
    Unknown,
    /// Enough for this day. Nothing was written.
    TooMany(Cap),
}

impl Command for Write {
    type Output = Written;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Written, StoreError> {
        const OWN: &str = "select messages from thread where id = $1 and member_id = $2";
        // Who writes has read what stands above.
        const SQL: &str =
            "update thread set messages = messages + 1, seen = messages + 1, written_at = $1,
                waits_for = 'shop', promised_by = coalesce(promised_by, $2)
            where id = $3 returning messages";
        let now = self.stamp.at;
        let own = params![self.thread, self.member];
        if tx.query_one(OWN, own).await?.is_none() {
            return Ok(Written::Unknown);
        }
        events::lock(tx, self.member).await?;
        if !counts(tx, self.member, Cap::Messages, now).await? {
            return Ok(Written::TooMany(Cap::Messages));
        }
        let promised_by = thread::promised_by(&self.rules.program, now);
        let row = tx
            .query_one(SQL, params![now, promised_by, self.thread])
            .await?;
        let row = row.ok_or_else(gone)?;
        say(tx, self.thread, row.get(0)?, "member", &self.text, now).await?;
        Ok(Written::Done)
    }
}

fn gone() -> StoreError {
    StoreError::internal("a thread went away")
}

/// Writes in a thread, as the shop, and tells the member.
pub struct Answer {
    /// The programme that the thread must be of.
    pub program: ProgramId,
    /// The thread.
    pub thread: ThreadId,
    /// What, checked.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// What became of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answered {
    /// It stands.
    Done {
        /// How long the first answer took, in microseconds: this one, or one before it.
        first_after: i64,
    },
    /// The programme has no such thread.
    Unknown,
}

impl Command for Answer {
    type Output = Answered;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Answered, StoreError> {
        const OF: &str = "select member_id from thread where id = $1 and program_id = $2";
        const SQL: &str =
            "update thread set messages = messages + 1, written_at = $1, waits_for = 'member',
                promised_by = null, answered_at = coalesce(answered_at, $1)
            where id = $2 returning messages, answered_at - opened_at";
        let of = tx.query_one(OF, params![self.thread, self.program]).await?;
        let Some(of) = of else {
            return Ok(Answered::Unknown);
        };
        events::append(tx, of.get(0)?, self.at, &News::of(EventKind::Thread)).await?;
        let row = tx.query_one(SQL, params![self.at, self.thread]).await?;
        let row = row.ok_or_else(gone)?;
        say(tx, self.thread, row.get(0)?, "shop", &self.text, self.at).await?;
        Ok(Answered::Done {
            first_after: row.get(1)?,
        })
    }
}

/// Notes how far a member has read a thread of theirs. Once all is read, it waits for nobody, unless it is the
/// shop's turn.
pub struct MarkSeen {
    /// Who has read.
    pub member: MemberId,
    /// The thread.
    pub thread: ThreadId,
    /// The newest message that was shown.
    pub number: i64,
}

impl Command for MarkSeen {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "update thread set seen = $1,
                waits_for = case when waits_for = 'member' and messages = $1 then 'nobody' else waits_for end
            where id = $2 and member_id = $3 and seen < $1 and messages >= $1";
        let row = params![self.number, self.thread, self.member];
        tx.execute(SQL, row).await?;
        Ok(())
    }
}
