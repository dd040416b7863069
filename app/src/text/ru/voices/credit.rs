//! Store credit, in Russian.

use crate::text::voices::Credit;

pub(super) const CREDIT: Credit = Credit {
    name: "Счёт в магазине",
    changed: "Сумма на вашем счёте в магазине изменилась.",
    code: "По вашему коду есть новости.",
};
