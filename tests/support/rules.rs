//! Programmes for tests: the demo's, with other tables.

use server::demo::PROGRAM;

/// What a test changes of the plain rules.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    /// Above the tables.
    pub(crate) top: &'static str,
    /// In `[purchase]`.
    pub(crate) purchase: &'static str,
    /// In the tier Silver.
    pub(crate) silver: &'static str,
    /// More tables.
    pub(crate) tables: &'static str,
    /// What else is written otherwise.
    pub(crate) changes: &'static [(&'static str, &'static str)],
}

/// 5 points for 100 roubles, after 14 days. Silver (from 500 points) earns ×1.25, Gold ×1.5.
pub(crate) const PLAIN: Rules = Rules {
    top: "",
    purchase: "",
    silver: "",
    tables: "",
    changes: &[],
};
/// What a member owes is forgiven.
pub(crate) const WRITES_OFF: Rules = Rules {
    top: "debt = \"write_off\"",
    ..PLAIN
};
/// Points live for a year.
pub(crate) const A_YEAR: Rules = Rules {
    tables: "[expiry]\nafter = \"earning\"\nmonths = 12\n",
    ..PLAIN
};
/// Silver begins with 100 points.
pub(crate) const WELCOME: Rules = Rules {
    silver: "entry_points = 100",
    ..PLAIN
};

impl Rules {
    /// The demo's rules without its tasks, with rewards of some sizes and with these changes.
    pub(crate) fn file(self) -> String {
        let (rules, _tasks) = PROGRAM.split_once("[[task]]").unwrap();
        let rewards = [100, 300, 400].map(|points| {
            format!(
                "[[reward]]\nid = \"r{points}\"\npoints = {points}\namount = \"{points}.00\"
                name = {{ en = \"{points} off\", ru = \"Минус {points}\" }}\n"
            )
        });
        let changes = [
            ("metric = ", self.top),
            ("hold_days = 14", self.purchase),
            ("threshold = 500\n", self.silver),
        ];
        let rules = changes.iter().fold(rules.to_owned(), |rules, (at, more)| {
            rules.replacen(at, &format!("{more}\n{at}"), 1)
        });
        let rules = self.changes.iter().fold(rules, |rules, (from, to)| {
            assert!(rules.contains(from), "there is no {from}");
            rules.replace(from, to)
        });
        [&rules, self.tables, &rewards.concat()].concat()
    }
}
