//! For whom a gift is: somebody who has not bought here before, and no other way to them than one gift.

use super::{RESERVED_FOR, StoredGift};
use crate::domain::Instant;
use crate::store::referrals::facts::{Buyer, addresses_of, emails_of, has_paid};
use crate::store::{Query, StoreError, Tx, params};
use app::api::{MemberId, ProgramId};
use serde::{Deserialize, Serialize};

/// Why a gift is not for whoever orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotForYou {
    /// They brought the friend themselves.
    Own,
    /// They have bought here before.
    Customer,
    /// They have used another gift, or have one in another order.
    HadOne,
}

/// Whoever orders.
pub(super) struct Friend<'a> {
    pub(super) member: Option<MemberId>,
    /// Canonical.
    pub(super) mailbox: Option<String>,
    /// The shop's id of them.
    pub(super) customer: Option<&'a str>,
}

/// An order that wants a gift.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) program: ProgramId,
    /// The shop's number; empty while it has none.
    pub(super) id: &'a str,
    pub(super) now: Instant,
}

/// Why a gift is not for a member: what a use of it would be refused for, too.
pub struct ForMember<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The gift.
    pub gift: &'a StoredGift,
    /// Who buys.
    pub member: MemberId,
    /// The shop's number of the order; empty while it has none.
    pub order: &'a str,
    /// When.
    pub now: Instant,
}

impl Query for ForMember<'_> {
    type Output = Option<NotForYou>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let friend = Friend {
            member: Some(self.member),
            mailbox: None,
            customer: None,
        };
        let order = Order {
            program: self.program,
            id: self.order,
            now: self.now,
        };
        not_for(tx, self.gift, &friend, order).await
    }
}

/// Why a gift is not for whoever orders.
pub(super) async fn not_for<T: Tx>(
    tx: &mut T,
    gift: &StoredGift,
    friend: &Friend<'_>,
    order: Order<'_>,
) -> Result<Option<NotForYou>, StoreError> {
    let own = emails_of(tx, gift.advocate).await?;
    let addresses = addresses_of(tx, friend.member, friend.mailbox.as_ref()).await?;
    let is_own = friend.member == Some(gift.advocate);
    if is_own || addresses.iter().any(|address| own.contains(address)) {
        return Ok(Some(NotForYou::Own));
    }
    // By each address: also what they did as a guest, under one that has become theirs.
    let buyer = Buyer {
        member: friend.member,
        mailboxes: &addresses,
        customer: friend.customer,
    };
    if has_paid(tx, order.program, buyer, (Instant::MAX, order.id)).await? {
        return Ok(Some(NotForYou::Customer));
    }
    let friend = (addresses.as_slice(), friend.member);
    let has_another = has_another(tx, gift, friend, order).await?;
    Ok(has_another.then_some(NotForYou::HadOne))
}

/// Whether a friend has used another gift, or has one in another order.
async fn has_another<T: Tx>(
    tx: &mut T,
    gift: &StoredGift,
    (addresses, member): (&[String], Option<MemberId>),
    order: Order<'_>,
) -> Result<bool, StoreError> {
    const MAILBOX: &str = "select gift_state, expires_at from referral
        where program_id = $1 and friend_email = $2 and gift_code <> $3 and gift_state in ('reserved', 'used')";
    const MEMBER: &str = "select gift_state, expires_at from referral
        where program_id = $1 and friend_id = $2 and gift_code <> $3 and gift_state in ('reserved', 'used')";
    let mut rows = Vec::new();
    for mailbox in addresses {
        let key = params![order.program, mailbox, &gift.code];
        rows.extend(tx.query(MAILBOX, key).await?);
    }
    if let Some(member) = member {
        let key = params![order.program, member, &gift.code];
        rows.extend(tx.query(MEMBER, key).await?);
    }
    for row in rows {
        let ends_at = row.get::<Instant>(1)? + RESERVED_FOR;
        if row.get::<String>(0)? == "used" || order.now < ends_at {
            return Ok(true);
        }
    }
    Ok(false)
}
