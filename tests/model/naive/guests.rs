//! What was ordered as a guest is theirs once they have proven the address.

use super::{Micros, Programme};

impl Programme {
    /// Each order earns by the rules of today and waits as if it had been theirs from the beginning;
    /// what was refunded of it meanwhile is taken back at once.
    pub(super) fn claim_guest_orders(&mut self, who: usize, email: &str, tier: usize, now: Micros) {
        for name in self.guest_orders(email) {
            self.saw("a guest's order was claimed", true);
            let before = self.orders.get_mut(&name).unwrap().begin_again();
            self.earn(&name, who, tier, now);
            self.take_back_claimed(&name, who, &before);
        }
    }
}
