//! What orders do with referrals: found out when they are paid, and judged.

use super::facts::{Bought, Brought, Counted, hashes, seen};
use super::gifts::{StoredGift, columns};
use super::{codes::OfCode, lock_advocate};
use crate::clock::Stamp;
use crate::domain::fraud::{self, Verdict};
use crate::domain::order::placed_at;
use crate::domain::program::Rules;
use crate::domain::referral::{self, Referral};
use crate::domain::{Instant, SECOND, email, tier};
use crate::store::ledger::json;
use crate::store::{Query, StoreError, Tx, params};
use app::api::{CampaignFact, MemberId, Order, ReferralId, ReferralStage, WeighedSignal};

/// The part of an order's command that is a referral's.
const PART: &str = "referral";

/// Whose friend an order is.
struct Found {
    advocate: MemberId,
    gift: Option<StoredGift>,
    by: &'static str,
    /// Whether the gift's time was over.
    is_late: bool,
}

/// What becomes of it.
struct Judged {
    stage: ReferralStage,
    reason: Option<&'static str>,
    signals: Vec<WeighedSignal>,
    points: i64,
    campaign: Option<CampaignFact>,
}

/// An order was paid, in the same transaction: finds out whose friend it is (by the gift's code, then by the code that
/// was named at the checkout, then by the address), and begins to wait, or refuses, or has a person look. The caller
/// has closed all books.
pub(in crate::store) async fn of_order<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    order: &Order,
    member: Option<MemberId>,
) -> Result<(), StoreError> {
    let Some(rule) = &rules.program.referral else {
        return gone(tx, (rules, stamp), &order.id, None).await;
    };
    let address = order.customer.email.as_deref().and_then(email::parse);
    let bought = Bought {
        order,
        member,
        mailbox: address.as_deref().map(email::canonical),
        now: stamp.at,
    };
    let Some(found) = find(tx, rules, &bought).await? else {
        return Ok(());
    };
    let Some(advocate) = lock_advocate(tx, rules.id, found.advocate).await? else {
        let gift = found.gift.map(|gift| gift.id);
        return gone(tx, (rules, stamp), &order.id, gift).await;
    };
    let counted = Counted::of(tx, found.advocate, stamp.at).await?;
    let claim = Brought {
        advocate: found.advocate,
        about: &advocate,
        gift: found.gift.as_ref(),
        is_late: found.is_late,
        only_address: found.by == "email",
        counted: &counted,
    };
    let seen = seen(tx, (rules, rule), &bought, &claim).await?;
    let (stage, reason, signals) = match fraud::judge(&seen) {
        Verdict::Refuse(reason) => (ReferralStage::Refused, Some(reason), Vec::new()),
        Verdict::Look(signals) => (ReferralStage::Checking, Some("suspicious"), signals),
        Verdict::Pass(signals) => (ReferralStage::Waiting, None, signals),
    };
    let (points, campaign) = referral::earns(
        &rules.program,
        rule,
        tier::by_id(&rules.program, &advocate.tier),
        counted.counting + 1,
        placed_at(order, stamp.at),
    );
    let judged = Judged {
        stage,
        reason,
        signals,
        points,
        campaign,
    };
    tx.wake(found.advocate);
    if let Some(gift) = &found.gift {
        return take(tx, rule, &bought, (&found, gift), &judged).await;
    }
    let id = ReferralId(stamp.part(PART, 0).id(0));
    let place = (id, rules.id, counted.last + 1);
    insert(tx, rule, &bought, (found.advocate, place), &judged).await
}

/// Nobody can be rewarded: the gift that an order is paid with is used up all the same.
async fn gone<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    order: &str,
    gift: Option<ReferralId>,
) -> Result<(), StoreError> {
    const SQL: &str =
        "update referral set stage = 'refused', reason = 'gone', gift_state = 'used', gift_order = $1, updated_at = $2
        where program_id = $3 and stage in ('gift', 'lapsed')
            and (gift_order = $1 and gift_state = 'reserved' or id = $4)";
    let set = params![order, stamp.at, rules.id, gift];
    tx.later(SQL, set).await
}

/// Whose friend an order is, if anybody's.
async fn find<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    bought: &Bought<'_>,
) -> Result<Option<Found>, StoreError> {
    let late = match by_gift(tx, rules, bought).await? {
        Some(found) if !found.is_late => return Ok(Some(found)),
        late => late,
    };
    let owner = match &bought.order.referral_code {
        Some(code) => OfCode { code }.run(tx).await?,
        None => None,
    };
    let mut gifts = by_address(tx, rules, bought).await?.into_iter();
    if let Some(owner) = owner.filter(|owner| owner.program == rules.id) {
        // The gift that this friend has taken from the same advocate is used up with it.
        return Ok(Some(Found {
            advocate: owner.member,
            gift: gifts.find(|gift| gift.advocate == owner.member),
            by: "code",
            is_late: false,
        }));
    }
    let by_email = gifts.next().map(|gift| Found {
        advocate: gift.advocate,
        gift: Some(gift),
        by: "email",
        is_late: false,
    });
    Ok(by_email.or(late))
}

/// By the gift that is reserved for the order, or by the first of its codes that is a gift's.
async fn by_gift<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    bought: &Bought<'_>,
) -> Result<Option<Found>, StoreError> {
    const RESERVED: &str = concat!(
        "select ",
        columns!(),
        " from referral where program_id = $1 and gift_order = $2 and gift_state = 'reserved' order by id limit 1"
    );
    const CODE: &str = concat!(
        "select ",
        columns!(),
        " from referral where program_id = $1 and gift_code = $2 and order_id is null"
    );
    let order = bought.order;
    let found = |gift: StoredGift, is_late| Found {
        advocate: gift.advocate,
        gift: Some(gift),
        by: "gift",
        is_late,
    };
    let row = tx.query_one(RESERVED, params![rules.id, &order.id]).await?;
    if let Some(row) = row {
        return Ok(Some(found(StoredGift::read(&row)?, false)));
    }
    let at = placed_at(order, bought.now);
    let mut late = None;
    for code in &order.coupon_codes {
        let code = code.trim().to_uppercase();
        let Some(row) = tx.query_one(CODE, params![rules.id, code]).await? else {
            continue;
        };
        let gift = StoredGift::read(&row)?;
        if gift.is_for(&order.id, at, bought.now) {
            return Ok(Some(found(gift, false)));
        }
        // One that another order has reserved may still be that order's.
        if gift.order.is_none() && late.is_none() {
            late = Some(found(gift, true));
        }
    }
    Ok(late)
}

/// The gifts that were taken under the order's address, before it was placed, and can still be had, the first one
/// first.
async fn by_address<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    bought: &Bought<'_>,
) -> Result<Vec<StoredGift>, StoreError> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from referral where program_id = $1 and friend_email = $2 and stage in ('gift', 'lapsed')
            order by created_at, id"
    );
    let Some(mailbox) = &bought.mailbox else {
        return Ok(Vec::new());
    };
    let (id, at) = (&bought.order.id, placed_at(bought.order, bought.now));
    let mut gifts = Vec::new();
    for row in tx.query(SQL, params![rules.id, mailbox]).await? {
        let gift = StoredGift::read(&row)?;
        // Many shops tell whole seconds.
        let is_before = gift.created_at / SECOND <= at / SECOND;
        if is_before && gift.is_for(id, at, bought.now) {
            gifts.push(gift);
        }
    }
    Ok(gifts)
}

/// The gift's referral goes on with the order.
async fn take<T: Tx>(
    tx: &mut T,
    rule: &Referral,
    bought: &Bought<'_>,
    (found, gift): (&Found, &StoredGift),
    judged: &Judged,
) -> Result<(), StoreError> {
    const SQL: &str =
        "update referral set stage = $1, found_by = $2, reason = $3, gift_state = $4, gift_order = $5, order_id = $5,
            friend_email = coalesce($6, friend_email), friend_id = $7, address_hash = $8, card_hash = $9,
            signals = $10, score = $11, points = $12, friend_points = $13, campaign = $14, due_at = $15,
            updated_at = $16
        where id = $17 and order_id is null and (gift_order is null or gift_order = $5)";
    let order = bought.order;
    let now: Instant = bought.now;
    let (address, card) = hashes(order);
    let set = params![
        judged.stage.as_str(),
        found.by,
        judged.reason,
        if found.is_late { "lapsed" } else { "used" },
        &order.id,
        bought.mailbox.clone(),
        bought.member,
        address,
        card,
        json(&judged.signals)?,
        fraud::score(&judged.signals),
        judged.points,
        rule.friend_points,
        judged.campaign.as_ref().map(json).transpose()?,
        rule.due_at(now),
        now,
        gift.id,
    ];
    // Another order may have taken it meanwhile: then it is found out anew.
    tx.later_one(SQL, set, "two orders with one gift").await
}

/// A referral that begins with its order.
async fn insert<T: Tx>(
    tx: &mut T,
    rule: &Referral,
    bought: &Bought<'_>,
    (advocate, (id, program, number)): (MemberId, (ReferralId, app::api::ProgramId, i64)),
    judged: &Judged,
) -> Result<(), StoreError> {
    const SQL: &str =
        "insert into referral (id, program_id, advocate_id, number, stage, found_by, reason, gift_shipping,
            expires_at, friend_email, friend_id, order_id, address_hash, card_hash, signals, score, points,
            friend_points, campaign, due_at, minimum, created_at, updated_at)
        values ($1, $2, $3, $4, $5, 'code', $6, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $7, $7)";
    let order = bought.order;
    let now: Instant = bought.now;
    let (address, card) = hashes(order);
    let row = params![
        id,
        program,
        advocate,
        number,
        judged.stage.as_str(),
        judged.reason,
        now,
        bought.mailbox.clone(),
        bought.member,
        &order.id,
        address,
        card,
        json(&judged.signals)?,
        fraud::score(&judged.signals),
        judged.points,
        rule.friend_points,
        judged.campaign.as_ref().map(json).transpose()?,
        rule.due_at(now),
        rule.minimum,
    ];
    tx.later(SQL, row).await
}
