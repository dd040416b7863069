//! The file as it is written, before it is checked.

use app::api::{Localized, Metric, QuestionKind, RewardKind, TaskKind, UnitForms};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) slug: String,
    pub(super) locales: Vec<String>,
    pub(super) time_zone: String,
    pub(super) currency: String,
    pub(super) point_value: Option<String>,
    pub(super) metric: Metric,
    #[serde(default)]
    pub(super) debt: DebtName,
    #[serde(default)]
    pub(super) expiry: ExpiryTable,
    #[serde(default)]
    pub(super) ladder: LadderTable,
    pub(super) origins: Vec<String>,
    #[serde(default)]
    pub(super) auto_join: bool,
    /// Connections.
    #[serde(default)]
    pub(super) sign_in: Vec<String>,
    /// The countries that it is made for.
    #[serde(default)]
    pub(super) audience: Vec<String>,
    pub(super) name: Localized,
    pub(super) unit: BTreeMap<String, UnitForms>,
    pub(super) brand: BrandTable,
    pub(super) tier: Vec<TierTable>,
    pub(super) purchase: Option<PurchaseTable>,
    #[serde(default)]
    pub(super) campaign: Vec<CampaignTable>,
    #[serde(default)]
    pub(super) connection: Vec<ConnectionTable>,
    #[serde(default)]
    pub(super) task: Vec<TaskTable>,
    #[serde(default)]
    pub(super) reward: Vec<RewardTable>,
    #[serde(default)]
    pub(super) spending: SpendingTable,
    pub(super) referral: Option<ReferralTable>,
    #[serde(default)]
    pub(super) feedback: FeedbackTable,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum DebtName {
    #[default]
    Carry,
    WriteOff,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExpiryName {
    #[default]
    Never,
    Earning,
    Inactivity,
    Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpiryTable {
    pub(super) after: ExpiryName,
    pub(super) months: Option<i64>,
    /// `MM-DD`.
    pub(super) date: Option<String>,
    #[serde(default = "thirty")]
    pub(super) warn_days: u32,
    #[serde(default = "thirty")]
    pub(super) grace_days: u32,
}

impl Default for ExpiryTable {
    fn default() -> Self {
        Self {
            after: ExpiryName::Never,
            months: None,
            date: None,
            warn_days: thirty(),
            grace_days: thirty(),
        }
    }
}

fn thirty() -> u32 {
    30
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum WindowName {
    #[default]
    Lifetime,
    Rolling,
    Year,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Downgrade {
    #[default]
    ToMetric,
    OneStep,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    #[default]
    Reached,
    Each,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LadderTable {
    pub(super) window: WindowName,
    pub(super) months: Option<i64>,
    pub(super) downgrade: Downgrade,
    pub(super) grace_days: u32,
    pub(super) entry: Entry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CampaignTable {
    pub(super) id: String,
    pub(super) name: Localized,
    pub(super) multiplier: String,
    /// `2026-12-01T00:00`, in the programme's zone.
    pub(super) starts: String,
    pub(super) ends: String,
    #[serde(default)]
    pub(super) tiers: Vec<String>,
    #[serde(default)]
    pub(super) applies: AppliesName,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum AppliesName {
    #[default]
    Purchase,
    Referral,
    Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RewardTable {
    pub(super) id: String,
    #[serde(default = "an_amount")]
    pub(super) kind: RewardKind,
    pub(super) name: Localized,
    pub(super) summary: Option<Localized>,
    pub(super) points: i64,
    pub(super) amount: Option<String>,
    pub(super) percent: Option<String>,
    pub(super) max_amount: Option<String>,
    pub(super) min_points: Option<i64>,
    pub(super) max_points: Option<i64>,
    pub(super) sku: Option<String>,
    pub(super) minimum: Option<String>,
    #[serde(default = "thirty")]
    pub(super) valid_days: u32,
    pub(super) stock: Option<i64>,
    pub(super) per_member: Option<i64>,
    #[serde(default)]
    pub(super) tiers: Vec<String>,
    /// `2026-12-01T00:00`, in the programme's zone.
    pub(super) starts: Option<String>,
    pub(super) ends: Option<String>,
    pub(super) codes: Option<CodesName>,
}

fn an_amount() -> RewardKind {
    RewardKind::Amount
}

/// `pool`, or a connection's id.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct CodesName(pub(super) String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SpendingTable {
    pub(super) max_percent: Option<String>,
    pub(super) on_sale: bool,
    pub(super) with_other_codes: bool,
}

impl Default for SpendingTable {
    fn default() -> Self {
        Self {
            max_percent: None,
            on_sale: true,
            with_other_codes: true,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferralTable {
    pub(super) shop_url: String,
    pub(super) gift: GiftTable,
    #[serde(default)]
    pub(super) friend_points: i64,
    #[serde(default)]
    pub(super) step: Vec<ReferralStepTable>,
    pub(super) minimum: Option<String>,
    #[serde(default = "thirty")]
    pub(super) window_days: u32,
    pub(super) hold_days: u32,
    pub(super) per_month: Option<i64>,
    pub(super) title: Localized,
    pub(super) text: Localized,
    pub(super) message: Localized,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferralStepTable {
    pub(super) friends: i64,
    pub(super) points: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GiftTable {
    #[serde(default = "an_amount")]
    pub(super) kind: RewardKind,
    pub(super) name: Localized,
    pub(super) amount: Option<String>,
    pub(super) percent: Option<String>,
    pub(super) max_amount: Option<String>,
    pub(super) sku: Option<String>,
    pub(super) minimum: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedbackTable {
    #[serde(default = "two_days")]
    pub(super) answer_hours: u32,
}

impl Default for FeedbackTable {
    fn default() -> Self {
        Self {
            answer_hours: two_days(),
        }
    }
}

/// In hours.
fn two_days() -> u32 {
    48
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductTable {
    #[serde(default)]
    pub(super) skus: Vec<String>,
    #[serde(default)]
    pub(super) collections: Vec<String>,
    pub(super) multiplier: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct GivesTable {
    /// Percent.
    pub(super) discount: Option<String>,
    pub(super) free_delivery_from: Option<String>,
    pub(super) early_access_days: Option<i64>,
    pub(super) tag: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandTable {
    pub(super) color: String,
    #[serde(default = "right")]
    pub(super) corner: String,
    pub(super) launcher: Localized,
}

fn right() -> String {
    "right".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TierTable {
    pub(super) id: String,
    pub(super) threshold: i64,
    #[serde(default = "one")]
    pub(super) multiplier: String,
    pub(super) name: Localized,
    #[serde(default)]
    pub(super) perks: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) entry_points: i64,
    #[serde(default)]
    pub(super) gives: GivesTable,
}

fn one() -> String {
    "1".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PurchaseTable {
    pub(super) points: i64,
    pub(super) per: String,
    #[serde(default)]
    pub(super) hold_days: u32,
    #[serde(default)]
    pub(super) hold_reason: Localized,
    #[serde(default)]
    pub(super) counts_shipping: bool,
    #[serde(default)]
    pub(super) counts_tax: bool,
    pub(super) minimum: Option<String>,
    #[serde(default)]
    pub(super) first_order_bonus: i64,
    #[serde(default)]
    pub(super) product: Vec<ProductTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskTable {
    pub(super) id: String,
    pub(super) kind: TaskKind,
    pub(super) points: i64,
    #[serde(default)]
    pub(super) hold_days: u32,
    pub(super) title: Localized,
    #[serde(default)]
    pub(super) summary: Localized,
    #[serde(default)]
    pub(super) consent: Localized,
    pub(super) connection: Option<String>,
    pub(super) target: Option<String>,
    pub(super) recheck_days: Option<u32>,
    pub(super) clawback: Option<bool>,
    pub(super) min_age_days: Option<u32>,
    pub(super) new_only: Option<bool>,
    pub(super) url: Option<String>,
    pub(super) seconds: Option<u32>,
    pub(super) limit: Option<LimitTable>,
    #[serde(default)]
    pub(super) question: Vec<QuestionTable>,
    pub(super) wave: Option<String>,
    pub(super) file: Option<String>,
    pub(super) streak: Option<StreakTable>,
    /// Why it is kept, although the guard advises against it.
    pub(super) guard_note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionTable {
    pub(super) id: String,
    pub(super) kind: QuestionKind,
    pub(super) text: Localized,
    #[serde(default)]
    pub(super) choices: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) optional: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct StreakTable {
    pub(super) days: u32,
    pub(super) points: i64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitTable {
    pub(super) times: u32,
    pub(super) per: PerName,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum PerName {
    Ever,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionTable {
    pub(super) id: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) settings: BTreeMap<String, String>,
}
