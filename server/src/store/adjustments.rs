//! Balances that somebody puts right by hand.

use super::ledger::{Books, Credit, because};
use super::{Command, StoreError, Tx};
use crate::clock::Stamp;
use crate::domain::ledger::Account;
use crate::domain::program::Rules;
use app::api::{Fact, MemberId, MemberRef, TransferId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Gives or takes points.
pub struct Adjust {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Whose.
    pub member: MemberRef,
    /// Points, above zero to give and below zero to take; never zero.
    pub amount: i64,
    /// Why, in words that the member reads.
    pub note: String,
    /// The key that asked for it.
    pub by: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of an adjustment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Adjusted {
    /// It is made.
    Done {
        /// The transfer.
        transfer: TransferId,
        /// Whose.
        member: MemberId,
        /// The available balance after it.
        balance: i64,
    },
    /// There is less to take than was asked for. Nothing has changed.
    TooFew {
        /// What can be spent.
        available: i64,
    },
    /// There is no such member.
    Unknown,
}

impl Command for Adjust {
    type Output = Adjusted;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Adjusted, StoreError> {
        let books = Books::open_named(tx, &self.rules, &self.stamp, &self.member).await?;
        let Some(mut books) = books else {
            return Ok(Adjusted::Unknown);
        };
        let member = books.member;
        books.settle(tx).await?;
        let explanation = because(Fact::Adjustment {
            note: self.note.clone(),
        });
        if self.amount < 0 {
            let available = books.account.available;
            if available + self.amount < 0 {
                books.close(tx).await?;
                return Ok(Adjusted::TooFew { available });
            }
            let transfer = books
                .debit(tx, Account::Adjusted, -self.amount, &explanation)
                .await?;
            let balance = books.close(tx).await?;
            return Ok(Adjusted::Done {
                transfer,
                member,
                balance,
            });
        }
        let credit = Credit {
            from: Account::Adjusted,
            points: self.amount,
            proof: None,
            evidence: Some(format!(r#"{{"by":"{}"}}"#, self.by)),
            explanation: &explanation,
            available_at: None,
            counts: false,
        };
        let transfer = books.credit(tx, &credit).await?;
        let balance = books.close(tx).await?;
        Ok(Adjusted::Done {
            transfer,
            member,
            balance,
        })
    }
}
