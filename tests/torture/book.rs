//! What was acknowledged, and what must therefore be there.

use crate::client::{Client, Crowd, Shared, until_answered};
use crate::line::{Bearers, Fault, Line, Points, Shop};
use crate::operations::{Operation, Request, Worth, welcome};
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
    /// A server does not start again: what is on the disk is not a database any more, so all that was
    /// acknowledged is lost. A torn file is to be expected where nothing was synced, and nowhere else.
    Unopened(String),
    /// An answer or a process that is not as it should be.
    Other(String),
}

/// How much was done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) acknowledged: usize,
    pub(crate) resent: usize,
    /// What was acknowledged, by its name.
    pub(crate) done: BTreeMap<&'static str, usize>,
}

impl Counts {
    /// Adds what was done elsewhere.
    pub(crate) fn join(&mut self, other: &Self) {
        self.acknowledged += other.acknowledged;
        self.resent += other.resent;
        for (name, times) in &other.done {
            *self.done.entry(name).or_default() += times;
        }
    }
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
            expiring: prepared.expiring,
            unsteady: HashSet::new(),
            counts: Counts::default(),
        };
        let mut crowd = Crowd {
            coupons: prepared.coupons,
            guests: prepared.guests,
            ..Crowd::default()
        };
        for request in prepared.requests {
            book.add(&request);
            crowd.hear(&request);
            if let Operation::Redeem { .. } = &request.operation {
                book.unsteady.insert(request.customer.clone());
            }
            book.answered.push((request, Value::Null));
        }
        *book.crowd.lock().unwrap() = crowd;
        book
    }

    fn add(&mut self, request: &Request) {
        for (customer, worth) in request.operation.effects(&request.customer) {
            *self.worth.entry(customer).or_default() += worth;
        }
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
            touched.extend(touched_by(&request));
            self.counts.acknowledged += 1;
            let name = request.operation.name();
            *self.counts.done.entry(name).or_default() += 1;
            self.answered.push((request, answer));
        }
        if let Some(request) = &client.unanswered {
            touched.extend(touched_by(request));
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
            let of = |request: &Request| {
                let mut effects = request.operation.effects(&request.customer);
                effects.remove(customer)
            };
            let mut open: Vec<Worth> = open.iter().filter_map(of).collect();
            let expiring = self.expiring.iter().filter(|(whose, _)| whose == customer);
            open.extend(expiring.map(|(_, points)| Worth::of(*points)));
            let sums = sums(known, &open);
            let is_unsteady = self.unsteady.contains(customer);
            if sums.iter().any(|worth| may_be(worth, found, is_unsteady)) {
                continue;
            }
            let text = format!(
                "{customer} has {found:?}; acknowledged are {known:?}, and perhaps {open:?}"
            );
            let most = |of: fn(&Worth) -> i64| sums.iter().map(of).max();
            let is_more = Some(found.sum() - welcome(found.counted)) > most(|worth| worth.points)
                || Some(found.reserved) > most(|worth| worth.reserved)
                || Some(found.counted) > most(|worth| worth.counted + worth.pending);
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
            touched.extend(touched_by(request));
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
        for worth in self.worth.values_mut() {
            worth.counted += std::mem::take(&mut worth.pending);
        }
    }

    /// Who does not yet have what they do once all has fallen due.
    pub(crate) async fn not_yet_settled(&self, line: &Line) -> Result<Vec<String>, Finding> {
        let mut held: BTreeMap<&str, i64> = BTreeMap::new();
        for (request, _) in &self.answered {
            *held.entry(&request.customer).or_default() += request.operation.held();
        }
        let asked = stream::iter(held).map(async |(customer, held)| {
            let found = line.points(customer).await?;
            let worth = self.worth[customer];
            let settled = Points {
                available: worth.points + welcome(worth.counted) - held - worth.reserved,
                held,
                reserved: worth.reserved,
                counted: worth.counted,
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

/// Whom a request may give or take something.
fn touched_by(request: &Request) -> impl Iterator<Item = String> {
    let effects = request.operation.effects(&request.customer);
    effects.into_keys()
}

/// Whether a customer who was told so much may have what was found. Of what is posted one by one, any part
/// may have lifted them by now; how far they were lifted says what they were welcomed with.
fn may_be(worth: &Worth, found: Points, is_unsteady: bool) -> bool {
    worth.points + welcome(found.counted) == found.sum()
        && (worth.counted..=worth.counted + worth.pending).contains(&found.counted)
        && (worth.reserved == found.reserved || is_unsteady)
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
