//! What follows from what is known of a friend's order, one finding after the other and together.

use super::*;

/// A friend against whom nothing speaks.
fn plain() -> Seen {
    Seen {
        friend_email: Some("boris@shop.example".into()),
        advocate_emails: vec!["anna@shop.example".into()],
        friends_today: 1,
        gifts_today: 1,
        now: 100 * DAY,
        ..Seen::default()
    }
}

/// What is known, with one finding.
fn with(finding: &str) -> Seen {
    let mut seen = plain();
    add(&mut seen, finding);
    seen
}

fn add(seen: &mut Seen, finding: &str) {
    match finding {
        "disposable_address" => seen.friend_email = Some("boris@mailinator.com".into()),
        "same_card" => seen.same_card = true,
        "same_address" => seen.same_address = true,
        "unknown_buyer" => seen.unknown_buyer = true,
        "only_address" => seen.only_address = true,
        "same_network" => seen.same_network = true,
        "velocity" => seen.friends_today = 6,
        "many_gifts" => seen.gifts_today = 21,
        "refunded" => seen.refunded = 2,
        "chain" => seen.chain = true,
        "young_advocate" => seen.advocate_joined_at = seen.now - DAY + 1,
        _ => panic!("there is no finding {finding}"),
    }
}

fn codes(signals: &[WeighedSignal]) -> Vec<&str> {
    signals.iter().map(|signal| &*signal.code).collect()
}

#[test]
fn what_is_certain_refuses() {
    type Change = fn(&mut Seen);
    let table: [(&str, Change); 6] = [
        ("self_referral", |seen| seen.same_member = true),
        ("self_referral", |seen| {
            seen.friend_email = Some("anna@shop.example".into());
        }),
        ("existing_customer", |seen| seen.is_customer = true),
        ("below_minimum", |seen| seen.is_small = true),
        ("window", |seen| seen.is_late = true),
        ("cap", |seen| seen.is_capped = true),
    ];
    for (reason, change) in table {
        let mut seen = plain();
        change(&mut seen);
        assert_eq!(judge(&seen), Verdict::Refuse(reason));
    }
}

#[test]
fn of_several_reasons_the_gravest_is_told() {
    let mut seen = Seen {
        same_member: true,
        is_customer: true,
        is_small: true,
        is_late: true,
        is_capped: true,
        ..plain()
    };
    assert_eq!(judge(&seen), Verdict::Refuse("self_referral"));
    seen.same_member = false;
    assert_eq!(judge(&seen), Verdict::Refuse("existing_customer"));
    seen.is_customer = false;
    assert_eq!(judge(&seen), Verdict::Refuse("below_minimum"));
}

#[test]
fn each_signal_has_its_weight_and_none_refuses() {
    let table = [
        ("disposable_address", 60, true),
        ("same_card", 60, true),
        ("unknown_buyer", 60, true),
        ("velocity", 40, false),
        ("refunded", 40, false),
        ("chain", 30, false),
        ("only_address", 30, false),
        ("same_address", 20, false),
        ("many_gifts", 20, false),
        ("same_network", 10, false),
        ("young_advocate", 10, false),
    ];
    for (code, weight, looks) in table {
        let verdict = judge(&with(code));
        let (Verdict::Look(signals) | Verdict::Pass(signals)) = &verdict else {
            panic!("{code} refuses");
        };
        assert_eq!(codes(signals), [code]);
        assert_eq!(score(signals), weight, "{code}");
        assert_eq!(matches!(verdict, Verdict::Look(_)), looks, "{code}");
    }
}

#[test]
fn a_person_looks_from_the_threshold_on() {
    let table: [(&[&str], bool); 6] = [
        (&[], false),
        (&["same_address", "same_network"], false),
        (&["velocity", "young_advocate"], true),
        (&["chain", "same_address"], true),
        (&["chain", "same_network"], false),
        (&["same_address", "same_network", "young_advocate"], false),
    ];
    for (findings, looks) in table {
        let mut seen = plain();
        for finding in findings {
            add(&mut seen, finding);
        }
        let verdict = judge(&seen);
        assert_eq!(matches!(verdict, Verdict::Look(_)), looks, "{findings:?}");
    }
}

#[test]
fn what_is_usual_is_no_signal() {
    let seen = Seen {
        friends_today: 5,
        gifts_today: 20,
        refunded: 1,
        advocate_joined_at: 99 * DAY,
        ..plain()
    };
    assert_eq!(judge(&seen), Verdict::Pass(Vec::new()));
    let nobody = Seen {
        friend_email: None,
        ..plain()
    };
    assert_eq!(judge(&nobody), Verdict::Pass(Vec::new()));
}
