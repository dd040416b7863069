//! The command line, as somebody types it.

use crate::support::sql::{Write, count};
use crate::support::world::{World, eventually, on_both_databases, paid};
use clap::Parser;
use jsonwebtoken::{EncodingKey, Header};
use reqwest::StatusCode;
use server::cli::{Cli, Failure, execute};
use server::demo::PROGRAM;
use std::path::Path;

async fn laurel(words: &[&str]) -> Result<String, String> {
    let words = ["laurel"].iter().chain(words);
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    execute(cli).await.map_err(|failure| failure.to_string())
}

fn write(folder: &Path, text: &str) -> String {
    let file = folder.join("roast.toml");
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

on_both_databases! {
    async fn a_programme_goes_in_and_comes_out_the_same(world: World) {
        let roast = PROGRAM.replace("slug = \"demo\"", "slug = \"roast\"");
        let file = write(world.folder(), &roast);
        let database = ["--database", &world.database_url];
        let import = [&["program", "import", &file][..], &database].concat();
        assert_eq!(laurel(&["program", "check", &file]).await.unwrap(), "roast: 3 tiers, 4 tasks: good\n");
        assert_eq!(laurel(&import).await.unwrap(), "roast: version 1\n");
        assert_eq!(laurel(&import).await.unwrap(), "roast: version 1\n", "the same file is no new version");
        write(world.folder(), &roast.replace("points = 500", "points = 600"));
        assert_eq!(laurel(&import).await.unwrap(), "roast: version 2\n");
        let export = [&["program", "export", "roast"][..], &database].concat();
        assert_eq!(laurel(&export).await.unwrap(), roast.replace("points = 500", "points = 600"));
        eventually("the running server's own look at it", async || {
            let (status, view) = world.get("/api/v1/programs/roast", "").await;
            (status == StatusCode::OK && view["version"] == 2).then_some(())
        })
        .await;
    }

    async fn keys_are_made_used_listed_and_revoked(world: World) {
        let key_file = world.folder().join("laurel.key").display().to_string();
        let database = ["--database", &world.database_url];
        let add = |kind| ["key", "add", "demo", "--kind", kind, "--master-key-file", &key_file];
        let made = laurel(&[&add("token")[..], &database].concat()).await.unwrap();
        let (kid, secret) = (value(&made, "kid:"), value(&made, "secret:"));

        let header = Header { kid: Some(kid.clone()), ..Header::default() };
        let sign = || {
            let secret = EncodingKey::from_secret(secret.as_bytes());
            jsonwebtoken::encode(&header, &world.claims("7"), &secret).unwrap()
        };
        world.session_of(&sign()).await;

        let made = laurel(&[&add("api")[..], &database].concat()).await.unwrap();
        let bearer = value(&made, "bearer:");
        let path = "/api/v1/programs/demo/orders";
        let (status, _) = world.post(path, &bearer, &paid("1", "7", 100)).await;
        assert_eq!(status, StatusCode::OK);

        let list = laurel(&[&["key", "list", "demo"][..], &database].concat()).await.unwrap();
        assert!(list.contains(&kid) && !list.contains(&secret), "{list}");
        let api_kid = bearer.split('.').next().unwrap();
        for kid in [&kid, api_kid] {
            laurel(&[&["key", "revoke", kid][..], &database].concat()).await.unwrap();
        }
        let (status, _) = world.post(path, &bearer, &paid("2", "7", 100)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a revoked key is refused at once");
        let body = serde_json::json!({ "program": "demo", "token": sign() });
        let (status, _) = world.post("/api/v1/sessions", "", &body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        let again = laurel(&[&["key", "revoke", &kid][..], &database].concat()).await;
        assert_eq!(again.unwrap_err(), format!("there is no active key \"{kid}\""));
    }

    async fn the_books_are_verified_beside_a_running_server(world: World) {
        world.member("42").await;
        world.order(&paid("1043", "42", 100_000)).await;
        let store = &world.app.store;
        eventually("the seal", async || {
            (count(store, "select count(*) from seal").await > 0).then_some(())
        })
        .await;
        let database = ["--database", &world.database_url];
        let verify = [&["ledger", "verify"][..], &database].concat();
        let said = laurel(&verify).await.unwrap();
        assert!(said.starts_with("The books are what the transfers say: 1 programmes, 1 members, 2 transfers"), "{said}");

        let heads = laurel(&[&["ledger", "heads"][..], &database].concat()).await.unwrap();
        let file = world.folder().join("heads.jsonl");
        std::fs::write(&file, &heads).unwrap();
        let file = file.display().to_string();
        let against = [&["ledger", "verify", "--heads", &file][..], &database].concat();
        laurel(&against).await.unwrap();
        std::fs::write(&file, heads.replace("\"head\":\"", "\"head\":\"00")).unwrap();
        let said = laurel(&against).await.unwrap_err();
        assert!(said.contains("link 1 of programme prg_") && said.contains("head that was kept: expected 00"), "{said}");

        store.write(Write("update account set available = available + 1", Vec::new())).await.unwrap();
        let cli = Cli::try_parse_from(["laurel"].iter().chain(&verify)).unwrap();
        let Err(Failure::Differs(said)) = execute(cli).await else { panic!("it differs") };
        assert!(said.contains(": available: expected 50, found 51\n"), "{said}");
        assert!(said.lines().last().unwrap().contains(" differences: 1 programmes"), "{said}");
    }
}

/// What stands behind a label.
fn value(text: &str, label: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    line.unwrap().trim().to_owned()
}

#[tokio::test]
async fn faults_name_line_field_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let broken = PROGRAM
        .replace("threshold = 500", "threshold = 0")
        .replace("multiplier = \"1.5\"", "multiplier = \"1,5\"")
        .replace("few = \"зерна\"\n", "");
    let file = write(folder.path(), &broken);
    let said = laurel(&["program", "check", &file]).await.unwrap_err();
    let line_of = |text: &str| broken.lines().position(|line| line == text).unwrap() + 1;
    for (line, rest) in [
        (line_of("[unit.ru]"), "unit.ru: add the form \"few\""),
        (
            line_of("id = \"silver\"") + 1,
            "tier[1].threshold: each tier begins above the one before it",
        ),
        (
            line_of("multiplier = \"1,5\""),
            "tier[2].multiplier: write it in quotes",
        ),
    ] {
        assert!(
            said.contains(&format!("line {line}: {rest}")),
            "{line} {rest}\n{said}"
        );
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    for (text, expected) in [
        (
            "slug = \"demo\"\nsulg = 1\n",
            "line 2: sulg: unknown field `sulg`",
        ),
        ("slug = ", "line 1:"),
    ] {
        let file = write(folder.path(), text);
        let said = laurel(&["program", "check", &file]).await.unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
    let said = laurel(&["program", "check", "/nowhere/roast.toml"])
        .await
        .unwrap_err();
    assert!(
        said.contains("/nowhere/roast.toml cannot be read"),
        "{said}"
    );
}

#[tokio::test]
async fn another_master_key_is_refused() {
    let world = World::open(crate::support::world::Database::Sqlite).await;
    let other = world.folder().join("other.key").display().to_string();
    let add = [
        "key",
        "add",
        "demo",
        "--kind",
        "api",
        "--master-key-file",
        &other,
    ];
    let said = laurel(&[&add[..], &["--database", &world.database_url]].concat())
        .await
        .unwrap_err();
    assert!(said.starts_with("LAUREL_MASTER_KEY_FILE: "), "{said}");
}

#[tokio::test]
async fn books_that_cannot_be_looked_at_are_neither_good_nor_bad() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = format!("sqlite:{}", folder.path().join("nothing.db").display());
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("create table thing (id integer)")
        .unwrap();
    let other = format!("sqlite:{}", other.display());
    for (database, why) in [
        (&*nothing, "unable to open"),
        (&other, "there are no books in it"),
        ("postgres://localhost:1/x", "not available"),
    ] {
        let words = ["laurel", "ledger", "verify", "--database", database];
        let failure = execute(Cli::try_parse_from(words).unwrap())
            .await
            .unwrap_err();
        assert!(
            matches!(&failure, Failure::Unseen(said) if said.contains(why)),
            "{failure:?}"
        );
    }
    assert!(
        !folder.path().join("nothing.db").exists(),
        "looking makes nothing"
    );
}
