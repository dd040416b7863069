//! What a disk does by itself, and how to do without it.

use super::load::{Load, histogram, load, note};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
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

/// Files that stay in memory while this is there, as what is read often does where there is room. Some machines take
/// files back that are, however much memory is free (Linux can, by DAMON, a minute after the last use of a page).
pub(crate) struct InMemory(Child);

impl InMemory {
    /// Keeps these files, all of them or none; says so where that cannot be done. What it notes is left in `folder`.
    pub(crate) fn keep(files: &[PathBuf], folder: &Path) -> Option<Self> {
        let locked = folder.join("locked");
        let mut vmtouch = Command::new("vmtouch");
        // The number of the process is written down once everything is locked.
        vmtouch.args(["-q", "-l", "-P"]).arg(&locked).args(files);
        let mut keeper = vmtouch.spawn().ok().map(Self);
        while let Some(Self(child)) = &mut keeper {
            if locked.exists() {
                return keeper;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        eprintln!("  vmtouch could not keep the files in memory");
        None
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}
