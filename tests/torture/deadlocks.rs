//! What PostgreSQL's log says of transactions that waited for each other.

use crate::support::postgres;
use std::collections::{BTreeMap, BTreeSet};

/// Words of a statement that tell what it is about.
const WORDS: usize = 8;

/// How often transactions waited for each other, by what they were about to do. Each is run again, so
/// it is no failure. Groups of commands may want accounts in different order; that is why Laurel lets
/// no group wait as long as PostgreSQL does before it looks. Anything else is a command that takes its
/// locks in another order than the others.
pub(crate) fn deadlocks(postgres: &postgres::Server) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let Some((folder, _)) = &postgres.own else {
        return found;
    };
    let logs = std::fs::read_dir(folder.join("data/log"));
    let logs = logs.into_iter().flatten().flatten();
    let texts: Vec<String> = logs
        .filter_map(|log| std::fs::read_to_string(log.path()).ok())
        .collect();
    let is_log = |text: &String| text.contains("ready to accept connections");
    assert!(texts.iter().any(is_log), "PostgreSQL keeps a log");
    for told in texts
        .iter()
        .flat_map(|text| text.split("ERROR:  deadlock detected").skip(1))
    {
        let told = told.split("HINT:").next().unwrap_or_default();
        let doing = told
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Process "));
        let doing = doing.filter_map(|line| line.split_once(": "));
        let doing: BTreeSet<String> = doing
            .filter(|(process, _)| process.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|(_, sql)| {
                sql.split_whitespace()
                    .take(WORDS)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let doing = doing.into_iter().collect::<Vec<_>>().join(" | ");
        *found.entry(doing).or_default() += 1;
    }
    found
}
