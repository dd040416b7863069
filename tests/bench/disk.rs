//! What a disk does by itself, and how to do without it.

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

/// A file that stays in memory while this is there, as what is read often does where there is room. Some machines take
/// files back that are, however much memory is free (Linux can, by DAMON, a minute after the last use of a page).
pub(crate) struct InMemory {
    /// Where the process that keeps it has written its number.
    keeper: PathBuf,
}

impl InMemory {
    /// Keeps this file; says so where that cannot be done.
    pub(crate) fn keep(file: &Path) -> Option<Self> {
        let keeper = file.with_extension("keeper");
        let mut vmtouch = Command::new("vmtouch");
        // Locked, by a daemon, and waited for.
        vmtouch.args(["-q", "-l", "-d", "-w", "-P"]);
        let kept = vmtouch.arg(&keeper).arg(file).status();
        if kept.is_ok_and(|status| status.success()) {
            return Some(Self { keeper });
        }
        eprintln!("  vmtouch could not keep {} in memory", file.display());
        None
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        if let Ok(number) = std::fs::read_to_string(&self.keeper) {
            // It may have ended by itself.
            let _ended = Command::new("kill").arg(number.trim()).status();
        }
    }
}
