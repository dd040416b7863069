//! `laurel backup`: whole, online, never over another file, and good to serve from.

use crate::support::sql::{assert_books_balance, count};
use crate::support::world::{World, on_both_databases, paid};
use clap::Parser;
use reqwest::StatusCode;
use server::App;
use server::cli::{Cli, execute};
use server::config::{Authorities, Config};
use server::store::Store;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

async fn backup(world: &World, file: &str) -> Result<String, String> {
    let words = ["laurel", "backup", file, "--database", &world.database_url];
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    execute(cli).await.map_err(|failure| failure.to_string())
}

on_both_databases! {
    async fn a_backup_is_made_while_orders_come_in_and_serves(world: World) {
        let world = Arc::new(world);
        let bearer = world.member("42").await;
        world.order(&paid("before", "42", 100_000)).await;
        let over = Arc::new(AtomicBool::new(false));
        let buying = tokio::spawn({
            let (world, over) = (Arc::clone(&world), Arc::clone(&over));
            async move {
                let mut number = 0;
                while !over.load(Ordering::SeqCst) {
                    number += 1;
                    world.order(&paid(&format!("during-{number}"), "42", 100_000)).await;
                }
                number
            }
        });
        let file = world.folder().join("kept.db").display().to_string();
        let said = backup(&world, &file).await.unwrap();
        assert!(said.contains("The books are what the transfers say"), "{said}");
        over.store(true, Ordering::SeqCst);
        assert!(buying.await.unwrap() > 0);
        assert_books_balance(&world.app.store).await;

        // Nothing but the backup stays, and nothing is written over it.
        let names = std::fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names: Vec<String> = names.filter(|name| name.contains("kept")).collect();
        assert_eq!(names, ["kept.db"]);
        let before = std::fs::read(&file).unwrap();
        let again = backup(&world, &file).await.unwrap_err();
        assert!(again.contains("is there already"), "{again}");
        assert_eq!(std::fs::read(&file).unwrap(), before);

        // A server opens it as its own: the session goes on, and so does the shop.
        let (url, stop) = serve(&world, &file).await;
        let me = world.http.get(format!("{url}/api/v1/me")).bearer_auth(&bearer).send().await.unwrap();
        assert_eq!(me.status(), StatusCode::OK);
        let orders = format!("{url}/api/v1/programs/demo/orders");
        let order = world.http.post(orders).bearer_auth(&world.api_key).json(&paid("after", "42", 100_000));
        assert_eq!(order.send().await.unwrap().status(), StatusCode::OK);
        stop.send(()).unwrap();
        let store = Store::look(&format!("sqlite:{file}")).await.unwrap();
        assert_books_balance(&store).await;
        assert_eq!(count(&store, "select count(*) from shop_order where id in ('before', 'after')").await, 2);
    }
}

/// Serves a backup, with the key of the world it was made of.
async fn serve(world: &World, file: &str) -> (String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap();
    let config = Config {
        database_url: format!("sqlite:{file}"),
        authorities: Authorities::default(),
        listen,
        public_url: Some(world.url.clone()),
        smtp_url: None,
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
    (format!("http://{listen}"), stop)
}
