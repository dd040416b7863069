//! What an open page costs a server while nothing happens: the memory of one of its streams.

use super::RUNS;
use super::child::Process;
use super::house::House;
use super::load::{self, Connection, here};
use super::members::{Crowd, bearer, open_sessions};
use super::reads::me;
use super::table::{Goal, Row};
use futures_util::future::join_all;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpSocket;

/// Pages, each of another member.
const STREAMS: u32 = 10_000;
/// Streams that are opened at once.
const AT_ONCE: u32 = 200;
/// Addresses that they come from, so that ports do not run out.
const ADDRESSES: u32 = 4;
/// How long they are left alone: longer than until each has looked for news by itself.
const REST: Duration = Duration::from_secs(17);
/// How long, and by how many at once, members are read before.
const WARM: Duration = Duration::from_secs(4);
const READERS: usize = 64;
/// How long memory that is not needed any more takes to be given back.
const PAUSE: Duration = Duration::from_secs(3);
/// What one may cost, in bytes.
const EACH_MAX: f64 = 12.0 * 1024.0;

async fn open(server: SocketAddr, member: u32) -> Connection {
    let socket = TcpSocket::new_v4().unwrap();
    let from = u8::try_from(1 + member % ADDRESSES).unwrap();
    socket.bind(([127, 0, 0, from], 0).into()).unwrap();
    let stream = socket.connect(server).await;
    let stream = stream.expect("this many files may be open at once; see `ulimit -n`");
    let mut connection = Connection::over(stream);
    let request = format!(
        "GET /api/v1/me/events HTTP/1.1\r\nhost: laurel\r\nauthorization: Bearer {}\r\naccept: text/event-stream\r\n\r\n",
        bearer(member)
    );
    connection.begin(request.as_bytes()).await;
    connection
}

/// All rows of this file.
pub(crate) fn rows() -> Vec<Row> {
    let crowd = Crowd {
        members: STREAMS,
        transfers: 4,
    };
    let mut each = Vec::new();
    for _ in 0..RUNS {
        let house = House::sqlite();
        crowd.settle(&house);
        open_sessions(&house, crowd.members);
        let laurel = Process::laurel(&house.database, house.folder());
        // A server that has run for a while keeps pages of its file; they are no stream's.
        load::closed(laurel.address, READERS, WARM, &me(STREAMS));
        each.push(here(hold(&laurel)));
    }
    vec![Row {
        name: "sse.idle.bytes",
        unit: "bytes",
        references: vec![EACH_MAX],
        values: each,
        goal: Goal::AtMost(1.0),
    }]
}

/// Bytes of each stream.
async fn hold(laurel: &Process) -> f64 {
    // What the server makes for the first ones, it has for all.
    let first = join_all((0..AT_ONCE).map(|member| open(laurel.address, member))).await;
    drop(first);
    tokio::time::sleep(PAUSE).await;
    let before = laurel.resident();
    let mut streams = Vec::new();
    for first in (0..STREAMS).step_by(AT_ONCE as usize) {
        let some = (first..first + AT_ONCE).map(|member| open(laurel.address, member));
        streams.extend(join_all(some).await);
    }
    tokio::time::sleep(REST).await;
    let after = laurel.resident();
    eprintln!("  sse.idle: {before} bytes before, {after} bytes with {STREAMS} streams");
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let grown = after.saturating_sub(before) as f64;
    grown / f64::from(STREAMS)
}
