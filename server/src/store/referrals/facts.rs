//! What the store knows of a friend and of who claim them: the facts for [`crate::domain::fraud`].

use super::codes::has_been_at;
use super::{Advocate, gifts::StoredGift};
use crate::domain::fraud::Seen;
use crate::domain::order::placed_at;
use crate::domain::program::Rules;
use crate::domain::referral::{Referral, suffices};
use crate::domain::{DAY, Instant, email};
use crate::store::ledger::from_json;
use crate::store::{StoreError, Tx, params};
use app::api::{MemberId, Order, ProgramId};
use serde::Deserialize;

/// So far back a month's cap counts.
const MONTH: i64 = 30 * DAY;

/// A friend's order.
pub(super) struct Bought<'a> {
    pub(super) order: &'a Order,
    /// The friend, if they are a member.
    pub(super) member: Option<MemberId>,
    /// The order's address, canonical.
    pub(super) mailbox: Option<String>,
    /// When it is told.
    pub(super) now: Instant,
}

/// Who claim the friend, and how that is known.
pub(super) struct Brought<'a> {
    pub(super) advocate: MemberId,
    pub(super) about: &'a Advocate,
    pub(super) gift: Option<&'a StoredGift>,
    /// Whether the gift's time was over.
    pub(super) is_late: bool,
    /// Whether only the order's address tells.
    pub(super) only_address: bool,
    pub(super) counted: &'a Counted,
}

/// What is counted of an advocate's friends, under their lock.
pub(super) struct Counted {
    /// The number of the last.
    pub(super) last: i64,
    /// Friends who count, or may yet.
    pub(super) counting: i64,
    /// Friends whose orders came back.
    refunded: i64,
    /// Gifts of 24 hours.
    pub(super) gifts_today: i64,
}

impl Counted {
    pub(super) async fn of<T: Tx>(
        tx: &mut T,
        advocate: MemberId,
        now: Instant,
    ) -> Result<Self, StoreError> {
        const SQL: &str = "select cast(coalesce(max(number), 0) as bigint),
                count(case when stage in ('waiting', 'checking', 'rewarded') then 1 end),
                count(case when stage = 'reversed' or reason in ('refunded', 'cancelled') then 1 end),
                count(case when gift_code is not null and created_at > $1 then 1 end)
            from referral where advocate_id = $2";
        let row = tx.query_one(SQL, params![now - DAY, advocate]).await?;
        let row = row.ok_or_else(|| StoreError::internal("a count of nothing"))?;
        Ok(Self {
            last: row.get(0)?,
            counting: row.get(1)?,
            refunded: row.get(2)?,
            gifts_today: row.get(3)?,
        })
    }
}

/// The addresses of a member, canonical.
pub(super) async fn emails_of<T: Tx>(
    tx: &mut T,
    member: MemberId,
) -> Result<Vec<String>, StoreError> {
    const PROVEN: &str = "select value from identity where member_id = $1 and kind = 'email'";
    const TOLD: &str = "select email from person where member_id = $1 and email is not null";
    let key = params![member];
    let (proven, told) = tx.query_both((PROVEN, key), (TOLD, key)).await?;
    let all = proven.iter().chain(&told);
    all.map(|row| Ok(email::canonical(&row.get::<String>(0)?)))
        .collect()
}

/// The addresses of a friend, canonical: those of the member, and the one that an order or a gift was given.
pub(super) async fn addresses_of<T: Tx>(
    tx: &mut T,
    member: Option<MemberId>,
    given: Option<&String>,
) -> Result<Vec<String>, StoreError> {
    let mut addresses = match member {
        Some(member) => emails_of(tx, member).await?,
        None => Vec::new(),
    };
    let new = given.filter(|given| !addresses.contains(given));
    addresses.extend(new.cloned());
    Ok(addresses)
}

/// Somebody who buys, by all that is known of them.
#[derive(Clone, Copy)]
pub(super) struct Buyer<'a> {
    pub(super) member: Option<MemberId>,
    /// Their addresses, canonical.
    pub(super) mailboxes: &'a [String],
    /// The shop's id of them.
    pub(super) customer: Option<&'a str>,
}

/// Whether a buyer has paid for an order that was placed before this one: in which order they are told does not
/// matter.
pub(super) async fn has_paid<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    buyer: Buyer<'_>,
    (placed_at, order): (Instant, &str),
) -> Result<bool, StoreError> {
    const MEMBER: &str = "select id from shop_order where member_id = $1 and status = 'paid'
        and (placed_at < $2 or placed_at = $2 and id < $3) limit 1";
    const MAILBOX: &str = "select id from shop_order
        where program_id = $1 and mailbox = $2 and status = 'paid'
        and (placed_at < $3 or placed_at = $3 and id < $4) limit 1";
    const CUSTOMER: &str = "select id from shop_order
        where program_id = $1 and customer = $2 and member_id is null and status = 'paid'
        and (placed_at < $3 or placed_at = $3 and id < $4) limit 1";
    if let Some(member) = buyer.member {
        let key = params![member, placed_at, order];
        if tx.query_one(MEMBER, key).await?.is_some() {
            return Ok(true);
        }
    }
    let mailboxes = buyer.mailboxes.iter().map(|it| (MAILBOX, it.as_str()));
    let customer = buyer.customer.map(|it| (CUSTOMER, it));
    for (sql, known) in mailboxes.chain(customer) {
        let key = params![program, known, placed_at, order];
        if tx.query_one(sql, key).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The member who has proven an address.
pub(super) async fn member_at<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    address: &str,
) -> Result<Option<MemberId>, StoreError> {
    const SQL: &str =
        "select member_id from identity where program_id = $1 and kind = 'email' and value = $2";
    let row = tx.query_one(SQL, params![program, address]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// All that is known of a friend's order.
pub(super) async fn seen<T: Tx>(
    tx: &mut T,
    (rules, rule): (&Rules, &Referral),
    bought: &Bought<'_>,
    claim: &Brought<'_>,
) -> Result<Seen, StoreError> {
    let Bought { order, now, .. } = *bought;
    let (friend, advocate) = (bought.member, claim.advocate);
    let advocate_emails = emails_of(tx, advocate).await?;
    let friend_emails = addresses_of(tx, friend, None).await?;
    let shares_mailbox = friend_emails
        .iter()
        .any(|address| advocate_emails.contains(address));
    let friend_email = bought.mailbox.clone();
    let friend_email = friend_email.or_else(|| friend_emails.first().cloned());
    let buyer = Buyer {
        member: friend,
        mailboxes: friend_email.as_slice(),
        customer: order.customer.id.as_deref(),
    };
    let place = (placed_at(order, now), order.id.as_str());
    let paid_before = has_paid(tx, rules.id, buyer, place).await?;
    let minimum = claim.gift.map_or(rule.minimum, |gift| gift.minimum);
    let unknown_buyer = friend.is_none() && friend_email.is_none();
    let in_currency = order.currency == rules.program.currency;
    let (today, month) = friends_of(tx, advocate, now).await?;
    let own = shares(tx, advocate, order).await?;
    let others = has_siblings(tx, advocate, order).await?;
    let source = claim.gift.and_then(|gift| gift.source.as_deref());
    Ok(Seen {
        friend_email,
        advocate_emails,
        same_member: friend == Some(advocate) || shares_mailbox,
        is_customer: paid_before || order.customer.is_new == Some(false),
        unknown_buyer,
        only_address: claim.only_address,
        is_small: !in_currency || !suffices(order.total - order.shipping, minimum),
        is_late: claim.is_late,
        is_capped: rule.per_month.is_some_and(|most| month >= most),
        same_address: own[0] || others[0],
        same_card: own[1] || others[1],
        same_network: match source {
            Some(source) => has_been_at(tx, advocate, source).await?,
            None => false,
        },
        friends_today: today + 1,
        gifts_today: claim.counted.gifts_today,
        refunded: claim.counted.refunded,
        chain: is_chain(tx, rules.id, advocate, bought).await?,
        advocate_joined_at: claim.about.joined_at,
        now,
    })
}

/// Friends of an advocate whose orders were paid within a day, and those of a month who count or may yet.
async fn friends_of<T: Tx>(
    tx: &mut T,
    advocate: MemberId,
    now: Instant,
) -> Result<(i64, i64), StoreError> {
    const SQL: &str = "select count(case when o.created_at > $1 then 1 end),
            count(case when r.stage in ('waiting', 'checking', 'rewarded') then 1 end)
        from referral r join shop_order o on o.program_id = r.program_id and o.id = r.order_id
        where r.advocate_id = $2 and o.created_at > $3";
    let key = params![now - DAY, advocate, now - MONTH];
    let row = tx.query_one(SQL, key).await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// What is the same for the same address and card.
#[derive(Deserialize)]
struct Hashes {
    address_hash: Option<String>,
    card_hash: Option<String>,
}

/// Whether one of a member's newest orders went to the same address as this one, and whether one was paid with the
/// same card.
async fn shares<T: Tx>(
    tx: &mut T,
    member: MemberId,
    order: &Order,
) -> Result<[bool; 2], StoreError> {
    const SQL: &str = "select body from shop_order where member_id = $1 and id <> $2
        order by placed_at desc, id desc limit 20";
    let mut shares = [false; 2];
    let (address, card) = hashes(order);
    if address.or(card).is_none() {
        return Ok(shares);
    }
    for row in tx.query(SQL, params![member, &order.id]).await? {
        let own: Hashes = from_json(&row.get::<String>(0)?)?;
        shares[0] |= address.is_some() && own.address_hash.as_deref() == address;
        shares[1] |= card.is_some() && own.card_hash.as_deref() == card;
    }
    Ok(shares)
}

/// What is the same for the same address, and for the same card, where the shop tells it.
pub(super) fn hashes(order: &Order) -> (Option<&str>, Option<&str>) {
    let says = |hash: &&str| !hash.is_empty();
    let address = order.address_hash.as_deref().filter(says);
    (address, order.card_hash.as_deref().filter(says))
}

/// Whether another friend of an advocate had the same address, and whether another had the same card.
async fn has_siblings<T: Tx>(
    tx: &mut T,
    advocate: MemberId,
    order: &Order,
) -> Result<[bool; 2], StoreError> {
    const ADDRESS: &str = "select id from referral
        where advocate_id = $1 and address_hash = $2 and order_id <> $3 limit 1";
    const CARD: &str = "select id from referral
        where advocate_id = $1 and card_hash = $2 and order_id <> $3 limit 1";
    let mut has = [false; 2];
    let (address, card) = hashes(order);
    for (has, (sql, hash)) in has.iter_mut().zip([(ADDRESS, address), (CARD, card)]) {
        if let Some(hash) = hash {
            let key = params![advocate, hash, &order.id];
            *has = tx.query_one(sql, key).await?.is_some();
        }
    }
    Ok(has)
}

/// Whether who claim the advocate is, as far as can be seen, the friend that the advocate brings.
async fn is_chain<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    advocate: MemberId,
    bought: &Bought<'_>,
) -> Result<bool, StoreError> {
    const SQL: &str = "select advocate_id from referral
        where friend_id = $1 and program_id = $2 and stage in ('waiting', 'checking', 'rewarded') order by id limit 5";
    for row in tx.query(SQL, params![advocate, program]).await? {
        let above: MemberId = row.get(0)?;
        let own_mailbox = match &bought.mailbox {
            Some(mailbox) => emails_of(tx, above).await?.contains(mailbox),
            None => false,
        };
        if own_mailbox || bought.member == Some(above) {
            return Ok(true);
        }
        if shares(tx, above, bought.order).await?.contains(&true) {
            return Ok(true);
        }
    }
    Ok(false)
}
