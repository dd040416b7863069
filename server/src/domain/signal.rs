//! What speaks against an attempt that is otherwise proven. It is never refused for that: it waits for a person,
//! who sees the signals.

use serde::{Deserialize, Serialize};

/// One reason to have a person look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable name, such as `disposable_address`.
    pub code: String,
    /// What was seen, for the person who decides.
    pub detail: String,
}
