//! Questions that are answered together, in Russian.

use crate::text::voices::Survey;

pub(super) const SURVEY: Survey = Survey { will_check: "" };
