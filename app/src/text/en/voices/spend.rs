//! What points can be turned into, in English.

use crate::text::voices::Spend;

pub(super) const SPEND: Spend = Spend {
    title: "Spend",
    unneeded: |reward| format!("“{reward}” needed fewer"),
    not_made: |reward| format!("the code for “{reward}” could not be made in the shop"),
    credit_bought: |reward, points| format!("“{reward}”, for {points}"),
};
