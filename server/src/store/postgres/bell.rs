//! The bell between servers: whom one server has news for, the others are told.
//!
//! It is only a bell. What happened stands in the database, and whoever is rung for reads on
//! from where they left off; so a ring may come late, twice or for nothing. Two rules follow:
//!
//! - It never rings from within a command: a `NOTIFY` would make each commit wait for the one before.
//!   A task tells what has gathered meanwhile, over a connection of its own.
//! - After that connection was lost, rings may have gone unheard, so everybody is rung for.

use super::tls::Server;
use crate::store::{Ring, StoreError, Wake};
use app::api::MemberId;
use futures_util::future::poll_fn;
use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Client, Error};

/// Under which servers call each other.
const CHANNEL: &str = "laurel_news";
/// Tells them.
const TELL: &str = "select pg_notify($1, $2)";
/// The name that an operator finds the connection by.
const APPLICATION: &str = "laurel-bell";
/// Members that one notification names: its payload has to stay below 8000 bytes.
const NAMED_MAX: usize = 240;
/// Members that may wait to be named; when there are more, it is everybody.
const WAITING_MAX: usize = 20 * NAMED_MAX;
/// What a notification says instead of names.
const EVERYBODY: &str = "*";
/// The pause after a notification, in which the next one gathers. The first is sent at once.
const GATHER: Duration = Duration::from_millis(20);
/// The first pause before the connection is made again; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Who is to be named to the other servers.
#[derive(Default)]
pub(super) struct Bell {
    waiting: Mutex<Waiting>,
    rung: Notify,
}

#[derive(Default)]
struct Waiting {
    members: HashSet<MemberId>,
    everybody: bool,
}

impl Bell {
    /// Has these members named soon. Costs no more than taking them down.
    pub(super) fn announce(&self, members: Vec<MemberId>) {
        if members.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        waiting.members.extend(members);
        if waiting.members.len() > WAITING_MAX {
            waiting.members.clear();
            waiting.everybody = true;
        }
        drop(waiting);
        self.rung.notify_one();
    }

    /// The next notification's payload, and what it stands for.
    fn take(&self) -> Option<(String, Untold<'_>)> {
        let mut waiting = self.lock();
        let untold = |waiting| Untold {
            bell: self,
            waiting,
        };
        if waiting.everybody {
            return Some((EVERYBODY.into(), untold(std::mem::take(&mut waiting))));
        }
        let members: HashSet<_> = waiting.members.iter().copied().take(NAMED_MAX).collect();
        if members.is_empty() {
            return None;
        }
        waiting.members.retain(|member| !members.contains(member));
        let named: Vec<_> = members.iter().map(MemberId::to_string).collect();
        let everybody = false;
        let named_here = untold(Waiting { members, everybody });
        Some((named.join(" "), named_here))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is being told, and waits again if it comes to nothing: also where the connection ends before the answer, and
/// whoever was telling is dropped.
struct Untold<'a> {
    bell: &'a Bell,
    waiting: Waiting,
}

impl Untold<'_> {
    /// It has been told.
    fn told(mut self) {
        self.waiting = Waiting::default();
    }
}

impl Drop for Untold<'_> {
    fn drop(&mut self) {
        let mut waiting = self.bell.lock();
        waiting.members.extend(self.waiting.members.drain());
        waiting.everybody |= self.waiting.everybody;
    }
}

/// Tells and listens for ever, over one connection that is made again whenever it is lost.
pub(super) async fn keep(mut server: Server, bell: Arc<Bell>, wake: Wake) {
    server.config.application_name(APPLICATION);
    let mut pause = PAUSE_MIN;
    loop {
        let mut heard = false;
        let lost = once(&server, &bell, &wake, &mut heard).await;
        if heard {
            pause = PAUSE_MIN;
        }
        tracing::warn!(error = %lost, "other servers' news are not heard for a moment");
        // By chance, or all servers would come back to the database at the same moment.
        let [chance] = crate::clock::random();
        tokio::time::sleep(pause.mul_f64(1.0 + f64::from(chance) / 256.0)).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Until the connection is lost; answers why. `heard` becomes true once it stands.
async fn once(server: &Server, bell: &Bell, wake: &Wake, heard: &mut bool) -> StoreError {
    let (client, mut connection) = match server.config.connect(server.tls.clone()).await {
        Ok(connected) => connected,
        Err(error) => return error.into(),
    };
    let own = AtomicI32::new(0);
    let hearing = async {
        loop {
            match poll_fn(|cx| connection.poll_message(cx)).await {
                Some(Ok(AsyncMessage::Notification(told))) => {
                    // Whom this server tells of, it has rung for itself.
                    if told.process_id() != own.load(Ordering::Relaxed) {
                        hear(told.payload(), wake);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return StoreError::from(error),
                None => return StoreError::Unavailable("the connection was closed".into()),
            }
        }
    };
    let telling = async {
        own.store(listen(&client).await?, Ordering::Relaxed);
        *heard = true;
        wake(Ring::Everybody);
        tell(&client, bell).await
    };
    tokio::select! {
        error = hearing => error,
        Err(error) = telling => error.into(),
    }
}

/// Tells whatever gathers, for ever.
async fn tell(client: &Client, bell: &Bell) -> Result<Infallible, Error> {
    loop {
        // What the connection before this one did not tell is told first.
        while let Some((payload, untold)) = bell.take() {
            client.execute(TELL, &[&CHANNEL, &payload]).await?;
            untold.told();
            tokio::time::sleep(GATHER).await;
        }
        bell.rung.notified().await;
    }
}

/// Begins to listen; answers the number that this connection's own notifications carry.
async fn listen(client: &Client) -> Result<i32, Error> {
    // A ring need not survive a crash of the database: after it, everybody is rung for. So it does
    // not wait for the disk.
    let setup = format!("set synchronous_commit to off; listen {CHANNEL}");
    client.batch_execute(&setup).await?;
    let row = client.query_one("select pg_backend_pid()", &[]).await?;
    row.try_get(0)
}

fn hear(payload: &str, wake: &Wake) {
    if payload == EVERYBODY {
        return wake(Ring::Everybody);
    }
    for member in payload.split(' ').filter_map(|name| name.parse().ok()) {
        wake(Ring::Member(member));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_to_nothing_waits_again() {
        let bell = Bell::default();
        let anna = MemberId([1; 16]);
        bell.announce(vec![anna]);
        // The connection ended before it answered.
        let (payload, untold) = bell.take().unwrap();
        assert_eq!(payload, anna.to_string());
        assert!(bell.take().is_none());
        drop(untold);
        let (payload, untold) = bell.take().unwrap();
        assert_eq!(payload, anna.to_string());
        untold.told();
        assert!(bell.take().is_none());
    }

    #[test]
    fn whoever_has_more_news_while_they_are_named_is_named_again() {
        let bell = Bell::default();
        let anna = MemberId([1; 16]);
        bell.announce(vec![anna]);
        let (_, untold) = bell.take().unwrap();
        bell.announce(vec![anna]);
        untold.told();
        assert!(bell.take().is_some());
    }
}
