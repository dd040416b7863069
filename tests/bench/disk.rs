//! What a disk does by itself, and how to do without it.

use super::child::Tied;
use super::load::{Load, histogram, load, note};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
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

/// Keeps files in memory, all of them or none, as long as what this answers is there; what is read often stays there
/// where there is room. Some machines take it back all the same, however much memory is free (Linux can, by DAMON, a
/// minute after the last use of a page). Says so where it cannot be done; what it notes is left in `folder`.
pub(crate) fn keep_in_memory(files: &[PathBuf], folder: &Path) -> Option<Tied> {
    let locked = folder.join("locked");
    let mut vmtouch = Command::new("vmtouch");
    // The number of the process is written down once everything is locked.
    vmtouch.args(["-q", "-l", "-P"]).arg(&locked).args(files);
    if let Ok(keeper) = vmtouch.spawn() {
        let mut keeper = Tied(keeper);
        while keeper.0.try_wait().unwrap().is_none() {
            if locked.exists() {
                return Some(keeper);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    eprintln!("  vmtouch could not keep the files in memory");
    None
}
