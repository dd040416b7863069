//! What waits for a person, and the pages on which they decide.

use crate::text::words::{Say1, Say2, SayN};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Decision {
    /// While a person looks.
    pub(crate) person_looks: &'static str,
    /// The same on the page that confirmed an address.
    pub(crate) waits_title: &'static str,
    pub(crate) waits: &'static str,
    /// A refusal of which nobody said why.
    pub(crate) refused: &'static str,
    pub(crate) pages: Pages,
}

/// What stands on the owner's pages.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) title: &'static str,
    pub(crate) sign_out: &'static str,

    // Coming in.
    pub(crate) ask_title: &'static str,
    /// The programme.
    pub(crate) ask: Say1,
    pub(crate) ask_note: &'static str,
    pub(crate) ask_button: &'static str,
    pub(crate) bad_link_title: &'static str,
    pub(crate) bad_link: &'static str,
    pub(crate) signed_out_title: &'static str,
    pub(crate) signed_out: &'static str,
    /// Before the command that makes a link.
    pub(crate) new_link: &'static str,

    // What waits.
    pub(crate) reviews: &'static str,
    pub(crate) held: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) nothing: &'static str,
    /// So many more than are shown.
    pub(crate) more: SayN,
    /// Since when it waits.
    pub(crate) since: Say1,
    /// Who wrote a review, and the product.
    pub(crate) review_of: Say2,
    /// Of five.
    pub(crate) stars: SayN,
    pub(crate) signed: Say1,
    /// Which photo.
    pub(crate) photo: SayN,
    pub(crate) against: &'static str,
    pub(crate) proven: &'static str,
    pub(crate) nothing_proven: &'static str,

    // Deciding.
    /// What accepting pays.
    pub(crate) accept: Say1,
    pub(crate) accept_plain: &'static str,
    pub(crate) refuse: &'static str,
    /// What the member is told, and that it pays nothing: who.
    pub(crate) refuse_note: Say1,
    pub(crate) reason: &'static str,
    pub(crate) reason_hint: &'static str,
    pub(crate) reasons_review: [&'static str; 4],
    pub(crate) reasons_held: [&'static str; 4],

    // Messages.
    pub(crate) message_of: Say1,
    pub(crate) shop: &'static str,
    /// So many older messages that are not shown.
    pub(crate) earlier: SayN,
    pub(crate) answer: &'static str,
    pub(crate) send: &'static str,

    // What was decided.
    pub(crate) decided: &'static str,
    /// When, and by whom.
    pub(crate) accepted_on: Say2,
    pub(crate) refused_on: Say2,
    pub(crate) by_page: &'static str,
    pub(crate) by_key: Say1,
    pub(crate) take_back: &'static str,
    /// How much, and from whom.
    pub(crate) take_back_note: Say2,
    pub(crate) remove_note: Say1,

    pub(crate) notices: Notices,
    pub(crate) signals: Signals,
    pub(crate) fields: Fields,
}

/// What was done, after a form was sent.
#[derive(Debug)]
pub(crate) struct Notices {
    /// How much, with a plus, and for whom.
    pub(crate) accepted: Say2,
    pub(crate) accepted_plain: Say1,
    pub(crate) refused: Say1,
    /// How much, with a minus, and from whom.
    pub(crate) taken_back: Say2,
    pub(crate) taken_back_plain: Say1,
    /// Somebody else was faster: accepted, and refused.
    pub(crate) was_accepted: Say1,
    pub(crate) was_refused: Say1,
    pub(crate) not_waiting: &'static str,
    pub(crate) needs_reason: &'static str,
    pub(crate) answered: Say1,
    pub(crate) needs_text: &'static str,
    pub(crate) gone: &'static str,
}

/// What each signal says.
#[derive(Debug)]
pub(crate) struct Signals {
    pub(crate) disposable_address: &'static str,
    pub(crate) same_mailbox: &'static str,
    pub(crate) velocity: &'static str,
    pub(crate) new_account: &'static str,
    pub(crate) busy_member: &'static str,
    pub(crate) other: &'static str,
}

impl Signals {
    pub(crate) fn of(&self, code: &str) -> &'static str {
        match code {
            "disposable_address" => self.disposable_address,
            "same_mailbox" => self.same_mailbox,
            "velocity" => self.velocity,
            "new_account" => self.new_account,
            "busy_member" => self.busy_member,
            _ => self.other,
        }
    }
}

/// What fields of a proof are called.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(crate) by: &'static str,
    pub(crate) step: &'static str,
    pub(crate) service: &'static str,
    pub(crate) account: &'static str,
    pub(crate) target: &'static str,
    pub(crate) order: &'static str,
    pub(crate) product: &'static str,
    pub(crate) seconds: &'static str,
    pub(crate) status: &'static str,
}

impl Fields {
    /// The name of a field; nothing for one that has no better name than its own.
    pub(crate) fn of(&self, field: &str) -> Option<&'static str> {
        Some(match field {
            "by" => self.by,
            "step" => self.step,
            "service" | "connection" => self.service,
            "account" | "handle" | "did" | "user" => self.account,
            "target" | "channel" | "list" => self.target,
            "order" | "order_id" => self.order,
            "sku" | "product" => self.product,
            "seconds" => self.seconds,
            "status" => self.status,
            _ => return None,
        })
    }
}

impl Decision {
    pub(super) fn reason(&self, code: &str) -> Option<&'static str> {
        Some(match code {
            "person_looks" => self.person_looks,
            "refused" => self.refused,
            _ => return None,
        })
    }
}
