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
            let ended = window_ended(&program, &member, &zone).unwrap();
            prop_assert!(member.since < ended.until);
            prop_assert!(ended.from <= member.since);
            prop_assert_eq!(member.review_at(&program, &zone), Some(ended.until));
            let before = review(&program, &member, i64::MAX, ended.until - 1, &zone);
            prop_assert_eq!(&before, &member, "nothing happens before the end");
            member = review(&program, &member, i64::MAX, ended.until, &zone);
            prop_assert_eq!((member.tier.as_str(), member.since), ("gold", ended.until));
        }
    }
}
