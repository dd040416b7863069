//! Members who bring friends.

use super::{MemberId, ReferralId};
use serde::{Deserialize, Serialize};

/// Where a friend stands, as the advocate sees it and without naming anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferralStage {
    /// They have taken their gift, and ordered nothing yet.
    Gift,
    /// Their order is paid; the days in which it can come back run.
    Waiting,
    /// A person of the shop has to look first.
    Checking,
    /// Both sides were rewarded.
    Rewarded,
    /// It does not count; the reason says why.
    Refused,
    /// It was rewarded, and taken back when the order came back.
    Reversed,
    /// The gift was not used in time.
    Lapsed,
}

impl ReferralStage {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Gift,
        Self::Waiting,
        Self::Checking,
        Self::Rewarded,
        Self::Refused,
        Self::Reversed,
        Self::Lapsed,
    ];

    /// The name it is stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gift => "gift",
            Self::Waiting => "waiting",
            Self::Checking => "checking",
            Self::Rewarded => "rewarded",
            Self::Refused => "refused",
            Self::Reversed => "reversed",
            Self::Lapsed => "lapsed",
        }
    }
}

/// One friend, as the advocate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FriendView {
    /// The referral.
    pub id: ReferralId,
    /// The advocate's own count of friends, from 1.
    pub number: i64,
    /// Where they stand.
    pub stage: ReferralStage,
    /// Why it does not count, or is being looked at: `self_referral`, `existing_customer`, `below_minimum`,
    /// `cap`, `window`, `refunded`, `cancelled`, `suspicious`, `decided`.
    pub reason: Option<String>,
    /// A person's words, where one refused.
    pub note: Option<String>,
    /// Points for the advocate: paid, or to be paid if nothing comes between.
    pub points: i64,
    /// When they are to be paid.
    pub due_at: Option<String>,
    /// When it last changed.
    pub at: String,
    /// Whether the advocate may ask a person to look again.
    pub can_appeal: bool,
}

/// A member's own link and friends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MyReferral {
    /// The readable code.
    pub code: String,
    /// The short link.
    pub link: String,
    /// The text to send along, in the programme's languages: the advocate may change it before sending.
    pub messages: Vec<ShareMessage>,
    /// The newest friends.
    pub friends: Vec<FriendView>,
    /// How many friends have counted so far.
    pub counted: i64,
    /// Points that came of it so far.
    pub earned: i64,
}

/// A text to send along with the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShareMessage {
    /// Its language's tag.
    pub locale: String,
    /// The text, without the link.
    pub text: String,
}

/// The referral rules as the public sees them, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReferralRules {
    /// The friend's gift.
    pub gift: String,
    /// Points for the friend, if they are a member by then.
    pub friend_points: i64,
    /// What the advocate gets, from the first friend on.
    pub steps: Vec<ReferralStep>,
    /// The friend's first order has to be at least this, in the currency's smallest unit.
    pub minimum: i64,
    /// Days in which the gift can be used, and the order counts.
    pub window_days: u32,
    /// Days after the order in which it can come back.
    pub hold_days: u32,
    /// At most so many friends count in 30 days; empty: no end.
    pub per_month: Option<i64>,
}

/// What the advocate gets from the so many-th friend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReferralStep {
    /// From this friend on, counted from 1.
    pub friends: i64,
    /// Points for each.
    pub points: i64,
}

/// Chooses a code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReferralCode {
    /// 4 to 20 letters of the Latin alphabet, digits and hyphens, if nobody has it.
    pub code: String,
}

/// Asks a person to look again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAppeal {
    /// Why, in at most 500 characters.
    pub text: String,
}

/// Something that speaks against a referral. None decides by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WeighedSignal {
    /// Stable name, such as `disposable_address`.
    pub code: String,
    /// How much it weighs.
    pub weight: i64,
    /// What was seen.
    pub detail: String,
    /// Where that is known from: `order`, `gift`, `ledger`, `list`.
    pub source: String,
}

/// A referral, as the shop sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShopReferral {
    /// The referral.
    pub id: ReferralId,
    /// Who brought the friend.
    pub advocate: MemberId,
    /// The friend, if they are a member.
    pub friend: Option<MemberId>,
    /// The friend's address with most of it left out.
    pub friend_email: Option<String>,
    /// The order that counts.
    pub order_id: Option<String>,
    /// How it was found out whose friend it is: `gift`, `code`, `email`.
    pub by: String,
    /// Where it stands.
    pub stage: ReferralStage,
    /// Why it does not count, or is being looked at.
    pub reason: Option<String>,
    /// What was noticed, each with its weight.
    pub signals: Vec<WeighedSignal>,
    /// The sum of the weights.
    pub score: i64,
    /// From which sum on a person looks.
    pub threshold: i64,
    /// What the advocate says.
    pub appeal: Option<String>,
    /// Points for the advocate.
    pub points: i64,
    /// Points for the friend.
    pub friend_points: i64,
    /// When they are to be paid.
    pub due_at: Option<String>,
    /// When it began.
    pub at: String,
}

/// A page of referrals that a person has to look at, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShopReferrals {
    /// The referrals.
    pub items: Vec<ShopReferral>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}
