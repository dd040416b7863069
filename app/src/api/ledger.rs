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
        /// What `amount` counts as once each product's own multiplier is applied, where products
        /// have some.
        #[serde(default)]
        counted: Option<i64>,
        /// The campaign that was on.
        #[serde(default)]
        campaign: Option<CampaignFact>,
        /// Points on top for the first order; part of the transfer's amount.
        #[serde(default)]
        first_order_bonus: i64,
    },
    /// Money of an order was given back, and with it what the order had earned.
    Refund {
        /// The shop's number of the order.
        order: String,
        /// The money that was given back this time, in the currency's smallest unit.
        amount: i64,
        /// What the order cost.
        total: i64,
        /// ISO 4217.
        currency: String,
        /// What the order had earned.
        earned: i64,
    },
    /// Points were set aside for a reward, or spent on it.
    Redeemed {
        /// The reward's name at the time.
        reward: Localized,
        /// The order that used it, once there is one.
        #[serde(default)]
        order: Option<String>,
    },
    /// Points that had been spent, or set aside to be, came back.
    GivenBack {
        /// The reward's name at the time.
        reward: Localized,
        /// Why.
        cause: GivenBackCause,
        /// The order, where one was the cause.
        #[serde(default)]
        order: Option<String>,
    },
    /// Points ran out.
    Expired {
        /// Their last day in the member's zone, as `YYYY-MM-DD`.
        on: String,
    },
    /// A tier was reached that welcomes with points.
    TierEntry {
        /// The tier's name at the time.
        tier: Localized,
    },
    /// The tier was not reached after all: what had lifted the member was taken back.
    TierEntryUndone {
        /// The tier's name at the time.
        tier: Localized,
    },
    /// What the member owed was forgiven.
    DebtWrittenOff,
    /// A task was done.
    Task {
        /// The task's id in the programme file.
        task: String,
        /// Its title at the time.
        title: Localized,
        /// How many days in a row it completed, where they earned something on top; 0: none.
        #[serde(default)]
        days_in_row: u32,
    },
    /// A task is no longer as it was when it was paid, and what it earned was taken back.
    TaskUndone {
        /// The task's id in the programme file.
        task: String,
        /// Its title at the time.
        title: Localized,
    },
    /// A friend that the member brought has bought.
    FriendBought {
        /// The member's own count of friends, from 1.
        number: i64,
        /// The campaign that was on.
        #[serde(default)]
        campaign: Option<CampaignFact>,
    },
    /// The member was brought by a friend and has bought.
    CameByFriend {
        /// The order.
        order: String,
    },
    /// A friend's order came back, and what it had given was taken back.
    FriendUndone {
        /// The advocate's own count of friends; empty where it is told to the friend.
        #[serde(default)]
        number: Option<i64>,
    },
    /// Points were turned into store credit.
    CreditBought {
        /// The reward's name at the time.
        reward: Localized,
        /// Points that it cost.
        points: i64,
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

/// A campaign, as it was when an order was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CampaignFact {
    /// Its name.
    pub name: Localized,
    /// Its multiplier, in thousandths.
    pub multiplier_permille: i64,
}

/// Why points came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GivenBackCause {
    /// The member changed their mind.
    Cancelled,
    /// The shop let the code go.
    Released,
    /// The code was not used in time.
    Lapsed,
    /// The order that used it was called off.
    OrderCancelled,
    /// Money of the order was given back, and with it points in proportion.
    Refund,
    /// The order needed fewer points than were set aside.
    Unneeded,
    /// The code could not be made where the shop sells.
    NotMade,
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
    /// What moved: `points`, or a currency of store credit (ISO 4217).
    pub asset: String,
    /// What it adds (or takes away); of store credit, in the currency's smallest unit.
    pub amount: i64,
    /// The available balance after it.
    pub balance_after: i64,
    /// When held points become available.
    pub available_at: Option<String>,
    /// When earned points run out, if they do by a date.
    pub expires_at: Option<String>,
    /// The version of the rules it was decided by.
    pub version: i64,
    /// How it was checked.
    pub proof: Option<ProofView>,
    /// Why it happened.
    pub explanation: Explanation,
    /// The same as one sentence.
    pub text: String,
    /// The same as the first line of an entry in a list, for the panel alone.
    #[serde(skip)]
    pub title: String,
    /// The smaller line below that, for the panel alone.
    #[serde(skip)]
    pub detail: String,
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
