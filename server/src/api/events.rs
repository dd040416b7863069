//! News as they happen, as server-sent events, read by `fetch` with the bearer.

use super::Shared;
use super::extract::{Member, Query};
use super::programs::InLocale;
use super::views::{self, Reader};
use crate::App;
use crate::domain::SECOND;
use crate::error::Error;
use crate::hub::{Listener, STREAMS_MAX};
use crate::store::events::{self, After, StoredEvent};
use crate::store::sessions::Find;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// Events told at once.
const BATCH: i64 = 100;
/// A silent stream looks by itself so often: whether its session still stands, and for news that
/// another server wrote.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// A comment is sent so often, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How long until a page that was refused a stream may ask again.
const RETRY_AFTER: i64 = 30 * SECOND;

/// Where to begin.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    cursor: Option<i64>,
    locale: Option<String>,
}

struct News {
    listener: Listener,
    app: Arc<App>,
    member: Member,
    locale: String,
    time_zone: String,
    cursor: i64,
    waiting: std::vec::IntoIter<StoredEvent>,
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
    let cursor = last.or(from.cursor).unwrap_or(owner.events);
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
    let stream = News {
        listener,
        app,
        locale,
        time_zone: owner.time_zone,
        member,
        cursor,
        waiting: Vec::new().into_iter(),
    };
    let events = futures_util::stream::unfold(stream, News::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

impl News {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let mut stopping = self.app.stopping.subscribe();
        loop {
            if let Some(stored) = self.waiting.next() {
                self.cursor = stored.number;
                if let Some(told) = self.tell(&stored) {
                    return Some((Ok(told), self));
                }
                // One event that cannot be told must not keep the member from all later ones.
                tracing::error!(event.number = stored.number, "an event was passed over");
                continue;
            }
            // Asked for before the store is read: a ring between the two is not lost.
            let ring = self.listener.bell().notified();
            if !self.may_go_on().await {
                return None;
            }
            let after = After {
                member: self.member.id,
                cursor: self.cursor,
                limit: BATCH,
            };
            let found = self.app.store.read(after).await.ok()?;
            if found.is_empty() {
                tokio::select! {
                    () = ring => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    _ = stopping.wait_for(|stopping| *stopping) => return None,
                }
            }
            self.waiting = found.into_iter();
        }
    }

    /// Whether the session still stands. A stream is use, but does not make a session last longer:
    /// the page renews it when the shopper does something.
    async fn may_go_on(&self) -> bool {
        let find = Find {
            digest: self.member.session.digest,
            now: self.app.clock.now(),
        };
        matches!(self.app.store.read(find).await, Ok(Some(_)))
    }

    fn tell(&self, stored: &StoredEvent) -> Option<Event> {
        let reader = Reader {
            program: &self.member.session.program,
            locale: &self.locale,
            time_zone: &self.time_zone,
            now: self.app.clock.now(),
        };
        let view = views::event(&reader, stored).ok()?;
        let event = Event::default()
            .id(view.id.to_string())
            .event(events::name(view.kind));
        event.json_data(&view).ok()
    }
}
