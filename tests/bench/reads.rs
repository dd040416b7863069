//! How many reads a server answers, and how long they take, beside a handler that does nothing.

use super::RUNS;
use super::child::Process;
use super::house::{House, SLUG};
use super::load::{self, Requests};
use super::members::{Crowd, bearer, open_sessions};
use super::table::{Goal, Row, median};
use std::cell::Cell;
use std::io::Write as _;
use std::time::Duration;

/// Who reads. All have a session, so no two requests in a row are about the same member.
const CROWD: Crowd = Crowd {
    members: 20_000,
    transfers: 20,
};
/// Clients at once.
const CLIENTS: usize = 64;
/// How long each run takes.
const TIME: Duration = Duration::from_secs(3);
/// What a single request may take at half the load, in milliseconds.
const P99_MAX: f64 = 10.0;

/// The numbers from 0 to below `count`, each as often, in an order that nothing is stored in.
pub(crate) fn shuffled(count: u32) -> impl Fn() -> u32 {
    const STEP: u32 = 7919;
    let next = Cell::new(0);
    move || {
        let now = next.get();
        next.set((now + STEP) % count);
        now
    }
}

/// `GET /api/v1/me` of one member after the other.
pub(crate) fn me(members: u32) -> impl Requests {
    let next = shuffled(members);
    move |out: &mut Vec<u8>| {
        let bearer = bearer(next());
        write!(
            out,
            "GET /api/v1/me HTTP/1.1\r\nhost: laurel\r\nauthorization: Bearer {bearer}\r\naccept: application/json\r\n\r\n"
        )
        .unwrap();
    }
}

/// The panel of one member after the other, opened with the token that their shop signed.
fn panel(house: &House) -> impl Requests + use<> {
    let tokens: Vec<String> = (0..CROWD.members)
        .map(|member| house.token(&format!("c{member}")))
        .collect();
    let next = shuffled(CROWD.members);
    move |out: &mut Vec<u8>| {
        let body = format!("token={}", tokens[next() as usize]);
        write!(
            out,
            "POST /w/{SLUG}?locale=en HTTP/1.1\r\nhost: laurel\r\naccept: text/html\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
}

/// What a kind of request does, in turn with the bare handler.
struct Measured {
    rates: Vec<f64>,
    bare: Vec<f64>,
    /// 99 of 100 requests at half the load, here and there.
    p99: Vec<f64>,
    bare_p99: Vec<f64>,
}

/// As many answers as the clients can get; says on the way what each costs the server.
fn closed(name: &str, server: &Process, requests: &impl Requests) -> f64 {
    let before = server.used();
    let load = load::closed(server.address, CLIENTS, TIME, requests);
    let each = (server.used() - before) / load.count();
    eprintln!(
        "  {name}: {:.0} answers/s, each {each:.1} µs of a processor",
        load.rate
    );
    load.rate
}

fn measure(name: &str, laurel: &Process, bare: &Process, requests: &impl Requests) -> Measured {
    let plain = me(CROWD.members);
    // The first run warms everything up.
    load::closed(laurel.address, CLIENTS, TIME, requests);
    let (mut rates, mut bare_rates) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        rates.push(closed(name, laurel, requests));
        bare_rates.push(closed("bare", bare, &plain));
    }
    let half = median(&rates) / 2.0;
    let (mut p99, mut bare_p99) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        p99.push(load::open(laurel.address, CLIENTS, half, TIME, requests).quantile(0.99));
        bare_p99.push(load::open(bare.address, CLIENTS, half, TIME, &plain).quantile(0.99));
    }
    Measured {
        rates,
        bare: bare_rates,
        p99,
        bare_p99,
    }
}

/// The rows about a member's own state.
pub(crate) fn me_rows() -> Vec<Row> {
    rows(["me.reads", "me.reads.p99"], 0.25, |_| me(CROWD.members))
}

/// The rows about the personal panel.
pub(crate) fn panel_rows() -> Vec<Row> {
    rows(["panel.html", "panel.html.p99"], 0.1, panel)
}

fn rows<R: Requests>(
    names: [&'static str; 2],
    times: f64,
    requests: impl FnOnce(&House) -> R,
) -> Vec<Row> {
    let house = House::sqlite();
    CROWD.settle(&house);
    open_sessions(&house, CROWD.members);
    let laurel = Process::laurel(&house.database, house.folder());
    // As many bytes as a member's state has, whatever is measured.
    let bytes = load::once(laurel.address, &me(CROWD.members)).len();
    let bare = Process::bare(bytes);
    let measured = measure(names[0], &laurel, &bare, &requests(&house));
    vec![
        Row {
            name: names[0],
            unit: "answers/s",
            values: measured.rates,
            references: measured.bare,
            goal: Goal::AtLeast(times),
        },
        Row {
            name: names[1],
            unit: "ms",
            values: measured.p99,
            references: measured.bare_p99,
            goal: Goal::Below(P99_MAX),
        },
        super::memory(&laurel),
    ]
}
