//! What is to be asked of outside services, and what came of it.
//!
//! A question waits in the database from the transaction that asked for it, so none is lost. A server takes
//! some by moving the moment from which they are due, conditionally: that is the lease, and only who holds it
//! can settle. If that server is killed, they fall due again. That a question is taken is written down beside it, so
//! that nobody moves it who only wants it asked sooner (`store::hints`).

mod first;

use super::attempts::{self, StoredAttempt};
use super::decisions::{self, Queue};
use super::events::{self, News};
use super::signals::{self, Listed};
use super::{Command, Query, Row, StoreError, Tx, Value, accounts, codes, params};
use crate::clock::Stamp;
use crate::connections::{Account, Service};
use crate::domain::check::{self, Decision, Heard, Purpose};
use crate::domain::program::Rules;
use crate::domain::signal::Signal;
use crate::domain::task::{Elsewhere, Task};
use crate::domain::{DAY, Instant, SECOND, attempt};
use app::api::{AttemptId, MemberId, ProgramId};
use std::sync::Arc;

/// How long a server may keep a question. Longer than the longest call, so that nothing is asked twice at
/// the same time.
pub const LEASE: i64 = 45 * SECOND;

fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Done => "done",
        Purpose::Kept => "kept",
    }
}

/// Has a question asked from a moment on.
pub(super) async fn enqueue<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    elsewhere: &Elsewhere,
    attempt: AttemptId,
    purpose: Purpose,
    due_at: Instant,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into verification (attempt_id, program_id, connection, target, purpose, tries, denials, due_at, since, taken)
        values ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8) on conflict (attempt_id) do nothing";
    let row = params![
        attempt,
        rules.id,
        &elsewhere.connection,
        &elsewhere.target,
        purpose_name(purpose),
        due_at,
        due_at.max(now),
        false,
    ];
    tx.later(SQL, row).await
}

/// The connections about which something is due, and how much.
pub struct Waiting {
    /// The time.
    pub now: Instant,
}

impl Query for Waiting {
    type Output = Vec<(ProgramId, String, i64)>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select program_id, connection, count(*) filter (where due_at <= $1) from verification
            group by program_id, connection having min(due_at) <= $1 order by min(due_at)";
        let rows = tx.query(SQL, params![self.now]).await?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .collect()
    }
}

/// A question that a server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The attempt.
    pub attempt: AttemptId,
    /// Whose.
    pub member: MemberId,
    /// The task's id in the programme file.
    pub task: String,
    /// Why it is asked.
    pub purpose: Purpose,
    /// The account; nothing where the member has let it go.
    pub account: Option<Account>,
    /// What showed it before, as JSON.
    pub evidence: Option<String>,
    /// What it was about when it was asked for: the connection, and the target there.
    pub about: (String, String),
    /// How often it was asked, this time among them.
    tries: i64,
    denials: i64,
    since: Instant,
    /// The end of the lease, which shows whose it is.
    due_at: Instant,
}

impl Question {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            attempt: row.get(0)?,
            purpose: match row.get::<String>(1)?.as_str() {
                "done" => Purpose::Done,
                _ => Purpose::Kept,
            },
            tries: row.get(2)?,
            denials: row.get(3)?,
            since: row.get(4)?,
            due_at: row.get(5)?,
            about: (row.get(6)?, row.get(7)?),
            member: MemberId([0; 16]),
            task: String::new(),
            account: None,
            evidence: None,
        })
    }
}

/// Takes some questions about one connection, the longest due first.
pub struct Lease {
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// Which service it is of; none if the rules no longer have it.
    pub service: Option<&'static dyn Service>,
    /// At most so many.
    pub limit: i64,
    /// The time.
    pub now: Instant,
}

impl Command for Lease {
    type Output = Vec<Question>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const DUE: &str = "select attempt_id from verification
            where program_id = $1 and connection = $2 and due_at <= $3 order by due_at, attempt_id limit $4";
        const TAKE: &str = "update verification set due_at = $1, tries = tries + 1, taken = $2
            where attempt_id = $3 and due_at <= $4
            returning attempt_id, purpose, tries, denials, since, due_at, connection, target";
        const ATTEMPT: &str = "select member_id, task, evidence from attempt where id = $1";
        let due = params![self.program, &self.connection, self.now, self.limit];
        let mut taken = Vec::new();
        for row in tx.query(DUE, due).await? {
            let id: AttemptId = row.get(0)?;
            // Another server may have been quicker.
            let take = params![self.now + LEASE, true, id, self.now];
            let Some(row) = tx.query_one(TAKE, take).await? else {
                continue;
            };
            let mut question = Question::read(&row)?;
            let row = tx.query_one(ATTEMPT, params![id]).await?;
            let row = row.ok_or_else(|| StoreError::internal("a question about no attempt"))?;
            question.member = row.get(0)?;
            question.task = row.get(1)?;
            question.evidence = row.get(2)?;
            question.account = match self.service {
                Some(service) => accounts::current(tx, question.member, service).await?,
                None => None,
            };
            taken.push(question);
        }
        Ok(taken)
    }
}

/// Counts a call that costs money against its connection's cap, which holds across servers and restarts.
pub struct Spend {
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// Calls in thirty days.
    pub max: i64,
    /// The time.
    pub now: Instant,
}

impl Command for Spend {
    /// Whether it may be made.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let name = format!("calls/{}/{}", self.program, self.connection);
        codes::tally(tx, &name, self.now, 30 * DAY, self.max).await
    }
}

/// Writes down what came of a question.
pub struct Settle {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The question.
    pub question: Question,
    /// What was heard.
    pub heard: Heard,
    /// What shows it, as JSON.
    pub evidence: Option<String>,
    /// For a service that knows people by their address: that.
    pub address: Option<Listed>,
    /// When.
    pub stamp: Stamp,
}

impl Command for Settle {
    /// Whether this server still had the question.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const TAKEN: &str =
            "delete from verification where attempt_id = $1 and due_at = $2 and tries = $3";
        let question = &self.question;
        let lease = params![question.attempt, question.due_at, question.tries];
        let found = attempts::by_id(tx, question.attempt).await?;
        let task = self.rules.program.task(&question.task);
        let here = task.and_then(|task| Some((task, task.elsewhere.as_ref()?)));
        let (Some(attempt), Some((task, elsewhere))) = (found, here) else {
            return self.without_task(tx, TAKEN, lease).await;
        };
        if attempt.waits_for_a_person() {
            // It was asked about once more while what was heard before went to a person.
            return Ok(tx.execute(TAKEN, lease).await? == 1);
        }
        if self.heard == Heard::No("unlinked")
            && let Some(service) = attempts::service_of(&self.rules, elsewhere)
            && accounts::current(tx, attempt.member, service)
                .await?
                .is_some()
        {
            // One was linked while it was asked without.
            return self.again(tx, &attempt, self.stamp.at, false, None).await;
        }
        let asked = check::Asked {
            purpose: question.purpose,
            tries: question.tries,
            denials: question.denials,
            since: question.since,
            notice_until: attempt.notice_until,
            clawback: elsewhere.clawback,
            first: self.is_first(tx, elsewhere).await?,
        };
        let heard = if asked.first {
            self.heard_first(tx, &attempt).await?
        } else {
            self.heard
        };
        let decision = check::decide(&asked, heard, self.stamp.at, self.stamp.salt[0]);
        if let Decision::Again(at, denied, say) = decision {
            return self.again(tx, &attempt, at, denied, say).await;
        }
        if tx.execute(TAKEN, lease).await? == 0 {
            return Ok(false);
        }
        match decision {
            Decision::Pay => self.pay(tx, task, elsewhere, &attempt).await?,
            Decision::Open => self.open(tx, &attempt).await?,
            Decision::Stand => self.stand(tx, elsewhere, &attempt).await?,
            Decision::Reject(reason) => {
                attempts::reject(tx, &attempt, reason, self.stamp.at).await?;
            }
            Decision::Notice(until) => self.notice(tx, elsewhere, &attempt, until).await?,
            Decision::TakeBack(reason) => {
                attempts::take_back(tx, &self.rules, task, &attempt, reason, &self.stamp).await?;
            }
            Decision::Again(..) => {}
        }
        Ok(true)
    }
}

/// Has what was paid looked at once more, where the task says so.
pub(super) async fn look_again<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    elsewhere: &Elsewhere,
    attempt: AttemptId,
    now: Instant,
) -> Result<(), StoreError> {
    if elsewhere.recheck_days == 0 {
        return Ok(());
    }
    let at = now + i64::from(elsewhere.recheck_days) * DAY;
    enqueue(tx, rules, elsewhere, attempt, Purpose::Kept, at, now).await
}

impl Settle {
    /// The task is gone from the rules: what was paid for it stands, and what was not is over. Unless these rules
    /// are not the newest: then another server, or this one a moment later, knows the task.
    async fn without_task<T: Tx>(
        &self,
        tx: &mut T,
        taken: &'static str,
        lease: &[Value],
    ) -> Result<bool, StoreError> {
        const VERSION: &str = "select version from program where id = $1";
        let row = tx.query_one(VERSION, params![self.rules.id]).await?;
        let newest: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        if newest != self.rules.version || tx.execute(taken, lease).await? == 0 {
            return Ok(false);
        }
        let attempt = attempts::by_id(tx, self.question.attempt).await?;
        if let Some(attempt) = attempt.filter(|_| self.question.purpose == Purpose::Done) {
            attempts::reject(tx, &attempt, "could_not_check", self.stamp.at).await?;
        }
        Ok(true)
    }

    async fn again<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &StoredAttempt,
        at: Instant,
        denied: bool,
        say: Option<&'static str>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update verification set due_at = $1, denials = denials + $2, taken = $3
            where attempt_id = $4 and due_at = $5 and tries = $6";
        const SAY: &str = "update attempt set reason = $1, updated_at = $2
            where id = $3 and state = 'checking' and (reason is null or reason <> $1)";
        let question = &self.question;
        let row = params![
            at,
            i64::from(denied),
            false,
            question.attempt,
            question.due_at,
            question.tries
        ];
        if tx.execute(SQL, row).await? == 0 {
            return Ok(false);
        }
        if let Some(say) = say {
            let said = tx
                .execute(SAY, params![say, self.stamp.at, attempt.id])
                .await?;
            if said == 1 {
                let news = News::attempt(&attempt.task);
                events::append(tx, attempt.member, self.stamp.at, &news).await?;
            }
        }
        Ok(true)
    }

    async fn pay<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        elsewhere: &Elsewhere,
        attempt: &StoredAttempt,
    ) -> Result<(), StoreError> {
        const EVIDENCE: &str = "update attempt set evidence = $1, reason = null where id = $2";
        let now = self.stamp.at;
        if let Some(Listed {
            service, digest, ..
        }) = &self.address
        {
            let (program, member) = (self.rules.id, attempt.member);
            if !accounts::claim_address(tx, program, service, digest, member, now).await? {
                return attempts::reject(tx, attempt, attempts::ADDRESS_USED, now).await;
            }
        }
        let found = self.signals(tx, elsewhere, attempt).await?;
        if !found.is_empty() {
            let (program, evidence) = (self.rules.id, self.evidence.as_deref());
            let queue = Queue::Signals;
            decisions::ask(tx, program, attempt, queue, &found, evidence, now).await?;
            return Ok(());
        }
        let available_at = attempt::available_at(task, now);
        let evidence = self.evidence.clone();
        let paid = attempts::pay(
            tx,
            &self.rules,
            task,
            attempt,
            available_at,
            evidence.clone(),
            &self.stamp,
        )
        .await?;
        if !paid {
            return Ok(());
        }
        tx.later(EVIDENCE, params![evidence, attempt.id]).await?;
        look_again(tx, &self.rules, elsewhere, attempt.id, now).await
    }

    /// What speaks against what was heard.
    async fn signals<T: Tx>(
        &self,
        tx: &mut T,
        elsewhere: &Elsewhere,
        attempt: &StoredAttempt,
    ) -> Result<Vec<Signal>, StoreError> {
        let (program, member, now) = (self.rules.id, attempt.member, self.stamp.at);
        if let Some(listed) = &self.address {
            return signals::of_listed(tx, program, member, listed, now).await;
        }
        let service = attempts::service_of(&self.rules, elsewhere);
        let (Some(service), Some(account)) = (service, &self.question.account) else {
            return Ok(Vec::new());
        };
        let kind = service.about().kind;
        signals::of_account(tx, member, kind, &account.id, elsewhere, now).await
    }

    /// What was paid stays. A look that a hook gave reason for is none of those that the shop has announced.
    async fn stand<T: Tx>(
        &self,
        tx: &mut T,
        elsewhere: &Elsewhere,
        attempt: &StoredAttempt,
    ) -> Result<(), StoreError> {
        const PAID: &str = "select t.created_at from attempt a join transfer t on t.id = a.transfer_id where a.id = $1";
        const SQL: &str = "update attempt set notice_until = null, reason = null, updated_at = $1
            where id = $2 and notice_until is not null";
        // As whoever posts the hold: the account first, then the attempt.
        events::lock(tx, attempt.member).await?;
        if tx.execute(SQL, params![self.stamp.at, attempt.id]).await? == 1 {
            let news = News::attempt(&attempt.task);
            events::append(tx, attempt.member, self.stamp.at, &news).await?;
        }
        let about = &self.question.about;
        if (&about.0, &about.1) != (&elsewhere.connection, &elsewhere.target) {
            return Ok(());
        }
        let row = tx.query_one(PAID, params![attempt.id]).await?;
        let paid_at: Option<Instant> = row.map(|row| row.get(0)).transpose()?;
        let announced = paid_at.map(|at| at + i64::from(elsewhere.recheck_days) * DAY);
        let now = self.stamp.at;
        match announced.filter(|at| *at > now) {
            Some(at) => {
                let purpose = Purpose::Kept;
                enqueue(tx, &self.rules, elsewhere, attempt.id, purpose, at, now).await
            }
            None => Ok(()),
        }
    }

    async fn notice<T: Tx>(
        &self,
        tx: &mut T,
        elsewhere: &Elsewhere,
        attempt: &StoredAttempt,
        until: Instant,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update attempt set notice_until = $1, reason = 'notice', updated_at = $2
            where id = $3 and state in ('held', 'earned')";
        let now = self.stamp.at;
        if tx.execute(SQL, params![until, now, attempt.id]).await? == 1 {
            enqueue(
                tx,
                &self.rules,
                elsewhere,
                attempt.id,
                Purpose::Kept,
                until,
                now,
            )
            .await?;
            events::append(tx, attempt.member, now, &News::attempt(&attempt.task)).await?;
        }
        Ok(())
    }
}
