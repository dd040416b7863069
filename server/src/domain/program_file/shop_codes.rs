//! What platforms cannot be told of a code is promised for none that is made there.

use super::check::Check;
use crate::domain::program::Connection;
use crate::domain::reward::{Codes, Reward, Spending};
use app::api::RewardKind;

impl Check {
    /// Looks at the rewards whose codes are made in the shop.
    pub(super) fn shop_codes(
        &mut self,
        rewards: &[Reward],
        connections: &[Connection],
        spending: Spending,
    ) {
        for (index, reward) in rewards.iter().enumerate() {
            let Codes::Shop(name) = &reward.codes else {
                continue;
            };
            let at = format!("reward[{index}]");
            if reward.amount_max.is_some() {
                let remedy = "no shop's platform can limit what a part comes to: leave it out, or leave out codes";
                self.fault(format!("{at}.max_amount"), remedy);
            }
            let connection = connections.iter().find(|known| known.id == *name);
            if connection.is_none_or(|known| known.kind != "shopify") {
                continue;
            }
            if reward.kind == RewardKind::FreeProduct {
                let remedy = "Shopify has no code that makes one piece of a product free: leave out codes, or \
                              give an amount";
                self.fault(format!("{at}.kind"), remedy);
            }
            if !spending.on_sale {
                let remedy = "Shopify's codes cannot leave out what is on sale: allow it under [spending], or leave \
                              out codes";
                self.fault(format!("{at}.codes"), remedy);
            }
        }
    }
}
