//! Nothing is lost and nothing is made: what is taken from lots, put back, reversed and let go adds up.

use super::*;

mod properties;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Instant {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn text(at: Instant) -> String {
    Timestamp::from_microsecond(at).unwrap().to_string()
}

/// A lot with `remaining` left of 100, that can be told from others by its number.
fn lot(number: u8, remaining: i64, expires_at: Option<Instant>) -> Lot {
    Lot {
        id: TransferId([number; 16]),
        amount: 100,
        remaining,
        expired: 0,
        taken_back: 0,
        counts: true,
        opened_at: i64::from(number),
        expires_at,
        idle_months: None,
        late: false,
        warned: false,
    }
}

fn part(number: u8, amount: i64) -> Part {
    Part {
        lot: TransferId([number; 16]),
        amount,
    }
}

/// The rule, when the points became available, the member's zone, and from when on they are gone.
const ENDS: &[(Expiry, &str, &str, &str)] = &[
    (
        Expiry::Earning { months: 1 },
        "2027-01-15T12:00:00Z",
        "UTC",
        "2027-02-16T00:00:00Z",
    ),
    // A month that is shorter ends it on its last day.
    (
        Expiry::Earning { months: 1 },
        "2027-01-31T12:00:00Z",
        "UTC",
        "2027-03-01T00:00:00Z",
    ),
    (
        Expiry::Earning { months: 1 },
        "2028-01-31T12:00:00Z",
        "UTC",
        "2028-03-01T00:00:00Z",
    ),
    (
        Expiry::Earning { months: 12 },
        "2028-02-29T12:00:00Z",
        "UTC",
        "2029-03-01T00:00:00Z",
    ),
    (
        Expiry::Earning { months: 48 },
        "2028-02-29T12:00:00Z",
        "UTC",
        "2032-03-01T00:00:00Z",
    ),
    // The day is the member's own.
    (
        Expiry::Earning { months: 1 },
        "2027-01-15T22:00:00Z",
        "Europe/Moscow",
        "2027-02-16T21:00:00Z",
    ),
    (
        Expiry::Earning { months: 1 },
        "2027-01-15T20:59:59Z",
        "Europe/Moscow",
        "2027-02-15T21:00:00Z",
    ),
    // Summer time begins and ends between the two.
    (
        Expiry::Earning { months: 1 },
        "2027-03-10T12:00:00Z",
        "Europe/Berlin",
        "2027-04-10T22:00:00Z",
    ),
    (
        Expiry::Earning { months: 1 },
        "2027-10-10T12:00:00Z",
        "Europe/Berlin",
        "2027-11-10T23:00:00Z",
    ),
    (
        Expiry::Earning { months: 1 },
        "2027-03-20T09:00:00Z",
        "Pacific/Auckland",
        "2027-04-20T12:00:00Z",
    ),
    // In Cairo summer time begins at midnight, so that this day has none: its first moment is 1:00.
    (
        Expiry::Earning { months: 1 },
        "2027-03-29T12:00:00Z",
        "Africa/Cairo",
        "2027-04-29T22:00:00Z",
    ),
    // Samoa left a whole day out: 30 December 2011 never was.
    (
        Expiry::Earning { months: 1 },
        "2011-11-29T12:00:00Z",
        "Pacific/Apia",
        "2011-12-30T10:00:00Z",
    ),
    (
        Expiry::Date { month: 12, day: 31 },
        "2027-03-01T12:00:00Z",
        "UTC",
        "2028-01-01T00:00:00Z",
    ),
    (
        Expiry::Date { month: 12, day: 31 },
        "2027-12-31T23:59:59Z",
        "UTC",
        "2028-01-01T00:00:00Z",
    ),
    (
        Expiry::Date { month: 2, day: 28 },
        "2027-02-28T12:00:00Z",
        "UTC",
        "2027-03-01T00:00:00Z",
    ),
    (
        Expiry::Date { month: 2, day: 28 },
        "2027-03-01T00:00:00Z",
        "UTC",
        "2028-02-29T00:00:00Z",
    ),
    (
        Expiry::Date { month: 1, day: 1 },
        "2027-12-31T22:00:00Z",
        "Europe/Moscow",
        "2028-01-01T21:00:00Z",
    ),
];

#[test]
fn the_last_day_is_counted_in_months_of_the_calendar() {
    for (rule, earned, name, expected) in ENDS {
        let (expires_at, idle) = expiry(*rule, at(earned), &zone(name));
        assert_eq!(
            expires_at.map(text).as_deref(),
            Some(*expected),
            "{rule:?} {earned} {name}"
        );
        assert_eq!(idle, None);
    }
    assert_eq!(expiry(Expiry::Never, 0, &TimeZone::UTC), (None, None));
    let quiet = Expiry::Inactivity { months: 6 };
    assert_eq!(expiry(quiet, 0, &TimeZone::UTC), (None, Some(6)));
    assert_eq!(
        expiry(
            Expiry::Date { month: 2, day: 29 },
            at("2027-03-01T00:00:00Z"),
            &TimeZone::UTC
        )
        .0
        .map(text)
        .as_deref(),
        Some("2028-03-01T00:00:00Z")
    );
}

#[test]
fn a_date_stands_and_quiet_is_counted_from_the_last_activity() {
    let utc = TimeZone::UTC;
    let active = at("2027-01-15T12:00:00Z");
    assert_eq!(runs_out(Some(7), None, active, &utc), Some(7));
    assert_eq!(runs_out(Some(7), Some(1), active, &utc), Some(7));
    assert_eq!(
        runs_out(None, Some(1), active, &utc).map(text).as_deref(),
        Some("2027-02-16T00:00:00Z")
    );
    assert_eq!(runs_out(None, None, active, &utc), None);
    let mut idle = lot(1, 10, None);
    idle.idle_months = Some(1);
    assert_eq!(
        idle.runs_out(active, &utc),
        runs_out(None, Some(1), active, &utc)
    );
}

#[test]
fn the_last_day_is_named_and_a_grace_ends_with_its_day() {
    let moscow = zone("Europe/Moscow");
    let end = at("2027-02-15T21:00:00Z");
    assert_eq!(last_day(end, &moscow), "2027-02-15");
    assert_eq!(last_day(end + 1, &moscow), "2027-02-16");
    let grace = |days| grace(at("2027-01-15T22:00:00Z"), days, &moscow).map(text);
    assert_eq!(grace(0).as_deref(), Some("2027-01-16T21:00:00Z"));
    assert_eq!(grace(30).as_deref(), Some("2027-02-15T21:00:00Z"));
    // Just after midnight, before the clocks go back in one of these nights, and before they go forward.
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    for (now, end) in [
        ("2026-10-09T22:30:00Z", "2026-11-09T23:00:00Z"),
        ("2027-03-09T22:30:00Z", "2027-04-08T22:00:00Z"),
    ] {
        assert_eq!(
            super::grace(at(now), 30, &berlin).map(text).as_deref(),
            Some(end)
        );
    }
}

#[test]
fn what_runs_out_first_is_spent_first() {
    let mut idle = lot(4, 10, None);
    idle.idle_months = Some(1);
    let mut lots = [
        lot(1, 10, None),
        lot(2, 10, Some(at("2027-12-31T00:00:00Z"))),
        lot(3, 10, Some(at("2027-01-31T00:00:00Z"))),
        idle,
        lot(5, 10, Some(at("2027-01-31T00:00:00Z"))),
    ];
    sort(&mut lots, at("2027-03-01T00:00:00Z"), &TimeZone::UTC);
    assert_eq!(lots.map(|lot| lot.id.0[0]), [3, 5, 4, 2, 1]);
}

#[test]
fn lots_are_emptied_one_after_the_other() {
    let lots = [lot(1, 30, None), lot(2, 0, None), lot(3, 50, None)];
    for (amount, expected) in [
        (0, vec![]),
        (1, vec![part(1, 1)]),
        (30, vec![part(1, 30)]),
        (31, vec![part(1, 30), part(3, 1)]),
        (80, vec![part(1, 30), part(3, 50)]),
        (81, vec![part(1, 30), part(3, 50)]),
    ] {
        assert_eq!(take(&lots, amount), expected, "{amount}");
    }
    assert_eq!(take(&[], 5), []);
}

#[test]
fn a_refund_takes_the_hold_then_its_own_lot_then_others() {
    let reversal = |from_hold, from_available, parts: &[Part]| Reversal {
        from_hold,
        from_available,
        parts: parts.to_vec(),
    };
    let own = |remaining, expired, taken_back| Lot {
        expired,
        taken_back,
        ..lot(1, remaining, None)
    };
    let others = [lot(2, 20, None), lot(3, 40, None)];
    let table = [
        (
            "all waits",
            reverse(60, 100, None, &others),
            reversal(60, 0, &[]),
        ),
        (
            "nothing is there any more",
            reverse(60, 0, None, &others),
            reversal(0, 0, &[]),
        ),
        (
            "its own are enough",
            reverse(60, 0, Some(&own(100, 0, 0)), &others),
            reversal(0, 60, &[part(1, 60)]),
        ),
        (
            "some are spent",
            reverse(60, 0, Some(&own(10, 0, 0)), &others),
            reversal(0, 60, &[part(1, 10), part(2, 20), part(3, 30)]),
        ),
        (
            "all are spent, and there will be a debt",
            reverse(100, 0, Some(&own(0, 0, 0)), &others),
            reversal(0, 100, &[part(2, 20), part(3, 40)]),
        ),
        (
            "some ran out",
            reverse(100, 0, Some(&own(0, 70, 0)), &others),
            reversal(0, 30, &[part(2, 20), part(3, 10)]),
        ),
        (
            "all ran out",
            reverse(100, 0, Some(&own(0, 100, 0)), &others),
            reversal(0, 0, &[]),
        ),
        (
            "some were taken back before",
            reverse(60, 0, Some(&own(0, 0, 60)), &[]),
            reversal(0, 40, &[]),
        ),
        (
            "its own is among the others as well",
            reverse(
                60,
                0,
                Some(&own(10, 0, 0)),
                &[own(10, 0, 0), lot(2, 20, None)],
            ),
            reversal(0, 60, &[part(1, 10), part(2, 20)]),
        ),
    ];
    for (name, found, expected) in table {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(own(0, 70, 60).reversible(), 0, "never below zero");
}

#[test]
fn a_lot_that_has_run_out_stays_over_while_its_grace_runs() {
    let mut dated = lot(1, 0, Some(20));
    let is_over = |lot: &Lot, now| lot.is_over(0, now, &TimeZone::UTC);
    assert!(!is_over(&dated, 19) && is_over(&dated, 20));
    (dated.expires_at, dated.late) = (Some(50), true);
    assert!(is_over(&dated, 30));
    assert_eq!(dated.runs_out(0, &TimeZone::UTC), Some(50));
    // Quiet is over with the next activity, but not for what came back after its end.
    let mut idle = lot(2, 0, None);
    idle.idle_months = Some(1);
    assert!(!is_over(&idle, 20));
    (idle.expires_at, idle.late) = (Some(50), true);
    assert!(is_over(&idle, 20));
}

fn sum(parts: &[Part]) -> i64 {
    parts.iter().map(|part| part.amount).sum()
}

#[test]
fn what_was_taken_last_comes_back_first() {
    let taken = [
        (lot(1, 0, Some(10)), 30),
        (lot(2, 0, Some(20)), 20),
        (lot(3, 0, None), 50),
    ];
    let back = |amount, now| {
        give_back(&taken, amount, |lot| {
            lot.expires_at.is_some_and(|at| at <= now)
        })
    };
    let whole = vec![part(3, 50), part(2, 20), part(1, 30)];
    let table = [
        (0, 0, vec![], vec![], 0),
        (40, 0, vec![part(3, 40)], vec![], 0),
        (60, 0, vec![part(3, 50), part(2, 10)], vec![], 0),
        (100, 0, whole, vec![], 0),
        (
            100,
            10,
            vec![part(3, 50), part(2, 20)],
            vec![part(1, 30)],
            0,
        ),
        (60, 20, vec![part(3, 50)], vec![part(2, 10)], 0),
        // More than was taken from lots: it had been borrowed.
        (
            120,
            20,
            vec![part(3, 50)],
            vec![part(2, 20), part(1, 30)],
            20,
        ),
    ];
    for (amount, now, parts, late, borrowed) in table {
        let expected = Return {
            parts,
            late,
            borrowed,
        };
        assert_eq!(back(amount, now), expected, "{amount} at {now}");
        let for_ever = back(amount, now).without_grace();
        assert_eq!((for_ever.parts, for_ever.late), (expected.parts, vec![]));
        assert_eq!(for_ever.borrowed, borrowed + sum(&expected.late));
    }
    let empty = [(lot(1, 0, None), 0), (lot(2, 0, None), 5)];
    assert_eq!(give_back(&empty, 5, |_| false).parts, [part(2, 5)]);
}
