//! Days, months and years where somebody lives.

use super::End;
use app::api::{Expiry, Window};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _, Zoned};

/// Microseconds since 1970 in UTC.
pub(crate) type Micros = i64;

/// Microseconds of 24 hours.
pub(crate) const DAY: Micros = 24 * 3600 * 1_000_000;

fn local(at: Micros, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).unwrap();
    Timestamp::from_microsecond(at).unwrap().to_zoned(zone)
}

fn first_moment(day: Date, zone: &str) -> Micros {
    let day = day.to_zoned(TimeZone::get(zone).unwrap()).unwrap();
    day.timestamp().as_microsecond()
}

/// The first moment after the day that is so many months after `at`.
pub(crate) fn end_of_day(at: Micros, months: i64, zone: &str) -> Micros {
    end_after(at, months.months(), zone)
}

/// The first moment after the day that is so much of the calendar after `at`.
pub(super) fn end_after(at: Micros, span: Span, zone: &str) -> Micros {
    let day = local(at, zone).date() + span;
    first_moment(day.tomorrow().unwrap(), zone)
}

/// When points run out that can be spent from `at` on.
pub(super) fn end(rule: Expiry, at: Micros, zone: &str) -> End {
    match rule {
        Expiry::Never => End::Never,
        Expiry::Earning { months } => End::At(end_of_day(at, months, zone)),
        Expiry::Inactivity { months } => End::Idle(months),
        Expiry::Date { month, day } => {
            let today = local(at, zone).date();
            let (month, day) = (i8::try_from(month).unwrap(), i8::try_from(day).unwrap());
            let this_year = Date::new(today.year(), month, day).unwrap();
            let next_year = Date::new(today.year() + 1, month, day).unwrap();
            let last = if this_year >= today {
                this_year
            } else {
                next_year
            };
            End::At(first_moment(last.tomorrow().unwrap(), zone))
        }
    }
}

/// The first moment of the window that ends with `at`. What is exactly as old as a rolling window is
/// long is out.
pub(super) fn window_before(window: Window, at: Micros, zone: &str) -> Micros {
    match window {
        Window::Lifetime => Micros::MIN,
        Window::Rolling { months } => {
            let so_old = local(at, zone) - months.months();
            so_old.timestamp().as_microsecond() + 1
        }
        Window::Year => first_moment(Date::new(local(at, zone).year(), 1, 1).unwrap(), zone),
    }
}

/// The first moment after the window in which something of `at` is good; never for a whole life.
pub(super) fn window_after(window: Window, at: Micros, zone: &str) -> Option<Micros> {
    match window {
        Window::Lifetime => None,
        Window::Rolling { months } => Some(
            (local(at, zone) + months.months())
                .timestamp()
                .as_microsecond(),
        ),
        Window::Year => {
            let next = Date::new(local(at, zone).year() + 1, 1, 1).unwrap();
            Some(first_moment(next, zone))
        }
    }
}
