//! The past of a database: a process that makes it and ends.
//!
//! Much has to fall due while servers are killed, and a programme counts in whole days and months.
//! `laurel serve` has no clock that could be turned, and gets none for this. So the past is made
//! where tests have always had such a clock: a server inside this process, whose day is first months
//! ago and then yesterday, is told what happens as any other. What it leaves falls due one by one
//! during the torture, by the machine's own time, under the unchanged `laurel serve`: holds are
//! posted, coupons lapse, tiers that were given by hand end, members are warned, points run out.

use crate::line::{Bearers, Line, Shop};
use crate::operations::{JOIN, Operation, Request, steps, zone_of};
use crate::order::{Buyer, COUPON, Order, some_points};
use crate::prepare::told_of;
use crate::process::said;
use crate::zones::LastDay;
use clap::Parser;
use fastrand::Rng;
use serde_json::{Value, json};
use server::App;
use server::cli::{Cli, execute};
use server::clock::Clock;
use server::config::Config;
use server::domain::{DAY, SECOND};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The programme's file.
const PROGRAM_FILE: &str = include_str!("program.toml");
/// Customers who had joined yesterday.
const CUSTOMERS: usize = 16;
/// Orders for each customer whose points run out or who is warned of that, for each coupon, and for each
/// that a guest placed.
const ORDERS_PER_MORTAL: usize = 20;
const ORDERS_PER_COUPON: usize = 4;
const ORDERS_PER_GUEST: usize = 6;
/// From the beginning of the preparation until the first hold falls due: a second, and what it takes
/// to tell an order.
const LEAD: i64 = SECOND;
const LEAD_PER_ORDER: i64 = 4_000;

/// What the process is told.
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

/// Somebody whose points run out soon, or one day later: then they are warned soon.
struct Mortal {
    customer: String,
    /// When the day ends in their zone.
    ends_at: i64,
    /// What they were given.
    points: i64,
    is_warned: bool,
}

/// A server whose time is told, and what was done there.
struct Past {
    line: Line,
    url: String,
    shop: Arc<Shop>,
    clock: Clock,
    time: Arc<AtomicI64>,
    rng: Rng,
    done: Value,
}

/// Makes the database and prints what `Prepared` holds.
pub(crate) async fn child(words: &[String]) -> Result<(), String> {
    let asked = Words::try_parse_from(words).map_err(said)?;
    let count = i64::try_from(asked.orders).map_err(said)?;
    let first = Clock::System.now() + LEAD + LEAD_PER_ORDER * count;
    let last = first + asked.apart * count;
    let last_day = LastDay::near(first);
    // Before anything asks for a zone: what is there then is all that this process knows.
    let mortals = mortals(&asked, last_day, first, last)?;
    let shop = Arc::new(programme(&asked, last_day.months).await?);

    let time = Arc::new(AtomicI64::new(last_day.earned_at(first)));
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
    let mut past = Past {
        line: Line::new(&url, Arc::clone(&shop), clock.clone(), Bearers::default()),
        url,
        shop: Arc::clone(&shop),
        clock,
        time,
        rng: Rng::with_seed(asked.seed),
        done: json!({ "last_due": last }),
    };
    let done = past.happens(&asked, mortals, first).await;
    let mut done = done.map(|()| past.done)?;
    drop(past.line);
    // It is gone already if it failed, and says so below.
    let _told = end.send(());
    serving.await.map_err(said)?.map_err(said)?;
    done["api_key"] = json!(shop.api_key);
    done["kid"] = json!(shop.kid);
    done["secret"] = json!(shop.secret);
    println!("{done}");
    Ok(())
}

impl Past {
    /// All that happened, in its order.
    async fn happens(
        &mut self,
        asked: &Words,
        mut mortals: Vec<Mortal>,
        first: i64,
    ) -> Result<(), String> {
        let time = self.clock.now();
        for mortal in &mut mortals {
            let later = i64::from(mortal.is_warned) * DAY;
            self.time.store(time + later, Ordering::SeqCst);
            self.join(&mortal.customer).await?;
            mortal.points = JOIN + self.give(&mortal.customer, COUPON).await?;
        }
        self.time.store(first - DAY, Ordering::SeqCst);
        // Nobody's session lasts that long.
        let bearers = Bearers::default();
        self.line = Line::new(
            &self.url,
            Arc::clone(&self.shop),
            self.clock.clone(),
            bearers,
        );
        let customers: Vec<String> = (0..CUSTOMERS).map(|n| format!("old-{n}")).collect();
        let apart = asked.apart * i64::try_from(asked.orders / CUSTOMERS + 1).map_err(said)?;
        for (number, customer) in (1..).zip(&customers) {
            let member = self.join(customer).await?;
            let until = jiff::Timestamp::from_microsecond(first + apart * number).map_err(said)?;
            let until = Some(until.to_string());
            let tier = Operation::Tier { member, until };
            self.send(customer, &format!("tier-{customer}"), tier)
                .await?;
        }
        let mut mortals = mortals.into_iter().peekable();
        for number in 0..asked.orders {
            let customer = self.rng.choice(&customers).map_or("", String::as_str);
            let order = format!("old-{number}");
            if number % ORDERS_PER_GUEST == 0 {
                let guest = format!("guest-{number}");
                self.pay(&guest, &order, Buyer::Guest).await?;
            } else {
                self.pay(customer, &order, Buyer::Customer).await?;
            }
            if number % ORDERS_PER_COUPON == 0 {
                self.give(customer, COUPON).await?;
                self.redeem(customer, true).await?;
            }
            // What lapses after its points have run out comes back with a grace.
            let over = self.clock.now() + DAY - SECOND;
            while let Some(mortal) = mortals.next_if(|mortal| mortal.ends_at < over) {
                self.run_out(mortal).await?;
            }
            self.time.fetch_add(asked.apart, Ordering::SeqCst);
        }
        for mortal in mortals {
            self.run_out(mortal).await?;
        }
        Ok(())
    }

    /// Half of those whose points run out have turned some of them into a coupon.
    async fn run_out(&mut self, mortal: Mortal) -> Result<(), String> {
        let Mortal {
            customer,
            ends_at,
            mut points,
            is_warned,
        } = mortal;
        if is_warned {
            return Ok(());
        }
        let is_over = ends_at < self.clock.now() + DAY;
        if is_over && self.rng.bool() {
            self.redeem(&customer, false).await?;
            points -= COUPON;
        }
        self.note(
            "expiring",
            json!({ "customer": customer, "points": -points }),
        );
        Ok(())
    }

    async fn join(&mut self, customer: &str) -> Result<String, String> {
        let join = Operation::Join { orders: Vec::new() };
        let answer = self.send(customer, customer, join).await?;
        let zone = zone_of(customer).unwrap_or_else(|| "UTC".into());
        if answer["time_zone"] != zone {
            return Err(format!("{customer} does not live in {zone}: {answer}"));
        }
        self.note("joined", json!({ "customer": customer, "key": customer }));
        Ok(answer["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Gives some points, and at least so many; answers how many.
    async fn give(&mut self, customer: &str, least: i64) -> Result<i64, String> {
        let amount = least + some_points(&mut self.rng);
        let key = format!("given-{customer}-{}", self.clock.now());
        let answer = json!({ "customer": customer, "key": key, "amount": amount });
        self.send(customer, &key, Operation::Adjust { amount })
            .await?;
        self.note("given", answer);
        Ok(amount)
    }

    async fn pay(&mut self, customer: &str, id: &str, buyer: Buyer) -> Result<(), String> {
        let order = Order::new(id, buyer, &mut self.rng);
        self.note("orders", told_of(&order, customer));
        self.send(customer, id, Operation::Pay { order }).await?;
        Ok(())
    }

    async fn redeem(&mut self, customer: &str, is_for_use: bool) -> Result<(), String> {
        let key = format!("coupon-{customer}-{}", self.clock.now());
        let redeem = Operation::Redeem { lapses: true };
        let answer = self.send(customer, &key, redeem).await?;
        let code = &answer["coupon"]["code"];
        let coupon =
            json!({ "customer": customer, "key": key, "code": code, "is_for_use": is_for_use });
        self.note("coupons", coupon);
        Ok(())
    }

    fn note(&mut self, what: &str, item: Value) {
        if self.done[what].is_null() {
            self.done[what] = json!([]);
        }
        if let Some(list) = self.done[what].as_array_mut() {
            list.push(item);
        }
    }

    async fn send(&self, customer: &str, key: &str, operation: Operation) -> Result<Value, String> {
        let request = Request {
            customer: customer.to_owned(),
            key: key.to_owned(),
            operation,
        };
        let sent = self.line.send(&request).await;
        sent.map_err(|fault| format!("{request:?}: {fault:?}"))
    }
}

/// Those whose points run out one after the other, each with a zone of their own.
fn mortals(asked: &Words, last_day: LastDay, first: i64, last: i64) -> Result<Vec<Mortal>, String> {
    let count = i64::try_from(asked.orders / ORDERS_PER_MORTAL).map_err(said)?;
    let mut mortals = Vec::new();
    for number in 0..count {
        let customer = format!("mortal-{number}");
        // A zone knows whole seconds.
        let ends_at = (first + (last - first) * number / count) / SECOND * SECOND;
        let zone = zone_of(&customer).unwrap_or_default();
        last_day
            .write(&crate::process::zones(&asked.folder), &zone, ends_at)
            .map_err(said)?;
        mortals.push(Mortal {
            customer,
            ends_at,
            points: 0,
            is_warned: number % 2 == 1,
        });
    }
    Ok(mortals)
}

/// Imports the programme and makes its keys, as an owner does.
async fn programme(words: &Words, months: i32) -> Result<Shop, String> {
    let file = words.folder.join("program.toml");
    let mut text = PROGRAM_FILE.replace("months = 1", &format!("months = {months}"));
    text.push_str(&steps());
    std::fs::write(&file, text).map_err(said)?;
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
            "--scopes",
            "orders,adjustments,coupons,members",
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
