//! Days as people name them, in the zone of whoever reads.

use super::Text;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The zone by its IANA name, or UTC where the name is unknown.
fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn local(micros: i64, zone: &TimeZone) -> Option<Date> {
    let instant = Timestamp::from_microsecond(micros).ok()?;
    Some(zone.to_datetime(instant).date())
}

/// The day of an instant: "21 November", with the year only when it is not the current one.
/// Instants are microseconds since 1970 in UTC; one outside jiff's range gives an empty text.
#[must_use]
pub fn date(text: &Text, micros: i64, time_zone: &str, now: i64) -> String {
    let zone = zone(time_zone);
    let Some(that) = local(micros, &zone) else {
        return String::new();
    };
    let this_year = local(now, &zone).map(Date::year);
    let year = (this_year != Some(that.year())).then_some(that.year());
    (text.date)(that.day(), month(text, that.month()), year)
}

/// The last whole day before an instant: what is gone from midnight on could be used the day before.
pub(crate) fn last_day(text: &Text, micros: i64, time_zone: &str, now: i64) -> String {
    date(text, micros.saturating_sub(1), time_zone, now)
}

/// A day as it was recorded, `YYYY-MM-DD`, always with its year; what is no day is left as it is.
pub(crate) fn day(text: &Text, iso: &str) -> String {
    iso.parse::<Date>().map_or_else(
        |_| iso.to_owned(),
        |that| (text.date)(that.day(), month(text, that.month()), Some(that.year())),
    )
}

/// A day of every year, by its month and its number in it: "31 December".
pub(crate) fn year_day(text: &Text, month_number: i64, day: i64) -> String {
    let narrow = |number: i64| i8::try_from(number.clamp(1, 31)).unwrap_or(1);
    (text.date)(narrow(day), month(text, narrow(month_number)), None)
}

/// The day of an instant somewhere.
pub(crate) fn day_in(micros: i64, time_zone: &str) -> Option<Date> {
    local(micros, &zone(time_zone))
}

/// The name of a month, from 1, in the form that it has beside a day.
fn month(text: &Text, number: i8) -> &'static str {
    let index = usize::from(number.clamp(1, 12).unsigned_abs() - 1);
    text.months[index]
}

/// The same for an instant as the wire has it (RFC 3339).
#[must_use]
pub fn date_of(text: &Text, rfc3339: &str, time_zone: &str, now: i64) -> String {
    micros(rfc3339).map_or_else(String::new, |at| date(text, at, time_zone, now))
}

/// The day and the time of an instant as the wire has it: "5 May, 14:00".
pub(crate) fn moment_of(text: &Text, rfc3339: &str, time_zone: &str, now: i64) -> String {
    let Ok(at) = rfc3339.parse::<Timestamp>() else {
        return String::new();
    };
    let day = date(text, at.as_microsecond(), time_zone, now);
    let time = zone(time_zone).to_datetime(at).time();
    format!("{day}, {:02}:{:02}", time.hour(), time.minute())
}

/// Microseconds since 1970 of an RFC 3339 instant.
pub(crate) fn micros(rfc3339: &str) -> Option<i64> {
    rfc3339
        .parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_microsecond)
}

/// The last day a birthday may name, `YYYY-MM-DD`.
pub(crate) fn iso_day(now: i64) -> String {
    local(now, &TimeZone::UTC).map_or_else(String::new, |date| date.to_string())
}
