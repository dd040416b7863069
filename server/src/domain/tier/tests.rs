//! Tiers: upwards at once, downwards at the end of a window, never by spending.

use super::*;
use crate::domain::program_file;

mod properties;
mod standing;

/// The demo's ladder: Silver from 500, Gold from 2,000.
fn demo() -> Program {
    program_file::parse(crate::demo::PROGRAM).unwrap()
}

/// The same with another window, one step or to the metric, and days of grace.
fn ladder(window: Window, one_step: bool, grace_days: u32) -> Program {
    let mut program = demo();
    program.ladder = Ladder {
        window,
        one_step,
        grace_days,
        entry_of_each: false,
    };
    program
}

const ROLLING: Window = Window::Rolling { months: 12 };

fn at(text: &str) -> Instant {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn text(at: Instant) -> String {
    Timestamp::from_microsecond(at).unwrap().to_string()
}

/// A member who has this tier, since 1 March 2027, 12:00 in Moscow.
fn held(tier: &str) -> Held {
    Held {
        tier: tier.into(),
        kept: "bronze".into(),
        since: at("2027-03-01T09:00:00Z"),
        grace_from: None,
        manual: None,
    }
}

fn given(tier: &str, until: Instant) -> Manual {
    let tier = tier.into();
    Manual { tier, until }
}

#[test]
fn a_tier_begins_exactly_at_its_threshold() {
    let demo = demo();
    for (value, tier) in [
        (i64::MIN, "bronze"),
        (-1, "bronze"),
        (0, "bronze"),
        (499, "bronze"),
        (500, "silver"),
        (1_999, "silver"),
        (2_000, "gold"),
        (i64::MAX, "gold"),
    ] {
        assert_eq!(reached(&demo, value).id, tier, "{value}");
    }
}

#[test]
fn each_metric_reads_its_own_counter() {
    let counters = Counters {
        points_earned: 1,
        amount_spent: 2,
        orders: 3,
    };
    let values = [Metric::PointsEarned, Metric::AmountSpent, Metric::Orders]
        .map(|metric| counters.value(metric));
    assert_eq!(values, [1, 2, 3]);
}

#[test]
fn a_tier_that_the_rules_no_longer_have_is_the_first() {
    let demo = demo();
    assert_eq!(by_id(&demo, "gold").id, "gold");
    assert_eq!(by_id(&demo, "platinum").id, "bronze");
    let first = Held::first(&demo, 7);
    assert_eq!(
        (first.tier.as_str(), first.kept.as_str(), first.since),
        ("bronze", "bronze", 7)
    );
    assert_eq!((first.grace_from, first.manual), (None, None));
}

#[test]
fn what_is_given_by_hand_counts_until_its_end() {
    let member = Held {
        manual: Some(given("gold", 10)),
        ..held("silver")
    };
    assert_eq!(
        [9, 10, 11].map(|now| member.effective(now).to_owned()),
        ["gold", "silver", "silver"]
    );
    assert_eq!(held("silver").effective(0), "silver");
}

#[test]
fn somebody_looks_at_the_end_of_whatever_comes_first() {
    let moscow = demo().zone();
    let review = |program: &Program, member: &Held| member.review_at(program, &moscow).map(text);
    let rolling = ladder(ROLLING, false, 30);
    let year = ladder(Window::Year, false, 30);
    let graced = Held {
        grace_from: Some(at("2028-01-01T00:00:00Z")),
        ..held("silver")
    };
    let manual = |until| Held {
        manual: Some(given("gold", at(until))),
        ..held("silver")
    };
    assert_eq!(review(&demo(), &held("gold")), None, "for life");
    assert_eq!(review(&rolling, &held("bronze")), None, "nothing to lose");
    assert_eq!(
        review(&rolling, &held("silver")).as_deref(),
        Some("2028-03-01T09:00:00Z")
    );
    assert_eq!(
        review(&year, &held("silver")).as_deref(),
        Some("2027-12-31T21:00:00Z")
    );
    assert_eq!(
        review(&rolling, &graced).as_deref(),
        Some("2028-01-31T00:00:00Z")
    );
    assert_eq!(
        review(&demo(), &manual("2029-01-01T00:00:00Z")).as_deref(),
        Some("2029-01-01T00:00:00Z")
    );
    assert_eq!(
        review(&rolling, &manual("2029-01-01T00:00:00Z")).as_deref(),
        Some("2028-03-01T09:00:00Z")
    );
    assert_eq!(
        review(&rolling, &manual("2027-04-01T00:00:00Z")).as_deref(),
        Some("2027-04-01T00:00:00Z")
    );
}

#[test]
fn windows_are_counted_in_the_programmes_zone() {
    let moscow = demo().zone();
    let (rolling, year) = (ladder(ROLLING, false, 30), ladder(Window::Year, false, 30));
    let now = at("2028-02-29T12:00:00Z");
    let from = |program: &Program| text(window_now(program, now, &moscow).from);
    let kept =
        |program: &Program, held: &Held| text(window_kept(program, held, &moscow).unwrap().from);
    let silver = held("silver");
    let graced = Held {
        grace_from: Some(at("2027-12-31T21:00:00Z")),
        ..silver.clone()
    };
    assert_eq!(from(&rolling), "2027-02-28T12:00:00.000001Z");
    assert_eq!(from(&year), "2027-12-31T21:00:00Z");
    assert_eq!(
        kept(&year, &graced),
        "2026-12-31T21:00:00Z",
        "the year that the grace makes longer"
    );
    assert_eq!(
        kept(&rolling, &graced),
        "2027-03-01T09:00:00.000001Z",
        "all that came since"
    );
    assert_eq!(
        window_kept(&rolling, &graced, &moscow).unwrap().until,
        Instant::MAX
    );
    let for_life = window_now(&demo(), now, &moscow);
    assert_eq!(
        (for_life.from, for_life.until),
        (Instant::MIN, Instant::MAX)
    );
    assert_eq!(window_now(&rolling, now, &moscow).until, Instant::MAX);

    let since = |program: &Program| window_since(program, &silver, &moscow);
    assert_eq!(text(since(&year).from), "2026-12-31T21:00:00Z");
    assert_eq!(text(since(&rolling).from), "2026-03-01T09:00:00.000001Z");
    assert_eq!(since(&year).until, silver.since + 1);
    assert_eq!(since(&rolling).until, silver.since + 1);
    // A tier that was kept on New Year's Day was kept by the year before.
    let kept = Held {
        since: at("2027-12-31T21:00:00Z"),
        ..silver.clone()
    };
    assert_eq!(
        text(window_since(&year, &kept, &moscow).from),
        "2026-12-31T21:00:00Z"
    );

    let until = window_until(&year, now, &moscow);
    assert_eq!(
        (text(until.from), until.until),
        ("2027-12-31T21:00:00Z".into(), now + 1)
    );
    let until = window_until(&rolling, now, &moscow);
    assert_eq!(
        (text(until.from), until.until),
        ("2027-02-28T12:00:00.000001Z".into(), now + 1)
    );

    let ended = |program: &Program| {
        window_kept(program, &silver, &moscow).map(|window| [window.from, window.until].map(text))
    };
    assert_eq!(ended(&demo()), None);
    assert_eq!(
        ended(&year),
        Some(["2026-12-31T21:00:00Z", "2027-12-31T21:00:00Z"].map(str::to_owned))
    );
    assert_eq!(
        ended(&rolling),
        Some(["2027-03-01T09:00:00.000001Z", "2028-03-01T09:00:00.000001Z"].map(str::to_owned)),
        "without what lifted the member, with its own last moment"
    );
}

#[test]
fn a_rolling_window_is_counted_on_from_where_it_began_however_long_the_months_are() {
    let utc = TimeZone::UTC;
    let program = ladder(Window::Rolling { months: 6 }, false, 30);
    let august = Held {
        since: at("2027-08-31T09:00:00Z"),
        ..held("silver")
    };
    // Six months before the end of February is the 28th of August.
    let ended = window_kept(&program, &august, &utc).unwrap();
    assert_eq!(
        [ended.from, ended.until].map(text),
        ["2027-08-31T09:00:00.000001Z", "2028-02-29T09:00:00.000001Z"]
    );
    let graced = Held {
        grace_from: Some(at("2028-02-29T09:00:00Z")),
        ..august
    };
    assert_eq!(
        window_kept(&program, &graced, &utc).unwrap().from,
        ended.from
    );
}

#[test]
fn a_member_rises_at_once_and_never_falls_by_earning() {
    let demo = demo();
    for (has, value, expected) in [
        ("bronze", 499, "bronze"),
        ("bronze", 500, "silver"),
        ("bronze", 2_000, "gold"),
        ("silver", 0, "silver"),
        ("silver", 500, "silver"),
        ("gold", 500, "gold"),
    ] {
        let risen = rise(&demo, &held(has), value, None, 7);
        assert_eq!(risen.tier, expected, "{has} with {value}");
        let since = if has == expected { held(has).since } else { 7 };
        assert_eq!(
            (risen.since, risen.kept.as_str()),
            (since, "bronze"),
            "{has} with {value}"
        );
    }
    let manual = Held {
        manual: Some(given("gold", 10)),
        ..held("bronze")
    };
    assert_eq!(
        rise(&demo, &manual, 500, None, 7).manual,
        manual.manual,
        "beside what was given by hand"
    );
}

#[test]
fn whoever_earns_what_was_missing_is_saved_from_the_end_of_the_grace() {
    let program = ladder(ROLLING, false, 30);
    let graced = Held {
        grace_from: Some(5),
        ..held("silver")
    };
    assert_eq!(rise(&program, &graced, 499, Some(499), 7), graced);
    let saved = rise(&program, &graced, 0, Some(500), 7);
    assert_eq!(
        saved,
        Held {
            kept: "silver".into(),
            since: 7,
            grace_from: None,
            ..graced.clone()
        }
    );
    assert_eq!(
        rise(&program, &graced, 1_999, Some(2_000), 7),
        saved,
        "no window reaches Gold"
    );
    let risen = rise(&program, &graced, 2_000, Some(2_000), 7);
    assert_eq!(
        risen,
        Held {
            tier: "gold".into(),
            kept: "silver".into(),
            since: 7,
            grace_from: None,
            manual: None
        }
    );
}

#[test]
fn what_lifted_a_member_is_taken_away_and_what_an_earlier_window_left_is_not() {
    let demo = demo();
    for (has, kept, deserved, expected) in [
        ("gold", "bronze", "gold", "gold"),
        ("gold", "bronze", "silver", "silver"),
        ("gold", "bronze", "bronze", "bronze"),
        ("gold", "silver", "bronze", "silver"),
        ("gold", "gold", "bronze", "gold"),
        ("silver", "silver", "bronze", "silver"),
        ("silver", "bronze", "bronze", "bronze"),
        ("bronze", "bronze", "gold", "bronze"),
    ] {
        let before = Held {
            kept: kept.into(),
            ..held(has)
        };
        let fallen = fall(&demo, &before, by_id(&demo, deserved));
        let expected = Held {
            tier: expected.into(),
            ..before.clone()
        };
        assert_eq!(fallen, expected, "{has} kept {kept} deserving {deserved}");
    }
}

#[test]
fn where_there_is_nothing_left_to_lose_there_is_no_grace() {
    let program = ladder(ROLLING, false, 30);
    let graced = Held {
        grace_from: Some(5),
        ..held("gold")
    };
    let to_silver = Held {
        tier: "silver".into(),
        ..graced.clone()
    };
    let to_bronze = Held {
        tier: "bronze".into(),
        grace_from: None,
        ..graced.clone()
    };
    assert_eq!(fall(&program, &graced, &program.tiers[1]), to_silver);
    assert_eq!(fall(&program, &graced, &program.tiers[0]), to_bronze);
    let bronze = Held {
        grace_from: Some(5),
        ..held("bronze")
    };
    assert_eq!(bronze.review_at(&program, &program.zone()), None);
}

#[test]
fn at_the_end_of_a_window_a_tier_is_kept_or_lost() {
    let moscow = demo().zone();
    let end = at("2028-03-01T09:00:00Z");
    let after =
        |program: &Program, has: &str, value, now| review(program, &held(has), value, now, &moscow);
    let (direct, stepwise) = (ladder(ROLLING, false, 0), ladder(ROLLING, true, 0));
    for (program, has, value, expected) in [
        (&direct, "gold", 2_000, "gold"),
        (&direct, "gold", 1_999, "silver"),
        (&direct, "gold", 0, "bronze"),
        (&direct, "silver", 5_000, "silver"),
        (&stepwise, "gold", 2_000, "gold"),
        (&stepwise, "gold", 0, "silver"),
        (&stepwise, "silver", 0, "bronze"),
    ] {
        assert_eq!(
            after(program, has, value, end - 1),
            held(has),
            "not before its end"
        );
        let reviewed = after(program, has, value, end);
        // What falls is explained by no metric, so no refund takes more of it before the next review.
        let kept = if has == expected || value >= 5_000 {
            "bronze"
        } else {
            expected
        };
        let expected = Held {
            tier: expected.into(),
            kept: kept.into(),
            since: end,
            ..held(has)
        };
        assert_eq!(reviewed, expected, "{has} with {value}");
    }
    assert_eq!(after(&direct, "bronze", 0, end), held("bronze"));
    assert_eq!(after(&demo(), "gold", 0, end), held("gold"), "for life");
}

#[test]
fn a_grace_begins_at_the_windows_end_and_is_over_after_its_days() {
    let moscow = demo().zone();
    let program = ladder(ROLLING, false, 30);
    let end = at("2028-03-01T09:00:00Z");
    let graced = Held {
        grace_from: Some(end),
        ..held("silver")
    };
    assert_eq!(
        review(&program, &held("silver"), 499, end + DAY, &moscow),
        graced,
        "from the end, however late the look"
    );
    let over = end + 30 * DAY;
    assert_eq!(review(&program, &graced, 499, over - 1, &moscow), graced);
    let fallen = Held {
        tier: "bronze".into(),
        since: end,
        ..held("silver")
    };
    assert_eq!(review(&program, &graced, 499, over, &moscow), fallen);
    let kept = Held {
        kept: "silver".into(),
        since: end,
        ..held("silver")
    };
    assert_eq!(
        review(&program, &graced, 500, over, &moscow),
        kept,
        "only the longer window explains it"
    );
}

#[test]
fn only_the_tier_that_is_reached_welcomes_or_each_that_is_passed() {
    let mut program = demo();
    program.tiers[0].entry_points = 1;
    program.tiers[1].entry_points = 100;
    program.tiers[2].entry_points = 200;
    let ids = |program: &Program, from, to| -> Vec<String> {
        welcomed(program, from, to)
            .into_iter()
            .map(|tier| tier.id.clone())
            .collect()
    };
    assert_eq!(ids(&program, "bronze", "silver"), ["silver"]);
    assert_eq!(ids(&program, "bronze", "gold"), ["gold"]);
    assert_eq!(ids(&program, "silver", "silver"), [""; 0]);
    assert_eq!(ids(&program, "gold", "silver"), [""; 0]);
    program.ladder.entry_of_each = true;
    assert_eq!(ids(&program, "bronze", "gold"), ["silver", "gold"]);
    assert_eq!(ids(&program, "silver", "gold"), ["gold"]);
    program.tiers[2].entry_points = 0;
    assert_eq!(ids(&program, "bronze", "gold"), ["silver"]);
}

#[test]
fn counters_are_added_each_to_its_own() {
    let counters = |points_earned, amount_spent, orders| Counters {
        points_earned,
        amount_spent,
        orders,
    };
    let mut sum = counters(5, 700, 2);
    sum += counters(3, -200, -1);
    assert_eq!(sum, counters(8, 500, 1));
}
