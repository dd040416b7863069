//! A member, what they have, and how a shopper becomes known.

use super::{ChallengeId, MemberId, TaskStanding, TierView};
use serde::{Deserialize, Serialize};

/// What a member has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Balance {
    /// `points`.
    pub asset: String,
    /// Can be spent now.
    pub available: i64,
    /// Earned, and waiting for its day.
    pub held: i64,
    /// Set aside for coupons that are not used yet.
    pub reserved: i64,
    /// What runs out next, if anything does.
    pub expiring: Option<Expiring>,
}

/// Points that run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Expiring {
    /// How many.
    pub amount: i64,
    /// The moment at which they are gone.
    pub at: String,
}

/// The next step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NextTier {
    /// The tier.
    pub tier: TierView,
    /// How much of the metric is missing.
    pub missing: i64,
    /// By when it has to be reached for what counts now to count; for ever if empty.
    pub by: Option<String>,
}

/// What keeps the tier that a member has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Keep {
    /// The member has the tier at least until then.
    pub until: String,
    /// How much of the metric is missing to keep it for longer; 0: it will be kept.
    pub missing: i64,
}

/// Where a member stands on the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Standing {
    /// The tier the member has.
    pub tier: TierView,
    /// The member's metric.
    pub value: i64,
    /// The next tier, if there is one.
    pub next: Option<NextTier>,
    /// What keeps this one, where tiers are not for ever.
    pub keep: Option<Keep>,
    /// Until when this tier was given by hand.
    pub manual_until: Option<String>,
}

/// A member's own state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MeView {
    /// The member.
    pub id: MemberId,
    /// As the member or the shop gave it.
    pub name: Option<String>,
    /// As it was proven.
    pub email: Option<String>,
    /// `YYYY-MM-DD`; cannot be changed once given.
    pub birthday: Option<String>,
    /// When the member joined.
    pub joined_at: String,
    /// The member's language.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// What the member has.
    pub balance: Balance,
    /// Where the member stands.
    pub standing: Standing,
    /// What there is to do, and what was done.
    pub tasks: Vec<TaskStanding>,
    /// The newest event, to begin the stream from.
    pub cursor: i64,
}

/// Opens a session: with the shop's signed token, with a one-time code, or after a sign-in elsewhere.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The programme's slug.
    pub program: String,
    /// The shop's signed token.
    pub token: Option<String>,
    /// The challenge that `POST /api/v1/codes` answered.
    pub challenge: Option<ChallengeId>,
    /// The six digits from the mail.
    pub code: Option<String>,
    /// The secret that the panel began a sign-in elsewhere with.
    pub sign_in: Option<String>,
}

/// Asks for a one-time code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// The programme's slug.
    pub program: String,
    /// Where to send it.
    pub email: String,
    /// The language of the mail.
    pub locale: Option<String>,
    /// The work that a refusal with `challenge_needed` asked for: JSON in base 64, as ALTCHA's widget sends it.
    pub altcha: Option<String>,
}

/// A code is on its way. The answer is the same whether the address is known or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CodeSent {
    /// What to send back with the code.
    pub challenge: ChallengeId,
    /// When the code stops working.
    pub expires_at: String,
    /// When another may be asked for.
    pub resend_at: String,
}

/// A session. Its token is shown once and kept in the panel's memory.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The bearer.
    pub token: String,
    /// Ends then, unless used before.
    pub expires_at: String,
    /// Ends then in any case.
    pub ends_at: String,
    /// Whether the shopper has joined.
    pub member: Option<MemberId>,
}

/// Joins the programme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The version of the rules that was read and accepted.
    pub version: i64,
    /// IANA name of the zone the browser reports.
    pub time_zone: Option<String>,
    /// The language the panel was in.
    pub locale: Option<String>,
}

/// Changes the profile. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateProfile {
    /// The member's name.
    pub name: Option<String>,
    /// A language of the programme.
    pub locale: Option<String>,
    /// IANA name; may be changed once in 30 days.
    pub time_zone: Option<String>,
}
