//! Store credit, in English.

use crate::text::voices::Credit;

pub(super) const CREDIT: Credit = Credit {
    name: "Store credit",
    changed: "Your store credit has changed.",
    code: "There is news of your code.",
};
