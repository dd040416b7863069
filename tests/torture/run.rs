//! The whole torture, kind by kind, and its table.

use crate::book::{Counts, Finding};
use crate::deadlocks::deadlocks;
use crate::rounds::{Database, Plan, Power};
use crate::support::postgres;
use fastrand::Rng;
use futures_util::future;
use std::sync::{Arc, LazyLock};
use tokio::time::Instant;

/// Rounds on one database; then a fresh one, so that it stays small.
const ROUNDS_PER_DATABASE: usize = 25;
/// Databases that are tortured at the same time: while one server starts, another works.
const LANES: usize = 2;
/// Failures after which a kind is given up.
const FAILURES_MAX: usize = 3;
/// Rounds within which a disk that is not synced must have lost something acknowledged, and rounds
/// on one database meanwhile.
const BITES_MAX: usize = 40;
const BITES_PER_DATABASE: usize = 2;
/// Nothing of PostgreSQL's own safety is given up, or a stop could lose what was acknowledged. Only
/// the machine's disk is not waited for: its power stays on. Its log is kept in a file, and deadlocks
/// are looked for long before the next server is killed.
const POSTGRES: &[&str] = &["fsync=off", "logging_collector=on", "deadlock_timeout=10ms"];

/// What is done, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// SQLite; the server is killed.
    Killed,
    /// SQLite with a wrong `synchronous`; the power is cut. The harness must notice.
    Bite(&'static str),
    /// SQLite; the power is cut.
    PowerCut,
    /// PostgreSQL with two servers; one or both are killed.
    TwoServers,
    /// PostgreSQL with two servers; it is stopped under them.
    PostgresStopped,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Killed,
        Self::Bite("off"),
        Self::Bite("normal"),
        Self::PowerCut,
        Self::TwoServers,
        Self::PostgresStopped,
    ];

    fn name(self) -> String {
        match self {
            Self::Killed => "SQLite: server killed".into(),
            Self::Bite(synchronous) => format!("SQLite, {synchronous}: must lose"),
            Self::PowerCut => "SQLite: power cut".into(),
            Self::TwoServers => "PostgreSQL: 1 or 2 of 2 killed".into(),
            Self::PostgresStopped => "PostgreSQL: stopped itself".into(),
        }
    }

    /// How many rounds, of so many in all.
    fn rounds(self, rounds: Option<usize>) -> usize {
        match (self, rounds) {
            (Self::Bite("normal"), None) => 0,
            (Self::Bite(_), _) => BITES_MAX,
            (Self::Killed, Some(rounds)) => rounds,
            (Self::PowerCut, Some(rounds)) => rounds.div_ceil(5),
            (Self::TwoServers, Some(rounds)) => rounds.div_ceil(5) * 2,
            (Self::PostgresStopped, Some(rounds)) => rounds.div_ceil(25),
            (Self::Killed | Self::PowerCut | Self::TwoServers, None) => 4,
            (Self::PostgresStopped, None) => 2,
        }
    }

    /// On one PostgreSQL that stops, one database is enough.
    fn lanes(self) -> usize {
        match self {
            Self::Bite(_) | Self::PostgresStopped => 1,
            Self::Killed | Self::PowerCut | Self::TwoServers => LANES,
        }
    }

    fn plan(self, postgres: Option<&Arc<postgres::Server>>, seed: u64, rounds: usize) -> Plan {
        Plan {
            postgres: postgres.cloned(),
            stops_postgres: self == Self::PostgresStopped,
            servers: if self.is_on_postgres() { 2 } else { 1 },
            power: match self {
                Self::Bite(synchronous) => Power::CutWith(synchronous),
                Self::PowerCut => Power::Cut,
                _ => Power::Stays,
            },
            seed,
            rounds,
        }
    }

    /// Whether it proves that the harness notices.
    fn must_lose(self) -> bool {
        matches!(self, Self::Bite(_))
    }

    /// Whether the findings are those that there should be.
    ///
    /// What is not synced can be torn as well as missing: a checkpoint writes pages into the database's
    /// file in place, and without syncs some of their sectors reach the disk and others do not, with
    /// nothing left in the log to repair them from. No server opens such a file, so everything in it is
    /// lost, and a control that finds nothing else has shown that the disk bites. It goes on looking for a
    /// database that opens and lacks something acknowledged, because only that shows that the book notices.
    /// With Laurel's own `synchronous=FULL` a file that does not open is a failure like any other.
    fn is_right(self, tally: &Tally) -> bool {
        if self.must_lose() {
            tally.lost + tally.unopened > 0
        } else {
            tally.failures() == 0
        }
    }

    fn is_on_postgres(self) -> bool {
        matches!(self, Self::TwoServers | Self::PostgresStopped)
    }
}

/// A line of the table.
#[derive(Default)]
struct Tally {
    rounds: usize,
    counts: Counts,
    /// Rounds in which something was not on the disk.
    cut: usize,
    lost: usize,
    doubled: usize,
    audits: usize,
    /// Databases that no server started with again.
    unopened: usize,
    others: usize,
    seconds: f64,
}

impl Tally {
    fn failures(&self) -> usize {
        self.lost + self.doubled + self.audits + self.unopened + self.others
    }

    fn add(&mut self, database: &Database) {
        self.counts.join(database.counts());
        self.cut += database.cut;
    }

    fn join(&mut self, other: &Self) {
        self.rounds += other.rounds;
        self.counts.join(&other.counts);
        self.cut += other.cut;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.audits += other.audits;
        self.unopened += other.unopened;
        self.others += other.others;
    }

    fn note(&mut self, finding: &Finding) {
        match finding {
            Finding::Lost(_) => self.lost += 1,
            Finding::Doubled(_) => self.doubled += 1,
            Finding::Audit(_) => self.audits += 1,
            Finding::Unopened(_) => self.unopened += 1,
            Finding::Other(_) => self.others += 1,
        }
    }

    fn print(&self, kind: Kind) {
        let Self {
            rounds,
            cut,
            lost,
            doubled,
            audits,
            unopened,
            others,
            seconds,
            ..
        } = self;
        let Counts {
            acknowledged,
            resent,
            ..
        } = &self.counts;
        println!(
            "{:<30} {rounds:>6} {acknowledged:>12} {resent:>7} {cut:>5} {lost:>5} {doubled:>8} {audits:>6} {unopened:>8} {others:>6} {seconds:>8.1}",
            kind.name()
        );
    }
}

/// Runs all kinds and prints the table.
///
/// # Errors
/// If anything was found.
pub(crate) async fn run() -> Result<(), String> {
    let rounds = number("TORTURE_ROUNDS")?.map(|rounds| usize::try_from(rounds).unwrap());
    let seed = number("TORTURE_SEED")?.unwrap_or_else(|| fastrand::u64(..));
    let only = std::env::var("TORTURE_KIND").unwrap_or_default();
    println!("torture: seed {seed}");
    println!(
        "{:<30} {:>6} {:>12} {:>7} {:>5} {:>5} {:>8} {:>6} {:>8} {:>6} {:>8}",
        "kind",
        "rounds",
        "acknowledged",
        "resent",
        "torn",
        "lost",
        "doubled",
        "audits",
        "unopened",
        "others",
        "seconds"
    );
    let (mut failed, mut all) = (Vec::new(), Counts::default());
    let postgres = LazyLock::new(|| Arc::new(postgres::Server::start(POSTGRES)));
    for kind in Kind::ALL {
        let rounds = kind.rounds(rounds);
        if rounds == 0 || !kind.name().contains(&only) {
            continue;
        }
        let postgres = kind.is_on_postgres().then(|| &*postgres);
        let tally = torture(kind, postgres, seed, rounds).await;
        tally.print(kind);
        all.join(&tally.counts);
        if !kind.is_right(&tally) {
            failed.push(kind.name());
        }
    }
    if let Some(postgres) = LazyLock::get(&postgres) {
        let deadlocks = deadlocks(postgres);
        println!(
            "deadlocks on PostgreSQL: {}",
            deadlocks.values().sum::<usize>()
        );
        for (doing, times) in deadlocks {
            println!("{times:>6} {doing}");
        }
    }
    println!("acknowledged in all kinds:");
    for (name, times) in all.done {
        println!("{times:>6} {name}");
    }
    if failed.is_empty() {
        return Ok(());
    }
    let failed = failed.join("; ");
    Err(format!(
        "torture: failed: {failed}\nTORTURE_SEED={seed} sends the same requests again"
    ))
}

fn number(name: &str) -> Result<Option<u64>, String> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty());
    let number = text.map(|text| {
        text.parse()
            .map_err(|_| format!("{name}={text} is no number"))
    });
    number.transpose()
}

/// All rounds of a kind, on several databases at once.
async fn torture(
    kind: Kind,
    postgres: Option<&Arc<postgres::Server>>,
    seed: u64,
    rounds: usize,
) -> Tally {
    let began = Instant::now();
    let count = kind.lanes();
    let lanes = (0..count).map(|lane| {
        let share = rounds / count + usize::from(lane < rounds % count);
        let seed = seed.wrapping_add(1_000_000 * (lane as u64 + 1));
        in_lane(kind, postgres, seed, share)
    });
    let mut all = Tally::default();
    for lane in future::join_all(lanes).await {
        all.join(&lane);
    }
    all.seconds = began.elapsed().as_secs_f64();
    all
}

async fn in_lane(
    kind: Kind,
    postgres: Option<&Arc<postgres::Server>>,
    seed: u64,
    rounds: usize,
) -> Tally {
    let mut tally = Tally::default();
    let mut rng = Rng::with_seed(seed);
    while tally.rounds < rounds {
        let (most, is_over) = if kind.must_lose() {
            (
                BITES_PER_DATABASE,
                tally.lost > 0 || tally.others >= BITES_MAX,
            )
        } else {
            (ROUNDS_PER_DATABASE, tally.failures() >= FAILURES_MAX)
        };
        if is_over {
            break;
        }
        let share = most.min(rounds - tally.rounds);
        let plan = kind.plan(postgres, rng.u64(..), share);
        if let Err(finding) = on_one_database(kind, plan, &mut tally).await {
            tally.note(&finding);
        }
    }
    tally
}

async fn on_one_database(kind: Kind, plan: Plan, tally: &mut Tally) -> Result<(), Finding> {
    let (seed, rounds) = (plan.seed, plan.rounds);
    let tell = |round: usize, finding: &Finding| {
        // What must lose has nothing to report, unless it never began.
        if round == 0 || !kind.must_lose() {
            let name = kind.name();
            eprintln!("{name}, database of seed {seed}, its round {round}: {finding:?}");
        }
    };
    let mut database = Database::open(plan)
        .await
        .inspect_err(|finding| tell(0, finding))?;
    let (mut round, mut outcome) = (0, Ok(()));
    while round < rounds && outcome.is_ok() {
        outcome = database.round().await;
        round += 1;
    }
    tally.rounds += round;
    // A disk that loses is not waited for.
    if outcome.is_ok() && !kind.must_lose() {
        outcome = database.end().await;
    }
    tally.add(&database);
    if let Err(finding) = &outcome {
        tell(round, finding);
        if !kind.must_lose() {
            eprintln!("{}", database.keep());
        }
    }
    outcome
}
