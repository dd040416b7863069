//! Two servers over one database: work that is done by itself is done once, and each shows what the
//! other wrote.

use super::stream::Events;
use crate::support::sql::{assert_books_balance, count, told};
use crate::support::together::{request, together};
use crate::support::world::{Database, World, balance, eventually, on_both_databases, paid};
use app::api::EventKind;
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::App;
use server::config::{Authorities, Config};
use server::domain::DAY;
use std::path::PathBuf;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_postgres::NoTls;

/// A second server of a world: the same database, key, mailbox and clock.
pub(super) struct Second {
    pub(super) url: String,
    stop: Option<oneshot::Sender<()>>,
}

impl Second {
    pub(super) async fn open(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let config = Config {
            database_url: world.database_url.clone(),
            authorities: Authorities::default(),
            listen,
            public_url: Some(world.url.clone()),
            smtp_url: Some(format!("smtp://{}", world.mailbox.address())),
            mail_from: "Morning Roast <hello@morning-roast.example>".into(),
            master_key_file: world.folder().join("laurel.key"),
            trusted_proxies: Vec::new(),
            rate_limit: 0,
            allow_private: false,
            site: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/site"),
        };
        let app = App::open(&config, world.app.clock.clone()).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server::serve(listener, app, async {
            let _told = stopped.await;
        }));
        Self {
            url: format!("http://{listen}"),
            stop: Some(stop),
        }
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _told = stop.send(());
        }
    }
}

on_both_databases! {
    async fn holds_are_posted_once_by_one_of_two_servers(world: World) {
        let second = Second::open(&world).await;
        let bearer = world.member("42").await;
        // More than a worker takes at once, told to both servers.
        let orders = (0..130).map(|number| {
            let order = paid(&number.to_string(), "42", 100_000);
            let request = request(&world, Method::POST, "/api/v1/programs/demo/orders", &world.api_key, Some(&order), None);
            if number % 2 == 0 {
                return request;
            }
            world.http.post(format!("{}/api/v1/programs/demo/orders", second.url)).bearer_auth(&world.api_key).json(&order)
        });
        for (status, order) in together(orders).await {
            assert_eq!((status, &order["points"]), (StatusCode::OK, &json!(50)), "{order}");
        }
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(50, 130 * 50));
        world.pass(15 * DAY);
        let store = &world.app.store;
        eventually("the holds' end", async || {
            (count(store, "select count(*) from hold where state = 'pending'").await == 0).then_some(())
        })
        .await;
        assert_eq!(count(store, "select available from account").await, 131 * 50);
        assert_eq!(count(store, "select count(*) from transfer").await, 1 + 2 * 130);
        assert_eq!(told(store, EventKind::Earned).await, 131);
        assert_eq!(count(store, "select count(*) from event where kind = 'tier'").await, 2, "silver, gold");
        assert_books_balance(store).await;
    }

    async fn a_mail_leaves_once_from_one_of_two_servers(world: World) {
        let _second = Second::open(&world).await;
        let mut begun = Vec::new();
        for number in 0..20 {
            let bearer = world.member(&number.to_string()).await;
            let body = json!({ "email": format!("a{number}@example.com"), "consent": true });
            begun.push(request(&world, Method::POST, "/api/v1/tasks/tsk_newsletter/attempts", &bearer, Some(&body), None));
        }
        together(begun).await;
        eventually("an empty outbox", async || {
            (count(&world.app.store, "select count(*) from mail").await == 0).then_some(())
        })
        .await;
        let mut to: Vec<_> = world.mailbox.letters().into_iter().map(|letter| letter.to).collect();
        to.sort();
        to.dedup();
        assert_eq!((to.len(), world.mailbox.letters().len()), (20, 20));
    }

    async fn new_rules_reach_the_other_server_by_themselves(world: World) {
        let second = Second::open(&world).await;
        let source = server::demo::PROGRAM.replace("http://localhost:8081", &world.shop).replace("points = 5\n", "points = 10\n");
        let program = server::domain::program_file::parse(&source).unwrap();
        world.app.programs.import(&source, &program, world.now()).await.unwrap();
        eventually("the new rules", async || {
            let rules = world.http.get(format!("{}/api/v1/programs/demo", second.url)).send().await.ok()?;
            let rules: serde_json::Value = rules.json().await.ok()?;
            (rules["version"] == 2).then_some(())
        })
        .await;
    }
}

/// Runs statements on PostgreSQL itself, beside the database in question.
async fn by_the_operator(world: &World, statements: &str) {
    let mut url: reqwest::Url = world.database_url.parse().unwrap();
    let database = url.path().trim_start_matches('/').to_owned();
    url.set_path("postgres");
    let (client, connection) = tokio_postgres::connect(url.as_str(), NoTls).await.unwrap();
    tokio::spawn(connection);
    for statement in statements.replace("{database}", &database).split(';') {
        client.batch_execute(statement).await.unwrap();
    }
}

/// Waits until both servers listen, which they begin to do when they are open already.
async fn until_both_listen(world: &World) {
    eventually("two listeners", async || {
        let listening = "select count(*) from pg_stat_activity
            where datname = current_database() and application_name = 'laurel-bell' and state = 'idle' and query <> ''";
        (count(&world.app.store, listening).await == 2).then_some(())
    })
    .await;
}

// A stream by itself looks at the store once a minute only, three times as long as these tests wait
// for anything: what arrives was rung for.

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stream_shows_what_the_other_server_wrote() {
    let world = World::open(Database::Postgres).await;
    let second = Second::open(&world).await;
    until_both_listen(&world).await;
    let bearer = world.member("42").await;
    let mut events = Events::open(&world, &second.url, &bearer, "locale=en", None).await;
    for number in 1..=5 {
        let order = paid(&number.to_string(), "42", 240_000);
        let (status, _) = world.order(&order).await;
        assert_eq!(status, StatusCode::OK);
        let told = events.next().await.unwrap();
        assert_eq!(told.name, "held");
        assert_eq!((told.id, &told.data["amount"]), (1 + number, &json!(120)));
    }
    // And its session is closed there as well.
    let path = "/api/v1/sessions/current";
    world.send(Method::DELETE, path, &bearer, None, None).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn news_of_many_members_reach_the_other_server() {
    let world = World::open(Database::Postgres).await;
    let second = Second::open(&world).await;
    until_both_listen(&world).await;
    let mut streams = Vec::new();
    for number in 0..40 {
        let bearer = world.member(&number.to_string()).await;
        streams.push(Events::open(&world, &second.url, &bearer, "locale=en", None).await);
    }
    let orders = (0..40).map(|number: i32| {
        let order = paid(&number.to_string(), &number.to_string(), 240_000);
        request(
            &world,
            Method::POST,
            "/api/v1/programs/demo/orders",
            &world.api_key,
            Some(&order),
            None,
        )
    });
    for (status, order) in together(orders).await {
        assert_eq!(status, StatusCode::OK, "{order}");
    }
    for stream in &mut streams {
        assert_eq!(stream.next().await.unwrap().name, "held");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_written_while_a_server_could_not_listen_reaches_its_streams() {
    const KILL: &str = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = '{database}' and application_name = 'laurel-bell'";
    let world = World::open(Database::Postgres).await;
    let second = Second::open(&world).await;
    until_both_listen(&world).await;
    let bearer = world.member("42").await;
    let mut events = Events::open(&world, &second.url, &bearer, "locale=en", None).await;
    // Killed, and free to come back.
    by_the_operator(&world, KILL).await;
    world.order(&paid("1", "42", 240_000)).await;
    assert_eq!(events.next().await.unwrap().id, 2);
    until_both_listen(&world).await;
    // Killed, and kept away: connections that are there go on, and new ones are refused.
    let keep_away = "alter database {database} allow_connections false;";
    by_the_operator(&world, &format!("{keep_away}{KILL}")).await;
    let (status, _) = world.order(&paid("2", "42", 240_000)).await;
    assert_eq!(status, StatusCode::OK);
    by_the_operator(&world, "alter database {database} allow_connections true").await;
    assert_eq!(events.next().await.unwrap().id, 3);
    // And the bell rings as before.
    until_both_listen(&world).await;
    world.order(&paid("3", "42", 240_000)).await;
    assert_eq!(events.next().await.unwrap().id, 4);
}
