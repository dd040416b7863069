//! The statements themselves, read from the source: one text that both engines understand alike.

use super::Place;
use crate::support::sql::{Read, Write};
use crate::support::world::Database;
use server::store::{Command, Query, Row, StoreError, Tx, Value};
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

/// The first statement of that name in a file of the store.
fn statement(file: &str, name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../server/src/store");
    let source = std::fs::read_to_string(folder.join(file)).unwrap();
    let begin = format!("const {name}: &str =");
    let (_, after) = source
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{file} has no {name}"));
    let (text, _) = after.split_once(';').unwrap();
    // What stands between two literals, or after the last, is a list of columns.
    let literals: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    let mut sql = literals.join("*");
    if sql.ends_with("returning ") {
        sql.push('*');
    }
    sql
}

/// The same read, by whom writes.
struct ByTheWriter(Read);

impl Command for ByTheWriter {
    type Output = Vec<Row>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Row>, StoreError> {
        self.0.run(tx).await
    }
}

#[tokio::test]
async fn postgres_takes_the_index_of_a_table_that_was_empty_when_it_last_looked() {
    let place = Place::open(Database::Postgres).await;
    place
        .store
        .write(Write("analyze idempotency", Vec::new()))
        .await
        .unwrap();
    let sql = statement("idempotency.rs", "STORED");
    let explain: &'static str = Box::leak(format!("explain {sql}").into_boxed_str());
    let key = vec![Value::Bytes(vec![1; 16]), "shop".into(), "key".into()];
    let rows = place.store.read(Read(explain, key)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    assert!(plan[0].contains("using idempotency_pkey"), "{plan:?}");
}

#[tokio::test]
async fn sqlite_takes_the_index_that_leads_to_the_row() {
    let table = [
        ("orders/mod.rs", "RESERVED", "coupon_order"),
        ("coupons/usage.rs", "OTHERS", "coupon_order"),
        ("coupons/orders.rs", "USED", "coupon_order"),
        ("coupons/orders.rs", "RESERVED", "coupon_order"),
        ("coupons/orders.rs", "HOLDS", "coupon_order"),
        ("coupons/reserving.rs", "COUPONS", "coupon_order"),
        ("coupons/reserving.rs", "GIFTS", "referral_reserved"),
        ("referrals/gifts/reserve.rs", "COUPONS", "coupon_order"),
        ("referrals/facts.rs", "MAILBOX", "shop_order_mailbox"),
        ("referrals/facts.rs", "CUSTOMER", "shop_order_customer"),
        ("orders/guest.rs", "SQL", "shop_order_guest"),
        ("orders/refund.rs", "WAITING", "refund_order"),
    ];
    let place = Place::open(Database::Sqlite).await;
    for (file, name, index) in table {
        let sql = statement(file, name);
        let params = numbers(&sql).into_iter().max().unwrap();
        let explain: &'static str = Box::leak(format!("explain query plan {sql}").into_boxed_str());
        let plan = || Read(explain, vec![Value::Null; params]);
        let read = place.store.read(plan()).await.unwrap();
        let written = place.store.write(ByTheWriter(plan())).await.unwrap();
        for rows in [read, written] {
            let steps: Vec<String> = rows.iter().map(|row| row.get(3).unwrap()).collect();
            let step = format!("USING INDEX {index} (program_id=? AND ");
            assert!(
                steps.iter().any(|found| found.contains(&step)),
                "{file} {name}: {steps:?}"
            );
        }
    }
}
