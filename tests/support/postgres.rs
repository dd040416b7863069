//! A PostgreSQL server for the tests, and an empty database in it for each test that asks, which goes when the test
//! no longer needs it.
//!
//! `TEST_POSTGRES_URL` names a server to use instead; its user must be allowed to create databases.

mod lent;

pub(crate) use lent::Lent;

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Url;
use tokio_postgres::NoTls;

use super::after_exit::after_exit;

/// The oldest PostgreSQL that Laurel runs on.
const OLDEST: u32 = 15;

/// Nothing in a test outlives a power cut, so nothing waits for the disk.
const UNSAFE_BUT_FAST: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
];

static SHARED: LazyLock<Server> = LazyLock::new(|| match std::env::var("TEST_POSTGRES_URL") {
    Ok(url) => Server {
        url: url.parse().expect("TEST_POSTGRES_URL is a URL"),
        own: None,
    },
    Err(_) => Server::start(UNSAFE_BUT_FAST),
});

/// A new, empty database on the server that all tests of this process share. It goes with the answer.
pub(crate) async fn database() -> Lent {
    Lent::new(SHARED.database().await, SHARED.url.clone())
}

/// What the server that all tests of this process share said last, and how full its disk is: to be told beside a
/// connection that failed. Nothing of a database that is a file.
pub(crate) fn last_words(url: &str) -> String {
    if url.starts_with("postgres") {
        SHARED.last_words()
    } else {
        String::new()
    }
}

/// Lines of a server's log that are told when it does not answer.
const LAST_LINES: usize = 40;

/// A running PostgreSQL server.
pub(crate) struct Server {
    url: Url,
    /// The folder of its data and its options, if this process made it. The folder goes when the
    /// process does, unless there is a file `kept` in it.
    pub(crate) own: Option<(PathBuf, String)>,
}

impl Server {
    /// Starts a server for this process alone on a free port of 127.0.0.1, with `settings` in the
    /// form `name=value`. It takes about a second.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let programs = programs();
        let directory = tempfile::Builder::new()
            .prefix("laurel-postgres-")
            .tempdir()
            .expect("a temporary directory can be made")
            .keep();
        let path = directory
            .to_str()
            .expect("the temporary directory has a plain name");
        let data = format!("{path}/data");
        // The postmaster's children notice when it is killed, and the data goes with them.
        after_exit(
            r#"kill -s KILL "$(head -n 1 "$1/data/postmaster.pid")"; [ -e "$1/kept" ] || rm -rf "$1""#,
            &[path],
        );

        if is_root() {
            // PostgreSQL refuses to run as root.
            run(Command::new("chown").args(["postgres", path]));
        }
        run(as_postgres(&programs.join("initdb"), &directory).args([
            "--pgdata",
            &data,
            "--username=laurel",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]));

        let port = free_port();
        let settings = settings.iter().fold(
            format!("-p {port} -k {path} -c listen_addresses=127.0.0.1 -c max_connections=300"),
            |all, setting| format!("{all} -c {setting}"),
        );
        let server = Self {
            url: format!("postgres://laurel@127.0.0.1:{port}/postgres")
                .parse()
                .expect("this is a URL"),
            own: Some((directory, settings)),
        };
        server.start_again();
        server
    }

    /// Starts it, also after it was stopped.
    ///
    /// # Panics
    /// If this process did not make it.
    pub(crate) fn start_again(&self) {
        let (directory, settings) = self.own.as_ref().expect("a server of this process");
        let log = directory.join("log");
        let log = log
            .to_str()
            .expect("the temporary directory has a plain name");
        self.control("start", &["--options", settings, "--log", log]);
    }

    /// What it said last, and how full the disk is, as far as this process can know.
    pub(crate) fn last_words(&self) -> String {
        let Some((directory, _)) = &self.own else {
            return "It is not a server of this process.".to_owned();
        };
        let log = std::fs::read(directory.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log).into_owned();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        let disk = Command::new("df").arg("-h").arg(directory).output();
        let disk = disk.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        format!(
            "The server's last words:\n{last}\nIts disk:\n{}",
            disk.unwrap_or_default()
        )
    }

    /// Stops it at once, as a crash would: nobody is waited for, nothing is written down.
    ///
    /// # Panics
    /// If this process did not make it.
    pub(crate) fn stop(&self) {
        self.control("stop", &["--mode", "immediate"]);
    }

    /// Starts it again as one that speaks TLS and shows this certificate. Its user `scram` has to give
    /// a password, and only to it; both are in PEM.
    ///
    /// # Panics
    /// If this process did not make it.
    pub(crate) fn speak_tls(&self, certificate: &str, key: &str) {
        let (directory, _) = self.own.as_ref().expect("a server of this process");
        let data = directory.join("data");
        let before = |name: &str, first: &str| {
            let rest = std::fs::read_to_string(data.join(name)).expect("initdb has written it");
            format!("{first}\n{rest}")
        };
        let files = [
            ("server.crt", certificate.to_owned()),
            ("server.key", key.to_owned()),
            ("postgresql.conf", before("postgresql.conf", "ssl = on")),
            (
                "pg_hba.conf",
                before("pg_hba.conf", "hostssl all scram all scram-sha-256"),
            ),
        ];
        self.stop();
        for (name, text) in files {
            let file = data.join(name);
            std::fs::write(&file, text).expect("the data can be written to");
            // It trusts no key that others can read.
            std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("it is ours");
            if is_root() {
                run(Command::new("chown").arg("postgres").arg(&file));
            }
        }
        self.start_again();
    }

    /// Runs `pg_ctl` on it.
    ///
    /// # Panics
    /// If this process did not make it, or `pg_ctl` fails.
    fn control(&self, verb: &str, options: &[&str]) {
        let (directory, _) = self.own.as_ref().expect("a server of this process");
        let program = programs().join("pg_ctl");
        run(as_postgres(&program, directory)
            .args([verb, "--wait", "--silent", "--pgdata"])
            .arg(directory.join("data"))
            .args(options));
    }

    /// The URL of a new, empty database on this server.
    pub(crate) async fn database(&self) -> String {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "laurel_test_{}_{}",
            std::process::id(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );

        let (client, connection) = tokio_postgres::connect(self.url.as_str(), NoTls)
            .await
            .unwrap_or_else(|error| {
                panic!(
                    "the PostgreSQL server does not answer: {error}\n{}",
                    self.last_words()
                )
            });
        let connection = tokio::spawn(connection);
        // Nobody can be connected to template0, so no test is in another's way.
        client
            .batch_execute(&format!("create database {name} template template0"))
            .await
            .unwrap_or_else(|error| {
                panic!("no database could be made: {error}\n{}", self.last_words())
            });
        drop(client);
        connection
            .await
            .expect("the connection ends")
            .expect("the connection ends well");

        let mut url = self.url.clone();
        url.set_path(&name);
        url.into()
    }
}

/// The directory with the newest PostgreSQL's programs.
pub(crate) fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps the server's programs off the path, one directory for each version.
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let (version, directory) = std::env::split_paths(&path)
        .chain(versions.map(|version| version.path().join("bin")))
        .filter_map(|directory| Some((version(&directory)?, directory)))
        .max()
        .expect("PostgreSQL's `initdb` and `pg_ctl` are installed, or TEST_POSTGRES_URL is set");
    assert!(
        version >= OLDEST,
        "PostgreSQL {OLDEST} or newer is installed; only {version} was found"
    );
    // A link on the path leads to the directory where the programs find each other.
    directory
        .join("pg_ctl")
        .canonicalize()
        .ok()
        .and_then(|file| Some(file.parent()?.to_owned()))
        .unwrap_or(directory)
}

/// The major version of the PostgreSQL in `directory`, if there is a whole one.
fn version(directory: &Path) -> Option<u32> {
    let initdb = Command::new(directory.join("initdb"))
        .arg("--version")
        .output()
        .ok()?;
    Command::new(directory.join("pg_ctl"))
        .arg("--version")
        .output()
        .ok()?;
    // `initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, and `18beta1` before a release.
    let text = String::from_utf8(initdb.stdout).ok()?;
    let number = text.split_whitespace().nth(2)?;
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// A command that runs `program` in `directory` as a user that PostgreSQL accepts.
fn as_postgres(program: &Path, directory: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(directory);
    command
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A port that nobody listens on just now.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|socket| socket.local_addr())
        .expect("a port is free")
        .port()
}

/// Runs a command to its end; what it printed is in the panic if it fails.
///
/// It prints into a file, since the server that `pg_ctl` leaves behind goes on printing.
fn run(command: &mut Command) {
    let output = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let writer = || output.reopen().expect("the temporary file can be opened");
    let status = command.stdout(writer()).stderr(writer()).status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{} failed ({status:?}):\n{}",
        command.get_program().display(),
        std::fs::read_to_string(output.path()).unwrap_or_default(),
    );
}
