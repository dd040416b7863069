//! What waits for a person of the shop, and what they decide.

use super::{AttemptId, MemberId};
use serde::{Deserialize, Serialize};

/// What can be decided about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Pay it.
    Accept,
    /// Do not pay it, or take back what it has earned. This is final.
    Refuse,
}

/// Decides about an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// What is decided.
    pub decision: Choice,
    /// Why it is refused, in 1 to 500 characters. The member reads it.
    pub reason: Option<String>,
}

/// Why an attempt waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecisionQueue {
    /// It is a review, and all of those are read.
    Review,
    /// Something speaks against it.
    Signals,
}

/// Something that speaks against an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SignalView {
    /// Stable name, such as `disposable_address`.
    pub code: String,
    /// What was seen.
    pub detail: String,
}

/// A review as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WrittenReview {
    /// The product.
    pub sku: String,
    /// From 1 to 5.
    pub stars: i64,
    /// The text.
    pub text: String,
    /// Who signs it.
    pub author: String,
    /// How many photos there are.
    pub photos: i64,
}

/// An attempt that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaitingView {
    /// The attempt.
    pub attempt: AttemptId,
    /// The task, as `tsk_…`.
    pub task: String,
    /// Whose attempt it is.
    pub member: MemberId,
    /// The member's name.
    pub name: Option<String>,
    /// The member's address.
    pub email: Option<String>,
    /// What accepting it pays.
    pub points: i64,
    /// Why a person looks.
    pub queue: DecisionQueue,
    /// What speaks against it.
    pub signals: Vec<SignalView>,
    /// What had been proven: an object of the fields that matter, as JSON in a text.
    pub evidence: Option<String>,
    /// What was written, for a review.
    pub review: Option<WrittenReview>,
    /// Since when it waits. RFC 3339.
    pub asked_at: String,
}

/// A page of what waits, the longest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaitingList {
    /// What waits.
    pub items: Vec<WaitingView>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}
