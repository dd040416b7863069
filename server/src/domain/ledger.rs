//! What a transfer does to a member's balance.

use std::fmt;

/// The two sides of a transfer. Only the first two keep a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// The member's, to be spent.
    Available,
    /// The member's, waiting for its day.
    Held,
    /// The programme's: what was ever given.
    Issued,
    /// The programme's: what was spent.
    Redeemed,
    /// The programme's: what ran out.
    Expired,
    /// The programme's: what somebody put right by hand.
    Adjusted,
}

impl Account {
    /// The name it is stored under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held => "held",
            Self::Issued => "issued",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Adjusted => "adjusted",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Available,
            Self::Held,
            Self::Issued,
            Self::Redeemed,
            Self::Expired,
            Self::Adjusted,
        ]
        .into_iter()
        .find(|account| account.as_str() == text)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A movement of a positive amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Where it leaves.
    pub from: Account,
    /// Where it arrives.
    pub to: Account,
    /// In the asset's smallest unit, above zero.
    pub amount: i64,
}

/// How a movement changes a member's balance row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Added to what can be spent.
    pub available: i64,
    /// Added to what waits.
    pub held: i64,
}

impl Movement {
    /// What it does to the member's balance row.
    pub fn change(self) -> Change {
        let at = |account| {
            let arrives = i64::from(self.to == account);
            let leaves = i64::from(self.from == account);
            (arrives - leaves) * self.amount
        };
        Change {
            available: at(Account::Available),
            held: at(Account::Held),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_changes_the_accounts_that_it_touches() {
        let earn = Movement {
            from: Account::Issued,
            to: Account::Available,
            amount: 5,
        };
        assert_eq!(
            earn.change(),
            Change {
                available: 5,
                held: 0
            }
        );
        let post = Movement {
            from: Account::Held,
            to: Account::Available,
            amount: 7,
        };
        assert_eq!(
            post.change(),
            Change {
                available: 7,
                held: -7
            }
        );
    }

    #[test]
    fn every_account_reads_back_its_own_name() {
        for name in [
            "available",
            "held",
            "issued",
            "redeemed",
            "expired",
            "adjusted",
        ] {
            assert_eq!(Account::parse(name).unwrap().to_string(), name);
        }
        assert_eq!(Account::parse("Held"), None);
    }
}
