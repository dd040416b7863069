//! Who is waiting for whose news on this server.

use app::api::MemberId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Streams that one member may have open on one server: a few devices with a few pages each.
pub const STREAMS_MAX: i64 = 20;

/// Wakes the open streams of a member. It carries no content: a stream reads what is new from the
/// store, from where it left off, so nothing is missed and nothing is told twice.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Mutex<HashMap<MemberId, Waiting>>>);

#[derive(Debug)]
struct Waiting {
    bell: Arc<Notify>,
    streams: i64,
}

impl Hub {
    /// Rings for everybody who waits for this member's news.
    pub fn wake(&self, member: MemberId) {
        if let Some(waiting) = self.lock().get(&member) {
            waiting.bell.notify_waiters();
        }
    }

    /// Begins to wait for a member's news; `None` when [`STREAMS_MAX`] do already.
    pub fn listen(&self, member: MemberId) -> Option<Listener> {
        let mut map = self.lock();
        let waiting = map.entry(member).or_insert_with(|| Waiting {
            bell: Arc::default(),
            streams: 0,
        });
        if waiting.streams == STREAMS_MAX {
            return None;
        }
        waiting.streams += 1;
        Some(Listener {
            hub: self.clone(),
            member,
            bell: waiting.bell.clone(),
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream's place in the hub. Leaves it when dropped.
#[derive(Debug)]
pub struct Listener {
    hub: Hub,
    member: MemberId,
    bell: Arc<Notify>,
}

impl Listener {
    /// The bell. Ask for [`Notify::notified`] before reading the store, or a ring is lost.
    pub fn bell(&self) -> &Notify {
        &self.bell
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
