//! Single-use links in mails: they bind to the address and the attempt, and work in any browser.

use super::attempts::{self, ADDRESS_USED, StoredAttempt};
use super::decisions::{self, Queue};
use super::mail::{self, SealedMail};
use super::{Command, Query, Row, StoreError, Tx, params, signals};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::signal::Signal;
use crate::domain::task::Task;
use crate::domain::{Instant, attempt, email};
use app::api::{AttemptId, AttemptState, MemberId, ProgramId};
use std::sync::Arc;

/// What a confirmed address leaves as evidence.
const EVIDENCE: &str = r#"{"by":"link","step":"double opt-in"}"#;

/// A confirmation that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// A digest of the link's secret.
    pub digest: Vec<u8>,
    /// Where it goes.
    pub email: String,
    /// A keyed digest of that, for counting.
    pub address: String,
    /// The language of the mail and of the page behind the link.
    pub locale: String,
    /// The sentence that was agreed to.
    pub consent: String,
    /// The mail.
    pub mail: SealedMail,
}

/// How many confirmations an attempt has sent.
pub(super) async fn sent<T: Tx>(tx: &mut T, attempt: AttemptId) -> Result<i64, StoreError> {
    let row = tx
        .query_one(
            "select count(*) from link where attempt_id = $1",
            params![attempt],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(super) async fn insert<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    attempt: AttemptId,
    link: &NewLink,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into link (digest, program_id, purpose, attempt_id, email, locale, consent, created_at,
            expires_at)
        values ($1, $2, 'confirm', $3, $4, $5, $6, $7, $8)";
    let digest = link.digest.clone();
    let expires_at = now + attempt::LINK_LIFE;
    tx.execute(
        SQL,
        params![
            digest,
            program,
            attempt,
            &link.email,
            &link.locale,
            &link.consent,
            now,
            expires_at
        ],
    )
    .await?;
    let asked = StoredLink {
        program_id: program,
        attempt,
        email: link.email.clone(),
        locale: link.locale.clone(),
        consent: link.consent.clone(),
        expires_at,
        used_at: None,
    };
    consent(tx, program, &asked, "asked", now).await?;
    mail::enqueue(tx, program, &link.mail, now).await
}

/// Writes down one step of a double opt-in.
async fn consent<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    link: &StoredLink,
    step: &'static str,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into consent (program_id, email, step, text, locale, source, created_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (program_id, email, step, created_at) do nothing";
    let source = if step == "asked" { "panel" } else { "mail" };
    let (email, text, locale) = (&link.email, &link.consent, &link.locale);
    tx.execute(
        SQL,
        params![program, email, step, text, locale, source, now],
    )
    .await?;
    Ok(())
}

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLink {
    /// The programme.
    pub program_id: ProgramId,
    /// The attempt it confirms.
    pub attempt: AttemptId,
    /// The address it was sent to.
    pub email: String,
    /// The language it was sent in.
    pub locale: String,
    /// The sentence that was agreed to.
    pub consent: String,
    /// When it stops working.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

impl StoredLink {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            program_id: row.get(0)?,
            attempt: row.get(1)?,
            email: row.get(2)?,
            locale: row.get(3)?,
            consent: row.get(4)?,
            expires_at: row.get(5)?,
            used_at: row.get(6)?,
        })
    }
}

/// What stands behind a link. Looking changes nothing: mail scanners look.
pub struct Find {
    /// A digest of the link's secret.
    pub digest: Vec<u8>,
}

impl Query for Find {
    type Output = Option<StoredLink>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select program_id, attempt_id, email, locale, consent, expires_at, used_at from link
            where digest = $1 and purpose = 'confirm'";
        let row = tx.query_one(SQL, params![self.digest.clone()]).await?;
        row.as_ref().map(StoredLink::read).transpose()
    }
}

/// Confirms an address.
pub struct Confirm {
    /// The rules.
    pub rules: Arc<Rules>,
    /// A digest of the link's secret.
    pub digest: Vec<u8>,
    /// When.
    pub stamp: Stamp,
}

/// What became of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The address is confirmed and the attempt is paid.
    Done,
    /// The address is confirmed, and a person looks before the attempt is paid.
    Waits,
    /// It was confirmed before.
    Already,
    /// The link has run out, or a newer one went to another address.
    Expired,
    /// Somebody else has earned with this address.
    AddressUsed,
    /// There is no such link.
    Unknown,
}

impl Command for Confirm {
    type Output = Confirmed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Confirmed, StoreError> {
        const USE: &str = "update link set used_at = $1 where digest = $2 and used_at is null and expires_at > $1";
        let now = self.stamp.at;
        let found = Find {
            digest: self.digest.clone(),
        }
        .run(tx)
        .await?;
        let Some(link) = found.filter(|link| link.program_id == self.rules.id) else {
            return Ok(Confirmed::Unknown);
        };
        let Some(attempt) = attempts::by_id(tx, link.attempt).await? else {
            return Ok(Confirmed::Unknown);
        };
        if link.used_at.is_none() && attempt.address.as_ref() != Some(&link.email) {
            return Ok(Confirmed::Expired);
        }
        if tx.execute(USE, params![now, self.digest.clone()]).await? == 0 {
            let used = Find {
                digest: self.digest.clone(),
            }
            .run(tx)
            .await?;
            let ended = attempts::by_id(tx, link.attempt).await?;
            return Ok(if used.is_none_or(|link| link.used_at.is_none()) {
                Confirmed::Expired
            } else if ended
                .as_ref()
                .is_some_and(StoredAttempt::met_a_used_address)
            {
                Confirmed::AddressUsed
            } else if ended.is_some_and(|attempt| attempt.waits_for_a_person()) {
                Confirmed::Waits
            } else {
                Confirmed::Already
            });
        }
        match attempt.state_at(now) {
            AttemptState::Started => self.settle(tx, &link, &attempt).await,
            _ if attempt.is_paid() => Ok(Confirmed::Already),
            _ if attempt.waits_for_a_person() => Ok(Confirmed::Waits),
            _ if attempt.met_a_used_address() => Ok(Confirmed::AddressUsed),
            _ => Ok(Confirmed::Expired),
        }
    }
}

/// Whether an address has earned for another member at the same task.
async fn earned_for_another<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    attempt: &StoredAttempt,
    address: &str,
) -> Result<bool, StoreError> {
    const OTHERS: &str =
        "select id from attempt where program_id = $1 and task = $2 and address = $3
        and state in ('held', 'earned') and member_id <> $4";
    let others = params![rules.id, &attempt.task, address, attempt.member];
    Ok(tx.query_one(OTHERS, others).await?.is_some())
}

/// The same of the address that an attempt was confirmed with, if it was, once a person has decided about it.
/// Two who decide about one address take turns.
pub(super) async fn has_earned_elsewhere<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    attempt: &StoredAttempt,
) -> Result<bool, StoreError> {
    const TURN: &str =
        "select email from subscription where program_id = $1 and email = $2 for no key update";
    let Some(address) = &attempt.address else {
        return Ok(false);
    };
    tx.query(TURN, params![rules.id, address]).await?;
    earned_for_another(tx, rules, attempt, address).await
}

impl Confirm {
    async fn settle<T: Tx>(
        &self,
        tx: &mut T,
        link: &StoredLink,
        attempt: &StoredAttempt,
    ) -> Result<Confirmed, StoreError> {
        const SUBSCRIBE: &str =
            "insert into subscription (program_id, email, subscribed, updated_at, canonical)
            values ($1, $2, $3, $4, $5)
            on conflict (program_id, email) do update set subscribed = excluded.subscribed,
                updated_at = excluded.updated_at, canonical = excluded.canonical";
        const CLAIM: &str =
            "update attempt set address = $1 where id = $2 and address = $1 and state = 'started'";
        let now = self.stamp.at;
        // From here on the attempt is about this address and no other, whatever else is under way.
        if tx.execute(CLAIM, params![&link.email, attempt.id]).await? == 0 {
            return Ok(Confirmed::Expired);
        }
        // The subscription's row makes two members who confirm one address take turns.
        let canonical = email::canonical(&link.email);
        let row = params![self.rules.id, &link.email, true, now, canonical];
        tx.execute(SUBSCRIBE, row).await?;
        consent(tx, self.rules.id, link, "confirmed", now).await?;
        if earned_for_another(tx, &self.rules, attempt, &link.email).await? {
            attempts::reject(tx, attempt, ADDRESS_USED, now).await?;
            return Ok(Confirmed::AddressUsed);
        }
        let Some(task) = self.rules.program.task(&attempt.task) else {
            return Ok(Confirmed::Expired);
        };
        let (program, member) = (self.rules.id, attempt.member);
        let found = signals::of_subscription(tx, program, member, &link.email, now).await?;
        let confirmed = if found.is_empty() {
            self.pay(tx, task, attempt).await?
        } else {
            self.wait(tx, attempt, &found).await?
        };
        self.remember(tx, member, &link.email).await?;
        Ok(confirmed)
    }

    async fn pay<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        attempt: &StoredAttempt,
    ) -> Result<Confirmed, StoreError> {
        let now = self.stamp.at;
        let evidence = Some(EVIDENCE.to_owned());
        let available_at = attempt::available_at(task, now);
        let paid = attempts::pay(
            tx,
            &self.rules,
            task,
            attempt,
            available_at,
            evidence,
            &self.stamp,
        )
        .await?;
        if !paid {
            return Err(StoreError::internal("a claimed attempt was not paid"));
        }
        Ok(Confirmed::Done)
    }

    /// The subscription stands. What it earns is for a person to decide.
    async fn wait<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &StoredAttempt,
        found: &[Signal],
    ) -> Result<Confirmed, StoreError> {
        let (program, now) = (self.rules.id, self.stamp.at);
        let (queue, evidence) = (Queue::Signals, Some(EVIDENCE));
        if !decisions::ask(tx, program, attempt, queue, found, evidence, now).await? {
            return Err(StoreError::internal("a claimed attempt does not wait"));
        }
        Ok(Confirmed::Waits)
    }

    /// The address for the member's profile. It does not become a way to be *known*: whoever opens
    /// the mail agreed to a newsletter, not to share an account with whoever typed the address.
    async fn remember<T: Tx>(
        &self,
        tx: &mut T,
        member: MemberId,
        email: &str,
    ) -> Result<(), StoreError> {
        const PERSON: &str = "update person set email = $1 where member_id = $2 and email is null";
        tx.execute(PERSON, params![email, member]).await?;
        Ok(())
    }
}
