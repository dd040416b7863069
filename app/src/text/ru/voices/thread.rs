//! What members write to the shop, and its answers, in Russian.

use crate::text::voices::Thread;

pub(super) const THREAD: Thread = Thread { will_check: "" };
