//! What points can be turned into, in Russian.

use crate::text::voices::Spend;

pub(super) const SPEND: Spend = Spend {
    title: "Потратить",
    unneeded: |reward| format!("для «{reward}» хватило меньшего"),
    not_made: |reward| format!("код для «{reward}» не удалось создать в магазине"),
    credit_bought: |reward, points| format!("«{reward}», за {points}"),
};
