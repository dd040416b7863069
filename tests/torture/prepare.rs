//! A database with the programme, keys, and customers of yesterday and of months ago, made by a
//! process of its own (`past.rs`).

use crate::line::Shop;
use crate::operations::{Operation, Request};
use crate::order::{Buyer, Coupon, Order, Sku};
use crate::process::{Launch, run_this, said, site};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What was there before the first round.
pub(crate) struct Prepared {
    pub(crate) shop: Shop,
    /// What has been acknowledged.
    pub(crate) requests: Vec<Request>,
    /// Coupons that lapse one by one. An order may use them before or after.
    pub(crate) coupons: Vec<Coupon>,
    /// Customers who have only ordered as guests, and what.
    pub(crate) guests: Vec<(String, Order)>,
    /// Points that run out one by one.
    pub(crate) expiring: Vec<(String, i64)>,
    /// When the last of all that falls due, in microseconds since 1970.
    pub(crate) last_due: i64,
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
    let zones = launch.zones();
    let printed = run_this(words.map(Into::into).into(), Some(&zones)).await?;
    let told: Value = serde_json::from_str(&printed).map_err(said)?;
    let items = |name: &str| {
        let list = told[name].as_array().cloned().unwrap_or_default();
        list.into_iter().map(move |item| {
            let customer = word(&item["customer"]);
            (customer, item)
        })
    };
    let request = |customer: String, key: &Value, operation| Request {
        customer,
        key: word(key),
        operation,
    };
    let mut requests = Vec::new();
    for (customer, item) in items("joined") {
        let orders = Vec::new();
        requests.push(request(customer, &item["key"], Operation::Join { orders }));
    }
    for (customer, item) in items("given") {
        let amount = number(&item["amount"]);
        requests.push(request(
            customer,
            &item["key"],
            Operation::Adjust { amount },
        ));
    }
    let mut guests = Vec::new();
    for (customer, item) in items("orders") {
        let order = order(&item);
        if order.buyer == Buyer::Guest {
            guests.push((customer.clone(), order.clone()));
        }
        requests.push(request(customer, &item["key"], Operation::Pay { order }));
    }
    let mut coupons = Vec::new();
    for (customer, item) in items("coupons") {
        let redeem = Operation::Redeem { lapses: true };
        requests.push(request(customer.clone(), &item["key"], redeem));
        if item["is_for_use"] == true {
            coupons.push(Coupon {
                code: word(&item["code"]),
                owner: customer,
                redemption: String::new(),
                is_set_aside: false,
                is_reserved: false,
            });
        }
    }
    let expiring = items("expiring").map(|(customer, item)| (customer, number(&item["points"])));
    Ok(Prepared {
        requests,
        coupons,
        guests,
        expiring: expiring.collect(),
        shop: Shop {
            api_key: word(&told["api_key"]),
            kid: word(&told["kid"]),
            secret: word(&told["secret"]),
        },
        last_due: number(&told["last_due"]),
    })
}

/// What is told of an order.
pub(crate) fn told_of(order: &Order, customer: &str) -> Value {
    let skus: Vec<&str> = order.lines.iter().map(|line| line.sku.name()).collect();
    json!({
        "customer": customer,
        "key": order.id,
        "as_guest": order.buyer == Buyer::Guest,
        "price": order.price,
        "skus": skus,
    })
}

/// The order that was told of. What it earns may be posted at any moment.
fn order(told: &Value) -> Order {
    let buyer = if told["as_guest"] == true {
        Buyer::Guest
    } else {
        Buyer::Customer
    };
    let skus = told["skus"].as_array().into_iter().flatten();
    let skus = skus.filter_map(|sku| Sku::named(sku.as_str()?));
    let skus: Vec<Sku> = skus.collect();
    Order {
        is_old: true,
        ..Order::of(&word(&told["key"]), buyer, number(&told["price"]), &skus)
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}
