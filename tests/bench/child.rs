//! Servers in processes of their own: Laurel as `laurel serve` runs it, and a bare handler beside it.
//!
//! The bench starts itself anew with the words of a command line. That is the same code under the
//! same profile as the binary `laurel`, without a second program to build, to find or to be out of
//! date.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse as _;
use clap::Parser as _;
use server::cli::Cli;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How long the bench waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Files that a process may have open: a stream is one, on both of its ends.
const FILES: &str = "65536";
/// Requests a second that one address may send. They are counted, as they are in earnest, but the
/// load all comes from one place.
const RATE_LIMIT: &str = "100000000";

/// What the system counts a process's time in, in microseconds.
const TICK: f64 = 10_000.0;

/// A process that ends with this.
pub(crate) struct Tied(pub(crate) Child);

impl Drop for Tied {
    fn drop(&mut self) {
        // It may have ended by itself, which whoever asked it something has noticed.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// A server that ends with this.
pub(crate) struct Process {
    child: Tied,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Process {
    /// `laurel serve` over this database; the key file lies in `folder`.
    pub(crate) fn laurel(database: &str, folder: &Path) -> Self {
        let address = free_address();
        let (key, site) = (folder.join("laurel.key"), site());
        let (listen, key, site) = (
            address.to_string(),
            key.display().to_string(),
            site.display().to_string(),
        );
        Self::start(
            address,
            &[
                "laurel",
                "serve",
                "--database",
                database,
                "--listen",
                &listen,
                "--master-key-file",
                &key,
                "--site",
                &site,
                "--rate-limit",
                RATE_LIMIT,
            ],
        )
    }

    /// A handler that answers any request with as many bytes of JSON.
    pub(crate) fn bare(bytes: usize) -> Self {
        let address = free_address();
        Self::start(address, &["bare", &address.to_string(), &bytes.to_string()])
    }

    fn start(address: SocketAddr, words: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!(r#"ulimit -n {FILES} || ulimit -n "$(ulimit -H -n)"; exec "$@""#),
            "bench",
        ]);
        command.arg(std::env::current_exe().unwrap()).args(words);
        let mut process = Self {
            child: Tied(
                command
                    .stdin(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap(),
            ),
            address,
        };
        process.wait();
        process
    }

    fn wait(&mut self) {
        let began = Instant::now();
        while std::net::TcpStream::connect(self.address).is_err() {
            assert!(
                self.child.0.try_wait().unwrap().is_none(),
                "the server did not start"
            );
            assert!(began.elapsed() < PATIENCE, "the server does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Time of processors that it has used, in microseconds.
    pub(crate) fn used(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.0.id())).unwrap();
        // Behind the name, which may hold blanks.
        let (_, stat) = stat.rsplit_once(')').unwrap();
        let ticks =
            |field: usize| -> f64 { stat.split_whitespace().nth(field).unwrap().parse().unwrap() };
        (ticks(11) + ticks(12)) * TICK
    }

    /// Memory that it holds, in bytes.
    pub(crate) fn resident(&self) -> usize {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kib: usize = line.trim().trim_end_matches(" kB").parse().unwrap();
        kib * 1024
    }
}

/// What this process is when it was started by [`Process`].
pub(crate) fn run(words: &[String]) -> Option<ExitCode> {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    match words.first()?.as_str() {
        "laurel" => Some(runtime().block_on(server::cli::run(Cli::parse_from(words)))),
        "bare" => {
            runtime().block_on(bare(&words[1], words[2].parse().unwrap()));
            Some(ExitCode::SUCCESS)
        }
        _ => None,
    }
}

async fn bare(address: &str, bytes: usize) {
    let body = axum::body::Bytes::from(format!("\"{}\"", "x".repeat(bytes - 2)));
    let answer =
        async move || ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response();
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    axum::serve(listener, Router::new().fallback(answer))
        .await
        .unwrap();
}

fn site() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site")
}

/// An address that nobody listens at just now.
fn free_address() -> SocketAddr {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|socket| socket.local_addr())
        .unwrap()
}
