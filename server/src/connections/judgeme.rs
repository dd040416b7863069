//! Judge.me: reviews of products, as its hooks tell them. What of them is documented, and what is not,
//! [`crate::hooks`] says in its file about Judge.me.

use super::webhooks::{ASKED_NOTHING, OLD_HOOK_SECRET};
use super::{About, By, Service, Setting};

/// <https://judge.me/help/en/articles/8299679-verifying-webhooks-from-judge-me>
pub(super) struct JudgeMe;

static ABOUT: About = About {
    kind: "judgeme",
    name: "Judge.me",
    proves: "A review by the member's own address, by somebody who has bought here: Judge.me signs for it. However many \
             stars it has, it earns the same.",
    knows: By::Nobody,
    asks: None,
    settings: &[
        Setting::secret(
            "hook_secret",
            "What the hooks are signed with: your private API token if you make the webhook with it, or the secret \
             of the app that makes it.",
        ),
        OLD_HOOK_SECRET,
    ],
    target: "None. The task is of kind = \"review\" and has the url of the page where reviews are written.",
    budget: ASKED_NOTHING,
    limits: "Webhooks need a paid plan of Judge.me's. How they are signed is documented; what they contain is not, so \
             try one. That a review was deleted is not told: only one that you mark as spam takes its points back.",
    steps: [
        "Add the connection to the programme file: kind = \"judgeme\"; and a task with kind = \"review\", connection \
         and url.",
        "In Judge.me, open Settings, Integrations, View API tokens, and copy the private one.",
        "Give it here: `laurel connection secret PROGRAM CONNECTION hook_secret`.",
        "With the same token POST to https://api.judge.me/api/v1/webhooks, once with the key review/created and once \
         with review/updated, and the url https://loyalty.example/hooks/PROGRAM.CONNECTION.",
        "Write a review with the address of a member who has bought something, and look whether it earned.",
    ],
    source: "https://judge.me/help/en/articles/8299679-verifying-webhooks-from-judge-me",
};

impl Service for JudgeMe {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn hook(&self) -> Option<&'static str> {
        Some("judgeme")
    }

    fn tells_of_reviews(&self) -> bool {
        true
    }
}
