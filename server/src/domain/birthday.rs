//! When a birthday is paid.

use super::Instant;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// A birthday told less than this many days ahead is paid a year later: otherwise everybody's
/// birthday is the day they join.
pub const NOTICE_DAYS: i32 = 30;

/// Reads `YYYY-MM-DD`: a day that a living person can have been born on.
pub fn parse(text: &str, now: Instant) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    let today = Timestamp::from_microsecond(now)
        .ok()?
        .to_zoned(TimeZone::UTC)
        .date();
    (text.len() == 10 && date <= today && date.year() >= today.year() - 120).then_some(date)
}

/// The start of the next birthday in the member's zone that is at least [`NOTICE_DAYS`] away.
/// Somebody born on 29 February has it on 28 February in common years.
pub fn next(born: Date, now: Instant, zone: &TimeZone) -> Option<Instant> {
    let today = Timestamp::from_microsecond(now)
        .ok()?
        .to_zoned(zone.clone())
        .date();
    let earliest = today.checked_add(NOTICE_DAYS.days()).ok()?;
    let day = (0..3)
        .map(|years| in_year(born, today.year() + years))
        .find(|day| day.is_some_and(|day| day >= earliest))??;
    Some(
        day.to_zoned(zone.clone())
            .ok()?
            .timestamp()
            .as_microsecond(),
    )
}

fn in_year(born: Date, year: i16) -> Option<Date> {
    Date::new(year, born.month(), born.day())
        .or_else(|_| Date::new(year, born.month(), born.day() - 1))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn next_of(born: &str, now: &str, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        let instant = next(born.parse().unwrap(), at(now), &zone).unwrap();
        Timestamp::from_microsecond(instant).unwrap().to_string()
    }

    #[test]
    fn the_day_begins_at_midnight_where_the_member_lives() {
        assert_eq!(
            next_of("1990-05-03", "2026-01-10T12:00:00Z", "Asia/Tokyo"),
            "2026-05-02T15:00:00Z"
        );
        assert_eq!(
            next_of("1990-05-03", "2026-01-10T12:00:00Z", "America/New_York"),
            "2026-05-03T04:00:00Z"
        );
    }

    #[test]
    fn too_near_is_paid_a_year_later() {
        assert_eq!(
            next_of("1990-05-03", "2026-04-10T12:00:00Z", "UTC"),
            "2027-05-03T00:00:00Z"
        );
        assert_eq!(
            next_of("1990-05-03", "2026-04-03T12:00:00Z", "UTC"),
            "2026-05-03T00:00:00Z"
        );
    }

    #[test]
    fn the_leap_day_has_a_birthday_every_year() {
        assert_eq!(
            next_of("2000-02-29", "2026-01-01T00:00:00Z", "UTC"),
            "2026-02-28T00:00:00Z"
        );
        assert_eq!(
            next_of("2000-02-29", "2028-01-01T00:00:00Z", "UTC"),
            "2028-02-29T00:00:00Z"
        );
    }

    #[test]
    fn impossible_days_are_refused() {
        let now = at("2026-01-01T00:00:00Z");
        for wrong in [
            "2026-01-02",
            "1899-01-01",
            "2025-02-30",
            "01.02.1990",
            "1990-1-1",
            "",
        ] {
            assert_eq!(parse(wrong, now), None, "{wrong}");
        }
        assert!(parse("1990-05-03", now).is_some());
    }
}
