//! Days in a row, by the calendar where the member is. Several times on one day are one day.

use super::Instant;
use super::task::Streak;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// The days in a row that looking in now completes, where they earn something on top. Looking in again on the same
/// day completes nothing.
pub fn completed(streak: Streak, times: &[Instant], now: Instant, zone: &TimeZone) -> Option<u32> {
    let days = days(times, zone);
    let today = day(now, zone).filter(|today| !days.contains(today))?;
    let row = 1 + back_from(&days, today.yesterday().ok());
    row.is_multiple_of(streak.days).then_some(row)
}

/// How many days in a row there were until today, or until yesterday while today is still to come.
pub fn until_now(times: &[Instant], now: Instant, zone: &TimeZone) -> u32 {
    let days = days(times, zone);
    let Some(today) = day(now, zone) else {
        return 0;
    };
    if days.contains(&today) {
        return back_from(&days, Some(today));
    }
    back_from(&days, today.yesterday().ok())
}

fn day(at: Instant, zone: &TimeZone) -> Option<Date> {
    let at = Timestamp::from_microsecond(at).ok()?;
    Some(at.to_zoned(zone.clone()).date())
}

fn days(times: &[Instant], zone: &TimeZone) -> BTreeSet<Date> {
    times.iter().filter_map(|at| day(*at, zone)).collect()
}

/// How many days in a row end with this one.
fn back_from(days: &BTreeSet<Date>, last: Option<Date>) -> u32 {
    let mut count = 0;
    let mut next = last;
    while let Some(day) = next.filter(|day| days.contains(day)) {
        count += 1;
        next = day.yesterday().ok();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Streak = Streak {
        days: 3,
        points: 20,
    };

    fn at(text: &str) -> Instant {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn all(texts: &[&str]) -> Vec<Instant> {
        texts.iter().map(|text| at(text)).collect()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn every_third_day_in_a_row_completes_them() {
        let utc = TimeZone::UTC;
        let mut times = Vec::new();
        let mut found = Vec::new();
        for day in 1..=7 {
            let now = at(&format!("2026-11-0{day}T09:00:00Z"));
            found.push(completed(THREE, &times, now, &utc));
            assert_eq!(until_now(&times, now, &utc), day - 1);
            times.push(now);
            assert_eq!(until_now(&times, now, &utc), day);
            assert_eq!(completed(THREE, &times, now + 1, &utc), None, "once a day");
        }
        assert_eq!(
            found,
            [None, None, Some(3), None, None, Some(6), None],
            "no others"
        );
    }

    #[test]
    fn a_day_that_was_left_out_begins_them_anew() {
        let times = all(&["2026-11-01T09:00:00Z", "2026-11-02T09:00:00Z"]);
        let utc = TimeZone::UTC;
        let late = at("2026-11-04T00:00:00Z");
        assert_eq!(completed(THREE, &times, late, &utc), None);
        assert_eq!(until_now(&times, late, &utc), 0);
        let in_time = at("2026-11-03T23:59:59Z");
        assert_eq!(completed(THREE, &times, in_time, &utc), Some(3));
    }

    #[test]
    fn days_begin_where_the_member_is() {
        // 23:30, 00:30 and 00:10 in Moscow, which is three days there and two in UTC.
        let times = all(&["2026-11-01T20:30:00Z", "2026-11-01T21:30:00Z"]);
        let now = at("2026-11-02T21:10:00Z");
        assert_eq!(
            completed(THREE, &times, now, &zone("Europe/Moscow")),
            Some(3)
        );
        assert_eq!(completed(THREE, &times, now, &TimeZone::UTC), None);
    }

    #[test]
    fn short_and_long_days_are_days() {
        // 29 March has 23 hours in Berlin, and 25 October 25.
        let berlin = zone("Europe/Berlin");
        let spring = all(&["2026-03-28T22:30:00Z", "2026-03-29T00:30:00Z"]);
        let now = at("2026-03-29T22:00:00Z");
        assert_eq!(completed(THREE, &spring, now, &berlin), Some(3));
        let autumn = all(&["2026-10-24T21:59:00Z", "2026-10-24T22:01:00Z"]);
        let last = at("2026-10-25T22:59:59Z");
        assert_eq!(
            completed(THREE, &autumn, last, &berlin),
            None,
            "still 25 October"
        );
        assert_eq!(
            completed(THREE, &autumn, last + 1_000_000, &berlin),
            Some(3)
        );
    }
}
