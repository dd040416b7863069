//! A database with the programme, keys, and orders of yesterday, made by a process of its own.
//!
//! Holds have to fall due while servers are killed, and a programme counts them in whole days.
//! `laurel serve` has no clock that could be turned, and gets none for this. So the past is made
//! where tests have always had such a clock: a server inside this process, whose day is yesterday,
//! is told orders as any other. The holds that it makes fall due one by one during the torture, by
//! the machine's own time, under the unchanged `laurel serve`.

use crate::line::{Bearers, Line, Shop};
use crate::operations::{Operation, Request, some_points};
use crate::process::{Launch, run_this, said, site};
use clap::Parser;
use fastrand::Rng;
use serde_json::{Value, json};
use server::App;
use server::cli::{Cli, execute};
use server::clock::Clock;
use server::config::Config;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const DAY: i64 = 24 * 3600 * 1_000_000;
/// The programme's file.
const PROGRAM_FILE: &str = include_str!("program.toml");
/// Customers who had joined yesterday.
const CUSTOMERS: usize = 16;
/// From the end of the preparation until the first hold falls due, in microseconds.
const LEAD: i64 = 1_000_000;

/// What was there before the first round.
pub(crate) struct Prepared {
    pub(crate) shop: Shop,
    /// What has been acknowledged.
    pub(crate) requests: Vec<Request>,
    /// When the last of yesterday's holds falls due, in microseconds since 1970.
    pub(crate) last_due: i64,
}

/// What the child process is told.
#[derive(Parser)]
struct Words {
    #[command(flatten)]
    config: Config,
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    seed: u64,
    /// How many orders.
    #[arg(long)]
    orders: usize,
    /// How long after each other they fall due, in microseconds.
    #[arg(long)]
    apart: i64,
}

/// Makes a database in a process that ends afterwards, so that nothing here holds it open.
pub(crate) async fn prepare(
    launch: &Launch,
    seed: u64,
    orders: usize,
    apart: i64,
) -> Result<Prepared, String> {
    let text = |path: PathBuf| path.display().to_string();
    let words = [
        "prepare",
        "--database",
        &launch.database_url,
        "--master-key-file",
        &text(launch.key_file()),
        "--site",
        &text(site()),
        "--public-url",
        "http://localhost",
        "--rate-limit",
        "0",
        "--folder",
        &text(launch.folder.clone()),
        "--seed",
        &seed.to_string(),
        "--orders",
        &orders.to_string(),
        "--apart",
        &apart.to_string(),
    ];
    let printed = run_this(words.map(Into::into).into()).await?;
    let told: Value = serde_json::from_str(&printed).map_err(said)?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let customers = told["customers"].as_array().into_iter().flatten();
    let joined = customers.map(|customer| Request {
        customer: word(customer),
        key: String::new(),
        operation: Operation::Join,
    });
    let orders = told["orders"].as_array().into_iter().flatten();
    let paid = orders.map(|order| Request {
        customer: word(&order["customer"]),
        key: word(&order["order"]),
        operation: Operation::Pay {
            order: word(&order["order"]),
            points: order["points"].as_i64().unwrap_or_default(),
        },
    });
    Ok(Prepared {
        requests: joined.chain(paid).collect(),
        shop: Shop {
            api_key: word(&told["api_key"]),
            kid: word(&told["kid"]),
            secret: word(&told["secret"]),
        },
        last_due: told["last_due"].as_i64().unwrap_or_default(),
    })
}

/// The child process: makes the database and prints what [`Prepared`] holds.
pub(crate) async fn child(words: &[String]) -> Result<(), String> {
    let asked = Words::try_parse_from(words).map_err(said)?;
    let shop = Arc::new(programme(&asked).await?);
    // The last order falls due when all of them have been placed and the lead is over.
    let count = i64::try_from(asked.orders).map_err(said)?;
    let first = Clock::System.now() - DAY + LEAD;
    let time = Arc::new(AtomicI64::new(first));
    let clock = Clock::Manual(Arc::clone(&time));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(said)?;
    let url = format!("http://{}", listener.local_addr().map_err(said)?);
    let app = App::open(&asked.config, clock.clone())
        .await
        .map_err(said)?;
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(listener, app, async {
        let _told = ended.await;
    }));

    let line = Line::new(&url, Arc::clone(&shop), clock, Bearers::default());
    let mut rng = Rng::with_seed(asked.seed);
    let customers: Vec<String> = (0..CUSTOMERS).map(|n| format!("old-{n}")).collect();
    for customer in &customers {
        send(&line, customer, customer, Operation::Join).await?;
    }
    let mut orders = Vec::new();
    for number in 0..asked.orders {
        let customer = rng.choice(&customers).map_or("", String::as_str);
        let (order, points) = (format!("old-{number}"), some_points(&mut rng));
        let pay = Operation::Pay {
            order: order.clone(),
            points,
        };
        send(&line, customer, &order, pay).await?;
        orders.push(json!({ "customer": customer, "order": order, "points": points }));
        time.fetch_add(asked.apart, Ordering::SeqCst);
    }
    drop(line);
    // It is gone already if it failed, and says so below.
    let _told = end.send(());
    serving.await.map_err(said)?.map_err(said)?;
    let last_due = first + DAY + asked.apart * count;
    let Shop {
        api_key,
        kid,
        secret,
    } = &*shop;
    println!(
        "{}",
        json!({
            "api_key": api_key, "kid": kid, "secret": secret,
            "customers": customers, "orders": orders, "last_due": last_due,
        })
    );
    Ok(())
}

async fn send(line: &Line, customer: &str, key: &str, operation: Operation) -> Result<(), String> {
    let request = Request {
        customer: customer.to_owned(),
        key: key.to_owned(),
        operation,
    };
    let sent = line.send(&request).await;
    sent.map(|_| ())
        .map_err(|fault| format!("{request:?}: {fault:?}"))
}

/// Imports the programme and makes its keys, as an owner does.
async fn programme(words: &Words) -> Result<Shop, String> {
    let file = words.folder.join("program.toml");
    std::fs::write(&file, PROGRAM_FILE).map_err(said)?;
    let database = words.config.database_url.clone();
    let master = words.config.master_key_file.display().to_string();
    let laurel = async |typed: &[&str]| {
        let typed = [&["laurel"], typed, &["--database", &database]].concat();
        let typed = Cli::try_parse_from(typed).map_err(said)?;
        execute(typed).await.map_err(said)
    };
    laurel(&["program", "import", &file.display().to_string()]).await?;
    let add = |kind| {
        [
            "key",
            "add",
            "torture",
            "--kind",
            kind,
            "--master-key-file",
            &master,
        ]
    };
    let token = laurel(&add("token")).await?;
    let api = laurel(&add("api")).await?;
    let value = |text: &str, label: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(label));
        line.unwrap_or_default().trim().to_owned()
    };
    Ok(Shop {
        api_key: value(&api, "bearer:"),
        kid: value(&token, "kid:"),
        secret: value(&token, "secret:"),
    })
}
