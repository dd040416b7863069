//! What the clients send, and what each of it is worth once it is acknowledged. A new endpoint is
//! tortured by adding it here: to [`Operation`], and to what a customer does in `customer.rs`.
//!
//! What an operation is worth never depends on what happens beside it: who spends has been told
//! before that the points are there, refunds are quarters of orders that divide by four, and what
//! hangs on an order of its own is sent by one client after the other.

use crate::order::{Buyer, COUPON, Order, Refund, Sku};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The programme's slug.
pub(crate) const PROGRAM: &str = "torture";
/// What the programme's file pays.
pub(crate) const JOIN: i64 = 50;
pub(crate) const PROFILE: i64 = 100;
const BIRTHDAY: i64 = 200;
/// The tiers of the programme's file that welcome whoever reaches them: at which metric, and with how much.
const WELCOMES: [(i64, i64); 2] = [(120, 40), (5_000, 80)];
/// Above them, one tier after another: so near that an order called off undoes a rise.
const STEP: i64 = 5_000;
const STEPS: std::ops::RangeInclusive<i64> = 2..=30;
const STEP_WELCOME: i64 = 20;
/// Far more than anybody has.
const TOO_MUCH: i64 = 900_000_000;

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The customer, with a session that knows nothing but their id.
    Shopper,
    /// The customer, with a session that has proven their address.
    Proven,
    /// The shop's backend, with its key.
    Shop,
}

/// Something that changes the ledger, or is on the way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The customer joins, by an address if they ordered under it before: then those orders become
    /// theirs. It has no key: it happens once by its nature.
    Join { orders: Vec<Order> },
    /// The customer, a member, proves an address that they ordered under as a guest.
    Claim { orders: Vec<Order> },
    /// Begins a task.
    Begin { task: &'static str },
    /// Proves a task.
    Prove { task: &'static str, attempt: String },
    /// An order is paid. What was given back of it before is no longer left.
    Pay { order: Order },
    /// An order that has been paid is called off.
    Cancel { order: Order },
    /// An order is called off that was never paid, and had reserved so many coupons.
    Drop { order: String, coupons: i64 },
    /// Some of an order is given back.
    Refund { refund: Refund },
    /// The same before the order is known.
    RefundFirst { refund: Refund },
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
    /// Available, held and reserved together, without what tiers welcome with. Below zero: owed.
    pub(crate) points: i64,
    /// The part that is set aside for coupons which do not lapse while the torture lasts.
    pub(crate) reserved: i64,
    /// The part that has lifted the customer, whatever became of it since.
    pub(crate) counted: i64,
    /// The part that will do so once it is posted, which may have happened.
    pub(crate) pending: i64,
}

impl std::ops::AddAssign for Worth {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.reserved += other.reserved;
        self.counted += other.counted;
        self.pending += other.pending;
    }
}

impl Worth {
    /// Points that a customer has, and nothing else.
    pub(crate) fn of(points: i64) -> Self {
        Self {
            points,
            ..Self::default()
        }
    }

    /// Points of an order, which lift the customer once they are posted.
    fn earned(order: &Order, points: i64) -> Self {
        Self {
            pending: if order.is_old { points } else { 0 },
            ..Self::of(points)
        }
    }
}

/// What all tiers together have welcomed a customer with whose metric is this. It depends on nothing else:
/// the ladder looks at a whole life, every tier that is passed welcomes, and a refund that undoes a rise
/// takes its welcome back.
pub(crate) fn welcome(metric: i64) -> i64 {
    let steps = STEPS.map(|step| (step * STEP, STEP_WELCOME));
    let reached = WELCOMES.into_iter().chain(steps);
    let reached = reached.filter(|(threshold, _)| *threshold <= metric);
    reached.map(|(_, points)| points).sum()
}

/// The programme's steps, as its file would say it.
pub(crate) fn steps() -> String {
    let step = |step: i64| {
        let threshold = step * STEP;
        format!(
            "\n[[tier]]\nid = \"step-{step}\"\nthreshold = {threshold}\nentry_points = {STEP_WELCOME}\nname.en = \"Step {step}\"\n"
        )
    };
    STEPS.map(step).collect()
}

impl Operation {
    /// What it adds to what the customer has who sends it or whom it names.
    fn own_worth(&self) -> Worth {
        match self {
            Self::Join { orders } => {
                let mut worth = Worth {
                    counted: JOIN,
                    ..Worth::of(JOIN)
                };
                worth += claimed(orders);
                worth
            }
            Self::Claim { orders } => claimed(orders),
            Self::Prove { task, .. } if *task == "tsk_birthday" => Worth::of(BIRTHDAY),
            Self::Prove { .. } => Worth {
                counted: PROFILE,
                ..Worth::of(PROFILE)
            },
            Self::Pay { order } => Worth::earned(order, order.earned(&order.left())),
            Self::Cancel { order } => Worth::earned(order, -order.earned(&order.left())),
            Self::Refund { refund } => Worth::earned(&refund.order, -refund.reversed()),
            Self::Adjust { amount } => Worth::of(*amount),
            Self::Redeem { lapses: false } => Worth {
                reserved: COUPON,
                ..Worth::default()
            },
            Self::Release { .. } | Self::Undo { .. } => Worth {
                reserved: -COUPON,
                ..Worth::default()
            },
            Self::Drop { coupons, .. } => Worth {
                reserved: -COUPON * coupons,
                ..Worth::default()
            },
            _ => Worth::default(),
        }
    }

    /// What it adds to what the owner of an order's coupons has, and who that is.
    fn payers_worth(&self) -> Option<(&str, Worth)> {
        let (order, worth) = match self {
            Self::Pay { order } => {
                let set_aside = order.coupons.iter().filter(|coupon| coupon.is_set_aside);
                let set_aside = i64::try_from(set_aside.count()).unwrap_or(0);
                let worth = Worth {
                    reserved: -COUPON * set_aside,
                    ..Worth::of(-order.spent(&order.whole()))
                };
                (order, worth)
            }
            Self::Cancel { order } => (order, Worth::of(order.spent(&order.left()))),
            Self::Refund { refund } => (&refund.order, Worth::of(refund.given_back())),
            _ => return None,
        };
        Some((order.payer()?, worth))
    }

    /// What it adds to what customers have, by customer: all of it or nothing.
    pub(crate) fn effects(&self, customer: &str) -> BTreeMap<String, Worth> {
        let mut effects = BTreeMap::from([(customer.to_owned(), self.own_worth())]);
        if let Some((payer, worth)) = self.payers_worth() {
            *effects.entry(payer.to_owned()).or_default() += worth;
        }
        effects
    }

    /// The part of the customer's points that stays held while the torture lasts.
    pub(crate) fn held(&self) -> i64 {
        let of = |order: &Order, quarters: &[i64]| {
            if order.is_old {
                0
            } else {
                order.earned(quarters)
            }
        };
        match self {
            Self::Prove { task, .. } if *task == "tsk_birthday" => BIRTHDAY,
            Self::Join { orders } | Self::Claim { orders } => {
                let claimed = orders.iter().cloned().map(Order::claimed);
                claimed.map(|order| of(&order, &order.left())).sum()
            }
            Self::Pay { order } => of(order, &order.left()),
            Self::Cancel { order } => -of(order, &order.left()),
            Self::Refund { refund } => -of(&refund.order, &refund.quarters),
            _ => 0,
        }
    }

    /// What is counted, so that the table shows what was tortured and what was not.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Join { orders } if !orders.is_empty() => "join, claiming orders",
            Self::Join { .. } => "join",
            Self::Claim { .. } => "claim orders later",
            Self::Begin { .. } | Self::Prove { .. } => "task",
            Self::Pay { order } => match (order.buyer, order.coupons.len()) {
                (Buyer::Guest, 0) => "guest order",
                (Buyer::Guest, _) => "guest order with coupons",
                (_, 0) => "order",
                (_, 1) => "order with a coupon",
                (_, _) => "order with several coupons",
            },
            Self::Cancel { .. } => "order called off",
            Self::Drop { .. } => "order dropped",
            Self::Refund { refund } if refund.order.buyer == Buyer::Guest => "refund to a guest",
            Self::Refund { refund } if refund.by_line => "refund by line",
            Self::Refund { .. } => "refund",
            Self::RefundFirst { .. } => "refund before its order",
            Self::Adjust { .. } | Self::Overdraw => "adjustment",
            Self::Redeem { .. } => "coupon",
            Self::Use { .. } => "coupon reserved",
            Self::Release { .. } | Self::Undo { .. } => "coupon let go",
            Self::Tier { .. } => "tier by hand",
        }
    }

    pub(crate) fn sender(&self) -> Sender {
        match self {
            Self::Join { orders } if orders.is_empty() => Sender::Shopper,
            Self::Join { .. } | Self::Claim { .. } => Sender::Proven,
            Self::Begin { .. } | Self::Prove { .. } | Self::Redeem { .. } | Self::Undo { .. } => {
                Sender::Shopper
            }
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
            Self::Join { .. } | Self::Claim { .. } => "/api/v1/me/join".into(),
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
            Self::Join { .. } | Self::Claim { .. } => match zone_of(customer) {
                Some(zone) => json!({ "version": 1, "time_zone": zone }),
                None => json!({ "version": 1 }),
            },
            Self::Prove { task, .. } if *task == "tsk_birthday" => {
                json!({ "birthday": "1990-05-03" })
            }
            Self::Prove { .. } => json!({ "name": customer }),
            Self::Pay { order } => order.document(customer, "paid"),
            Self::Cancel { order } => order.document(customer, "cancelled"),
            Self::Drop { order, .. } => {
                let order = Order::of(order, Buyer::Customer, 400, &[Sku::Beans]);
                order.document(customer, "cancelled")
            }
            Self::Refund { refund } | Self::RefundFirst { refund } => refund.document(name),
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
            Self::Join { .. } | Self::Claim { .. } => answer["balance"].is_object(),
            Self::Begin { .. } => answer["id"].is_string() && answer["state"] == "started",
            Self::Prove { task, .. } if *task == "tsk_birthday" => answer["state"] == "held",
            Self::Prove { .. } => answer["state"] == "earned",
            Self::Pay { order } => {
                answer["status"] == "paid"
                    && answer["points"] == order.earned(&order.left())
                    && answer["member"].is_null() == (order.buyer == Buyer::Guest)
            }
            Self::Cancel { .. } | Self::Drop { .. } => {
                answer["status"] == "cancelled" && answer["points"] == 0
            }
            Self::Refund { refund } => {
                answer["applied"] == true
                    && answer["amount"] == refund.amount()
                    && answer["reversed"] == refund.reversed()
                    && answer["given_back"] == refund.given_back()
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
            Self::Join { .. }
                | Self::Claim { .. }
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

/// What orders of a guest earn once somebody has proven the address.
fn claimed(orders: &[Order]) -> Worth {
    let mut worth = Worth::default();
    for order in orders.iter().cloned().map(Order::claimed) {
        worth += Worth::earned(&order, order.earned(&order.left()));
    }
    worth
}

fn adjustment(customer: &str, amount: i64) -> Value {
    json!({ "member": { "customer": customer }, "amount": amount, "note": "torture" })
}

/// An operation of a customer, under its key.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) customer: String,
    pub(crate) key: String,
    pub(crate) operation: Operation,
}
