//! A shop's programme in a database of its own, with the keys of its backend, as an operator makes
//! them at the command line.

use clap::Parser as _;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use server::cli::{Cli, execute};
use server::clock::Clock;
use server::demo::PROGRAM;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The programme's slug.
pub(crate) const SLUG: &str = "demo";
/// How long a shopper's token is good for, in seconds.
const TOKEN_LIFE: i64 = 3000;

/// The programme, its database and its keys.
pub(crate) struct House {
    /// The database's address.
    pub(crate) database: String,
    /// What the shop's backend sends as its bearer.
    pub(crate) api_key: String,
    kid: String,
    secret: EncodingKey,
    folder: TempDir,
}

impl House {
    /// Over a new SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = folder();
        let database = format!("sqlite:{}", folder.path().join("laurel.db").display());
        Self::furnish(folder, database)
    }

    /// Over another empty database.
    pub(crate) fn over(database: String) -> Self {
        Self::furnish(folder(), database)
    }

    fn furnish(folder: TempDir, database: String) -> Self {
        let program = folder.path().join("program.toml");
        std::fs::write(&program, PROGRAM).unwrap();
        let key = folder.path().join("laurel.key").display().to_string();
        let laurel = |words: &[&str]| {
            let words = [&["laurel"], words, &["--database", &database]].concat();
            let cli = Cli::try_parse_from(words).unwrap();
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(execute(cli)).unwrap()
        };
        laurel(&["program", "import", &program.display().to_string()]);
        let add = |more: &[&str]| {
            laurel(&[&["key", "add", SLUG, "--master-key-file", &key], more].concat())
        };
        let api = add(&["--kind", "api", "--scopes", "adjustments,orders"]);
        let token = add(&["--kind", "token"]);
        Self {
            api_key: after("bearer:", &api),
            kid: after("kid:", &token),
            secret: EncodingKey::from_secret(after("secret:", &token).as_bytes()),
            folder,
            database,
        }
    }

    /// Makes these the programme's rules from now on, while no server has the database open.
    pub(crate) fn import(&self, source: &str) {
        let file = self.folder().join("program.toml");
        std::fs::write(&file, source).unwrap();
        let file = file.display().to_string();
        let words = [
            "laurel",
            "program",
            "import",
            &file,
            "--database",
            &self.database,
        ];
        let cli = Cli::try_parse_from(words).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(execute(cli)).unwrap();
    }

    /// The folder of the key, and of the database if it is a file.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("laurel.db")
    }

    /// A token that says who this customer is, as the shop signs it.
    pub(crate) fn token(&self, customer: &str) -> String {
        let header = Header {
            kid: Some(self.kid.clone()),
            ..Header::default()
        };
        let now = Clock::System.now() / 1_000_000;
        let claims = json!({ "aud": SLUG, "sub": customer, "iat": now, "exp": now + TOKEN_LIFE });
        jsonwebtoken::encode(&header, &claims, &self.secret).unwrap()
    }
}

/// Where the folders are: beside the build, so on the disk that `make bench` is about.
fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench")
}

/// Removes what a run left behind that did not come to its end.
pub(crate) fn tidy() {
    // There may be nothing.
    let _gone = std::fs::remove_dir_all(place());
}

/// A new folder; gone at the end.
pub(crate) fn folder() -> TempDir {
    std::fs::create_dir_all(place()).unwrap();
    tempfile::tempdir_in(place().canonicalize().unwrap()).unwrap()
}

/// What stands behind a label.
fn after(label: &str, text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    line.unwrap().trim().to_owned()
}
