//! What happens to a member while the page is open.

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Points became available.
    Earned,
    /// Points were earned and wait for their day.
    Held,
    /// Points were taken back.
    Reversed,
    /// Points were set aside for a reward.
    Redeemed,
    /// Points that had been spent or set aside came back.
    GivenBack,
    /// Points ran out.
    Expired,
    /// Points will run out soon.
    Expiring,
    /// The member moved to another tier.
    Tier,
    /// An attempt moved on without points moving.
    Attempt,
    /// The profile changed.
    Profile,
    /// The shop has answered.
    Thread,
    /// Store credit changed.
    Credit,
    /// A code is ready, or stands elsewhere, without points moving.
    Code,
}

/// One event. Numbers rise for each member, not always by one, and a reader that remembers the last one
/// misses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Event {
    /// The member's own count.
    pub id: i64,
    /// What happened.
    pub kind: EventKind,
    /// Points that moved, if any did.
    pub amount: Option<i64>,
    /// The available balance after it.
    pub balance: Option<i64>,
    /// The tier's id, when it changed.
    pub tier: Option<String>,
    /// One sentence for the shopper, in the language of the session.
    pub text: String,
}
