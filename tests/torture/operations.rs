//! What the clients send, and what each of it is worth once it is acknowledged. A new endpoint is
//! tortured by adding it here: to [`Operation`], and to what a customer does in `customer.rs`.
//!
//! What an operation is worth never depends on what happens beside it: who spends has been told
//! before that the points are there, refunds are quarters of orders that divide by four, and what
//! hangs on an order of its own is sent by one client after the other.

use fastrand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The programme's slug.
pub(crate) const PROGRAM: &str = "torture";
/// The smallest units of the currency that earn one point.
const UNITS_PER_POINT: i64 = 100;
/// What the programme's file pays.
pub(crate) const JOIN: i64 = 50;
pub(crate) const PROFILE: i64 = 100;
const BIRTHDAY: i64 = 200;
/// What a coupon costs. It divides by four, as what orders earn.
pub(crate) const COUPON: i64 = 400;
/// Far more than anybody has.
const TOO_MUCH: i64 = 900_000_000;

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The customer, with a session of theirs.
    Shopper,
    /// The shop's backend, with its key.
    Shop,
}

/// A coupon, as it is known when it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    /// Whether its points are certain to be set aside still. Those of one that lapses while the
    /// torture lasts may have come back, and those of one that was let go have.
    pub(crate) is_set_aside: bool,
}

/// An order that earns, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    /// What it earns before any refund.
    pub(crate) points: i64,
    /// Quarters of its money that were not given back.
    pub(crate) left: i64,
    pub(crate) coupon: Option<Coupon>,
}

/// Something that changes the ledger, or is on the way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The customer joins. It has no key: it happens once by its nature.
    Join,
    /// Begins a task.
    Begin { task: &'static str },
    /// Proves a task.
    Prove { task: &'static str, attempt: String },
    /// An order is paid. What was given back of it before is no longer left.
    Pay { order: Order },
    /// An order that has been paid is called off.
    Cancel { order: Order },
    /// An order is called off that was never paid, and had reserved a coupon.
    Drop { order: String },
    /// So many quarters of an order are given back. One that asks for too much gets what is left.
    Refund {
        order: Order,
        quarters: i64,
        asks_too_much: bool,
    },
    /// The same before the order is known.
    RefundFirst { order: Order, quarters: i64 },
    /// Points are given, or taken.
    Adjust { amount: i64 },
    /// More points are to be taken than there are.
    Overdraw,
    /// Points become a coupon: one of a day, or one of a month.
    Redeem { lapses: bool },
    /// A coupon is reserved for an order.
    Use { code: String, order: String },
    /// The shop lets a coupon go. An order may use it late.
    Release { code: String, used_late: bool },
    /// The member cancels a redemption.
    Undo { redemption: String },
    /// A tier is given by hand, until then, or that ends.
    Tier {
        member: String,
        until: Option<String>,
    },
}

/// What an operation adds to what a customer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Worth {
    /// Available, held and reserved together. Below zero: owed.
    pub(crate) points: i64,
    /// The part that is set aside for coupons which do not lapse while the torture lasts.
    pub(crate) reserved: i64,
}

impl std::ops::AddAssign for Worth {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.reserved += other.reserved;
    }
}

impl Order {
    /// What so many quarters of it earned.
    fn earned(&self, quarters: i64) -> i64 {
        self.points / 4 * quarters
    }

    /// The points of its coupon that so many quarters were paid with.
    fn spent(&self, quarters: i64) -> i64 {
        self.coupon.as_ref().map_or(0, |_| COUPON / 4 * quarters)
    }

    /// What so many quarters give back.
    fn given_back(&self, quarters: i64) -> i64 {
        self.spent(quarters) - self.earned(quarters)
    }
}

impl Operation {
    /// What it adds to what the customer has.
    pub(crate) fn worth(&self) -> Worth {
        let points = match self {
            Self::Join => JOIN,
            Self::Prove { task, .. } if *task == "tsk_birthday" => BIRTHDAY,
            Self::Prove { .. } => PROFILE,
            Self::Pay { order } => order.earned(order.left) - order.spent(4),
            Self::Cancel { order } => order.given_back(order.left),
            Self::Refund {
                order, quarters, ..
            } => order.given_back(*quarters),
            Self::Adjust { amount } => *amount,
            _ => 0,
        };
        let reserved = match self {
            Self::Redeem { lapses: false } => COUPON,
            Self::Release { .. } | Self::Undo { .. } | Self::Drop { .. } => -COUPON,
            Self::Pay { order } => {
                let coupon = order.coupon.as_ref();
                coupon.map_or(0, |coupon| -COUPON * i64::from(coupon.is_set_aside))
            }
            _ => 0,
        };
        Worth { points, reserved }
    }

    /// The part of [`Worth::points`] that stays held while the torture lasts. `old` tells the orders
    /// that were placed one day ago.
    pub(crate) fn held(&self, old: impl Fn(&str) -> bool) -> i64 {
        match self {
            Self::Prove { task, .. } if *task == "tsk_birthday" => BIRTHDAY,
            Self::Pay { order } if !old(&order.id) => order.earned(order.left),
            Self::Cancel { order } if !old(&order.id) => -order.earned(order.left),
            Self::Refund {
                order, quarters, ..
            } if !old(&order.id) => -order.earned(*quarters),
            _ => 0,
        }
    }

    pub(crate) fn sender(&self) -> Sender {
        match self {
            Self::Join
            | Self::Begin { .. }
            | Self::Prove { .. }
            | Self::Redeem { .. }
            | Self::Undo { .. } => Sender::Shopper,
            _ => Sender::Shop,
        }
    }

    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Tier { .. } => Method::PUT,
            _ => Method::POST,
        }
    }

    /// Where it is sent to.
    pub(crate) fn path(&self) -> String {
        let shop = |rest: &str| format!("/api/v1/programs/{PROGRAM}/{rest}");
        match self {
            Self::Join => "/api/v1/me/join".into(),
            Self::Begin { task } => format!("/api/v1/tasks/{task}/attempts"),
            Self::Prove { attempt, .. } => format!("/api/v1/attempts/{attempt}/proof"),
            Self::Pay { .. } | Self::Cancel { .. } | Self::Drop { .. } => shop("orders"),
            Self::Refund { .. } | Self::RefundFirst { .. } => shop("refunds"),
            Self::Adjust { .. } | Self::Overdraw => shop("adjustments"),
            Self::Redeem { lapses: true } => "/api/v1/rewards/day/redemptions".into(),
            Self::Redeem { lapses: false } => "/api/v1/rewards/month/redemptions".into(),
            Self::Use { code, .. } => shop(&format!("coupons/{code}/use")),
            Self::Release { code, .. } => shop(&format!("coupons/{code}/release")),
            Self::Undo { redemption } => format!("/api/v1/redemptions/{redemption}/cancel"),
            Self::Tier { member, .. } => shop(&format!("members/{member}/tier")),
        }
    }

    /// What is sent. `name` is the request's own.
    pub(crate) fn body(&self, customer: &str, name: &str) -> Value {
        match self {
            Self::Join => match zone_of(customer) {
                Some(zone) => json!({ "version": 1, "time_zone": zone }),
                None => json!({ "version": 1 }),
            },
            Self::Prove { task, .. } if *task == "tsk_birthday" => {
                json!({ "birthday": "1990-05-03" })
            }
            Self::Prove { .. } => json!({ "name": customer }),
            Self::Pay { order } => document(order, customer, "paid"),
            Self::Cancel { order } => document(order, customer, "cancelled"),
            Self::Drop { order } => {
                let order = Order {
                    id: order.clone(),
                    points: 4,
                    left: 4,
                    coupon: None,
                };
                document(&order, customer, "cancelled")
            }
            Self::Refund {
                order,
                quarters,
                asks_too_much,
            } => refund(order, *quarters + i64::from(*asks_too_much), name),
            Self::RefundFirst { order, quarters } => refund(order, *quarters, name),
            Self::Adjust { amount } => adjustment(customer, *amount),
            Self::Overdraw => adjustment(customer, -TOO_MUCH),
            Self::Use { order, .. } => {
                json!({ "order_id": order, "lines": [{ "id": "1", "amount": 100_000 }] })
            }
            Self::Tier { until: None, .. } => json!({}),
            Self::Tier { until, .. } => json!({ "tier": "high", "until": until }),
            Self::Begin { .. } | Self::Redeem { .. } | Self::Release { .. } | Self::Undo { .. } => {
                json!({})
            }
        }
    }

    /// Whether this is the right answer to it.
    pub(crate) fn is_answered_by(&self, status: StatusCode, answer: &Value) -> bool {
        let expected = match self {
            Self::RefundFirst { .. } => StatusCode::ACCEPTED,
            Self::Overdraw => StatusCode::CONFLICT,
            // Sent again after an order has used the coupon late.
            Self::Release {
                used_late: true, ..
            } if answer["code"] == "coupon_not_open" => return status == StatusCode::CONFLICT,
            _ => StatusCode::OK,
        };
        status == expected && self.is_right(answer)
    }

    fn is_right(&self, answer: &Value) -> bool {
        match self {
            Self::Join => answer["balance"].is_object(),
            Self::Begin { .. } => answer["id"].is_string() && answer["state"] == "started",
            Self::Prove { task, .. } if *task == "tsk_birthday" => answer["state"] == "held",
            Self::Prove { .. } => answer["state"] == "earned",
            Self::Pay { order } => {
                answer["status"] == "paid" && answer["points"] == order.earned(order.left)
            }
            Self::Cancel { .. } | Self::Drop { .. } => {
                answer["status"] == "cancelled" && answer["points"] == 0
            }
            Self::Refund {
                order, quarters, ..
            } => {
                answer["applied"] == true
                    && answer["reversed"] == order.earned(*quarters)
                    && answer["given_back"] == order.spent(*quarters)
            }
            Self::RefundFirst { .. } => answer["applied"] == false && answer["reversed"] == 0,
            Self::Adjust { amount } => answer["amount"] == *amount,
            Self::Overdraw => answer["code"] == "balance_too_low",
            Self::Redeem { .. } => answer["coupon"]["points"] == COUPON,
            Self::Use { order, .. } => {
                answer["state"] == "reserved" && answer["order_id"] == order.as_str()
            }
            Self::Release { .. } | Self::Undo { .. } => answer["state"] == "released",
            Self::Tier { until, .. } => {
                answer["standing"]["manual_until"].is_null() == until.is_none()
            }
        }
    }

    /// Whether the same request is answered with the same words whatever has happened since: what
    /// has no key answers where things stand now.
    pub(crate) fn answer_stays(&self) -> bool {
        !matches!(
            self,
            Self::Join
                | Self::Overdraw
                | Self::Release { .. }
                | Self::Undo { .. }
                | Self::Tier { .. }
        )
    }

    /// Whether sending it again says the same as before. A tier that is given again would take back
    /// what was said later.
    pub(crate) fn may_come_late(&self) -> bool {
        !matches!(self, Self::Tier { .. })
    }
}

/// The zone that a customer's browser reports: those whose points run out while the torture lasts
/// have a day of their own (`zones.rs`).
pub(crate) fn zone_of(customer: &str) -> Option<String> {
    let number = customer.strip_prefix("mortal-")?;
    Some(format!("Torture/{number}"))
}

fn document(order: &Order, customer: &str, status: &str) -> Value {
    let total = order.points * UNITS_PER_POINT;
    let codes: Vec<&str> = order.coupon.iter().map(|coupon| &*coupon.code).collect();
    json!({
        "id": order.id,
        "customer": { "id": customer },
        "currency": "RUB",
        "total": total,
        "lines": [{ "id": "1", "sku": "beans", "amount": total, "qty": 1 }],
        "coupon_codes": codes,
        "status": status,
        "at": "2026-11-21T12:00:00Z",
    })
}

fn refund(order: &Order, quarters: i64, name: &str) -> Value {
    json!({
        "id": format!("refund-{name}"),
        "order_id": order.id,
        "amount": order.points * UNITS_PER_POINT / 4 * quarters,
        "at": "2026-11-21T12:00:00Z",
    })
}

fn adjustment(customer: &str, amount: i64) -> Value {
    json!({ "member": { "customer": customer }, "amount": amount, "note": "torture" })
}

/// A number of points that few sums have in common, so that one that is missing is told from
/// another. It divides by four.
pub(crate) fn some_points(rng: &mut Rng) -> i64 {
    rng.i64(25..2_500) * 4
}

/// An operation of a customer, under its key.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) customer: String,
    pub(crate) key: String,
    pub(crate) operation: Operation,
}
