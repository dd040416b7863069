//! Standard Webhooks: a shop's own systems tell orders and refunds, signed.

use super::{About, Budget, By, Service, Setting};
use std::time::Duration;

/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
pub(super) struct Webhooks;

/// The secrets of a hook, whichever kind it is: while one is being changed both are good.
pub(super) const HOOK_SECRET: Setting =
    Setting::secret("hook_secret", "What the hooks are signed with.");
/// See [`HOOK_SECRET`].
pub(super) const OLD_HOOK_SECRET: Setting = Setting::optional_secret(
    "old_hook_secret",
    "What they were signed with before, while that is being changed.",
);
/// Nothing is asked, so nothing is counted.
pub(super) const ASKED_NOTHING: Budget = Budget {
    calls: 1,
    per: Duration::from_secs(1),
};

static ABOUT: About = About {
    kind: "webhooks",
    name: "Standard Webhooks",
    proves: "Orders and refunds, as the shop's own systems sign them.",
    knows: By::Nobody,
    asks: None,
    settings: &[HOOK_SECRET, OLD_HOOK_SECRET],
    target: "None: it is no task's.",
    budget: ASKED_NOTHING,
    limits: "Free. A hook is good for five minutes.",
    steps: [
        "Add the connection to the programme file: kind = \"webhooks\".",
        "Make a secret in the sender, whsec_ and at least 24 random bytes in base 64.",
        "Give it here: `laurel connection secret PROGRAM CONNECTION hook_secret`.",
        "Have the sender post order.recorded, refund.recorded and event.recorded to /hooks/PROGRAM.CONNECTION, with the body of \
         the API's own orders, refunds and events as their data.",
        "Send one, and look whether the order is there.",
    ],
    source: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
};

impl Service for Webhooks {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn hook(&self) -> Option<&'static str> {
        Some("standard")
    }
}
