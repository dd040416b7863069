//! What was acknowledged, and what must therefore be there.

use crate::client::{Client, Crowd, Shared, until_answered};
use crate::line::{Bearers, Fault, Line, Points, Shop};
use crate::operations::{Operation, Request, Worth};
use crate::prepare::Prepared;
use fastrand::Rng;
use futures_util::{StreamExt as _, future, stream};
use serde_json::Value;
use server::clock::Clock;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Acknowledged requests that are sent again after each crash: of this round, and of any before.
const NEW_REPEATS: usize = 12;
const OLD_REPEATS: usize = 4;
/// Questions that are asked at the same time.
const AT_ONCE: usize = 8;

/// What may not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// An acknowledged effect is missing.
    Lost(String),
    /// An effect is there more than once.
    Doubled(String),
    /// The books do not balance.
    Audit(String),
    /// An answer or a process that is not as it should be.
    Other(String),
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) acknowledged: usize,
    pub(crate) resent: usize,
}

/// The acknowledged requests of one database.
pub(crate) struct Book {
    shop: Arc<Shop>,
    bearers: Bearers,
    crowd: Shared,
    /// With the answers, where the harness itself asked for them.
    answered: Vec<(Request, Value)>,
    /// What each customer has by then.
    worth: BTreeMap<String, Worth>,
    /// Orders of yesterday.
    old: HashSet<String>,
    /// Points that may have run out by now, and whose they are.
    expiring: Vec<(String, i64)>,
    /// Customers whose coupons may have lapsed by now.
    unsteady: HashSet<String>,
    pub(crate) counts: Counts,
}

impl Book {
    pub(crate) fn new(prepared: Prepared) -> Self {
        let mut book = Self {
            shop: Arc::new(prepared.shop),
            bearers: Bearers::default(),
            crowd: Shared::default(),
            answered: Vec::new(),
            worth: BTreeMap::new(),
            old: HashSet::new(),
            expiring: prepared.expiring,
            unsteady: HashSet::new(),
            counts: Counts::default(),
        };
        let mut crowd = Crowd {
            coupons: prepared.coupons,
            ..Crowd::default()
        };
        for request in prepared.requests {
            book.add(&request);
            crowd.hear(&request);
            match &request.operation {
                Operation::Pay { order } => {
                    book.old.insert(order.id.clone());
                }
                Operation::Redeem { .. } => {
                    book.unsteady.insert(request.customer.clone());
                }
                _ => {}
            }
            book.answered.push((request, Value::Null));
        }
        *book.crowd.lock().unwrap() = crowd;
        book
    }

    fn add(&mut self, request: &Request) {
        let worth = self.worth.entry(request.customer.clone()).or_default();
        *worth += request.operation.worth();
    }

    /// A client of this database.
    pub(crate) fn client(&self, name: String, seed: u64) -> Client {
        Client::new(name, seed, Arc::clone(&self.crowd))
    }

    /// A line to a server of this database.
    pub(crate) fn line(&self, url: &str) -> Line {
        let (shop, bearers) = (Arc::clone(&self.shop), Arc::clone(&self.bearers));
        Line::new(url, shop, Clock::System, bearers)
    }

    /// Writes down what a client was told. Answers whose points that touches.
    pub(crate) fn enter(&mut self, client: &mut Client) -> Result<BTreeSet<String>, Finding> {
        let mut touched = BTreeSet::new();
        self.counts.resent += std::mem::take(&mut client.resent);
        for (request, answer) in client.answered.drain(..) {
            self.add(&request);
            touched.insert(request.customer.clone());
            self.counts.acknowledged += 1;
            self.answered.push((request, answer));
        }
        if let Some(request) = &client.unanswered {
            touched.insert(request.customer.clone());
        }
        client
            .wrong
            .take()
            .map_or(Ok(touched), |fault| Err(fault.into()))
    }

    /// Compares customers' points with what was acknowledged; each of the `open` requests may have
    /// been done or not.
    pub(crate) async fn compare(
        &self,
        line: &Line,
        customers: &BTreeSet<String>,
        open: &[Request],
    ) -> Result<(), Finding> {
        let asked = stream::iter(customers).map(async |customer| {
            let found = line.points(customer).await;
            (customer, found)
        });
        let told: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
        for (customer, found) in told {
            let found = found?;
            let known = self.worth.get(customer).copied().unwrap_or_default();
            let open = open.iter().filter(|request| request.customer == *customer);
            let mut open: Vec<Worth> = open.map(|request| request.operation.worth()).collect();
            let expiring = self.expiring.iter().filter(|(whose, _)| whose == customer);
            open.extend(expiring.map(|(_, points)| Worth {
                points: *points,
                reserved: 0,
            }));
            let sums = sums(known, &open);
            let may_be = |worth: &Worth| {
                worth.points == found.sum()
                    && (worth.reserved == found.reserved || self.unsteady.contains(customer))
            };
            if sums.iter().any(may_be) {
                continue;
            }
            let text = format!(
                "{customer} has {found:?}; acknowledged are {known:?}, and perhaps {open:?}"
            );
            let most = sums.iter().map(|worth| worth.points).max();
            let most_reserved = sums.iter().map(|worth| worth.reserved).max();
            let is_more = Some(found.sum()) > most || Some(found.reserved) > most_reserved;
            return Err(if is_more {
                Finding::Doubled(text)
            } else {
                Finding::Lost(text)
            });
        }
        Ok(())
    }

    /// Sends some acknowledged requests again: they must be answered as they were.
    pub(crate) async fn repeat(
        &mut self,
        lines: &[Line],
        rng: &mut Rng,
        new: usize,
    ) -> Result<BTreeSet<String>, Finding> {
        let before = self.answered.len() - new;
        let mut chosen: BTreeSet<usize> = (0..NEW_REPEATS.min(new))
            .map(|_| before + rng.usize(..new))
            .collect();
        if before > 0 {
            chosen.extend((0..OLD_REPEATS).map(|_| rng.usize(..before)));
        }
        let chosen = chosen.into_iter().map(|index| &self.answered[index]);
        let chosen: Vec<_> = chosen
            .filter(|(request, _)| request.operation.may_come_late())
            .collect();
        let sent = chosen.iter().map(|(request, answer)| {
            let line = &lines[rng.usize(..lines.len())];
            async move { (request, answer, until_answered(line, request).await) }
        });
        let told = future::join_all(sent).await;
        let mut touched = BTreeSet::new();
        for (request, before, now) in told {
            let now = now?;
            touched.insert(request.customer.clone());
            // What was told the preparation is not known here.
            if request.operation.answer_stays() && !before.is_null() && now != *before {
                return Err(Finding::Lost(format!(
                    "{request:?} was answered {before}, and later {now}"
                )));
            }
        }
        self.counts.resent += chosen.len();
        Ok(touched)
    }

    /// All customers there are.
    pub(crate) fn customers(&self) -> BTreeSet<String> {
        self.worth.keys().cloned().collect()
    }

    /// From now on all that was going to lapse or run out is expected to have done so.
    pub(crate) fn all_is_due(&mut self) {
        self.unsteady.clear();
        for (customer, points) in std::mem::take(&mut self.expiring) {
            let worth = self.worth.entry(customer).or_default();
            worth.points += points;
        }
    }

    /// Who does not yet have what they do once all has fallen due.
    pub(crate) async fn not_yet_settled(&self, line: &Line) -> Result<Vec<String>, Finding> {
        let mut held: BTreeMap<&str, i64> = BTreeMap::new();
        for (request, _) in &self.answered {
            let old = |order: &str| self.old.contains(order);
            *held.entry(&request.customer).or_default() += request.operation.held(old);
        }
        let asked = stream::iter(held).map(async |(customer, held)| {
            let found = line.points(customer).await?;
            let Worth { points, reserved } = self.worth[customer];
            let settled = Points {
                available: points - held - reserved,
                held,
                reserved,
            };
            Ok((found != settled).then(|| format!("{customer} has {found:?}, not {settled:?}")))
        });
        let told: Vec<Result<Option<String>, Finding>> =
            asked.buffer_unordered(AT_ONCE).collect().await;
        told.into_iter().filter_map(Result::transpose).collect()
    }
}

impl From<Fault> for Finding {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Gone(what) => Self::Lost(what),
            Fault::Wrong(what) => Self::Other(what),
            Fault::Unanswered => Self::Other("a server that runs does not answer".into()),
        }
    }
}

/// Everything that `known` and any of `open` add up to.
fn sums(known: Worth, open: &[Worth]) -> BTreeSet<Worth> {
    let mut sums = BTreeSet::from([known]);
    for worth in open {
        let with: Vec<Worth> = sums
            .iter()
            .map(|sum| {
                let mut sum = *sum;
                sum += *worth;
                sum
            })
            .collect();
        sums.extend(with);
    }
    sums
}
