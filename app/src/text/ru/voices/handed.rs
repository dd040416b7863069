//! What is passed on, downloaded and done in the shop, and days in a row, in Russian.

use crate::text::voices::Handed;

pub(super) const HANDED: Handed = Handed { will_check: "" };
