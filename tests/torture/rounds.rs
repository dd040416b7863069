//! One database and its rounds: load, a fault at a random moment, a new start, and the reckoning.

use crate::audit::audit;
use crate::book::{Book, Counts, Finding};
use crate::client::Client;
use crate::disk::cut::cut;
use crate::line::Line;
use crate::prepare::prepare;
use crate::process::{Disk, Launch, Server};
use crate::support::after_exit::after_exit;
use crate::support::postgres;
use fastrand::Rng;
use server::clock::Clock;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Clients that send at the same time.
const CLIENTS: usize = 8;
/// The longest that servers run under load before the fault.
const LOAD: Duration = Duration::from_millis(400);
/// The longest that they do where the fault is to meet what they do first.
const CATCHING_UP: Duration = Duration::from_millis(150);
/// The longest that a server that is killed while it starts has had for that.
const START: Duration = Duration::from_millis(60);
/// One round in so many kills the server while it starts, too.
const STARTS: u8 = 8;
/// Orders of yesterday for each round, and how long after each other they fall due, in microseconds.
const ORDERS: usize = 40;
const APART: i64 = 16_000;
/// How long the last of what falls due may take to be settled.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is to be tortured, and how.
pub(crate) struct Plan {
    /// A PostgreSQL to make a database in; without it, the database is an SQLite file.
    pub(crate) postgres: Option<Arc<postgres::Server>>,
    /// Whether that PostgreSQL is what stops, and not a server of Laurel.
    pub(crate) stops_postgres: bool,
    /// How many servers of Laurel there are.
    pub(crate) servers: usize,
    pub(crate) power: Power,
    pub(crate) seed: u64,
    pub(crate) rounds: usize,
}

/// Whether a killed server takes the disk's power with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    /// What was written is there.
    Stays,
    /// Only what was synced is certain to be there.
    Cut,
    /// As before, with another `synchronous` than Laurel's own: a deliberate fault.
    CutWith(&'static str),
}

/// One database under torture.
pub(crate) struct Database {
    plan: Plan,
    launch: Launch,
    book: Book,
    clients: Vec<Client>,
    servers: Vec<Option<(Server, Line)>>,
    rng: Rng,
    last_due: i64,
    /// Rounds in which the power cut took something.
    pub(crate) cut: usize,
    folder: TempDir,
}

impl Database {
    /// A fresh database, with its servers started.
    pub(crate) async fn open(plan: Plan) -> Result<Self, Finding> {
        let folder = TempDir::with_prefix("laurel-torture-").unwrap();
        let path = folder.path();
        // A torture that is killed leaves no servers behind.
        after_exit(
            r#"for pid in "$1"/*.pid; do [ -e "$pid" ] && kill -s KILL "$(cat "$pid")"; done; [ -e "$1/kept" ] || rm -rf "$1""#,
            &[path.to_str().unwrap()],
        );
        let file = path.join("laurel.db");
        let launch = Launch {
            database_url: match &plan.postgres {
                Some(postgres) => postgres.database().await,
                None => format!("sqlite:{}", file.display()),
            },
            folder: path.to_owned(),
            disk: (plan.power != Power::Stays).then(|| Disk {
                notes: path.join("unsynced"),
                synchronous: match plan.power {
                    Power::CutWith(synchronous) => Some(synchronous),
                    Power::Stays | Power::Cut => None,
                },
            }),
        };
        let prepared = prepare(&launch, plan.seed, plan.rounds * ORDERS, APART).await;
        let prepared = prepared.map_err(|what| Finding::Other(format!("preparing: {what}")))?;
        let (mut rng, last_due) = (Rng::with_seed(plan.seed), prepared.last_due);
        let book = Book::new(prepared);
        let clients = (0..CLIENTS)
            .map(|number| book.client(number.to_string(), rng.u64(..)))
            .collect();
        let mut database = Self {
            servers: (0..plan.servers).map(|_| None).collect(),
            plan,
            launch,
            book,
            clients,
            rng,
            last_due,
            cut: 0,
            folder,
        };
        // A database that has lost nothing yet cannot be the reason.
        let started = database.start().await;
        started.map_err(|finding| match finding {
            Finding::Unopened(what) => Finding::Other(what),
            finding => finding,
        })?;
        Ok(database)
    }

    /// What was done so far.
    pub(crate) fn counts(&self) -> &Counts {
        &self.book.counts
    }

    /// Starts every server that does not run.
    async fn start(&mut self) -> Result<(), Finding> {
        for (number, server) in self.servers.iter_mut().enumerate() {
            if server.is_none() {
                let started = self.launch.start(number).await;
                let started = started.map_err(Finding::Unopened)?;
                let line = self.book.line(&started.url);
                *server = Some((started, line));
            }
        }
        Ok(())
    }

    /// Lines to the servers that run.
    fn lines(&self) -> Vec<Line> {
        let running = self.servers.iter().flatten();
        running.map(|(_, line)| line.clone()).collect()
    }

    fn line(&mut self) -> Line {
        let lines = self.lines();
        lines[self.rng.usize(..lines.len())].clone()
    }

    /// A random part of a time, short ones more often: much happens in the first moments.
    fn some(&mut self, time: Duration) -> Duration {
        time.mul_f64(self.rng.f64().powi(2))
    }

    /// One round.
    pub(crate) async fn round(&mut self) -> Result<(), Finding> {
        if self.plan.stops_postgres {
            return self.round_without_postgres().await;
        }
        self.strike(LOAD).await?;
        if self.rng.bool() {
            // Once more at once: a server that has just started posts what fell due meanwhile.
            self.start().await?;
            self.strike(CATCHING_UP).await?;
        }
        if self.rng.u8(..STARTS) == 0 {
            self.kill_while_it_starts().await?;
        }
        self.start().await?;
        self.reckon().await
    }

    /// Kills one server under load, or all.
    async fn strike(&mut self, load: Duration) -> Result<(), Finding> {
        let victims = self.victims();
        let stop = Arc::new(AtomicBool::new(false));
        let (doomed, others) = self.load(&victims, &stop);
        tokio::time::sleep(self.some(load)).await;
        for victim in &victims {
            if let Some((server, _)) = self.servers[*victim].take() {
                server.kill();
            }
        }
        let mut clients = ended(doomed).await?;
        // While the other server goes on, it takes over what the dead one did not answer.
        if !self.lines().is_empty() {
            let line = self.line();
            settle(&mut clients, &line).await;
        }
        stop.store(true, Ordering::Relaxed);
        clients.extend(ended(others).await?);
        self.clients = clients;
        self.cut_power()
    }

    /// A round in which every server stays and their database goes.
    async fn round_without_postgres(&mut self) -> Result<(), Finding> {
        let all: Vec<usize> = (0..self.servers.len()).collect();
        let (running, _) = self.load(&all, &Arc::default());
        tokio::time::sleep(self.some(LOAD)).await;
        // Without a last word to anybody, as a crash is; it recovers when it starts.
        self.postgres(postgres::Server::stop).await;
        self.clients = ended(running).await?;
        self.postgres(postgres::Server::start_again).await;
        self.reckon().await
    }

    async fn postgres(&self, order: fn(&postgres::Server)) {
        if let Some(postgres) = self.plan.postgres.clone() {
            let done = tokio::task::spawn_blocking(move || order(&postgres)).await;
            done.expect("pg_ctl does as it is told");
        }
    }

    /// Takes away what no sync had covered when the server was killed.
    fn cut_power(&mut self) -> Result<(), Finding> {
        let Some(disk) = &self.launch.disk else {
            return Ok(());
        };
        let lost = cut(&self.launch.folder, &disk.notes, &mut self.rng);
        let lost = lost.map_err(|error| Finding::Other(error.to_string()))?;
        self.cut += usize::from(lost > 0);
        Ok(())
    }

    /// Which servers are killed: one, or sometimes both.
    fn victims(&mut self) -> Vec<usize> {
        let all = self.servers.len();
        if self.rng.u8(..6) == 0 {
            return (0..all).collect();
        }
        vec![self.rng.usize(..all)]
    }

    /// Lets all clients run: those of the victims, and the others.
    fn load(&mut self, victims: &[usize], stop: &Arc<AtomicBool>) -> (Running, Running) {
        let lines = self.lines();
        let (mut doomed, mut others) = (Running::new(), Running::new());
        for (number, client) in self.clients.drain(..).enumerate() {
            let server = number % lines.len();
            let task = tokio::spawn(client.run(lines[server].clone(), Arc::clone(stop)));
            if victims.contains(&server) {
                doomed.push(task);
            } else {
                others.push(task);
            }
        }
        (doomed, others)
    }

    async fn kill_while_it_starts(&mut self) -> Result<(), Finding> {
        let Some(number) = self.servers.iter().position(Option::is_none) else {
            return Ok(());
        };
        let (server, _) = self.launch.spawn(number).map_err(Finding::Other)?;
        tokio::time::sleep(self.some(START)).await;
        server.kill();
        self.cut_power()
    }

    /// Nothing acknowledged may be missing; then what was not is sent again, with some of what was;
    /// then everything must be there exactly once, and the books balance.
    async fn reckon(&mut self) -> Result<(), Finding> {
        let before = self.book.counts.acknowledged;
        let mut touched = BTreeSet::new();
        for client in &mut self.clients {
            touched.extend(self.book.enter(client)?);
        }
        let open = self
            .clients
            .iter()
            .filter_map(|client| client.unanswered.clone());
        let open: Vec<_> = open.collect();
        let line = self.line();
        self.book.compare(&line, &touched, &open).await?;

        settle(&mut self.clients, &line).await;
        for client in &mut self.clients {
            touched.extend(self.book.enter(client)?);
        }
        let new = self.book.counts.acknowledged - before;
        let lines = self.lines();
        touched.extend(self.book.repeat(&lines, &mut self.rng, new).await?);
        let line = self.line();
        self.book.compare(&line, &touched, &[]).await?;
        self.audit().await
    }

    async fn audit(&self) -> Result<(), Finding> {
        let audited = audit(&self.launch).await;
        audited.map_err(Finding::Audit)
    }

    /// Once everything has fallen due: every customer has what was acknowledged, each hold was posted
    /// and each coupon has lapsed, once, and what had to run out has.
    pub(crate) async fn end(&mut self) -> Result<(), Finding> {
        let line = self.line();
        self.book
            .compare(&line, &self.book.customers(), &[])
            .await?;
        let due = self.last_due - Clock::System.now();
        tokio::time::sleep(Duration::from_micros(due.try_into().unwrap_or(0))).await;
        self.book.all_is_due();
        let posting = async {
            loop {
                if self.book.not_yet_settled(&line).await?.is_empty() {
                    return Ok::<(), Finding>(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if let Ok(posted) = tokio::time::timeout(PATIENCE, posting).await {
            posted?;
        } else {
            let left = self.book.not_yet_settled(&line).await?;
            return Err(Finding::Lost(format!("not settled: {}", left.join("; "))));
        }
        self.audit().await
    }

    /// Leaves everything where it is, for somebody to look into; answers where that is, and what the
    /// servers said last.
    pub(crate) fn keep(self) -> String {
        let logs = self.launch.logs();
        let postgres = self.plan.postgres.as_ref();
        let postgres = postgres.and_then(|postgres| postgres.own.as_ref());
        let postgres = postgres.map_or(String::new(), |(folder, _)| {
            let _kept = std::fs::write(folder.join("kept"), "");
            format!("; {} in {}", self.launch.database_url, folder.display())
        });
        // Without it the folder goes with this process.
        let _kept = std::fs::write(self.folder.path().join("kept"), "");
        format!(
            "everything is kept in {}{postgres}\n{logs}",
            self.folder.keep().display()
        )
    }
}

/// Sends what was not answered once more, with the same keys, until all of it is.
async fn settle(clients: &mut [Client], line: &Line) {
    let settled = clients.iter_mut().map(|client| client.settle(line));
    futures_util::future::join_all(settled).await;
}

type Running = Vec<JoinHandle<Client>>;

async fn ended(running: Running) -> Result<Vec<Client>, Finding> {
    let mut clients = Vec::new();
    for task in running {
        let client = task
            .await
            .map_err(|error| Finding::Other(error.to_string()))?;
        clients.push(client);
    }
    Ok(clients)
}
