//! Days that end at a chosen second.
//!
//! Points run out at the end of a day in the member's own time zone, and the zones of this world end
//! their days at whole quarters of an hour, for which no torture waits. So the harness brings a few
//! zones of its own, each as far from Greenwich as it takes. They are files that any program finds
//! by `TZDIR`; `laurel serve` is unchanged.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::Offset;
use std::path::Path;

/// The points' last day, and after how many months points of which day run out then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastDay {
    day: Date,
    pub(crate) months: i32,
}

impl LastDay {
    /// The day to end at about a time, in microseconds since 1970.
    pub(crate) fn near(at: i64) -> Self {
        let time = Offset::UTC.to_datetime(instant(at));
        // No zone is farther away than half a day.
        let day = if time.hour() < 12 {
            time.date().yesterday().unwrap()
        } else {
            time.date()
        };
        // A month that has no such day, or whose days end before, would give another one back.
        let next = day.tomorrow().unwrap();
        let fits = |months: &i32| {
            let earned = day.checked_sub(months.months()).unwrap();
            let later = earned.tomorrow().unwrap();
            earned.day() == day.day() && later.checked_add(months.months()).unwrap() == next
        };
        let months = (1..=48).find(fits).unwrap();
        Self { day, months }
    }

    /// A time on the day whose points run out, in the zone where the last day ends then. What is earned
    /// one day later runs out one day later.
    pub(crate) fn earned_at(self, ends_at: i64) -> i64 {
        let earned = self.day.checked_sub(self.months.months()).unwrap();
        let days = (self.day - earned).get_days();
        ends_at - i64::from(days) * 24 * 3_600_000_000 - 12 * 3_600_000_000
    }

    /// Writes a zone in which the day ends at a second.
    pub(crate) fn write(self, folder: &Path, name: &str, ends_at: i64) -> std::io::Result<()> {
        let midnight = Offset::UTC
            .to_timestamp(self.day.tomorrow().unwrap().at(0, 0, 0, 0))
            .unwrap();
        let east = midnight.as_second() - ends_at.div_euclid(1_000_000);
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, file(i32::try_from(east).unwrap()))
    }
}

/// A zone so many seconds east of Greenwich, as RFC 8536 writes it: once as the old form has it,
/// once as the new one, and as a rule for all times.
fn file(east: i32) -> Vec<u8> {
    let mut part = b"TZif2".to_vec();
    part.extend([0; 15]);
    // Nothing but one kind of time and its name of four bytes.
    for count in [0_u32, 0, 0, 0, 1, 4] {
        part.extend(count.to_be_bytes());
    }
    part.extend(east.to_be_bytes());
    part.extend([0, 0]);
    part.extend(b"TOR\0");
    // The rule counts to the west.
    let sign = if east > 0 { "-" } else { "" };
    let (hours, seconds) = (east.abs() / 3600, east.abs() % 3600);
    let rule = format!(
        "\nTOR{sign}{hours}:{:02}:{:02}\n",
        seconds / 60,
        seconds % 60
    );
    [part.clone(), part, rule.into_bytes()].concat()
}

fn instant(at: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at).unwrap()
}
