//! What holds of tiers whatever the numbers are.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn more_never_means_a_lower_tier(one: i64, other: i64) {
        let demo = demo();
        let (less, more) = (one.min(other), one.max(other));
        let threshold = |value| reached(&demo, value).threshold;
        prop_assert!(threshold(less) <= threshold(more));
        prop_assert!(threshold(more) <= more.max(0), "nobody has a tier they did not reach");
    }

    #[test]
    fn each_window_begins_where_the_one_before_it_ended(
        since in 946_684_800..4_102_444_800_i64,
        months in 1..=24_i64,
        is_year: bool,
    ) {
        let window = if is_year { Window::Year } else { Window::Rolling { months } };
        let program = ladder(window, false, 0);
        let zone = program.zone();
        let mut member = Held { since: since * 1_000_000, ..held("gold") };
        for _ in 0..5 {
            let ended = window_kept(&program, &member, &zone).unwrap();
            let end = member.review_at(&program, &zone).unwrap();
            prop_assert!(member.since < end);
            // A year has its first moment and a rolling window its last.
            let (first, after) = if is_year { (ended.from, end) } else { (member.since + 1, end + 1) };
            prop_assert_eq!((ended.from, ended.until), (first, after));
            prop_assert!(ended.from <= member.since + i64::from(!is_year));
            let before = review(&program, &member, i64::MAX, end - 1, &zone);
            prop_assert_eq!(&before, &member, "nothing happens before the end");
            member = review(&program, &member, i64::MAX, end, &zone);
            prop_assert_eq!((member.tier.as_str(), member.since), ("gold", end));
            let next = window_kept(&program, &member, &zone).unwrap();
            prop_assert_eq!(next.from, ended.until, "nothing counts twice or falls between");
        }
    }

    #[test]
    fn what_lifted_a_member_counts_for_as_long_as_the_window_is(
        since in 946_684_800..4_102_444_800_i64,
        months in 1..=24_i64,
    ) {
        let program = ladder(Window::Rolling { months }, false, 0);
        let zone = program.zone();
        let member = Held { since: since * 1_000_000, ..held("gold") };
        let end = member.review_at(&program, &zone).unwrap();
        let counts = |stretch: Stretch| (stretch.from..stretch.until).contains(&member.since);
        prop_assert!(counts(window_until(&program, member.since, &zone)));
        prop_assert!(counts(window_since(&program, &member, &zone)));
        prop_assert!(counts(window_now(&program, end - DAY, &zone)));
        prop_assert!(!counts(window_kept(&program, &member, &zone).unwrap()));
        let graced = Held { grace_from: Some(end), ..member.clone() };
        prop_assert!(!counts(window_kept(&program, &graced, &zone).unwrap()));
    }
}
