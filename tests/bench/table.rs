//! What was measured, as a table and as JSON.

use serde_json::{Value, json};

/// What a row has to reach.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// The value, at most so many times the reference.
    AtMost(f64),
    /// The value, at least so many times the reference.
    AtLeast(f64),
    /// The value itself, at most.
    Below(f64),
    /// The value itself, at least, and so many times the reference.
    Above(f64, f64),
    /// The value, at most so many times the reference and so much more.
    Within(f64, f64),
    /// It is only told.
    None,
}

/// One line of the table. The medians of several runs count.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// One value for each run.
    pub(crate) values: Vec<f64>,
    /// What to compare it with, from the same run.
    pub(crate) references: Vec<f64>,
    pub(crate) goal: Goal,
}

impl Row {
    fn value(&self) -> f64 {
        rounded(median(&self.values))
    }

    fn reference(&self) -> f64 {
        rounded(median(&self.references))
    }

    fn ratio(&self) -> f64 {
        rounded(median(&self.values) / median(&self.references))
    }

    /// How far the runs lie apart, in parts of the median.
    fn spread(&self) -> f64 {
        let (least, most) = self
            .values
            .iter()
            .fold((f64::MAX, f64::MIN), |(least, most), value| {
                (least.min(*value), most.max(*value))
            });
        (most - least) / median(&self.values)
    }

    fn verdict(&self) -> String {
        let (value, ratio) = (self.value(), self.ratio());
        let (text, met) = match self.goal {
            Goal::AtMost(times) => (format!("ratio <= {times}"), ratio <= times),
            Goal::AtLeast(times) => (format!("ratio >= {times}"), ratio >= times),
            Goal::Below(most) => (format!("value <= {most}"), value <= most),
            Goal::Above(least, times) => (
                format!("value >= {least}, ratio >= {times}"),
                value >= least && ratio >= times,
            ),
            Goal::Within(times, more) => (
                format!("value <= {times} x reference + {more}"),
                value <= times * self.reference() + more,
            ),
            Goal::None => return String::new(),
        };
        format!("{} ({text})", if met { "ok" } else { "MISSED" })
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "value": self.value(),
            "unit": self.unit,
            "reference": self.reference(),
            "ratio": self.ratio(),
        })
    }
}

/// The value in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Three digits behind the point where there is little before it.
fn rounded(value: f64) -> f64 {
    let digits = if value.abs() < 100.0 { 1000.0 } else { 1.0 };
    (value * digits).round() / digits
}

/// Prints the table.
pub(crate) fn print(rows: &[Row]) {
    println!(
        "\n{:<24} {:>10} {:<9} {:>10} {:>7} {:>7}  goal",
        "name", "value", "unit", "reference", "ratio", "spread"
    );
    for row in rows {
        println!(
            "{:<24} {:>10} {:<9} {:>10} {:>7.3} {:>6.0}%  {}",
            row.name,
            row.value(),
            row.unit,
            row.reference(),
            row.ratio(),
            row.spread() * 100.0,
            row.verdict()
        );
    }
}

/// Writes `target/bench.json`.
pub(crate) fn write(rows: &[Row]) {
    let rows: Vec<Value> = rows.iter().map(Row::json).collect();
    let text = serde_json::to_string_pretty(&rows).expect("the rows are JSON");
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench.json");
    std::fs::write(file, text + "\n").expect("target/bench.json can be written");
}
