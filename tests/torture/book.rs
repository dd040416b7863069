//! What was acknowledged, and what must therefore be there.

use crate::client::{Client, Crowd, Shared, until_answered};
use crate::line::{Bearers, Fault, Line, Shop};
use crate::operations::{Operation, Request};
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
    points: BTreeMap<String, i64>,
    /// Orders of yesterday.
    old: HashSet<String>,
    pub(crate) counts: Counts,
}

impl Book {
    pub(crate) fn new(prepared: Prepared) -> Self {
        let mut book = Self {
            shop: Arc::new(prepared.shop),
            bearers: Bearers::default(),
            crowd: Shared::default(),
            answered: Vec::new(),
            points: BTreeMap::new(),
            old: HashSet::new(),
            counts: Counts::default(),
        };
        let mut crowd = Crowd::default();
        for request in prepared.requests {
            *book.points.entry(request.customer.clone()).or_default() += request.operation.points();
            match &request.operation {
                Operation::Join => crowd.joined.push(request.customer.clone()),
                Operation::Pay { order, .. } => {
                    book.old.insert(order.clone());
                    crowd.paid.push(request.clone());
                }
                _ => {}
            }
            book.answered.push((request, Value::Null));
        }
        *book.crowd.lock().unwrap() = crowd;
        book
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
            let points = self.points.entry(request.customer.clone()).or_default();
            *points += request.operation.points();
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
            let (available, held) = found?;
            let found = available + held;
            let known = self.points.get(customer).copied().unwrap_or_default();
            let open = open.iter().filter(|request| request.customer == *customer);
            let open: Vec<i64> = open.map(|request| request.operation.points()).collect();
            if sums(known, &open).contains(&found) {
                continue;
            }
            let text = format!(
                "{customer} has {available} and {held} held; acknowledged are {known}, and perhaps {open:?}"
            );
            let most = known + open.iter().filter(|points| **points > 0).sum::<i64>();
            return Err(if found > most {
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
        let chosen: Vec<_> = chosen
            .into_iter()
            .map(|index| &self.answered[index])
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
        self.points.keys().cloned().collect()
    }

    /// Whose held points are not yet what they are once all of yesterday's orders have fallen due.
    pub(crate) async fn not_yet_posted(&self, line: &Line) -> Result<Vec<String>, Finding> {
        let mut held: BTreeMap<&str, i64> = BTreeMap::new();
        for (request, _) in &self.answered {
            let old = |order: &str| self.old.contains(order);
            *held.entry(&request.customer).or_default() += request.operation.held(old);
        }
        let asked = stream::iter(held).map(async |(customer, held)| {
            let found = line.points(customer).await;
            let found = found?;
            Ok((found.1 != held).then(|| format!("{customer} has {} held, not {held}", found.1)))
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
fn sums(known: i64, open: &[i64]) -> BTreeSet<i64> {
    let mut sums = BTreeSet::from([known]);
    for points in open {
        let with: Vec<i64> = sums.iter().map(|sum| sum + points).collect();
        sums.extend(with);
    }
    sums
}
