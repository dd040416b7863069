//! Who is waiting for whose news on this server.

use crate::store::Ring;
use app::api::MemberId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

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

#[derive(Debug, Default)]
struct Waiting {
    bell: Arc<Bell>,
    streams: i64,
}

/// A member's bell. A `watch` channel would do the same with ten times the memory, and there may be ten
/// thousand of them.
#[derive(Debug, Default)]
struct Bell {
    /// How often it was rung.
    rings: AtomicU64,
    rung: Notify,
}

impl Bell {
    fn ring(&self) {
        self.rings.fetch_add(1, Ordering::Release);
        self.rung.notify_waiters();
    }
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
                    waiting.bell.ring();
                }
            }
            Ring::Everybody => {
                for waiting in map.values() {
                    waiting.bell.ring();
                }
            }
        }
    }

    /// Begins to wait for a member's news; `None` when [`STREAMS_MAX`] do already.
    pub fn listen(&self, member: MemberId) -> Option<Listener> {
        let mut map = self.lock();
        let waiting = map.entry(member).or_default();
        if waiting.streams == STREAMS_MAX {
            return None;
        }
        waiting.streams += 1;
        Some(Listener {
            hub: self.clone(),
            member,
            heard: waiting.bell.rings.load(Ordering::Acquire),
            bell: Arc::clone(&waiting.bell),
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
    bell: Arc<Bell>,
    /// How many of its rings were answered.
    heard: u64,
}

impl Listener {
    /// Waits for a ring. One that came since the last is not lost.
    pub async fn rung(&mut self) {
        loop {
            // Begins to wait before it looks, so that no ring falls between the two.
            let rung = self.bell.rung.notified();
            let rings = self.bell.rings.load(Ordering::Acquire);
            if rings != self.heard {
                self.heard = rings;
                return;
            }
            rung.await;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn each_stream_hears_each_ring_once_whether_it_waited_or_not() {
        let hub = Hub::default();
        let member = MemberId([1; 16]);
        let listen = || hub.listen(member).unwrap();
        let (mut first, mut second) = (listen(), listen());
        hub.wake(Ring::Member(member));
        hub.wake(Ring::Everybody);
        for stream in [&mut first, &mut second] {
            assert!(stream.rung().now_or_never().is_some(), "it rang before");
            assert!(stream.rung().now_or_never().is_none(), "both were one");
        }
        let waits = tokio::spawn(async move { first.rung().await });
        tokio::task::yield_now().await;
        hub.wake(Ring::Member(MemberId([2; 16])));
        assert!(second.rung().now_or_never().is_none(), "for somebody else");
        hub.wake(Ring::Member(member));
        waits.await.unwrap();
        assert!(second.rung().now_or_never().is_some());
        drop(second);
        assert_eq!((hub.members(), hub.streams()), (0, 0));
    }
}
