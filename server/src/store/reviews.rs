//! Reviews of products: what members have bought, what they wrote of it, and what of that is public.

use super::ledger::from_json;
use super::{Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use crate::domain::review::{self, Review};
use app::api::{AttemptId, MemberId, PhotoId, Product, ProgramId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many of a member's orders are looked into, the newest first: nobody reviews what is long gone.
const ORDERS_MAX: i64 = 50;

/// What is wanted of an order.
#[derive(Deserialize)]
struct Bought {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    sku: Option<String>,
    name: Option<String>,
}

/// The numbers of a member's orders that stand and count, and what was bought with them, the newest first.
async fn orders<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
) -> Result<Vec<(String, Bought)>, StoreError> {
    const SQL: &str = "select id, body from shop_order
        where member_id = $1 and program_id = $2 and status = 'paid' and counts
        order by placed_at desc, id desc limit $3";
    let rows = tx.query(SQL, params![member, program, ORDERS_MAX]).await?;
    let read = |row: &Row| Ok((row.get(0)?, row.get::<String>(1)?));
    let rows = rows
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, StoreError>>()?;
    // An order that cannot be read keeps nothing else of the member's from being shown.
    let orders = rows.into_iter();
    let orders = orders.filter_map(|(id, body)| Some((id, from_json(&body).ok()?)));
    Ok(orders.collect())
}

/// What a member has bought and not sent a review of, the newest first. One that was begun is still among it.
pub(super) async fn open<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
) -> Result<Vec<Product>, StoreError> {
    const SENT: &str = "select slot from attempt
        where member_id = $1 and substr(slot, 1, 8) = 'product/' and state <> 'started'";
    let orders = orders(tx, program, member).await?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen = BTreeSet::new();
    for row in tx.query(SENT, params![member]).await? {
        let slot: String = row.get(0)?;
        seen.extend(review::product(&slot).map(str::to_owned));
    }
    let mut products = Vec::new();
    for line in orders.into_iter().flat_map(|(_, order)| order.lines) {
        if let Some(sku) = line.sku
            && seen.insert(sku.clone())
        {
            let name = line.name.unwrap_or_else(|| sku.clone());
            products.push(Product { sku, name });
        }
    }
    Ok(products)
}

/// The newest order with which a member has bought a product.
pub(super) async fn order_of<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
    sku: &str,
) -> Result<Option<String>, StoreError> {
    let orders = orders(tx, program, member).await?;
    let has = |order: &Bought| {
        order
            .lines
            .iter()
            .any(|line| line.sku.as_deref() == Some(sku))
    };
    let mut with = orders.into_iter().filter(|(_, order)| has(order));
    Ok(with.next().map(|(id, _)| id))
}

/// A review that was sent.
pub(super) struct Sent<'a> {
    pub(super) program: ProgramId,
    pub(super) member: MemberId,
    pub(super) attempt: AttemptId,
    pub(super) sku: &'a str,
    pub(super) order: &'a str,
    pub(super) review: &'a Review,
    pub(super) locale: &'a str,
}

/// Writes a review down. It is not public yet.
pub(super) async fn insert<T: Tx>(
    tx: &mut T,
    sent: &Sent<'_>,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str =
        "insert into review (attempt_id, program_id, member_id, sku, order_id, stars, text, author,
            locale, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let row = params![
        sent.attempt,
        sent.program,
        sent.member,
        sent.sku,
        sent.order,
        sent.review.stars,
        &sent.review.text,
        &sent.review.author,
        sent.locale,
        now,
    ];
    tx.later(SQL, row).await
}

/// Makes a review public that a person has accepted, and says so to its author. Attempts that are no reviews are
/// left alone.
pub(super) async fn publish<T: Tx>(
    tx: &mut T,
    attempt: AttemptId,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "update review set published_at = $1
        where attempt_id = $2 and published_at is null and removed_at is null";
    const SAY: &str = "update attempt set reason = 'review_published' where id = $1";
    if tx.execute(SQL, params![now, attempt]).await? == 1 {
        tx.later(SAY, params![attempt]).await?;
    }
    Ok(())
}

/// Takes a review off the public pages, or keeps it from ever getting there.
pub(super) async fn remove<T: Tx>(
    tx: &mut T,
    attempt: AttemptId,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str =
        "update review set removed_at = $1 where attempt_id = $2 and removed_at is null";
    tx.later(SQL, params![now, attempt]).await
}

/// A review as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The attempt that it is.
    pub attempt: AttemptId,
    /// The product.
    pub sku: String,
    /// From 1 to 5.
    pub stars: i64,
    /// What it says.
    pub text: String,
    /// Who signs it.
    pub author: String,
    /// The language of its author.
    pub locale: String,
    /// When it was published.
    pub at: Instant,
    /// Its photos.
    pub photos: Vec<StoredPhoto>,
}

impl Published {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            attempt: row.get(0)?,
            sku: row.get(1)?,
            stars: row.get(2)?,
            text: row.get(3)?,
            author: row.get(4)?,
            locale: row.get(5)?,
            at: row.get(6)?,
            photos: Vec::new(),
        })
    }
}

/// A photo without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredPhoto {
    /// The photo.
    pub id: PhotoId,
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
}

/// A page of a product's public reviews, and what all of them come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The reviews, the newest first.
    pub items: Vec<Published>,
    /// How many there are in all.
    pub count: i64,
    /// All their stars together.
    pub stars: i64,
}

/// The public reviews of a product.
pub struct OfProduct {
    /// The programme.
    pub program: ProgramId,
    /// The product.
    pub sku: String,
    /// Begins after this one: when it was published, and which it is.
    pub after: Option<(Instant, AttemptId)>,
    /// At most so many.
    pub limit: i64,
}

impl Query for OfProduct {
    type Output = Page;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Page, StoreError> {
        const ALL: &str = "select count(*), cast(coalesce(sum(stars), 0) as bigint) from review
            where program_id = $1 and sku = $2 and published_at is not null and removed_at is null";
        const PAGE: &str =
            "select attempt_id, sku, stars, text, author, locale, published_at from review
            where program_id = $1 and sku = $2 and published_at is not null and removed_at is null
                and (published_at < $3 or published_at = $3 and attempt_id < $4)
            order by published_at desc, attempt_id desc limit $5";
        let (count, stars) = match tx.query_one(ALL, params![self.program, &self.sku]).await? {
            Some(row) => (row.get(0)?, row.get(1)?),
            None => (0, 0),
        };
        let (at, attempt) = self.after.unwrap_or((i64::MAX, AttemptId([0xff; 16])));
        let page = params![self.program, &self.sku, at, attempt, self.limit];
        let rows = tx.query(PAGE, page).await?;
        let mut items = rows
            .iter()
            .map(Published::read)
            .collect::<Result<Vec<_>, _>>()?;
        let mut photos = self.photos(tx, &items).await?;
        for item in &mut items {
            item.photos = photos.remove(&item.attempt).unwrap_or_default();
        }
        Ok(Page {
            items,
            count,
            stars,
        })
    }
}

impl OfProduct {
    /// The photos of the reviews from the first to the last of a page.
    async fn photos<T: Tx>(
        &self,
        tx: &mut T,
        items: &[Published],
    ) -> Result<BTreeMap<AttemptId, Vec<StoredPhoto>>, StoreError> {
        const SQL: &str = "select p.attempt_id, p.id, p.width, p.height
            from review r join review_photo p on p.attempt_id = r.attempt_id
            where r.program_id = $1 and r.sku = $2 and r.published_at is not null and r.removed_at is null
                and r.published_at >= $3 and r.published_at <= $4
            order by p.attempt_id, p.position";
        let mut photos: BTreeMap<AttemptId, Vec<StoredPhoto>> = BTreeMap::new();
        let (Some(newest), Some(oldest)) = (items.first(), items.last()) else {
            return Ok(photos);
        };
        let between = params![self.program, &self.sku, oldest.at, newest.at];
        for row in tx.query(SQL, between).await? {
            photos.entry(row.get(0)?).or_default().push(StoredPhoto {
                id: row.get(1)?,
                width: row.get(2)?,
                height: row.get(3)?,
            });
        }
        Ok(photos)
    }
}

/// The bytes of a photo of a public review, as JPEG.
pub struct PhotoBytes(pub PhotoId);

impl Query for PhotoBytes {
    type Output = Option<Vec<u8>>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select p.bytes from review_photo p join review r on r.attempt_id = p.attempt_id
            where p.id = $1 and r.published_at is not null and r.removed_at is null";
        let row = tx.query_one(SQL, params![self.0]).await?;
        row.map(|row| row.get(0)).transpose()
    }
}
