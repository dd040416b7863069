//! News as they happen, as server-sent events, read by `fetch` with the bearer.

use super::Shared;
use super::extract::{Member, Query};
use super::programs::InLocale;
use super::views::{self, Reader};
use crate::App;
use crate::domain::{Instant, SECOND};
use crate::error::Error;
use crate::hub::{Listener, STREAMS_MAX};
use crate::programs::Loaded;
use crate::store::events::{self, After, StoredEvent};
use crate::store::sessions::{Digest, Find};
use crate::store::{self, StoreError, Tx};
use app::api::{EventKind, MemberId};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// Events told at once.
const BATCH: i64 = 100;
/// A silent stream looks at the clock so often: whether its session is over.
const TICK: Duration = Duration::from_secs(15);
/// Every so many ticks it says something, so that proxies keep the connection. They are patient for
/// a minute.
const SPEAK_TICKS: u32 = 2;
/// Every so many ticks it looks at the store, should a ring ever have gone astray.
const LOOK_TICKS: u32 = 4;
/// The pause before a store that was away is asked again.
const PAUSE: Duration = Duration::from_secs(2);

/// How long until a page that was refused a stream may ask again.
const RETRY_AFTER: i64 = 30 * SECOND;

/// Where to begin.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    cursor: Option<i64>,
    locale: Option<String>,
}

/// What a stream has to know while it waits: there may be ten thousand of them.
struct News {
    app: Arc<App>,
    listener: Listener,
    program: Arc<Loaded>,
    session: Digest,
    member: MemberId,
    locale: String,
    time_zone: String,
    cursor: i64,
    waiting: std::vec::IntoIter<StoredEvent>,
    /// When the session ends, unless it was renewed meanwhile.
    until: Instant,
    ticks: u32,
    /// Whether there may be news.
    looks: bool,
}

/// Whether a session still stands, until when, and the news after a number: of one moment.
struct Look {
    find: Find,
    after: After,
}

impl store::Query for Look {
    type Output = Option<(Instant, Vec<StoredEvent>)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let Some(session) = self.find.run(tx).await? else {
            return Ok(None);
        };
        let until = session.expires_at.min(session.ends_at);
        Ok(Some((until, self.after.run(tx).await?)))
    }
}

/// `GET /api/v1/me/events`
#[utoipa::path(get, path = "/api/v1/me/events", tag = "session",
    params(("cursor" = Option<i64>, Query), ("locale" = Option<String>, Query), ("Last-Event-ID" = Option<i64>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = app::api::Event), (status = 401, body = app::api::Problem)))]
pub async fn stream(
    State(app): Shared,
    member: Member,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let owner = super::me::stored(&app, &member.session.program, member.id).await?;
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let cursor = last.or(from.cursor).unwrap_or(owner.news);
    let asked = InLocale {
        locale: from.locale,
    };
    let locale = member
        .session
        .program
        .program()
        .locale(asked.asked(&headers))
        .to_owned();
    let listener = app.hub.listen(member.id);
    let listener = listener.ok_or_else(|| Error::over_cap("streams", STREAMS_MAX, RETRY_AFTER))?;
    let session = member.session;
    let news = Box::new(News {
        app,
        listener,
        session: session.digest,
        member: member.id,
        locale,
        time_zone: owner.time_zone,
        cursor,
        waiting: Vec::new().into_iter(),
        until: session.stored.expires_at.min(session.stored.ends_at),
        program: session.program,
        ticks: 0,
        looks: true,
    });
    Ok(Sse::new(futures_util::stream::unfold(news, News::next)))
}

impl News {
    async fn next(mut self: Box<Self>) -> Option<(Result<Event, Infallible>, Box<Self>)> {
        // It is rung for everybody when the server stops.
        while !*self.app.stopping.borrow() {
            if let Some(stored) = self.waiting.next() {
                self.cursor = stored.number;
                let Some(kind) = stored.kind else {
                    continue;
                };
                if let Some(told) = self.tell(kind, &stored) {
                    return Some((Ok(told), self));
                }
                // One event that cannot be told must not keep the member from all later ones.
                tracing::error!(event.number = stored.number, "an event was passed over");
                continue;
            }
            let mut pause = TICK;
            if self.looks {
                // In a box, which an idle stream does not have.
                match Box::pin(self.look()).await {
                    Ok(Some((until, found))) => {
                        self.until = until;
                        // After news there may be more than one look brings.
                        self.looks = !found.is_empty();
                        self.waiting = found.into_iter();
                    }
                    Ok(None) => return None,
                    // The store is away for a moment. To end all streams now would bring them all
                    // back at once.
                    Err(_) => pause = PAUSE,
                }
                if self.waiting.len() > 0 {
                    continue;
                }
            }
            tokio::select! {
                () = self.listener.rung() => self.looks = true,
                () = tokio::time::sleep(pause) => {
                    if self.tick() {
                        return Some((Ok(Event::default().comment("")), self));
                    }
                }
            }
        }
        None
    }

    /// Whether to say something, only to be heard.
    fn tick(&mut self) -> bool {
        self.ticks = self.ticks.wrapping_add(1);
        // A session that was renewed lasts longer than this knows; the store does.
        let over = self.app.clock.now() >= self.until;
        self.looks |= over || self.ticks.is_multiple_of(LOOK_TICKS);
        self.ticks.is_multiple_of(SPEAK_TICKS)
    }

    /// A stream is use, but does not make a session last longer: the page renews it when the shopper
    /// does something.
    async fn look(&self) -> Result<Option<(Instant, Vec<StoredEvent>)>, StoreError> {
        let _turn = self.listener.turn().await;
        let find = Find {
            digest: self.session,
            now: self.app.clock.now(),
        };
        let after = After {
            member: self.member,
            cursor: self.cursor,
            limit: BATCH,
        };
        self.app.store.read(Look { find, after }).await
    }

    fn tell(&self, kind: EventKind, stored: &StoredEvent) -> Option<Event> {
        let reader = Reader {
            program: &self.program,
            locale: &self.locale,
            time_zone: &self.time_zone,
            now: self.app.clock.now(),
        };
        let view = views::event(&reader, kind, stored).ok()?;
        let event = Event::default()
            .id(view.id.to_string())
            .event(events::name(kind));
        event.json_data(&view).ok()
    }
}
