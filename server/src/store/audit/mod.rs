//! Whether the books are what the transfers say: `laurel ledger verify`.
//!
//! Everything else that the ledger keeps follows from the transfers: balances of each asset, holds, lots,
//! coupons, what orders earned, what referrals paid, counters. The audit makes all of it again and names
//! whatever differs. It reads one moment, beside a running server, and passes twice: over all transfers
//! in the order of commits, for the hash chain, the reasons and the sums; and over all members, a few at
//! a time, each with everything that is theirs. Rewards' stock and referrals are compared by themselves.

mod book;
mod chain;
mod coupons;
mod holds;
mod lines;
mod lots;
mod members;
mod orders;
mod referrals;
mod rewards;
mod strays;

use super::seal::Head;
use super::{Query, StoreError, Tx};
use app::api::{MemberId, ProgramId, RedemptionId, TransferId};
use std::collections::BTreeMap;
use std::fmt;

/// Differences that are told one by one; beyond them they are only counted.
const TOLD_MAX: usize = 1000;

/// Checks everything.
#[derive(Debug, Clone, Default)]
pub struct Verify {
    /// Heads that were kept outside of the database; each must still be in its chain.
    pub heads: Vec<Head>,
}

/// Something that is not what the transfers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about, with its id.
    pub of: String,
    /// What of it.
    pub what: &'static str,
    /// What the transfers say.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            of,
            what,
            expected,
            found,
        } = self;
        write!(f, "{of}: {what}: expected {expected}, found {found}")
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Programmes.
    pub programs: i64,
    /// Members.
    pub members: i64,
    /// Transfers.
    pub transfers: i64,
    /// Reasons whose text was erased, which nobody can compare any more.
    pub erased: i64,
    /// Links of the hash chains.
    pub links: i64,
    /// Transfers that no link covers yet.
    pub unsealed: i64,
}

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What differs, the first thousand.
    pub differences: Vec<Difference>,
    /// How many there are in all.
    pub found: usize,
    /// How much was looked at.
    pub counts: Counts,
}

impl Report {
    /// Whether the books are what the transfers say.
    pub fn is_clean(&self) -> bool {
        self.found == 0
    }

    /// Notes a difference, if there is one.
    fn expect<V: Shown + PartialEq>(
        &mut self,
        of: impl fmt::Display,
        what: &'static str,
        expected: V,
        found: V,
    ) {
        if expected != found {
            self.tell(of, what, expected.shown(), found.shown());
        }
    }

    /// Notes a difference.
    fn tell(
        &mut self,
        of: impl fmt::Display,
        what: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.found += 1;
        if self.differences.len() < TOLD_MAX {
            self.differences.push(Difference {
                of: of.to_string(),
                what,
                expected: expected.into(),
                found: found.into(),
            });
        }
    }
}

/// How a value is written in a difference.
trait Shown {
    fn shown(self) -> String;
}

macro_rules! shown {
    ($($kind:ty),*) => {$(
        impl Shown for $kind {
            fn shown(self) -> String {
                self.to_string()
            }
        }
    )*};
}

shown!(
    i64,
    bool,
    &str,
    MemberId,
    ProgramId,
    RedemptionId,
    TransferId
);

impl<V: Shown> Shown for Option<V> {
    fn shown(self) -> String {
        self.map_or_else(|| "none".into(), Shown::shown)
    }
}

/// What moved between the members of a programme and the programme, by asset.
type Sums = BTreeMap<(ProgramId, String), i64>;

impl Query for Verify {
    type Output = Report;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let mut sums = Sums::new();
        chain::verify(tx, &mut report, &mut sums).await?;
        chain::verify_heads(tx, &mut report, &self.heads).await?;
        let seen = members::verify(tx, &mut report, &mut sums).await?;
        orders::verify_guests(tx, &mut report).await?;
        strays::verify(tx, &mut report, &seen).await?;
        rewards::verify(tx, &mut report).await?;
        referrals::verify(tx, &mut report).await?;
        for ((program, asset), sum) in sums {
            let of = format_args!("programme {program}, {asset}");
            report.expect(of, "the sum over all accounts", 0, sum);
        }
        Ok(report)
    }
}
