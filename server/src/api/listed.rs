//! Pages of lists: how long one is, and, of what waits for the shop, where the next one begins.

use crate::domain::Instant;
use crate::error::Error;
use app::api::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use serde::Deserialize;
use std::fmt::Display;
use std::str::FromStr;

/// How many items a page is to have. The caller says that in the field of this name.
///
/// # Errors
/// 422 for none, and for too many.
pub(crate) fn items(limit: Option<u32>, field: &str) -> Result<u32, Error> {
    let items = limit.unwrap_or(PAGE_ITEMS_DEFAULT);
    if (1..=PAGE_ITEMS_MAX).contains(&items) {
        return Ok(items);
    }
    let detail = format!("give a number from 1 to {PAGE_ITEMS_MAX}");
    Err(Error::field(field, detail))
}

/// Which page of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// A page that was asked for, of a list in the order of instants and ids.
pub(super) struct Page<I> {
    /// Begins after this one.
    pub(super) after: Option<(Instant, I)>,
    items: u32,
}

impl Which {
    /// The page that is meant.
    ///
    /// # Errors
    /// 422 for a limit or a cursor that is none.
    pub(super) fn page<I: FromStr>(&self) -> Result<Page<I>, Error> {
        let items = items(self.limit, "limit")?;
        let wrong = || Error::field("cursor", "give a next_cursor of this list");
        let place = |cursor| place_of(cursor).ok_or_else(wrong);
        let after = self.cursor.as_deref().map(place).transpose()?;
        Ok(Page { after, items })
    }
}

impl<I: Display> Page<I> {
    /// How many to read: one more, to see whether there are more.
    pub(super) fn limit(&self) -> i64 {
        i64::from(self.items) + 1
    }

    /// Cuts what was read; answers where the next page begins, if there is one.
    pub(super) fn cut<T>(
        &self,
        items: &mut Vec<T>,
        place: impl Fn(&T) -> (Instant, I),
    ) -> Option<String> {
        let limit = self.items as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let (at, id) = items.last().filter(|_| more).map(place)?;
        Some(format!("{at}.{id}"))
    }
}

fn place_of<I: FromStr>(cursor: &str) -> Option<(Instant, I)> {
    let (at, id) = cursor.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}
