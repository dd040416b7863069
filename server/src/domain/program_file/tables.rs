//! The file as it is written, before it is checked.

use app::api::{Localized, Metric, TaskKind, UnitForms};
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
    pub(super) origins: Vec<String>,
    #[serde(default)]
    pub(super) auto_join: bool,
    pub(super) name: Localized,
    pub(super) unit: BTreeMap<String, UnitForms>,
    pub(super) brand: BrandTable,
    pub(super) tier: Vec<TierTable>,
    pub(super) purchase: Option<PurchaseTable>,
    #[serde(default)]
    pub(super) task: Vec<TaskTable>,
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
}
