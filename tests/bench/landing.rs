//! How long the page behind a member's link takes while chats and friends open many, beside a handler that does
//! nothing.

use super::RUNS;
use super::child::Process;
use super::house::House;
use super::load::{self, Requests};
use super::members::Crowd;
use super::reads::shuffled;
use super::table::{Goal, Row};
use rusqlite::Connection;
use server::demo::{PROGRAM, REWARDS};
use std::io::Write as _;
use std::time::Duration;

/// Whose links are opened: no two in a row are of the same member.
const CROWD: Crowd = Crowd {
    members: 20_000,
    transfers: 2,
};
/// Connections at once.
const CLIENTS: usize = 64;
/// Requests a second.
const RATE: f64 = 2000.0;
/// How long each run takes.
const TIME: Duration = Duration::from_secs(3);
/// What 99 of 100 may take, in milliseconds.
const P99_MAX: f64 = 10.0;

/// The page of one member after the other.
fn pages() -> impl Requests {
    let next = shuffled(CROWD.members);
    move |out: &mut Vec<u8>| {
        write!(
            out,
            "GET /r/Friend-C{} HTTP/1.1\r\nhost: laurel\r\naccept: text/html\r\naccept-language: ru,en\r\n\r\n",
            next()
        )
        .unwrap();
    }
}

/// Gives every member a code.
fn give_codes(house: &House) {
    let connection = Connection::open(house.file()).unwrap();
    let given = connection.execute(
        "insert into referral_code (code, program_id, member_id, shown, created_at)
            select 'friend-' || value, program_id, member_id, 'Friend-' || value, 0
            from identity where kind = 'customer'",
        (),
    );
    assert_eq!(given.unwrap(), CROWD.members as usize);
}

/// The row.
pub(crate) fn rows() -> Vec<Row> {
    let house = House::sqlite();
    CROWD.settle(&house);
    house.import(&[PROGRAM, REWARDS].concat());
    give_codes(&house);
    let laurel = Process::laurel(&house.database, house.folder());
    let pages = pages();
    let bare = Process::bare(load::once(laurel.address, &pages).len());
    // The first run warms everything up.
    load::open(laurel.address, CLIENTS, RATE, TIME, &pages);
    let (mut values, mut references) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        values.push(load::open(laurel.address, CLIENTS, RATE, TIME, &pages).quantile(0.99));
        references.push(load::open(bare.address, CLIENTS, RATE, TIME, &pages).quantile(0.99));
    }
    vec![
        Row {
            name: "refer.landing",
            unit: "ms",
            values,
            references,
            goal: Goal::Below(P99_MAX),
        },
        super::memory(&laurel),
    ]
}
