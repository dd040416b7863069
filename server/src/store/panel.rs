//! What a member's panel is drawn from, all of one moment.

use super::coupons::{self, Own};
use super::members::{self, StoredMember};
use super::referrals::{self, Friends};
use super::sessions::{self, StoredSession};
use super::statement::{Page, Statement};
use super::threads::{self, StoredThread};
use super::{Query, StoreError, Tx};
use crate::domain::Instant;
use crate::domain::program::{POINTS, Rules};
use app::api::MemberId;

/// What is shown of a member.
pub struct Shows<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The time.
    pub now: Instant,
    /// Lines of the statement begin below this number.
    pub below: Option<i64>,
    /// At most so many of them; 0: the statement is not shown.
    pub lines: u32,
    /// At most so many threads.
    pub threads: i64,
    /// Whether rewards are shown.
    pub spends: bool,
    /// Whether the member's own link is shown.
    pub refers: bool,
}

/// The answer. What it does not show is empty.
#[derive(Debug)]
pub struct Shown {
    /// The member.
    pub member: StoredMember,
    /// The page of their statement.
    pub page: Page,
    /// What was last written to the shop, and its answers.
    pub threads: Vec<StoredThread>,
    /// What is known of their rewards.
    pub own: Option<Own>,
    /// The code of their link, if they have one, and whom they brought.
    pub referral: Option<(Option<String>, Friends)>,
}

impl Shows<'_> {
    async fn of<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<Option<Shown>, StoreError> {
        let (rules, now) = (self.rules, self.now);
        let get = members::Get { member, rules, now };
        let Some(stored) = get.run(tx).await? else {
            return Ok(None);
        };
        let mut shown = Shown {
            member: stored,
            page: Page::default(),
            threads: Vec::new(),
            own: None,
            referral: None,
        };
        if self.lines > 0 {
            let page = Statement {
                member,
                asset: POINTS.to_owned(),
                below: self.below,
                limit: self.lines,
            };
            shown.page = page.run(tx).await?;
        }
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
            shown.own = Some(mine.run(tx).await?);
        }
        if self.refers {
            let code = referrals::OfMember { member }.run(tx).await?;
            let friends = referrals::Mine { member }.run(tx).await?;
            shown.referral = Some((code, friends));
        }
        Ok(Some(shown))
    }
}

/// What a member's panel shows.
pub struct OfMember<'a> {
    /// Whose.
    pub member: MemberId,
    /// What.
    pub shows: &'a Shows<'a>,
}

impl Query for OfMember<'_> {
    type Output = Option<Shown>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        self.shows.of(tx, self.member).await
    }
}

/// An open session, and what its member's panel shows if it has one.
pub struct OfSession<'a> {
    /// The session.
    pub session: sessions::Find,
    /// What.
    pub shows: &'a Shows<'a>,
}

impl Query for OfSession<'_> {
    type Output = Option<(StoredSession, Option<Shown>)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let Some(session) = self.session.run(tx).await? else {
            return Ok(None);
        };
        let shown = match session.member {
            Some(member) => self.shows.of(tx, member).await?,
            None => None,
        };
        Ok(Some((session, shown)))
    }
}
