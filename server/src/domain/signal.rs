//! What speaks against an attempt that is otherwise proven. It is never refused for that: it waits for a person,
//! who sees the signals.

use super::{DAY, Instant, email};
use serde::{Deserialize, Serialize};

/// So many addresses of one domain may be confirmed in a programme within an hour. A shop, a school or a family have
/// no more in one hour; whoever makes addresses does.
const PER_DOMAIN_MAX: i64 = 5;
/// From so many on it is unusual for a big provider of mailboxes, too.
const PER_PROVIDER: i64 = 200;
/// So many tasks may be paid for one member within ten minutes.
const TASKS_MAX: i64 = 10;

/// One reason to have a person look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable name, such as `disposable_address`.
    pub code: String,
    /// What was seen, for the person who decides.
    pub detail: String,
}

/// What is known of an address that was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressFacts<'a> {
    /// The address.
    pub address: &'a str,
    /// Other members for whom another spelling of it has earned, or waits.
    pub others: i64,
    /// Addresses of its domain that were confirmed in the programme within an hour, this one among them.
    pub at_domain: i64,
}

/// What is known of an account elsewhere that has done what a task asks for, and of whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountFacts {
    /// When it was opened there, if the service says so.
    pub created_there_at: Option<Instant>,
    /// When the member showed that it is theirs.
    pub linked_at: Instant,
    /// How old it had to be then, in days; 0: that does not matter.
    pub min_age_days: u32,
    /// Tasks that were paid for the member within ten minutes, this one among them.
    pub paid_lately: i64,
}

impl Signal {
    fn new(code: &str, detail: String) -> Self {
        Self {
            code: code.to_owned(),
            detail,
        }
    }
}

/// What speaks against a subscription: `disposable_address`, `same_mailbox`, `velocity`.
pub fn of_subscription(facts: &AddressFacts<'_>) -> Vec<Signal> {
    let canonical = email::canonical(facts.address);
    let domain = email::domain_of(&canonical);
    let mut signals = Vec::new();
    if email::is_disposable(domain) {
        let detail = format!("{domain} is on a public list of domains for throwaway addresses.");
        signals.push(Signal::new("disposable_address", detail));
    }
    if facts.others > 0 {
        let others = counted(facts.others, "other member", "other members");
        let mailbox = email::masked(&canonical);
        let detail =
            format!("Mail for this address arrives in the mailbox {mailbox}, as that of {others}.");
        signals.push(Signal::new("same_mailbox", detail));
    }
    let is_provider = email::is_provider(domain);
    let usual = if is_provider {
        PER_PROVIDER - 1
    } else {
        PER_DOMAIN_MAX
    };
    if facts.at_domain > usual {
        let detail = format!(
            "{} addresses at {domain} were confirmed here within an hour; up to {usual} are usual.",
            facts.at_domain
        );
        signals.push(Signal::new("velocity", detail));
    }
    signals
}

/// What speaks against what an account elsewhere has done: `new_account`, `busy_member`.
pub fn of_account(facts: &AccountFacts) -> Vec<Signal> {
    let mut signals = Vec::new();
    let age = facts
        .created_there_at
        .map(|created| facts.linked_at.saturating_sub(created).max(0));
    if let Some(age) = age
        && age < i64::from(facts.min_age_days) * DAY
    {
        let age = counted(age / DAY, "day", "days");
        let detail = format!(
            "The account was {age} old when it was shown here; this task asks for {}.",
            counted(i64::from(facts.min_age_days), "day", "days")
        );
        signals.push(Signal::new("new_account", detail));
    }
    if facts.paid_lately > TASKS_MAX {
        let detail = format!(
            "{} tasks of this member were done within ten minutes, this one among them; up to {TASKS_MAX} are usual.",
            facts.paid_lately
        );
        signals.push(Signal::new("busy_member", detail));
    }
    signals
}

fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: AddressFacts<'static> = AddressFacts {
        address: "anna@shop.example",
        others: 0,
        at_domain: 1,
    };
    const LINKED_AT: Instant = 1000 * DAY;
    const ACCOUNT: AccountFacts = AccountFacts {
        created_there_at: Some(LINKED_AT - 30 * DAY),
        linked_at: LINKED_AT,
        min_age_days: 30,
        paid_lately: 1,
    };

    fn codes(signals: &[Signal]) -> Vec<&str> {
        signals.iter().map(|signal| &*signal.code).collect()
    }

    fn address(facts: AddressFacts<'_>) -> Vec<Signal> {
        of_subscription(&facts)
    }

    #[test]
    fn nothing_speaks_against_an_ordinary_address() {
        assert!(address(ANNA).is_empty());
    }

    #[test]
    fn a_throwaway_address_is_noticed_however_it_is_written() {
        for written in [
            "anna@mailinator.com",
            "anna+1@sub.mailinator.com",
            "Anna@MAILINATOR.com",
        ] {
            let found = address(AddressFacts {
                address: written,
                ..ANNA
            });
            assert_eq!(codes(&found), ["disposable_address"], "{written}");
            assert!(found[0].detail.contains("mailinator.com"), "{found:?}");
        }
    }

    #[test]
    fn a_mailbox_of_others_is_noticed_and_not_spelled_out() {
        let found = address(AddressFacts {
            address: "an.na+2@googlemail.com",
            others: 1,
            ..ANNA
        });
        assert_eq!(codes(&found), ["same_mailbox"]);
        let said = "Mail for this address arrives in the mailbox a•••@gmail.com, as that of 1 other member.";
        assert_eq!(found[0].detail, said);
    }

    #[test]
    fn many_addresses_of_one_domain_are_noticed_and_of_a_provider_only_very_many() {
        let at = |address, at_domain| {
            of_subscription(&AddressFacts {
                address,
                at_domain,
                ..ANNA
            })
        };
        assert!(at("a@shop.example", 5).is_empty());
        let found = at("a@shop.example", 6);
        assert_eq!(codes(&found), ["velocity"]);
        let said =
            "6 addresses at shop.example were confirmed here within an hour; up to 5 are usual.";
        assert_eq!(found[0].detail, said);
        for provider in ["a@gmail.com", "a@ya.ru", "a@mail.ru", "a@pm.me"] {
            assert!(at(provider, 199).is_empty(), "{provider}");
            assert_eq!(codes(&at(provider, 200)), ["velocity"], "{provider}");
        }
    }

    #[test]
    fn several_signals_stand_beside_each_other() {
        let all = address(AddressFacts {
            address: "a@mailinator.com",
            others: 2,
            at_domain: 9,
        });
        assert_eq!(
            codes(&all),
            ["disposable_address", "same_mailbox", "velocity"]
        );
    }

    #[test]
    fn an_account_is_new_until_it_is_as_old_as_the_task_asks_for() {
        assert!(of_account(&ACCOUNT).is_empty());
        let opened = |created_there_at, min_age_days| {
            of_account(&AccountFacts {
                created_there_at,
                min_age_days,
                ..ACCOUNT
            })
        };
        let found = opened(Some(LINKED_AT - 30 * DAY + 1), 30);
        assert_eq!(codes(&found), ["new_account"]);
        let said =
            "The account was 29 days old when it was shown here; this task asks for 30 days.";
        assert_eq!(found[0].detail, said);
        assert_eq!(
            codes(&opened(Some(LINKED_AT + DAY), 1)),
            ["new_account"],
            "clocks differ"
        );
        assert!(opened(Some(LINKED_AT), 0).is_empty(), "it is switched off");
        assert!(opened(None, 30).is_empty(), "the service does not say");
    }

    #[test]
    fn nobody_does_more_than_ten_tasks_in_ten_minutes() {
        let paid = |paid_lately| {
            of_account(&AccountFacts {
                paid_lately,
                ..ACCOUNT
            })
        };
        assert!(paid(10).is_empty());
        assert_eq!(codes(&paid(11)), ["busy_member"]);
    }
}
