//! Who is waiting for whose news on this server.

use crate::store::Ring;
use app::api::MemberId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Streams that one member may have open on one server: a few devices with a few pages each.
pub const STREAMS_MAX: i64 = 20;
/// Streams that read the store at the same moment. When everybody is rung for, ten thousand streams
/// look in turns, and requests find connections free.
const LOOKING_MAX: usize = 4;

/// Wakes the open streams of a member. It carries no content: a stream reads what is new from the
/// store, from where it left off, so nothing is missed and nothing is told twice.
#[derive(Debug, Clone)]
pub struct Hub {
    waiting: Arc<Mutex<HashMap<MemberId, Waiting>>>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Waiting {
    bell: watch::Sender<()>,
    streams: i64,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            waiting: Arc::default(),
            turns: Arc::new(Semaphore::new(LOOKING_MAX)),
        }
    }
}

impl Hub {
    /// Rings for those who wait for these news.
    pub fn wake(&self, whom: Ring) {
        let map = self.lock();
        match whom {
            Ring::Member(member) => {
                if let Some(waiting) = map.get(&member) {
                    waiting.bell.send_replace(());
                }
            }
            Ring::Everybody => {
                for waiting in map.values() {
                    waiting.bell.send_replace(());
                }
            }
        }
    }

    /// Begins to wait for a member's news; `None` when [`STREAMS_MAX`] do already.
    pub fn listen(&self, member: MemberId) -> Option<Listener> {
        let mut map = self.lock();
        let waiting = map.entry(member).or_insert_with(|| Waiting {
            bell: watch::Sender::default(),
            streams: 0,
        });
        if waiting.streams == STREAMS_MAX {
            return None;
        }
        waiting.streams += 1;
        Some(Listener {
            hub: self.clone(),
            member,
            bell: waiting.bell.subscribe(),
        })
    }

    /// How many members are waited for.
    pub fn members(&self) -> usize {
        self.lock().len()
    }

    /// How many streams wait.
    pub fn streams(&self) -> i64 {
        self.lock().values().map(|waiting| waiting.streams).sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MemberId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream's place in the hub. Leaves it when dropped.
#[derive(Debug)]
pub struct Listener {
    hub: Hub,
    member: MemberId,
    bell: watch::Receiver<()>,
}

impl Listener {
    /// Waits for a ring. One that came since the last is not lost.
    pub async fn rung(&mut self) {
        // The hub keeps the bell as long as somebody listens.
        let _rung = self.bell.changed().await;
    }

    /// Waits for a turn to read the store; it lasts until what is answered is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed, and without it a stream would only be less polite.
        self.hub.turns.acquire().await.ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut map = self.hub.lock();
        if let Some(waiting) = map.get_mut(&self.member) {
            waiting.streams -= 1;
            if waiting.streams == 0 {
                map.remove(&self.member);
            }
        }
    }
}
