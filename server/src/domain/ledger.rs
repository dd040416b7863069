//! What a transfer does to a member's balance.

use app::api::EventKind;
use std::fmt;

/// The two sides of a transfer. Only the first three keep a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// The member's, to be spent.
    Available,
    /// The member's, waiting for its day.
    Held,
    /// The member's, set aside for a coupon.
    Reserved,
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
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Available,
        Self::Held,
        Self::Reserved,
        Self::Issued,
        Self::Redeemed,
        Self::Expired,
        Self::Adjusted,
    ];

    /// The name it is stored under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held => "held",
            Self::Reserved => "reserved",
            Self::Issued => "issued",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Adjusted => "adjusted",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
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
    /// Added to what is set aside for coupons.
    pub reserved: i64,
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
            reserved: at(Account::Reserved),
        }
    }

    /// What the member is told of it. Nothing of points that were set aside and are now spent: that was
    /// told when they were.
    pub fn told(self) -> Option<EventKind> {
        use Account::{Adjusted, Available, Expired, Held, Issued, Redeemed, Reserved};
        match (self.from, self.to) {
            (Issued | Adjusted, Held) => Some(EventKind::Held),
            (Issued | Adjusted | Held, Available) => Some(EventKind::Earned),
            (Available | Held, Issued | Adjusted) => Some(EventKind::Reversed),
            (Available, Reserved | Redeemed) => Some(EventKind::Redeemed),
            (Reserved | Redeemed, Available) => Some(EventKind::GivenBack),
            (Available, Expired) => Some(EventKind::Expired),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: Account, to: Account) -> (i64, i64, i64) {
        let Change {
            available,
            held,
            reserved,
        } = Movement {
            from,
            to,
            amount: 7,
        }
        .change();
        (available, held, reserved)
    }

    #[test]
    fn a_movement_changes_the_accounts_that_it_touches() {
        use Account::{Available, Held, Issued, Redeemed, Reserved};
        assert_eq!(change(Issued, Available), (7, 0, 0));
        assert_eq!(change(Issued, Held), (0, 7, 0));
        assert_eq!(change(Held, Available), (7, -7, 0));
        assert_eq!(change(Available, Reserved), (-7, 0, 7));
        assert_eq!(change(Reserved, Redeemed), (0, 0, -7));
    }

    #[test]
    fn a_member_is_told_of_all_that_changes_what_they_have() {
        use Account::{Adjusted, Available, Expired, Held, Issued, Redeemed, Reserved};
        let told = |from, to| {
            Movement {
                from,
                to,
                amount: 7,
            }
            .told()
        };
        let table = [
            (Issued, Held, Some(EventKind::Held)),
            (Issued, Available, Some(EventKind::Earned)),
            (Held, Available, Some(EventKind::Earned)),
            (Adjusted, Available, Some(EventKind::Earned)),
            (Available, Issued, Some(EventKind::Reversed)),
            (Held, Issued, Some(EventKind::Reversed)),
            (Available, Adjusted, Some(EventKind::Reversed)),
            (Available, Reserved, Some(EventKind::Redeemed)),
            (Available, Redeemed, Some(EventKind::Redeemed)),
            (Reserved, Available, Some(EventKind::GivenBack)),
            (Redeemed, Available, Some(EventKind::GivenBack)),
            (Available, Expired, Some(EventKind::Expired)),
            (Reserved, Redeemed, None),
        ];
        for (from, to, kind) in table {
            assert_eq!(told(from, to), kind, "{from} to {to}");
        }
    }

    #[test]
    fn every_account_reads_back_its_own_name() {
        for account in Account::ALL {
            assert_eq!(Account::parse(account.as_str()), Some(account));
            assert_eq!(account.to_string(), account.as_str());
        }
        assert_eq!(Account::parse("Held"), None);
    }
}
