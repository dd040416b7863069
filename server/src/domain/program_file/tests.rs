//! Every fault names its line, its field and a remedy.

use super::parse;
use crate::demo::PROGRAM;
use std::fmt::Write as _;

/// The demo's file with one place changed, and the faults that are found in it, one a line.
fn faults(wrong: &[(&str, &str)]) -> String {
    let mut source = PROGRAM.to_owned();
    for (right, wrong) in wrong {
        assert!(source.contains(right), "the demo has {right:?}");
        source = source.replacen(right, wrong, 1);
    }
    match parse(&source) {
        Ok(_) => "none".to_owned(),
        Err(faults) => faults.iter().fold(String::new(), |mut all, fault| {
            // The line as a reader of the file sees it: what is named is there or begins there.
            let text = source.lines().nth(fault.line - 1).unwrap_or("");
            let _written = writeln!(all, "{fault} | {text}");
            all
        }),
    }
}

#[test]
fn the_demo_is_a_good_example() {
    assert_eq!(faults(&[]), "none");
}

#[test]
fn every_fault_names_its_line_its_field_and_a_remedy() {
    let table: &[(&str, &str, &str)] = &[];
    for (right, wrong, expected) in table {
        assert_eq!(faults(&[(right, wrong)]).trim_end(), *expected, "{wrong}");
    }
}
