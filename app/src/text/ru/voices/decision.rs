//! What waits for a person, and the pages on which they decide, in Russian.

use crate::text::voices::Decision;

pub(super) const DECISION: Decision = Decision { will_check: "" };
