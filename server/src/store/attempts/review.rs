//! Reviews as attempts: begun for a product, given photos, sent, and then before a person.

use super::{Get, StoredAttempt, by_id, current, events};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::{Rules, zone};
use crate::domain::review::{self, Review};
use crate::domain::task::Task;
use crate::images::Photo;
use crate::store::decisions::{self, Queue};
use crate::store::ledger::json;
use crate::store::{Command, Query, StoreError, Tx, params, reviews};
use app::api::{
    AttemptId, AttemptState, FieldError, MemberId, PhotoAdded, PhotoId, REVIEW_PHOTOS_MAX,
    SubmitProof,
};
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use std::sync::Arc;

/// Begins a review of a product. One that was begun before and not sent begins anew, without its photos.
pub struct BeginReview {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The task's id in the programme file.
    pub task: String,
    /// The product.
    pub product: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of a wish to review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewBegun {
    /// Where the attempt stands.
    At(StoredAttempt),
    /// The member has not bought it.
    NotBought,
    /// The member has sent a review of it, and that stands or waits.
    Reviewed,
    /// As many as the task pays for in this period stand or wait.
    Enough,
}

impl Command for BeginReview {
    type Output = ReviewBegun;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<ReviewBegun, StoreError> {
        // Also under another task: a product is reviewed once.
        const SENT: &str = "select id from attempt
            where member_id = $1 and slot = $2 and state <> 'started' order by id limit 1";
        const BEGIN: &str = "update attempt set updated_at = $1
            where member_id = $2 and task = $3 and slot = $4 and state = 'started' returning id";
        const ANEW: &str = "delete from review_photo where attempt_id = $1";
        let task = self.rules.program.task(&self.task);
        let task = task.ok_or_else(|| StoreError::internal("a task that the rules do not have"))?;
        let (member, slot) = (self.member, review::slot(&self.product));
        if tx.query_one(SENT, params![member, &slot]).await?.is_some() {
            return Ok(ReviewBegun::Reviewed);
        }
        let order = reviews::order_of(tx, self.rules.id, member, &self.product).await?;
        if order.is_none() {
            return Ok(ReviewBegun::NotBought);
        }
        if is_enough(tx, task, member, self.stamp.at).await? {
            return Ok(ReviewBegun::Enough);
        }
        super::start::insert(tx, &self.rules, task, &slot, member, &self.stamp).await?;
        // Its row is locked from here on, so that nothing is added or sent meanwhile.
        let begin = params![self.stamp.at, member, &task.id, &slot];
        let Some(row) = tx.query_one(BEGIN, begin).await? else {
            return Ok(ReviewBegun::Reviewed);
        };
        tx.later(ANEW, params![row.get::<AttemptId>(0)?]).await?;
        let found = current(tx, member, &task.id, &slot).await?;
        found
            .map(ReviewBegun::At)
            .ok_or_else(|| StoreError::internal("an attempt went away"))
    }
}

/// Whether as many reviews stand or wait as the task pays for in this period.
async fn is_enough<T: Tx>(
    tx: &mut T,
    task: &Task,
    member: MemberId,
    now: Instant,
) -> Result<bool, StoreError> {
    const ZONE: &str = "select time_zone from member where id = $1";
    const SENT: &str = "select count(*) from attempt
        where member_id = $1 and task = $2 and state in ('checking', 'held', 'earned') and started_at >= $3";
    let row = tx.query_one(ZONE, params![member]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a member went away"))?;
    let since = task.limit.since(now, &zone(&row.get::<String>(0)?));
    let row = tx.query_one(SENT, params![member, &task.id, since]).await?;
    let times: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(times >= i64::from(task.limit.times))
}

/// Adds a photo to a review that is not sent yet. The same one again is there already.
pub struct AddPhoto {
    /// Whose review it must be.
    pub member: MemberId,
    /// The review's attempt.
    pub attempt: AttemptId,
    /// The photo, encoded here.
    pub photo: Photo,
    /// When.
    pub stamp: Stamp,
}

/// What became of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Added {
    /// It is there.
    Now(PhotoAdded),
    /// The member has no such attempt.
    Unknown,
    /// The attempt is no review, or was sent.
    NotOpen,
    /// There are as many as a review can have.
    TooMany,
}

impl Command for AddPhoto {
    type Output = Added;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Added, StoreError> {
        // It takes turns with whatever else is added to this review, or sends it.
        const OPEN: &str = "update attempt set updated_at = $1
            where id = $2 and member_id = $3 and state = 'started' and substr(slot, 1, 8) = 'product/'
            returning program_id";
        const SAME: &str = "select id from review_photo where attempt_id = $1 and bytes = $2";
        const ADD: &str = "insert into review_photo (id, attempt_id, program_id, position, width, height, bytes, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let (id, member, now) = (self.attempt, self.member, self.stamp.at);
        let Some(row) = tx.query_one(OPEN, params![now, id, member]).await? else {
            let found = Get { id, member }.run(tx).await?;
            return Ok(found.map_or(Added::Unknown, |_| Added::NotOpen));
        };
        let program: app::api::ProgramId = row.get(0)?;
        let Photo {
            width,
            height,
            bytes,
        } = &self.photo;
        let photos = photos(tx, id).await?;
        if let Some(row) = tx.query_one(SAME, params![id, bytes.clone()]).await? {
            let id = row.get(0)?;
            return Ok(Added::Now(PhotoAdded { id, photos }));
        }
        if photos >= REVIEW_PHOTOS_MAX {
            return Ok(Added::TooMany);
        }
        let photo = PhotoId(self.stamp.id(0));
        let row = params![
            photo,
            id,
            program,
            photos,
            i64::from(*width),
            i64::from(*height),
            bytes.clone(),
            now,
        ];
        tx.later(ADD, row).await?;
        let added = PhotoAdded {
            id: photo,
            photos: photos + 1,
        };
        Ok(Added::Now(added))
    }
}

async fn photos<T: Tx>(tx: &mut T, attempt: AttemptId) -> Result<i64, StoreError> {
    const SQL: &str = "select count(*) from review_photo where attempt_id = $1";
    let row = tx.query_one(SQL, params![attempt]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Sends a review, which then waits for a person.
pub struct SendReview {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The attempt.
    pub attempt: AttemptId,
    /// What was filled in.
    pub proof: SubmitProof,
    /// When.
    pub stamp: Stamp,
}

/// What became of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewSent {
    /// Where its attempt stands now; also when it had been sent before.
    At(StoredAttempt),
    /// The member has no such attempt.
    Unknown,
    /// The fields at fault. Nothing has changed.
    Invalid(Vec<FieldError>),
    /// As many as the task pays for in this period stand or wait.
    Enough,
}

/// Why a product cannot be reviewed.
pub const NOT_BOUGHT: &str = "name a product that this member has bought";

impl Command for SendReview {
    type Output = ReviewSent;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<ReviewSent, StoreError> {
        let (id, member) = (self.attempt, self.member);
        let Some(attempt) = (Get { id, member }).run(tx).await? else {
            return Ok(ReviewSent::Unknown);
        };
        if attempt.state != AttemptState::Started {
            return Ok(ReviewSent::At(attempt));
        }
        let written = match review::check(&self.proof) {
            Ok(written) => written,
            Err(errors) => return Ok(ReviewSent::Invalid(errors)),
        };
        let task = self.rules.program.task(&attempt.task);
        let sku = attempt.slot.as_deref().and_then(review::product);
        let (Some(task), Some(sku)) = (task, sku) else {
            return Ok(ReviewSent::Unknown);
        };
        let Some(order) = reviews::order_of(tx, self.rules.id, member, sku).await? else {
            return Ok(ReviewSent::Invalid(vec![FieldError {
                field: "product".to_owned(),
                detail: NOT_BOUGHT.to_owned(),
            }]));
        };
        // The account first, as whatever else happens to this member. From here on no other review of theirs is
        // sent, so what is counted stays so.
        events::lock(tx, member).await?;
        if is_enough(tx, task, member, self.stamp.at).await? {
            return Ok(match by_id(tx, id).await? {
                // It was this one that was sent meanwhile.
                Some(sent) if sent.state != AttemptState::Started => ReviewSent::At(sent),
                _ => ReviewSent::Enough,
            });
        }
        self.send(tx, &attempt, sku, &order, &written).await?;
        let now = by_id(tx, id).await?;
        Ok(now.map_or(ReviewSent::Unknown, ReviewSent::At))
    }
}

impl SendReview {
    /// Puts it before a person, once.
    async fn send<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &StoredAttempt,
        sku: &str,
        order: &str,
        written: &Review,
    ) -> Result<(), StoreError> {
        // The limit counts when reviews are sent: begun, they may wait for ever.
        const OPEN: &str = "update attempt set started_at = $1, updated_at = $1 where id = $2 and state = 'started'";
        const LOCALE: &str = "select locale from member where id = $1";
        let (id, member, now) = (attempt.id, attempt.member, self.stamp.at);
        let program = self.rules.id;
        // From here on no photo is added.
        if tx.execute(OPEN, params![now, id]).await? == 0 {
            return Ok(());
        }
        let evidence = json(&object!({
            "by": "review",
            "sku": sku,
            "order": order,
            "stars": written.stars,
            "photos": photos(tx, id).await?,
        }))?;
        let evidence = Some(evidence.as_str());
        let queue = Queue::Review;
        if !decisions::ask(tx, program, attempt, queue, &[], evidence, now).await? {
            return Ok(());
        }
        let row = tx.query_one(LOCALE, params![member]).await?;
        let row = row.ok_or_else(|| StoreError::internal("a member went away"))?;
        let sent = reviews::Sent {
            program,
            member,
            attempt: id,
            sku,
            order,
            review: written,
            locale: &row.get::<String>(0)?,
        };
        reviews::insert(tx, &sent, now).await
    }
}
