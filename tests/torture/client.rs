//! Clients: each sends one request after another, and remembers every answer and the request that
//! was not answered.

use crate::line::{Fault, Line};
use crate::operations::{Customer, Operation, Request, some_points};
use fastrand::Rng;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Between two tries of a request that a server could not answer yet.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a request is tried before the servers are said to be gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whom and what every client may meddle with.
#[derive(Default)]
pub(crate) struct Crowd {
    /// Customers who have joined.
    pub(crate) joined: Vec<String>,
    /// Orders that are paid and may be called off, by one client each.
    pub(crate) paid: Vec<Request>,
}

/// Shared by the clients of a database.
pub(crate) type Shared = Arc<Mutex<Crowd>>;

/// One client.
pub(crate) struct Client {
    name: String,
    rng: Rng,
    /// How many requests have had a name.
    named: u64,
    customer: Option<Customer>,
    crowd: Shared,
    /// The request whose answer never came.
    pub(crate) unanswered: Option<Request>,
    /// What has been acknowledged since it was last looked at.
    pub(crate) answered: Vec<(Request, Value)>,
    /// How many requests were sent again since that was last looked at.
    pub(crate) resent: usize,
    /// An answer that must not be.
    pub(crate) wrong: Option<Fault>,
}

impl Client {
    pub(crate) fn new(name: String, seed: u64, crowd: Shared) -> Self {
        Self {
            name,
            rng: Rng::with_seed(seed),
            named: 0,
            customer: None,
            crowd,
            unanswered: None,
            answered: Vec::new(),
            resent: 0,
            wrong: None,
        }
    }

    /// Sends until it is told to stop or a request is not answered, beginning with the one that was
    /// not answered before.
    pub(crate) async fn run(mut self, line: Line, stop: Arc<AtomicBool>) -> Self {
        let mut again = self.unanswered.take();
        self.resent += usize::from(again.is_some());
        while !stop.load(Ordering::Relaxed) && self.unanswered.is_none() && self.wrong.is_none() {
            let request = again.take().unwrap_or_else(|| self.next());
            let answer = line.send(&request).await;
            self.take(request, answer);
        }
        self
    }

    /// Sends what was not answered once more, with the same key, until it is.
    pub(crate) async fn settle(&mut self, line: &Line) {
        let Some(request) = self.unanswered.take() else {
            return;
        };
        self.resent += 1;
        match until_answered(line, &request).await {
            Ok(answer) => self.take(request, Ok(answer)),
            Err(fault) => self.wrong = Some(fault),
        }
    }

    fn take(&mut self, request: Request, answer: Result<Value, Fault>) {
        match answer {
            Err(Fault::Unanswered) => self.unanswered = Some(request),
            Err(fault) => self.wrong = Some(fault),
            Ok(answer) => {
                if let Some(customer) = &mut self.customer {
                    customer.hear(&request.operation, &answer);
                }
                let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
                match &request.operation {
                    Operation::Join => crowd.joined.push(request.customer.clone()),
                    Operation::Pay { .. } => crowd.paid.push(request.clone()),
                    _ => {}
                }
                drop(crowd);
                self.answered.push((request, answer));
            }
        }
    }

    fn next(&mut self) -> Request {
        self.named += 1;
        let key = format!("{}-{}", self.name, self.named);
        let others = match self.rng.u8(0..8) {
            0 => self.cancel(&key),
            1 | 2 => self.pay(&key),
            _ => None,
        };
        others.unwrap_or_else(|| self.own(&key))
    }

    /// Calls an order off that anybody has paid.
    fn cancel(&mut self, key: &str) -> Option<Request> {
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let count = crowd.paid.len();
        let paid = (count > 0).then(|| crowd.paid.swap_remove(self.rng.usize(..count)))?;
        let Operation::Pay { order, points } = paid.operation else {
            return None;
        };
        Some(Request {
            customer: paid.customer,
            key: key.to_owned(),
            operation: Operation::Cancel { order, points },
        })
    }

    /// Pays an order of anybody who has joined, so that one customer is in several hands.
    fn pay(&mut self, key: &str) -> Option<Request> {
        let crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let customer = self.rng.choice(&crowd.joined)?.clone();
        drop(crowd);
        Some(Request {
            customer,
            key: key.to_owned(),
            operation: Operation::Pay {
                order: key.to_owned(),
                points: some_points(&mut self.rng),
            },
        })
    }

    /// The next step of the client's own customer, or the first of a new one.
    fn own(&mut self, key: &str) -> Request {
        loop {
            let customer = self
                .customer
                .get_or_insert_with(|| Customer::new(format!("c-{key}"), &mut self.rng));
            if let Some(request) = customer.next(key, &mut self.rng) {
                return request;
            }
            self.customer = None;
        }
    }
}

/// Sends a request until it is answered.
pub(crate) async fn until_answered(line: &Line, request: &Request) -> Result<Value, Fault> {
    let sending = async {
        loop {
            match line.send(request).await {
                Err(Fault::Unanswered) => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
    };
    let answer = tokio::time::timeout(PATIENCE, sending).await;
    answer.unwrap_or_else(|_| {
        let text = format!("{request:?} is not answered by a server that runs");
        Err(Fault::Wrong(text))
    })
}
