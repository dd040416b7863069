//! Two dialects, one schema.

use super::Place;
use crate::support::sql::rows;
use crate::support::world::Database;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The names of the steps in a dialect's folder.
fn steps(dialect: &str) -> BTreeSet<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../server/migrations")
        .join(dialect);
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn both_dialects_have_the_same_steps_and_all_are_applied() {
    let steps_of_sqlite = steps("sqlite");
    assert_eq!(steps_of_sqlite, steps("postgres"));
    let numbers: Vec<i64> = steps_of_sqlite
        .iter()
        .map(|name| name[..4].parse().unwrap())
        .collect();
    assert_eq!(
        numbers,
        (1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>()
    );
    for database in [Database::Sqlite, Database::Postgres] {
        let place = Place::open(database).await;
        let applied = rows(&place.store, "select number from migration order by number").await;
        let applied: Vec<i64> = applied.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(applied, numbers, "{database:?}");
    }
}

/// Each column as `table.column kind`, with `?` if it may be empty and its place in the key.
async fn columns(database: Database) -> BTreeSet<String> {
    const SQLITE: &str =
        "select m.name, c.name, lower(c.type), c.\"notnull\" = 0 and c.pk = 0, c.pk
        from sqlite_master m join pragma_table_info(m.name) c
        where m.type = 'table' and m.name not like 'sqlite_%'";
    const POSTGRES: &str = "select c.table_name::text, c.column_name::text,
            case c.data_type when 'bigint' then 'integer' when 'boolean' then 'integer' when 'uuid' then 'blob'
                when 'bytea' then 'blob' else c.data_type::text end,
            c.is_nullable = 'YES', coalesce(k.ordinal_position::bigint, 0)
        from information_schema.columns c
        left join information_schema.table_constraints p on p.table_schema = c.table_schema
            and p.table_name = c.table_name and p.constraint_type = 'PRIMARY KEY'
        left join information_schema.key_column_usage k on k.constraint_name = p.constraint_name
            and k.table_schema = c.table_schema and k.column_name = c.column_name
        where c.table_schema = 'public'";
    let place = Place::open(database).await;
    let sql = if database == Database::Sqlite {
        SQLITE
    } else {
        POSTGRES
    };
    let found = rows(&place.store, sql).await;
    let column = |row: &server::store::Row| {
        let [table, column, kind] = [0, 1, 2].map(|index| row.get::<String>(index).unwrap());
        let optional = if row.get(3).unwrap() { "?" } else { "" };
        let key: i64 = row.get(4).unwrap();
        format!("{table}.{column} {kind}{optional} {key}")
    };
    found.iter().map(column).collect()
}

#[tokio::test]
async fn both_dialects_make_the_same_tables_and_columns() {
    let (sqlite, postgres) = (
        columns(Database::Sqlite).await,
        columns(Database::Postgres).await,
    );
    assert!(sqlite.contains("transfer.amount integer 0"), "{sqlite:#?}");
    assert!(sqlite.contains("person.name text? 0"));
    assert!(sqlite.contains("event.number integer 2"));
    let only_in_one: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(only_in_one.is_empty(), "{only_in_one:#?}");
}

/// Each index and unique key as `table (columns)`, without the primary ones.
async fn indexes(database: Database) -> BTreeSet<String> {
    const SQLITE: &str = "select m.name, i.\"unique\", (select group_concat(c.name, ',') from pragma_index_info(i.name) c)
        from sqlite_master m join pragma_index_list(m.name) i
        where m.type = 'table' and i.origin <> 'pk'";
    const POSTGRES: &str = "select t.relname::text, x.indisunique, (select string_agg(a.attname::text, ',' order by k.place)
            from unnest(x.indkey) with ordinality as k (number, place)
            join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number)
        from pg_index x join pg_class t on t.oid = x.indrelid join pg_namespace s on s.oid = t.relnamespace
        where s.nspname = 'public' and not x.indisprimary";
    let place = Place::open(database).await;
    let sql = if database == Database::Sqlite {
        SQLITE
    } else {
        POSTGRES
    };
    let found = rows(&place.store, sql).await;
    let index = |row: &server::store::Row| {
        let unique = if row.get(1).unwrap() { "unique " } else { "" };
        format!(
            "{unique}{} ({})",
            row.get::<String>(0).unwrap(),
            row.get::<String>(2).unwrap()
        )
    };
    found.iter().map(index).collect()
}

#[tokio::test]
async fn both_dialects_have_the_same_indexes() {
    let (sqlite, postgres) = (
        indexes(Database::Sqlite).await,
        indexes(Database::Postgres).await,
    );
    assert!(
        sqlite.contains("unique transfer (member_id,asset,number)"),
        "{sqlite:#?}"
    );
    let only_in_one: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(only_in_one.is_empty(), "{only_in_one:#?}");
}
