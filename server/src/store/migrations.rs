//! The schema, step by step: the same numbers and names in both dialects.

/// One step.
pub(super) struct Migration {
    pub(super) number: i64,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

/// All steps, in order. A step that was released is never changed.
pub(super) const MIGRATIONS: &[Migration] = migrations![
    1 "0001_programs",
    2 "0002_members",
    3 "0003_ledger",
    4 "0004_tasks",
    5 "0005_orders",
    6 "0006_delivery",
    7 "0007_connections",
    8 "0008_voices",
    9 "0009_sharing",
];
