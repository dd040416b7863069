//! Orders that are fetched from a shop's platform, beside the hooks by which it tells them: hooks get lost, and some
//! platforms stop sending them after a few failures.

use super::{Setup, Trouble};
use crate::domain::{Instant, SECOND};
use crate::hooks::{self, Refused, Told};
use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// Orders of one page. The way out reads 1 MiB of an answer, and an order may have hundreds of lines.
pub(super) const PAGE: usize = 20;

/// Where a pull goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Changes after this moment, by the platform's own clock.
    pub since: Instant,
    /// Which page of them, as the platform calls it; empty for the first.
    pub page: String,
}

/// An order that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, by the platform's own clock.
    pub at: Instant,
    /// What its hooks would have told by now, or why it cannot be read.
    pub told: Result<Vec<Told>, Refused>,
}

/// Some orders that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The orders, whichever changed first in front.
    pub changes: Vec<Change>,
    /// Where it goes on, if there are more.
    pub next: Option<Place>,
}

/// A platform that can be asked for its orders.
#[async_trait]
pub trait Pulls: Send + Sync {
    /// Whether the shop gave what that takes, and has its orders told by this connection at all.
    fn is_ready(&self, setup: &Setup<'_>) -> bool;

    /// One page of the orders that changed.
    async fn page(&self, setup: &Setup<'_>, from: &Place) -> Result<Page, Trouble>;
}

/// A GET of a platform's orders. `remedy` says what to correct where that is no address.
pub(super) fn get(
    setup: &Setup<'_>,
    url: &str,
    remedy: &'static str,
) -> Result<RequestBuilder, Trouble> {
    setup.outside.get(url).map_err(|_| Trouble::shop(remedy))
}

/// What the shop has to change, for the statuses that say so. A redirection is not followed: it would be followed
/// with the shop's keys.
pub(super) fn refusal(
    status: StatusCode,
    keys: &'static str,
    place: &'static str,
) -> Result<(), Trouble> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Trouble::shop(keys)),
        StatusCode::NOT_FOUND => Err(Trouble::shop(place)),
        status if status.is_redirection() => Err(Trouble::shop(place)),
        _ => Ok(()),
    }
}

/// A moment as addresses have it.
pub(super) fn written(at: Instant, format: &str) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or_default();
    at.strftime(format).to_string()
}

/// The orders of an answer. `at` reads when one changed; an order that does not say so is taken for one that has
/// been known for long.
pub(super) fn changes(
    kind: &str,
    orders: &[Value],
    from: &Place,
    at: impl Fn(&Value) -> Option<Timestamp>,
) -> Vec<Change> {
    let change = |order: &Value| {
        let heard = hooks::shown(kind, order.to_string().as_bytes())?;
        Some(Change {
            at: at(order).map_or(from.since, Timestamp::as_microsecond),
            told: heard.map(|heard| heard.told),
        })
    };
    orders.iter().filter_map(change).collect()
}

/// The next page of orders that stand in the order of their changes. It begins anew from the last change, since
/// pages move while orders change; only where more orders than fit changed in one second, the second has pages.
pub(super) fn after(changes: &[Change], from: &Place) -> Option<Place> {
    let last = changes.last().filter(|_| changes.len() >= PAGE)?;
    // The platform leaves out what changed at the very moment that it is asked for.
    let since = last.at - SECOND;
    if since > from.since {
        let page = String::new();
        return Some(Place { since, page });
    }
    let number: u32 = from.page.parse().unwrap_or(1);
    Some(Place {
        since: from.since,
        page: (number + 1).to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(since: Instant, page: &str) -> Place {
        Place {
            since,
            page: page.into(),
        }
    }

    fn changes_at(moments: impl IntoIterator<Item = Instant>) -> Vec<Change> {
        let change = |at| Change {
            at,
            told: Ok(Vec::new()),
        };
        moments.into_iter().map(change).collect()
    }

    #[test]
    fn it_goes_on_from_the_last_change_and_within_one_second_by_pages() {
        let size = i64::try_from(PAGE).unwrap();
        let from = place(0, "");
        let rising = changes_at((1..=size).map(|n| n * SECOND));
        let next = place((size - 1) * SECOND, "");
        assert_eq!(after(&rising, &from), Some(next));
        assert_eq!(after(&rising[1..], &from), None, "it was the last page");
        assert_eq!(after(&[], &from), None);
        let at_once = changes_at(vec![5 * SECOND; PAGE]);
        let same = place(4 * SECOND, "");
        assert_eq!(after(&at_once, &from), Some(same.clone()));
        assert_eq!(after(&at_once, &same), Some(place(4 * SECOND, "2")));
        let second = place(4 * SECOND, "2");
        assert_eq!(after(&at_once, &second), Some(place(4 * SECOND, "3")));
    }

    #[test]
    fn moments_are_written_in_utc() {
        let at = 1_795_262_400_999_999;
        assert_eq!(written(at, "%Y-%m-%dT%H:%M:%S"), "2026-11-21T12:00:00");
    }
}
