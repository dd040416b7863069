//! What holds of lots whatever the numbers are.

use super::*;
use proptest::prelude::*;

/// Some lots, each with at most 100 left.
fn lots() -> impl Strategy<Value = Vec<Lot>> {
    prop::collection::vec(0..=100_i64, 0..8).prop_map(|left| {
        (1..)
            .zip(left)
            .map(|(number, left)| lot(number, left, None))
            .collect()
    })
}

fn left_in(lots: &[Lot], id: TransferId) -> i64 {
    lots.iter()
        .find(|lot| lot.id == id)
        .map_or(0, |lot| lot.remaining)
}

proptest! {
    #[test]
    fn as_much_is_taken_as_is_there_and_no_more(lots in lots(), amount in 0..1000_i64) {
        let parts = take(&lots, amount);
        let there: i64 = lots.iter().map(|lot| lot.remaining).sum();
        prop_assert_eq!(sum(&parts), amount.min(there));
        for part in &parts {
            prop_assert!(part.amount > 0 && part.amount <= left_in(&lots, part.lot));
        }
        // All but the last are emptied, in their order.
        let used = parts.len();
        let full = lots.iter().filter(|lot| lot.remaining > 0).take(used.saturating_sub(1));
        for (lot, part) in full.zip(&parts) {
            prop_assert_eq!((lot.id, lot.remaining), (part.lot, part.amount));
        }
    }

    #[test]
    fn what_comes_back_is_what_was_taken(lots in lots(), amount in 0..1000_i64, times in 1..5_usize) {
        let mut now = lots.clone();
        let parts = take(&lots, amount);
        for part in &parts {
            now.iter_mut().find(|lot| lot.id == part.lot).unwrap().remaining -= part.amount;
        }
        let mut missing: Vec<(Lot, i64)> = parts
            .iter()
            .map(|part| (now.iter().find(|lot| lot.id == part.lot).unwrap().clone(), part.amount))
            .collect();
        let total = sum(&parts);
        let mut given = 0;
        for time in 1..=times {
            let share = total * i64::try_from(time).unwrap() / i64::try_from(times).unwrap() - given;
            given += share;
            let back = give_back(&missing, share, |_| false);
            prop_assert_eq!((sum(&back.parts), sum(&back.late), back.borrowed), (share, 0, 0));
            for part in back.parts {
                now.iter_mut().find(|lot| lot.id == part.lot).unwrap().remaining += part.amount;
                let (_, missing) = missing.iter_mut().find(|(lot, _)| lot.id == part.lot).unwrap();
                *missing -= part.amount;
                prop_assert!(*missing >= 0);
            }
        }
        prop_assert_eq!(now, lots);
    }

    #[test]
    fn whatever_is_over_the_sum_comes_back(missing in prop::collection::vec((0..100_i64, any::<bool>()), 0..8), amount in 0..1000_i64) {
        let taken: Vec<(Lot, i64)> = (1..)
            .zip(missing)
            .map(|(number, (missing, over))| (lot(number, 0, over.then_some(0)), missing))
            .collect();
        let back = give_back(&taken, amount, |lot| lot.expires_at.is_some());
        prop_assert_eq!(sum(&back.parts) + sum(&back.late) + back.borrowed, amount);
        for (parts, late) in [(&back.parts, false), (&back.late, true)] {
            for part in parts {
                let (lot, missing) = taken.iter().find(|(lot, _)| lot.id == part.lot).unwrap();
                prop_assert_eq!(lot.expires_at.is_some(), late);
                prop_assert!(part.amount > 0 && part.amount <= *missing);
            }
        }
    }

    #[test]
    fn never_more_is_reversed_than_can_be(
        amount in 0..200_i64,
        held in 0..100_i64,
        (left, expired, taken_back) in (0..100_i64, 0..100_i64, 0..100_i64),
        others in lots(),
    ) {
        let own = Lot { id: TransferId([99; 16]), expired, taken_back, ..lot(99, left, None) };
        let plan = reverse(amount, held, Some(&own), &others);
        prop_assert_eq!(plan.from_hold, amount.min(held));
        prop_assert_eq!(plan.from_available, own.reversible().min(amount - plan.from_hold));
        let there = own.remaining + others.iter().map(|lot| lot.remaining).sum::<i64>();
        prop_assert_eq!(sum(&plan.parts), plan.from_available.min(there), "what is there goes before a debt");
        let own_part = plan.parts.iter().find(|part| part.lot == own.id).map_or(0, |part| part.amount);
        prop_assert_eq!(own_part, plan.from_available.min(own.remaining), "its own first");
        for part in plan.parts.iter().filter(|part| part.lot != own.id) {
            prop_assert!(part.amount > 0 && part.amount <= left_in(&others, part.lot));
        }
    }

    #[test]
    fn points_live_whole_days_of_the_members_zone(
        earned in 946_684_800..4_102_444_800_i64,
        months in 1..=120_i64,
        name in prop::sample::select(vec!["UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Pacific/Auckland",
            "Pacific/Kiritimati", "Africa/Cairo", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    ) {
        let (earned, zone) = (earned * 1_000_000, zone(name));
        let (end, _) = expiry(Expiry::Earning { months }, earned, &zone);
        let end = end.unwrap();
        let day = |at: Instant| local(at, &zone).unwrap().date();
        let last = day(earned).checked_add(Span::new().months(months)).unwrap();
        prop_assert_eq!(day(end - 1), last, "it is there on its last day until the end");
        prop_assert_eq!(day(end), last.tomorrow().unwrap());
        prop_assert_eq!(last_day(end, &zone), last.to_string());
        prop_assert!(end > earned);
    }
}
