//! What a disk does by itself.

use super::load::{Load, histogram, load, note};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;
use tokio::time::Instant;

/// What is written at once, in bytes: a page.
const PAGE: usize = 4096;
/// Where writing begins again, in bytes: where SQLite's log does too.
const ROUND: u64 = 4 << 20;

/// How long a page takes until it is safe, one after the other.
pub(crate) fn fdatasync(time: Duration) -> Load {
    let mut file = tempfile::tempfile_in(super::house::folder().path()).unwrap();
    let page = [b'x'; PAGE];
    let latencies = histogram();
    let began = Instant::now();
    while began.elapsed() < time {
        if file.stream_position().unwrap() >= ROUND {
            file.seek(SeekFrom::Start(0)).unwrap();
        }
        let one = Instant::now();
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
        note(&latencies, one);
    }
    load(latencies.into_inner(), began.elapsed())
}
