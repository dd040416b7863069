//! Movements of points, and why each happened.

use super::{Localized, ProofLevel, TransferId};
use serde::{Deserialize, Serialize};

/// Everything needed to print one plain sentence about a transfer, in any language and for ever:
/// names are kept as they were, and no rule is looked up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// What happened.
    pub fact: Fact,
    /// Days the points wait.
    #[serde(default)]
    pub hold_days: u32,
    /// Why they wait, as a clause.
    #[serde(default)]
    pub hold_reason: Localized,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// An order was paid.
    Order {
        /// The shop's number.
        order: String,
        /// The part of it that earns, in the currency's smallest unit.
        amount: i64,
        /// ISO 4217.
        currency: String,
        /// The rule: `points` for every `per`.
        points: i64,
        /// The rule: smallest units of the currency.
        per: i64,
        /// The tier's name at the time.
        tier: Localized,
        /// The tier's multiplier, in thousandths.
        multiplier_permille: i64,
    },
    /// A task was done.
    Task {
        /// The task's id in the programme file.
        task: String,
        /// Its title at the time.
        title: Localized,
    },
    /// An order was cancelled, and what it earned was taken back.
    OrderCancelled {
        /// The shop's number.
        order: String,
    },
    /// Somebody put the balance right.
    Adjustment {
        /// Why, in their words.
        note: String,
    },
}

/// Whether the points of a transfer can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// They are part of the balance.
    Posted,
    /// They wait for their day.
    Held,
    /// They waited, and the reason for them went away.
    Voided,
}

/// How something was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ProofView {
    /// How sure we are.
    pub level: ProofLevel,
    /// How it was checked, in one sentence.
    pub how: String,
}

/// One line of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TransferView {
    /// The transfer.
    pub id: TransferId,
    /// When it was made.
    pub at: String,
    /// Whether it can be spent.
    pub state: TransferState,
    /// What it adds (or takes away).
    pub amount: i64,
    /// The available balance after it.
    pub balance_after: i64,
    /// When held points become available.
    pub available_at: Option<String>,
    /// The version of the rules it was decided by.
    pub version: i64,
    /// How it was checked.
    pub proof: Option<ProofView>,
    /// Why it happened.
    pub explanation: Explanation,
    /// The same as one sentence.
    pub text: String,
}

/// A page of the statement, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Transfers {
    /// The lines.
    pub items: Vec<TransferView>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}
