//! What lies on the disk, who is believed about addresses, and what stops the start.

use crate::support::work::ask_patiently;
use crate::support::world::{Database, World};
use serde_json::json;
use server::App;
use server::api::extract::client_ip;
use server::clock::Clock;
use server::config::{Authorities, Config};
use server::crypto::{base64url, hex};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Everything in the folder but the master key, as it lies on the disk.
fn on_disk(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let kept = files.filter(|path| path.is_file() && !path.ends_with("laurel.key"));
    kept.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_lies_on_the_disk() {
    let world = World::open(Database::Sqlite).await;
    let token = world.sign(&world.claims("42"));
    let bearer = world.member("42").await;
    let start = json!({ "email": "anna@example.com", "consent": true });
    world
        .post("/api/v1/tasks/tsk_newsletter/attempts", &bearer, &start)
        .await;
    let letter = world.letter("anna@example.com", 0).await;
    let link = letter
        .link()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let mut codes = Vec::new();
    let mut by_code = String::new();
    for name in ["boris", "clara", "dora", "emil"] {
        let address = format!("{name}@example.com");
        let body = json!({ "program": "demo", "email": address });
        let sent = ask_patiently(world.http.post(world.at("/api/v1/codes")), &body).await;
        let sent = sent.json();
        let letter = world.letter(&address, 0).await;
        let code = letter.code().unwrap().to_owned();
        let enter = json!({ "program": "demo", "challenge": sent["challenge"], "code": code });
        let (_, opened) = world.post("/api/v1/sessions", "", &enter).await;
        opened["token"].as_str().unwrap().clone_into(&mut by_code);
        codes.push(code);
    }
    let api_secret = world.api_key.split_once('.').unwrap().1;
    let key = std::fs::read_to_string(world.folder().join("laurel.key")).unwrap();
    let key_bytes: [u8; 32] = server::crypto::from_hex(key.trim()).unwrap();

    let bytes = on_disk(world.folder());
    for known in [
        "anna@example.com",
        "boris@example.com",
        "demo-api-1",
        "Morning Roast",
    ] {
        assert!(
            holds(&bytes, known.as_bytes()),
            "this is the database, and it knows {known}"
        );
    }
    for (what, secret) in [
        ("the token secret", world.secret.to_vec()),
        (
            "the token secret in base 64",
            base64url(&world.secret).into_bytes(),
        ),
        (
            "the token secret in digits",
            hex(&world.secret).into_bytes(),
        ),
        ("the API key", world.api_key.clone().into_bytes()),
        ("the API key's secret", api_secret.as_bytes().to_vec()),
        ("the token", token.into_bytes()),
        ("the session's bearer", bearer.into_bytes()),
        ("the bearer after a code", by_code.into_bytes()),
        ("the confirmation link", link.into_bytes()),
        ("the master key", key_bytes.to_vec()),
        ("the master key in digits", key.trim().as_bytes().to_vec()),
    ] {
        assert!(
            secret.len() >= 16 && !holds(&bytes, &secret),
            "{what} lies on the disk"
        );
    }
    // Six digits may stand somewhere by chance; four times six by chance they do not.
    assert!(
        !codes.iter().all(|code| holds(&bytes, code.as_bytes())),
        "the codes lie on the disk"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(world.folder().join("laurel.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner reads the master key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trusted_proxies_are_believed_about_addresses() {
    let world = World::with(Database::Sqlite, |config| {
        config.trusted_proxies = vec![
            "10.0.0.0/8".into(),
            " 192.0.2.1 ".into(),
            "2001:db8:f::/48".into(),
            String::new(),
        ];
    })
    .await;
    let rows: [(&str, &[&str], &str); 15] = [
        ("203.0.113.9", &[], "203.0.113.9"),
        ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
        ("203.0.113.9", &["10.0.0.1, 192.0.2.1"], "203.0.113.9"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.1", &["198.51.100.1"], "198.51.100.1"),
        // What stands left of the first stranger is the stranger's word.
        ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        (
            "10.0.0.1",
            &["1.1.1.1, 198.51.100.1, 10.9.9.9"],
            "198.51.100.1",
        ),
        (
            "10.0.0.1",
            &["1.1.1.1", "198.51.100.1 , 192.0.2.1"],
            "198.51.100.1",
        ),
        ("10.0.0.1", &["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ("10.0.0.1", &["nonsense"], "10.0.0.1"),
        (
            "10.0.0.1",
            &["198.51.100.1, nonsense, 10.0.0.3"],
            "10.0.0.3",
        ),
        ("10.0.0.1", &["2001:db8::7"], "2001:db8::7"),
        ("2001:db8:f::1", &["198.51.100.1"], "198.51.100.1"),
        // A socket that takes both kinds of addresses shows the old ones like this.
        ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
    ];
    for (peer, forwarded, client) in rows {
        let mut headers = reqwest::header::HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let told = client_ip(&world.app, &headers, peer.parse().unwrap());
        assert_eq!(
            told,
            client.parse::<IpAddr>().unwrap(),
            "{peer} says {forwarded:?}"
        );
    }
}

/// Good settings in a folder of their own.
fn config(folder: &Path) -> Config {
    Config {
        database_url: format!("sqlite:{}", folder.join("laurel.db").display()),
        authorities: Authorities::default(),
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        smtp_url: None,
        mail_from: "Shop <shop@shop.example>".into(),
        master_key_file: folder.join("laurel.key"),
        trusted_proxies: Vec::new(),
        rate_limit: 0,
        allow_private: false,
        site: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/site"),
    }
}

async fn sentence(config: &Config) -> String {
    let opened = App::open(config, Clock::System).await;
    opened.err().expect("the start is stopped").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_master_key_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    assert!(App::open(&config, Clock::System).await.is_ok());
    assert!(
        App::open(&config, Clock::System).await.is_ok(),
        "the same key again"
    );
    config.master_key_file = folder.path().join("other.key");
    let said = sentence(&config).await;
    assert!(
        said.starts_with("LAUREL_MASTER_KEY_FILE: ") && said.contains("not the key"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_setting_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = || config(folder.path());
    let database = |url: String| Config {
        database_url: url,
        ..good()
    };
    let public = |url: &str| Config {
        public_url: Some(url.into()),
        ..good()
    };
    let smtp = |url: &str| Config {
        smtp_url: Some(url.into()),
        ..good()
    };
    let key = |file: PathBuf| Config {
        master_key_file: file,
        ..good()
    };
    let proxies = |given: &[&str]| Config {
        trusted_proxies: given.iter().map(ToString::to_string).collect(),
        ..good()
    };
    let no_key = folder.path().join("no.key");
    std::fs::write(&no_key, "hunter2").unwrap();
    let rows = [
        (
            "LAUREL_DATABASE_URL",
            database("mysql://root:hunter2@db/laurel".into()),
        ),
        ("LAUREL_DATABASE_URL", database(String::new())),
        (
            "LAUREL_DATABASE_URL",
            database(format!(
                "sqlite:{}/no/such/laurel.db",
                folder.path().display()
            )),
        ),
        (
            "LAUREL_DATABASE_URL",
            database("postgres://laurel:hunter2@127.0.0.1:1/laurel".into()),
        ),
        (
            "LAUREL_DATABASE_URL",
            database("postgres://laurel:hunter2@[::".into()),
        ),
        (
            "LAUREL_DATABASE_URL",
            database("postgres://laurel:hunter2@db/laurel?ssl=perhaps".into()),
        ),
        ("LAUREL_PUBLIC_URL", public("loyalty.example")),
        ("LAUREL_PUBLIC_URL", public("https://loyalty.example/path")),
        (
            "LAUREL_PUBLIC_URL",
            public("https://me:hunter2@loyalty.example"),
        ),
        ("LAUREL_PUBLIC_URL", public("ftp://loyalty.example")),
        ("LAUREL_PUBLIC_URL", public("")),
        ("LAUREL_SMTP_URL", smtp("mail:hunter2")),
        ("LAUREL_SMTP_URL", smtp("http://shop:hunter2@mail.example")),
        (
            "LAUREL_MAIL_FROM",
            Config {
                mail_from: "nobody".into(),
                ..smtp("smtp://mail.example")
            },
        ),
        ("LAUREL_MASTER_KEY_FILE", key(no_key)),
        (
            "LAUREL_MASTER_KEY_FILE",
            key(folder.path().join("no/such/folder.key")),
        ),
        ("LAUREL_TRUSTED_PROXIES", proxies(&["10.0.0.0/33"])),
        ("LAUREL_TRUSTED_PROXIES", proxies(&["10.0.0.1", "nginx"])),
        (
            "LAUREL_SITE",
            Config {
                site: folder.path().join("nothing"),
                ..good()
            },
        ),
    ];
    for (setting, config) in rows {
        let said = sentence(&config).await;
        assert!(
            said.starts_with(&format!("{setting}: ")),
            "{setting} is named: {said}"
        );
        assert!(
            said.len() > setting.len() + 12 && !said.contains('\n'),
            "{said}: a sentence that says what to do"
        );
        assert!(!said.contains("hunter2"), "{said}: no secret in it");
    }
    assert!(
        App::open(&good(), Clock::System).await.is_ok(),
        "and good ones are good"
    );
}

#[test]
fn settings_do_not_show_their_secrets() {
    let mut config = config(Path::new("/srv"));
    config.database_url = "postgres://laurel:hunter2@db/laurel".into();
    config.smtp_url = Some("smtps://laurel:hunter3@mail.example".into());
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(
        shown.contains("127.0.0.1") && shown.contains("laurel.key"),
        "{shown}: the rest helps to find a mistake"
    );
}
