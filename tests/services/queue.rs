//! The queue: nothing is lost, nothing is asked twice at once, nobody waits for somebody else's service.

use super::net::{Mood, Net};
use super::{POINTS, github, give_secrets};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count};
use crate::support::world::{Database, World};
use futures_util::{StreamExt, stream};
use server::App;
use server::clock::{Clock, Stamp};
use server::config::{Authorities, Config};
use server::connections::Account;
use server::domain::DAY;
use server::domain::identity::Shopper;
use server::store::accounts::{Link, Linked};
use server::store::members::Join;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How many wait, and how long the last of them may take: the leases of a server that was killed among them.
const WAITING: u64 = 600;
const PATIENCE: Duration = Duration::from_mins(2);

/// A connection to GitHub of this name, and its task.
fn tables(name: &str, url: &str) -> String {
    let settings = (github::outsider().settings)(url);
    format!(
        "\n[[connection]]\nid = \"{name}\"\nkind = \"github\"\n[connection.settings]\n{settings}\n\
         [[task]]\nid = \"follow-{name}\"\nkind = \"follow\"\nconnection = \"{name}\"\ntarget = \"morning-roast\"\n\
         points = {POINTS}\nrecheck_days = 0\ntitle = {{ en = \"Follow us\", ru = \"Подписаться\" }}\n"
    )
}

/// Members who follow, have shown their accounts for a task, and wait to be checked.
async fn crowd(world: &World, net: &Net, name: &str, from: u64, size: u64) {
    let loaded = world.app.programs.by_slug("demo").await.unwrap().unwrap();
    let enter = |number: u64| {
        let rules = Arc::clone(&loaded.rules);
        async move {
            let join = Join {
                rules: Arc::clone(&rules),
                shopper: Shopper {
                    customer: Some(format!("customer-{number}")),
                    email: None,
                    email_verified: false,
                    name: None,
                    locale: None,
                    tags: Vec::new(),
                    account: None,
                },
                locale: "en".into(),
                time_zone: "UTC".into(),
                stamp: Stamp::at(world.now()),
            };
            let member = world.app.store.write(join).await.unwrap();
            net.follow(&number.to_string(), "morning-roast");
            let link = Link {
                rules,
                member,
                service: "github",
                digest: number.to_string().into_bytes(),
                account: Account {
                    id: number.to_string(),
                    handle: format!("user-{number}"),
                    created_at: None,
                },
                task: Some(format!("follow-{name}")),
                stamp: Stamp::at(world.now()),
            };
            assert_eq!(world.app.store.write(link).await.unwrap(), Linked::Done);
        }
    };
    stream::iter((from..from + size).map(enter))
        .buffer_unordered(50)
        .collect::<()>()
        .await;
}

async fn earned(world: &World, name: &str) -> i64 {
    let sql: &'static str = match name {
        "slow" => "select count(*) from attempt where task = 'follow-slow' and state = 'earned'",
        _ => "select count(*) from attempt where task = 'follow-quick' and state = 'earned'",
    };
    count(&world.app.store, sql).await
}

/// Waits until so many are earned; how long that took.
async fn all_earned(world: &World, size: u64, patience: Duration) -> Duration {
    let began = tokio::time::Instant::now();
    loop {
        let done = earned(world, "quick").await;
        if done.unsigned_abs() == size {
            return began.elapsed();
        }
        assert!(
            began.elapsed() < patience,
            "{done} of {size} after {:?}",
            began.elapsed()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// With a thousand waiting for a service that takes half a minute, others are answered as ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_service_that_hangs_delays_nobody_else() {
    let world = World::open(Database::Sqlite).await;
    let (slow, quick) = (
        Net::open(github::outsider().routes).await,
        Net::open(github::outsider().routes).await,
    );
    slow.be(Mood::Slow(Duration::from_secs(30)));
    let rules = [
        PLAIN.file(),
        tables("slow", &slow.url),
        tables("quick", &quick.url),
    ]
    .concat();
    world.rule(&rules).await;
    give_secrets(&world, "slow", &[]).await;
    give_secrets(&world, "quick", &[]).await;
    crowd(&world, &slow, "slow", 10_000, 1000).await;
    while slow.calls() == 0 {
        world.app.checks.look();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for round in 0..5 {
        crowd(&world, &quick, "quick", 20_000 + round * 20, 20).await;
        world.app.checks.look();
        let took = all_earned(&world, (round + 1) * 20, PATIENCE).await;
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
    assert_eq!(earned(&world, "slow").await, 0);
    let waiting = count(
        &world.app.store,
        "select count(*) from attempt where state = 'checking'",
    )
    .await;
    assert_eq!(waiting, 1000, "and none of them is refused for it");
}

/// A server in a process of its own, which the tests kill.
struct Server(Child);

impl Server {
    fn start(world: &World) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "services::queue::a_server_for_another_process",
                "--exact",
                "--ignored",
            ])
            .env("LAUREL_TEST_DATABASE", &world.database_url)
            .env("LAUREL_TEST_KEY", world.folder().join("laurel.key"))
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// Without a word: SIGKILL.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed before.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "this is the server that other tests start and kill"]
async fn a_server_for_another_process() {
    let Ok(database_url) = std::env::var("LAUREL_TEST_DATABASE") else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = Config {
        database_url,
        authorities: Authorities::default(),
        listen: listener.local_addr().unwrap(),
        public_url: None,
        smtp_url: None,
        mail_from: "hello@morning-roast.example".into(),
        master_key_file: std::env::var("LAUREL_TEST_KEY").unwrap().into(),
        trusted_proxies: Vec::new(),
        rate_limit: 0,
        allow_private: true,
        site: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/site"),
    };
    let app = App::open(&config, Clock::System).await.unwrap();
    server::serve(listener, app, std::future::pending())
        .await
        .unwrap();
}

/// Two servers share the queue; both are killed in the middle, and others take their place.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_ask_everything_and_nothing_twice_at_once() {
    let size = std::env::var("CHECKS").map_or(WAITING, |text| text.parse().unwrap());
    let world = World::quiet(Database::Postgres).await;
    let quick = Net::open(github::outsider().routes).await;
    world
        .rule(&[PLAIN.file(), tables("quick", &quick.url)].concat())
        .await;
    give_secrets(&world, "quick", &[]).await;
    crowd(&world, &quick, "quick", 10_000, size).await;
    // Some are always under way then, and most are left, however late this machine lets the test look.
    quick.be(Mood::Slow(Duration::from_millis(100)));
    let began = tokio::time::Instant::now();
    let mut servers = [Server::start(&world), Server::start(&world)];
    loop {
        let done = earned(&world, "quick").await;
        if done.unsigned_abs() > size / 3 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{done} of {size}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    servers.iter_mut().for_each(Server::kill);
    let taken = "select count(*) from verification where tries > 0";
    let taken = count(&world.app.store, taken).await;
    assert!(taken > 0, "nothing was under way when they were killed");
    quick.be(Mood::Well);
    servers = [Server::start(&world), Server::start(&world)];
    all_earned(&world, size, PATIENCE + Duration::from_millis(size * 30)).await;
    println!(
        "{size} attempts in {:?}, {taken} under way at the kill, {} calls, {} at the same time as another about the same account",
        began.elapsed(),
        quick.calls(),
        quick.collisions()
    );
    assert_eq!(quick.collisions(), 0);
    let store = &world.app.store;
    let paid = count(
        store,
        "select count(*) from transfer where proof = 'verified'",
    )
    .await;
    assert_eq!(paid.unsigned_abs(), size);
    assert_eq!(count(store, "select count(*) from verification").await, 0);
    drop(servers);
    world.pass(DAY);
    assert_books_balance(store).await;
}
