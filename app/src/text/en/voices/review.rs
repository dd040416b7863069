//! Reviews of bought products, in English.

use crate::text::voices::Review;

pub(super) const REVIEW: Review = Review { will_check: "" };
