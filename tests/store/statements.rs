//! The statements themselves, read from the source: one text that both engines understand alike.

use std::path::PathBuf;

/// The text literals of a Rust source that are SQL with parameters.
fn statements(source: &str) -> Vec<String> {
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    // Every other piece between quotes is a literal; the store's have no escapes.
    let literals = code.split('"').skip(1).step_by(2);
    literals
        .filter(|text| text.contains("$1"))
        .map(str::to_owned)
        .collect()
}

/// The parameters' numbers, in the order they appear.
fn numbers(sql: &str) -> Vec<usize> {
    let after = sql.split('$').skip(1);
    let digits = after.map(|text| {
        text.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
    });
    digits.filter_map(|digits| digits.parse().ok()).collect()
}

#[test]
fn parameters_are_numbered_in_the_order_of_their_first_use() {
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../server/src/store")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for sql in statements(&std::fs::read_to_string(&path).unwrap()) {
                seen += 1;
                let mut first_uses = Vec::new();
                for number in numbers(&sql) {
                    if !first_uses.contains(&number) {
                        first_uses.push(number);
                    }
                }
                // To SQLite `$1` is a name, and names are numbered as they come.
                let in_order: Vec<_> = (1..=first_uses.len()).collect();
                assert_eq!(first_uses, in_order, "{}: {sql}", path.display());
            }
        }
    }
    assert!(seen > 60, "the statements were found: {seen}");
}

#[test]
fn the_reader_of_statements_sees_what_it_should() {
    let source = "// \"$2\nconst A: &str = \"a = $1\n and b = $2 or $1\"; f(\"plain\"); const B: &str = \"$2 $1\";";
    let found = statements(source);
    assert_eq!(found, ["a = $1\n and b = $2 or $1", "$2 $1"]);
    assert_eq!(numbers(&found[0]), [1, 2, 1]);
    assert_eq!(numbers(&found[1]), [2, 1]);
}
