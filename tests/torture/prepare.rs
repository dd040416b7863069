//! A database with the programme, keys, and customers of yesterday and of months ago, made by a
//! process of its own (`past.rs`).

use crate::line::Shop;
use crate::operations::{Coupon, Operation, Order, Request};
use crate::process::{Launch, run_this, said, site};
use serde_json::Value;
use std::path::PathBuf;

/// What was there before the first round.
pub(crate) struct Prepared {
    pub(crate) shop: Shop,
    /// What has been acknowledged.
    pub(crate) requests: Vec<Request>,
    /// Coupons that lapse one by one, and whose they are. An order may use them before or after.
    pub(crate) coupons: Vec<(String, Coupon)>,
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
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
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
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    let mut requests = Vec::new();
    for (customer, item) in items("joined") {
        requests.push(request(customer, &item["key"], Operation::Join));
    }
    for (customer, item) in items("given") {
        let amount = number(&item["amount"]);
        requests.push(request(
            customer,
            &item["key"],
            Operation::Adjust { amount },
        ));
    }
    for (customer, item) in items("orders") {
        let order = Order {
            id: word(&item["key"]),
            points: number(&item["points"]),
            left: 4,
            coupon: None,
        };
        requests.push(request(customer, &item["key"], Operation::Pay { order }));
    }
    let mut coupons = Vec::new();
    for (customer, item) in items("coupons") {
        let redeem = Operation::Redeem { lapses: true };
        requests.push(request(customer.clone(), &item["key"], redeem));
        let coupon = Coupon {
            code: word(&item["code"]),
            is_set_aside: false,
        };
        if item["is_for_use"] == true {
            coupons.push((customer, coupon));
        }
    }
    let expiring = items("expiring").map(|(customer, item)| (customer, number(&item["points"])));
    Ok(Prepared {
        requests,
        coupons,
        expiring: expiring.collect(),
        shop: Shop {
            api_key: word(&told["api_key"]),
            kid: word(&told["kid"]),
            secret: word(&told["secret"]),
        },
        last_due: number(&told["last_due"]),
    })
}
