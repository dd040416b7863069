//! A load generator: requests over connections that stay open, each answered before the next one on
//! its connection is sent. It runs on one thread, beside the server that it measures.
//!
//! Closed loop: so many clients, each as fast as it is answered. Open loop: so many requests a
//! second whatever the answers do, and a request's latency counts from the moment it should have
//! been sent, so a server that stands still is not measured less often while it does.

use super::child::PATIENCE;
use futures_util::future::{join_all, try_join_all};
use hdrhistogram::Histogram;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

/// Headers that an answer may have.
const HEADERS_MAX: usize = 64;
/// Latencies are kept to three digits, from a microsecond on.
const DIGITS: u8 = 3;

/// Writes the next request, whole, into an empty buffer.
pub(crate) trait Requests: Fn(&mut Vec<u8>) {}

impl<F: Fn(&mut Vec<u8>)> Requests for F {}

/// What a server did under load.
pub(crate) struct Load {
    latencies: Histogram<u64>,
    /// Answers a second.
    pub(crate) rate: f64,
}

impl Load {
    /// The latency, in milliseconds, that this share of all requests did not exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        millis(self.latencies.value_at_quantile(share))
    }

    /// The longest latency, in milliseconds.
    pub(crate) fn worst(&self) -> f64 {
        millis(self.latencies.max())
    }

    /// How many requests were answered.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn count(&self) -> f64 {
        self.latencies.len() as f64
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects, and sends without delay.
    pub(crate) async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        Ok(Self::over(stream))
    }

    /// Over a stream that is connected.
    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            received: Vec::with_capacity(64 << 10),
        }
    }

    /// Sends a request and waits for its whole answer, which has to be a success.
    pub(crate) async fn exchange(&mut self, request: &[u8]) {
        self.begin(request).await;
        while !self.is_whole() {
            self.receive().await;
        }
    }

    /// Sends a request and waits for the head of its answer, which has to be a success. The rest may
    /// never end.
    pub(crate) async fn begin(&mut self, request: &[u8]) {
        self.received.clear();
        self.stream.write_all(request).await.unwrap();
        while head(&self.received).is_none() {
            self.receive().await;
        }
    }

    async fn receive(&mut self) {
        let bytes = self.stream.read_buf(&mut self.received).await.unwrap();
        assert!(bytes > 0, "the server hung up in an answer");
    }

    fn is_whole(&self) -> bool {
        let Some((start, length)) = head(&self.received) else {
            return false;
        };
        match length {
            Some(length) => self.received.len() >= start + length,
            None => self.received.ends_with(b"0\r\n\r\n"),
        }
    }

    /// The body of the last answer, without the marks between its chunks if it had any.
    pub(crate) fn body(&self) -> &[u8] {
        let start = head(&self.received).map_or(0, |(start, _)| start);
        &self.received[start..]
    }
}

/// Where the body begins and how long it is, once the head is there; `None` for one in chunks.
fn head(received: &[u8]) -> Option<(usize, Option<usize>)> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let start = match answer.parse(received).unwrap() {
        httparse::Status::Complete(start) => start,
        httparse::Status::Partial => return None,
    };
    let status = answer.code.unwrap_or_default();
    assert!(
        (200..300).contains(&status),
        "a request was refused: {}",
        String::from_utf8_lossy(received)
    );
    let length = answer
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.map(|header| str::from_utf8(header.value).unwrap().parse().unwrap());
    Some((start, length))
}

/// Runs a future on this thread alone, which costs the server beside it the least.
pub(crate) fn here<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// Sends one request; answers the body.
pub(crate) fn once(server: SocketAddr, requests: &impl Requests) -> Vec<u8> {
    here(async {
        let mut connection = Connection::open(server).await.unwrap();
        let mut request = Vec::new();
        requests(&mut request);
        connection.exchange(&request).await;
        connection.body().to_vec()
    })
}

async fn connect(server: SocketAddr, clients: usize) -> Vec<Connection> {
    let connections = (0..clients).map(|_| Connection::open(server));
    try_join_all(connections).await.unwrap()
}

/// An empty histogram of microseconds.
pub(crate) fn histogram() -> RefCell<Histogram<u64>> {
    RefCell::new(Histogram::new(DIGITS).unwrap())
}

/// Notes how long ago that was.
pub(crate) fn note(latencies: &RefCell<Histogram<u64>>, since: Instant) {
    let micros = u64::try_from(since.elapsed().as_micros()).unwrap();
    latencies.borrow_mut().record(micros).unwrap();
}

/// `clients` clients, each of which sends its next request once the last is answered.
pub(crate) fn closed(
    server: SocketAddr,
    clients: usize,
    time: Duration,
    requests: &impl Requests,
) -> Load {
    here(async {
        let connections = connect(server, clients).await;
        let latencies = histogram();
        let began = Instant::now();
        let client = async |mut connection: Connection| {
            let mut request = Vec::with_capacity(4 << 10);
            while began.elapsed() < time {
                request.clear();
                requests(&mut request);
                let sent = Instant::now();
                connection.exchange(&request).await;
                note(&latencies, sent);
            }
        };
        join_all(connections.into_iter().map(client)).await;
        load(latencies.into_inner(), began.elapsed())
    })
}

/// `per_second` requests, evenly spaced, over at most `clients` connections.
pub(crate) fn open(
    server: SocketAddr,
    clients: usize,
    per_second: f64,
    time: Duration,
    requests: &impl Requests,
) -> Load {
    here(async {
        let connections = connect(server, clients).await;
        let latencies = histogram();
        let began = Instant::now();
        let (due, dues) = mpsc::unbounded_channel();
        // A thread of its own: the runtime's clock ticks once a millisecond.
        let pacer = std::thread::spawn(move || pace(began, per_second, time, &due));
        let dues = Mutex::new(dues);
        let client = async |mut connection: Connection| {
            let mut request = Vec::with_capacity(4 << 10);
            loop {
                let Some(due) = dues.lock().await.recv().await else {
                    return;
                };
                request.clear();
                requests(&mut request);
                connection.exchange(&request).await;
                note(&latencies, due);
                assert!(
                    due.elapsed() < PATIENCE,
                    "the server falls behind {per_second:.0} requests a second"
                );
            }
        };
        join_all(connections.into_iter().map(client)).await;
        pacer.join().unwrap();
        load(latencies.into_inner(), began.elapsed())
    })
}

fn pace(began: Instant, per_second: f64, time: Duration, due: &mpsc::UnboundedSender<Instant>) {
    let mut next = Duration::ZERO;
    let pause = Duration::from_secs_f64(1.0 / per_second);
    while next < time {
        let at = began + next;
        std::thread::sleep(at.saturating_duration_since(Instant::now()));
        if due.send(at).is_err() {
            return;
        }
        next += pause;
    }
}

/// What came of requests that took so long, all of them together as long as `time`.
pub(crate) fn load(latencies: Histogram<u64>, time: Duration) -> Load {
    let load = Load {
        latencies,
        rate: 0.0,
    };
    Load {
        rate: load.count() / time.as_secs_f64(),
        ..load
    }
}
