//! What the clients send, and what each of it is worth once it is acknowledged. A new endpoint is
//! tortured by adding it here: to [`Operation`], and to what a customer does in [`Customer`].

use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// The programme's slug.
pub(crate) const PROGRAM: &str = "torture";
/// The smallest units of the currency that earn one point.
const UNITS_PER_POINT: i64 = 100;
/// What the programme's file pays.
const JOIN: i64 = 50;
const PROFILE: i64 = 100;
const BIRTHDAY: i64 = 200;

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The customer, with a session of theirs.
    Shopper,
    /// The shop's backend, with its key.
    Shop,
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
    /// An order is paid that earns so many points.
    Pay { order: String, points: i64 },
    /// An order that has been paid is called off.
    Cancel { order: String, points: i64 },
}

impl Operation {
    /// What it adds to the customer's points, available and held together.
    pub(crate) fn points(&self) -> i64 {
        match self {
            Self::Join => JOIN,
            Self::Begin { .. } => 0,
            Self::Prove { task, .. } if *task == "tsk_birthday" => BIRTHDAY,
            Self::Prove { .. } => PROFILE,
            Self::Pay { points, .. } => *points,
            Self::Cancel { points, .. } => -points,
        }
    }

    /// The part of [`Self::points`] that stays held while the torture lasts. `old` tells the orders
    /// that were placed one day ago.
    pub(crate) fn held(&self, old: impl Fn(&str) -> bool) -> i64 {
        match self {
            Self::Pay { order, .. } | Self::Cancel { order, .. } if !old(order) => self.points(),
            Self::Prove { task, .. } if *task == "tsk_birthday" => BIRTHDAY,
            _ => 0,
        }
    }

    pub(crate) fn sender(&self) -> Sender {
        match self {
            Self::Join | Self::Begin { .. } | Self::Prove { .. } => Sender::Shopper,
            Self::Pay { .. } | Self::Cancel { .. } => Sender::Shop,
        }
    }

    /// Where it is posted to.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Join => "/api/v1/me/join".into(),
            Self::Begin { task } => format!("/api/v1/tasks/{task}/attempts"),
            Self::Prove { attempt, .. } => format!("/api/v1/attempts/{attempt}/proof"),
            Self::Pay { .. } | Self::Cancel { .. } => format!("/api/v1/programs/{PROGRAM}/orders"),
        }
    }

    /// What is posted.
    pub(crate) fn body(&self, customer: &str) -> Value {
        match self {
            Self::Join => json!({ "version": 1 }),
            Self::Begin { .. } => json!({}),
            Self::Prove { task, .. } if *task == "tsk_birthday" => {
                json!({ "birthday": "1990-05-03" })
            }
            Self::Prove { .. } => json!({ "name": customer }),
            Self::Pay { order, points } => document(order, customer, *points, "paid"),
            Self::Cancel { order, points } => document(order, customer, *points, "cancelled"),
        }
    }

    /// Whether this is the right answer to it.
    pub(crate) fn is_answered_by(&self, answer: &Value) -> bool {
        match self {
            Self::Join => answer["balance"].is_object(),
            Self::Begin { .. } => answer["id"].is_string() && answer["state"] == "started",
            Self::Prove { task, .. } if *task == "tsk_birthday" => answer["state"] == "held",
            Self::Prove { .. } => answer["state"] == "earned",
            Self::Pay { points, .. } => answer["status"] == "paid" && answer["points"] == *points,
            Self::Cancel { .. } => answer["status"] == "cancelled" && answer["points"] == 0,
        }
    }

    /// Whether the same request is answered with the same words whatever has happened since: joining
    /// answers where the member stands now.
    pub(crate) fn answer_stays(&self) -> bool {
        !matches!(self, Self::Join)
    }
}

fn document(order: &str, customer: &str, points: i64, status: &str) -> Value {
    let total = points * UNITS_PER_POINT;
    json!({
        "id": order,
        "customer": { "id": customer },
        "currency": "RUB",
        "total": total,
        "lines": [{ "id": "1", "sku": "beans", "amount": total, "qty": 1 }],
        "status": status,
        "at": "2026-11-21T12:00:00Z",
    })
}

/// A number of points that few sums have in common, so that one that is missing is told from
/// another.
pub(crate) fn some_points(rng: &mut Rng) -> i64 {
    rng.i64(100..10_000)
}

/// An operation of a customer, under its key.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) customer: String,
    pub(crate) key: String,
    pub(crate) operation: Operation,
}

/// A step in the life of a customer; what it needs to know may come with an answer.
#[derive(Clone, Copy, Debug)]
enum Step {
    Join,
    Begin(&'static str),
    Prove,
    Pay,
}

/// A customer, and what they are going to do.
pub(crate) struct Customer {
    pub(crate) id: String,
    steps: VecDeque<Step>,
    /// The attempt that was begun: the task and the id.
    begun: Option<(&'static str, String)>,
}

impl Customer {
    /// Somebody who joins and then does this and that.
    pub(crate) fn new(id: String, rng: &mut Rng) -> Self {
        let mut steps = VecDeque::from([Step::Join]);
        for task in ["tsk_profile", "tsk_birthday"] {
            for _ in 0..rng.usize(0..4) {
                steps.push_back(Step::Pay);
            }
            steps.extend([Step::Begin(task), Step::Prove]);
        }
        Self {
            id,
            steps,
            begun: None,
        }
    }

    /// What comes next. `name` is new, for a key and for an order. `None` once everything is done.
    pub(crate) fn next(&mut self, name: &str, rng: &mut Rng) -> Option<Request> {
        let operation = match self.steps.pop_front()? {
            Step::Join => Operation::Join,
            Step::Begin(task) => Operation::Begin { task },
            Step::Prove => {
                let (task, attempt) = self.begun.take()?;
                Operation::Prove { task, attempt }
            }
            Step::Pay => Operation::Pay {
                order: name.to_owned(),
                points: some_points(rng),
            },
        };
        Some(Request {
            customer: self.id.clone(),
            key: name.to_owned(),
            operation,
        })
    }

    /// Learns from the answer to what it did.
    pub(crate) fn hear(&mut self, operation: &Operation, answer: &Value) {
        if let Operation::Begin { task } = operation {
            let id = answer["id"].as_str().unwrap_or_default();
            self.begun = Some((task, id.to_owned()));
        }
    }
}
