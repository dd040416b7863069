//! What the store knows that may speak against an attempt: the facts for [`crate::domain::signal`].

use super::{StoreError, Tx, accounts, events, params};
use crate::domain::signal::{self, AccountFacts, AddressFacts, Signal};
use crate::domain::task::Elsewhere;
use crate::domain::{HOUR, Instant, MINUTE, email};
use app::api::{MemberId, ProgramId};

/// An hour of confirmed addresses is counted in parts of this.
const PART: i64 = 10 * MINUTE;
/// How far back a member's tasks are counted.
const BUSY: i64 = 10 * MINUTE;

/// An address on a list that another service keeps, and by what it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which service it is.
    pub service: &'static str,
    /// The address.
    pub address: String,
    /// A keyed digest of service and address.
    pub digest: Vec<u8>,
    /// The same of the mailbox that it leads to, however it is written.
    pub mailbox: Vec<u8>,
}

/// What speaks against a subscription of an address that a member has confirmed.
pub(super) async fn of_subscription<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
    address: &str,
    now: Instant,
) -> Result<Vec<Signal>, StoreError> {
    const OTHERS: &str = "select count(distinct attempt.member_id) from subscription
        join attempt on attempt.address = subscription.email and attempt.program_id = subscription.program_id
        where subscription.program_id = $1 and subscription.canonical = $2 and attempt.member_id <> $3
            and attempt.state in ('held', 'earned', 'checking')";
    let canonical = email::canonical(address);
    // Spellings of one mailbox are of one domain, so its count makes whoever confirms them take turns.
    let at_domain = confirmed(tx, program, email::domain_of(&canonical), now).await?;
    let row = tx
        .query_one(OTHERS, params![program, &canonical, member])
        .await?;
    Ok(signal::of_subscription(&AddressFacts {
        address,
        others: row.map_or(Ok(0), |row| row.get(0))?,
        at_domain,
    }))
}

/// Counts an address of a domain that was confirmed; answers how many were within an hour, this one among them.
async fn confirmed<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    domain: &str,
    now: Instant,
) -> Result<i64, StoreError> {
    const COUNT: &str = "insert into tally (name, began_at, count) values ($1, $2, 1)
        on conflict (name, began_at) do update set count = tally.count + 1";
    const SUM: &str = "select cast(coalesce(sum(count), 0) as bigint) from tally
        where name = $1 and began_at > $2";
    let name = format!("confirmed/{program}/{domain}");
    let began_at = now - now.rem_euclid(PART);
    tx.execute(COUNT, params![&name, began_at]).await?;
    let row = tx.query_one(SUM, params![&name, now - HOUR]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// What speaks against an address on a list that another service keeps.
pub(super) async fn of_listed<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
    listed: &Listed,
    now: Instant,
) -> Result<Vec<Signal>, StoreError> {
    let canonical = email::canonical(&listed.address);
    let at_domain = confirmed(tx, program, email::domain_of(&canonical), now).await?;
    let first = accounts::first_at(tx, program, &listed.mailbox, member, now).await?;
    Ok(signal::of_subscription(&AddressFacts {
        address: &listed.address,
        others: i64::from(first != member),
        at_domain,
    }))
}

/// What speaks against what a member's account at a service has done. From here on nothing else happens to this
/// member, so what is counted stays so.
pub(super) async fn of_account<T: Tx>(
    tx: &mut T,
    member: MemberId,
    service: &'static str,
    account: &str,
    elsewhere: &Elsewhere,
    now: Instant,
) -> Result<Vec<Signal>, StoreError> {
    const ACCOUNT: &str = "select created_there_at, linked_at from outside_account
        where member_id = $1 and service = $2 and external_id = $3";
    const PAID: &str =
        "select count(*) from attempt join transfer on transfer.id = attempt.transfer_id
        where attempt.member_id = $1 and transfer.created_at > $2";
    events::lock(tx, member).await?;
    let row = tx
        .query_one(ACCOUNT, params![member, service, account])
        .await?;
    let (created_there_at, linked_at) = match row {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (None, now),
    };
    let row = tx.query_one(PAID, params![member, now - BUSY]).await?;
    let paid: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(signal::of_account(&AccountFacts {
        created_there_at,
        linked_at,
        min_age_days: elsewhere.min_age_days,
        paid_lately: paid + 1,
    }))
}
