//! One read for all who ask for the same at the same moment.
//!
//! Each is told what was read after they had asked, as if they had read by themselves: they share a read that has not
//! begun, never one that has. So what was changed before a question is in its answer, and nothing is remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whoever has waited for another's read for so long reads for themselves: one connection that hangs holds up one
/// request, and not all.
const PATIENCE: Duration = Duration::from_millis(100);

/// Who is asking for what.
pub(super) struct Shared<A>(Mutex<HashMap<String, Asked<A>>>);

struct Asked<A> {
    /// How often it was asked for since nobody was waiting.
    number: u64,
    /// How many wait for an answer.
    waiting: usize,
    /// The last read. Whoever holds it is reading, and the others wait in the order in which they asked.
    last: Arc<tokio::sync::Mutex<Last<A>>>,
}

struct Last<A> {
    /// Questions that had been asked before it began.
    number: u64,
    answer: Option<A>,
}

impl<A> Default for Shared<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A: Clone> Shared<A> {
    /// The answer to a question: another's, or that of `read`.
    pub(super) async fn ask(&self, question: &str, read: impl Future<Output = A>) -> A {
        let (waiting, own, last) = self.wait(question);
        let Ok(mut last) = tokio::time::timeout(PATIENCE, last.lock()).await else {
            return read.await;
        };
        if let Some(answer) = last.answer.as_ref().filter(|_| own <= last.number) {
            return answer.clone();
        }
        // Who is about to ask does so first.
        tokio::task::yield_now().await;
        let number = waiting.number();
        let answer = read.await;
        *last = Last {
            number,
            answer: Some(answer.clone()),
        };
        answer
    }
}

impl<A> Shared<A> {
    fn wait<'a>(
        &'a self,
        question: &'a str,
    ) -> (Waiting<'a, A>, u64, Arc<tokio::sync::Mutex<Last<A>>>) {
        let mut all = self.lock();
        let asked = all.entry(question.to_owned()).or_insert_with(|| Asked {
            number: 0,
            waiting: 0,
            last: Arc::new(tokio::sync::Mutex::new(Last {
                number: 0,
                answer: None,
            })),
        });
        asked.number += 1;
        asked.waiting += 1;
        let (own, last) = (asked.number, asked.last.clone());
        let waiting = Waiting {
            shared: self,
            question,
        };
        (waiting, own, last)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Asked<A>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits, until they go.
struct Waiting<'a, A> {
    shared: &'a Shared<A>,
    question: &'a str,
}

impl<A> Waiting<'_, A> {
    /// How often this was asked for until now.
    fn number(&self) -> u64 {
        let all = self.shared.lock();
        all.get(self.question).map_or(0, |asked| asked.number)
    }
}

impl<A> Drop for Waiting<'_, A> {
    fn drop(&mut self) {
        let mut all = self.shared.lock();
        if let Some(asked) = all.get_mut(self.question) {
            asked.waiting -= 1;
            if asked.waiting == 0 {
                all.remove(self.question);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, future::join_all};
    use std::pin::pin;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn whoever_asks_during_a_read_shares_the_next_one() {
        let (shared, reads) = (Shared::default(), AtomicU32::new(0));
        let read = async || reads.fetch_add(1, Ordering::Relaxed) + 1;
        let (go, gate) = oneshot::channel::<()>();
        let mut first = pin!(shared.ask("key", async {
            gate.await.unwrap();
            read().await
        }));
        assert_eq!(first.as_mut().now_or_never(), None);
        // It has not begun, and then has.
        let mut second = pin!(shared.ask("key", read()));
        assert_eq!(second.as_mut().now_or_never(), None);
        assert_eq!(first.as_mut().now_or_never(), None);
        let others = (0..20).map(|_| shared.ask("key", read()));
        let mut others = pin!(join_all(others));
        assert_eq!(others.as_mut().now_or_never(), None);
        // Nobody waits for those who ask for something else.
        assert_eq!(shared.ask("other", read()).await, 1);

        go.send(()).unwrap();
        assert_eq!((first.await, second.await), (2, 2));
        assert_eq!(others.await, vec![3; 20]);
        assert_eq!(shared.ask("key", read()).await, 4);
        assert!(shared.lock().is_empty());
    }

    #[tokio::test]
    async fn whoever_gives_up_reading_leaves_it_to_the_next() {
        let shared = Shared::default();
        {
            let mut gone = Box::pin(shared.ask("key", std::future::pending()));
            let mut next = pin!(shared.ask("key", async { 7 }));
            assert_eq!(gone.as_mut().now_or_never(), None);
            assert_eq!(next.as_mut().now_or_never(), None);
            let _asks_last = shared.ask("key", std::future::pending()).now_or_never();
            let mut other = pin!(shared.ask("key", async { 8 }));
            assert_eq!(other.as_mut().now_or_never(), None);
            drop(gone);
            assert_eq!(next.await, 7);
            assert_eq!(other.await, 7);
        }
        assert!(shared.lock().is_empty());
    }

    #[tokio::test]
    async fn a_read_that_hangs_holds_nobody_else_up() {
        let shared = Shared::default();
        let mut hangs = pin!(shared.ask("key", std::future::pending()));
        assert_eq!(hangs.as_mut().now_or_never(), None);
        assert_eq!(shared.ask("key", async { 7 }).await, 7);
    }
}
