//! `ledger verify`: silent about a sound ledger, however it came about, and naming every damage.

use super::on_both_engines;
use crate::support::life::{self, Life};
use crate::support::sql::assert_books_balance;
use app::api::Expiry;

on_both_engines! {
    async fn whatever_happens_the_books_balance(place: Place) {
        for seed in 0..6 {
            let slug = format!("life-{seed}");
            let mut rules = life::program(&slug);
            match seed {
                0 => {}
                1 => rules.expiry = Expiry::Inactivity { months: 1 },
                2 => rules.expiry = Expiry::Never,
                _ => rules.expiry = Expiry::Date { month: 3, day: 1 },
            }
            let mut life = Life::begin(&place.store, rules, seed).await;
            if seed > 3 {
                life = life.forgiving();
            }
            for _ in 0..600 {
                life.live(1).await;
                assert_books_balance(&place.store).await;
            }
        }
    }
}
