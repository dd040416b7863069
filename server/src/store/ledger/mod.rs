//! The ledger: every movement of points goes through a member's books.
//!
//! Opening the books locks the account row, so everything that happens to one member's points happens
//! one after the other; the rules then decide with what is there, and closing writes it all.

mod books;
mod due;
mod lots;
mod moves;
mod revise;
mod settle;
mod standing;
mod welcome;

pub(super) use books::{Books, read_counters, read_held};
pub(super) use due::owner;
pub use due::{Due, DueHold, Look, PostDue, ToLook};
pub(super) use moves::{Credit, Reverse, because};
pub use revise::{Batch, Revised, ToRevise};
pub(super) use standing::value_in;

use super::{Row, StoreError, Tx, params};
use crate::crypto::sha256;
use crate::domain::Instant;
use crate::domain::ledger::{Account, Movement};
use crate::domain::program::Rules;
use app::api::{Explanation, MemberId, ProofLevel, TransferId};

/// A transfer that is about to be made.
pub(super) struct NewTransfer<'a> {
    /// A new id.
    pub(super) id: TransferId,
    /// What moves.
    pub(super) movement: Movement,
    /// The hold it posts or voids, in part or whole.
    pub(super) hold: Option<TransferId>,
    /// The transfer it takes back, in part or whole.
    pub(super) corrects: Option<TransferId>,
    /// How it was proven.
    pub(super) proof: Option<ProofLevel>,
    /// What showed it, as JSON: only fields that matter, nothing personal.
    pub(super) evidence: Option<String>,
    /// Why it happens.
    pub(super) explanation: &'a Explanation,
    /// For a hold: when it falls due.
    pub(super) available_at: Option<Instant>,
    /// For earned points: when they run out, if that is a date.
    pub(super) expires_at: Option<Instant>,
}

/// Where a transfer stands in its account.
struct Place {
    member: MemberId,
    number: i64,
    balance_after: i64,
    at: Instant,
    salt: [u8; 16],
}

/// Writes a transfer, with its reason.
async fn write<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    place: &Place,
    new: &NewTransfer<'_>,
    asset: &str,
) -> Result<(), StoreError> {
    const TRANSFER: &str = "insert into transfer (id, program_id, member_id, asset, number, amount, source, target,
            hold_id, corrects_id, version, proof, balance_after, available_at, expires_at, salt, explanation,
            evidence, digest, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    let Movement { from, to, amount } = new.movement;
    if amount <= 0 || from == to {
        return Err(StoreError::internal(
            "a transfer moves a positive amount between two accounts",
        ));
    }
    let explanation = json(new.explanation)?;
    let digest = reason_digest(&place.salt, &explanation, new.evidence.as_deref());
    tx.later(
        TRANSFER,
        params![
            new.id,
            rules.id,
            place.member,
            asset,
            place.number,
            amount,
            from.as_str(),
            to.as_str(),
            new.hold,
            new.corrects,
            rules.version,
            new.proof.map(proof_name),
            place.balance_after,
            new.available_at,
            new.expires_at,
            place.salt.to_vec(),
            explanation,
            new.evidence.clone(),
            digest.to_vec(),
            place.at,
        ],
    )
    .await
}

/// What a transfer keeps of its reason, whose text can be erased: nobody who has only this can find
/// out the text by trying, since they lack the salt.
pub fn reason_digest(salt: &[u8], explanation: &str, evidence: Option<&str>) -> [u8; 32] {
    let evidence = evidence.unwrap_or("");
    let length = (explanation.len() as u64).to_be_bytes();
    sha256(&[salt, &length, explanation.as_bytes(), evidence.as_bytes()].concat())
}

/// Reads a movement out of these columns.
pub(super) fn read_movement(
    row: &Row,
    from: usize,
    to: usize,
    amount: usize,
) -> Result<Movement, StoreError> {
    let account = |index| {
        Account::parse(&row.get::<String>(index)?)
            .ok_or_else(|| StoreError::internal("an account of no known kind"))
    };
    Ok(Movement {
        from: account(from)?,
        to: account(to)?,
        amount: row.get(amount)?,
    })
}

/// The name a level is stored under.
pub(super) fn proof_name(level: ProofLevel) -> &'static str {
    match level {
        ProofLevel::Declared => "declared",
        ProofLevel::Observed => "observed",
        ProofLevel::Confirmed => "confirmed",
        ProofLevel::Verified => "verified",
    }
}

/// Reads a stored level.
pub(super) fn proof_of(name: &str) -> Option<ProofLevel> {
    [
        ProofLevel::Declared,
        ProofLevel::Observed,
        ProofLevel::Confirmed,
        ProofLevel::Verified,
    ]
    .into_iter()
    .find(|level| proof_name(*level) == name)
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::internal(error.to_string()))
}

pub(super) fn from_json<O: serde::de::DeserializeOwned>(text: &str) -> Result<O, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::internal(error.to_string()))
}
