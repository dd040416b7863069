//! Clients: each sends one request after another, and remembers every answer and the request that
//! was not answered.

use crate::customer::Customer;
use crate::line::{Fault, Line};
use crate::operations::{Operation, Request};
use crate::order::{Buyer, Coupon, Order, Refund, some_points};
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
    /// Orders that are paid, and whose they are: each is in the hands of one client at a time, who
    /// refunds some of it or calls it off.
    pub(crate) paid: Vec<(String, Order)>,
    /// Coupons that lapse meanwhile, each for one order.
    pub(crate) coupons: Vec<Coupon>,
    /// Customers who have only ordered as guests, and what: each becomes one client's own.
    pub(crate) guests: Vec<(String, Order)>,
}

impl Crowd {
    /// Learns what was acknowledged.
    pub(crate) fn hear(&mut self, request: &Request) {
        let customer = request.customer.clone();
        match &request.operation {
            Operation::Join { orders } => {
                self.claimed(&customer, orders);
                self.joined.push(customer);
            }
            Operation::Claim { orders } => self.claimed(&customer, orders),
            // What is left of a guest's order is known to its customer alone.
            Operation::Pay { order } if order.buyer != Buyer::Guest => {
                self.paid.push((customer, order.clone()));
            }
            Operation::Refund { refund } if refund.order.buyer != Buyer::Guest => {
                self.paid.push((customer, refund.rest()));
            }
            _ => {}
        }
    }

    fn claimed(&mut self, customer: &str, orders: &[Order]) {
        let orders = orders.iter().cloned().map(Order::claimed);
        let theirs = orders.map(|order| (customer.to_owned(), order));
        self.paid.extend(theirs);
    }

    /// Puts up to two coupons of one owner into an order.
    fn pay_with_coupons(&mut self, order: &mut Order, rng: &mut Rng) {
        if self.coupons.is_empty() {
            return;
        }
        let first = self.coupons.swap_remove(rng.usize(..self.coupons.len()));
        let same = |coupon: &Coupon| coupon.owner == first.owner;
        let second = self.coupons.iter().position(same).filter(|_| rng.bool());
        let second = second.map(|index| self.coupons.swap_remove(index));
        order.coupons = std::iter::once(first).chain(second).collect();
    }
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
                let own = self.customer.as_mut();
                if let Some(customer) = own.filter(|own| own.id == request.customer) {
                    customer.hear(&request.operation, &answer);
                }
                let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
                crowd.hear(&request);
                drop(crowd);
                self.answered.push((request, answer));
            }
        }
    }

    fn next(&mut self) -> Request {
        self.named += 1;
        let key = format!("{}-{}", self.name, self.named);
        let others = match self.rng.u8(0..12) {
            0 | 1 => self.undo(),
            2 | 3 => self.pay(&key),
            4 => self.give(),
            _ => None,
        };
        match others {
            Some((customer, operation)) => Request {
                customer,
                key,
                operation,
            },
            None => self.own(&key),
        }
    }

    /// Gives some of an order back that anybody has paid, or calls it off.
    fn undo(&mut self) -> Option<(String, Operation)> {
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let count = crowd.paid.len();
        let (customer, order) =
            (count > 0).then(|| crowd.paid.swap_remove(self.rng.usize(..count)))?;
        let operation = if order.is_given_back() || self.rng.bool() {
            Operation::Cancel { order }
        } else {
            let refund = Refund::some(order, &mut self.rng);
            Operation::Refund { refund }
        };
        Some((customer, operation))
    }

    /// Pays an order of anybody who has joined, so that one customer is in several hands; sometimes
    /// with coupons that lapse about now, their own or somebody else's.
    fn pay(&mut self, key: &str) -> Option<(String, Operation)> {
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let mut customer = self.rng.choice(&crowd.joined)?.clone();
        let mut order = Order::new(key, Buyer::Customer, &mut self.rng);
        if self.rng.u8(0..3) == 0 {
            crowd.pay_with_coupons(&mut order, &mut self.rng);
        }
        if let Some(owner) = order.payer().filter(|_| self.rng.u8(0..4) > 0) {
            owner.clone_into(&mut customer);
        }
        Some((customer, Operation::Pay { order }))
    }

    /// Gives points to anybody who has joined.
    fn give(&mut self) -> Option<(String, Operation)> {
        let crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let customer = self.rng.choice(&crowd.joined)?.clone();
        drop(crowd);
        let amount = some_points(&mut self.rng);
        Some((customer, Operation::Adjust { amount }))
    }

    /// The next step of the client's own customer, or the first of a new one.
    fn own(&mut self, key: &str) -> Request {
        loop {
            let mut customer = self.customer.take().unwrap_or_else(|| self.newcomer(key));
            if let Some(mut request) = customer.next(key, &mut self.rng) {
                self.customer = Some(customer);
                self.treat_guest(&mut request.operation);
                return request;
            }
        }
    }

    /// A new customer, or one who has only ordered as a guest.
    fn newcomer(&mut self, key: &str) -> Customer {
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let count = crowd.guests.len();
        let is_guest = count > 0 && self.rng.bool();
        let guest = is_guest.then(|| crowd.guests.swap_remove(self.rng.usize(..count)));
        drop(crowd);
        let (id, orders) = match guest {
            Some((id, order)) => (id, vec![order]),
            None => (format!("c-{key}"), Vec::new()),
        };
        Customer::new(id, orders, &mut self.rng)
    }

    /// Sometimes a guest, who can have no coupon, pays with those of somebody else.
    fn treat_guest(&mut self, operation: &mut Operation) {
        match operation {
            Operation::Pay { order } if order.buyer == Buyer::Guest && self.rng.bool() => {
                let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
                crowd.pay_with_coupons(order, &mut self.rng);
            }
            _ => {}
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
