//! Servers as processes of their own, started, watched and killed.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tokio::sync::oneshot;

/// Ports that are tried, one after the other: between choosing one and listening there, somebody
/// else may have taken it.
const PORTS_MAX: usize = 20;
/// Names a `laurel` that was built apart, to torture it instead of this binary's own.
const OTHER_LAUREL: &str = "TORTURE_LAUREL";

/// How servers of one database are started.
#[derive(Clone)]
pub(crate) struct Launch {
    /// The database's address.
    pub(crate) database_url: String,
    /// Where the master key is, and where logs go.
    pub(crate) folder: PathBuf,
    /// For a disk that loses what is not synced.
    pub(crate) disk: Option<Disk>,
}

/// A disk that loses what is not synced.
#[derive(Clone)]
pub(crate) struct Disk {
    /// Where it notes what it may lose.
    pub(crate) notes: PathBuf,
    /// Instead of the `synchronous` that Laurel sets: a deliberate fault.
    pub(crate) synchronous: Option<&'static str>,
}

/// A running server. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pid_file: PathBuf,
    pub(crate) url: String,
}

impl Launch {
    /// The master key's file.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.join("laurel.key")
    }

    /// The zones of the harness's own.
    pub(crate) fn zones(&self) -> PathBuf {
        zones(&self.folder)
    }

    /// Starts the server of a number; answers once it listens.
    pub(crate) async fn start(&self, number: usize) -> Result<Server, String> {
        let mut said = String::new();
        for _ in 0..PORTS_MAX {
            let (server, listens) = self.spawn(number)?;
            match listens.await {
                Ok(Ok(())) => return Ok(server),
                Ok(Err(last)) if last.contains("cannot be used") => said = last,
                Ok(Err(last)) => return Err(format!("a server did not start: {last}")),
                Err(_) => return Err("nobody read what a server said".into()),
            }
        }
        Err(format!("no port is free: {said}"))
    }

    /// Starts a server and does not wait: what it says is read beside, until it listens or ends.
    pub(crate) fn spawn(
        &self,
        number: usize,
    ) -> Result<(Server, oneshot::Receiver<Result<(), String>>), String> {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|socket| socket.local_addr())
            .map_err(said)?
            .port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = self.command();
        command
            .args(["serve", "--rate-limit", "0", "--listen", &listen])
            .args(["--database", &self.database_url, "--master-key-file"])
            .arg(self.key_file())
            .args(["--site", site().to_str().unwrap()])
            .env("TZDIR", self.zones())
            .env("LAUREL_LOG", "info,tokio_postgres=warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(said)?;
        let pid_file = self.folder.join(format!("server{number}.pid"));
        std::fs::write(&pid_file, child.id().to_string()).map_err(said)?;
        let stderr = child.stderr.take().ok_or("a server without a voice")?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join(format!("server{number}.log")))
            .map_err(said)?;
        let (tell, listens) = oneshot::channel();
        std::thread::spawn(move || read_log(BufReader::new(stderr), log, tell));
        let server = Server {
            child,
            pid_file,
            url: format!("http://{listen}"),
        };
        Ok((server, listens))
    }

    fn command(&self) -> Command {
        let other = std::env::var_os(OTHER_LAUREL).filter(|path| !path.is_empty());
        match (&self.disk, other) {
            (None, Some(other)) => Command::new(other),
            (None, None) => {
                let mut command = this();
                command.arg("laurel");
                command
            }
            (Some(disk), _) => {
                let mut command = this();
                command.arg("disk").arg(&disk.notes);
                command.args([disk.synchronous.unwrap_or(""), "laurel"]);
                command
            }
        }
    }

    /// The last lines of the servers' logs, for a report.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for number in 0..2 {
            let log = std::fs::read_to_string(self.folder.join(format!("server{number}.log")));
            for line in log.unwrap_or_default().lines().rev().take(8) {
                text = format!("  server{number}: {line}\n{text}");
            }
        }
        text
    }
}

impl Server {
    /// Kills it with SIGKILL, at once, and waits until it is gone.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then the next request says so.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
        // Its number may be somebody else's soon.
        let _removed = std::fs::remove_file(&self.pid_file);
    }
}

/// This binary, to be run anew as something else.
pub(crate) fn this() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

/// Runs this binary as something else to its end, with other zones if there are any; answers what it
/// printed.
pub(crate) async fn run_this(words: Vec<OsString>, zones: Option<&Path>) -> Result<String, String> {
    let mut command = this();
    command.args(words).stdin(Stdio::null());
    if let Some(zones) = zones {
        std::fs::create_dir_all(zones).map_err(said)?;
        command.env("TZDIR", zones);
    }
    let run = move || command.output();
    let output = tokio::task::spawn_blocking(run).await;
    let output = output.map_err(said)?.map_err(said)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned())
}

/// Where a database's zones are.
pub(crate) fn zones(folder: &Path) -> PathBuf {
    folder.join("zones")
}

/// The built site.
pub(crate) fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site")
}

/// Keeps what a server says; tells when it says that it serves, or its last words if it does not.
fn read_log(lines: impl BufRead, mut log: File, tell: oneshot::Sender<Result<(), String>>) {
    let mut tell = Some(tell);
    let mut last = String::new();
    for line in lines.lines().map_while(Result::ok) {
        // A full disk takes the log with it; the torture does not depend on it.
        let _written = writeln!(log, "{line}");
        if line.contains("\"message\":\"serving\"") {
            // Whoever killed it meanwhile does not wait.
            let _told = tell.take().map(|tell| tell.send(Ok(())));
        }
        last = line;
    }
    let _told = tell.take().map(|tell| tell.send(Err(last)));
}

/// An error as a sentence.
pub(crate) fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
