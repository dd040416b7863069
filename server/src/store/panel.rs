//! What a member's panel is drawn from, all of one moment.

use super::coupons::{self, Own};
use super::members::{self, StoredMember};
use super::referrals::{self, Friends};
use super::statement::{Line, Statement};
use super::threads::{self, StoredThread};
use super::{Query, StoreError, Tx};

/// A member with what their panel shows.
pub struct OfMember<'a> {
    /// The member.
    pub member: members::Get<'a>,
    /// The page of their statement.
    pub page: Statement,
    /// At most so many threads.
    pub threads: i64,
    /// Whether it shows rewards.
    pub spends: bool,
    /// Whether it shows the member's own link.
    pub refers: bool,
}

/// The answer. What it does not show is empty.
#[derive(Debug)]
pub struct Shown {
    /// The member.
    pub member: StoredMember,
    /// The page of their statement.
    pub lines: Vec<Line>,
    /// What was last written to the shop, and its answers.
    pub threads: Vec<StoredThread>,
    /// What is known of their rewards.
    pub own: Own,
    /// The code of their link, if they have one.
    pub code: Option<String>,
    /// Whom they brought.
    pub friends: Friends,
}

impl Query for OfMember<'_> {
    type Output = Option<Shown>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let members::Get { member, rules, now } = self.member;
        let Some(stored) = self.member.run(tx).await? else {
            return Ok(None);
        };
        let mut shown = Shown {
            member: stored,
            lines: self.page.run(tx).await?,
            threads: Vec::new(),
            own: Own::default(),
            code: None,
            friends: Friends::default(),
        };
        if self.threads > 0 {
            let newest = threads::OfMember {
                member,
                below: None,
                limit: self.threads,
            };
            shown.threads = newest.run(tx).await?;
        }
        if self.spends {
            let mine = coupons::Mine { rules, member, now };
            shown.own = mine.run(tx).await?;
        }
        if self.refers {
            shown.code = referrals::OfMember { member }.run(tx).await?;
            shown.friends = referrals::Mine { member }.run(tx).await?;
        }
        Ok(Some(shown))
    }
}
