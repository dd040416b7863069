//! Members who bring friends: codes, gifts, what is paid to both sides, and what is taken back.
//!
//! ```text
//! gift → waiting → rewarded → reversed     the friend's order is paid, stays, comes back
//!   ↓        ↓ ↑
//! lapsed  refused ← checking               it does not count; a person looks
//! ```
//! A referral is in the ledger only once it is rewarded: then both sides are paid in one transaction. Before that a
//! refund only refuses it.

mod codes;
mod decide;
mod gifts;
mod list;
mod orders;
mod settle;

pub use codes::{Choose, Chosen, OfCode, OfMember, Owner};
pub use decide::{Appeal, Appealed, Decide, Decided};
pub use gifts::{Give, Given, GiftEnded, GiftOf, GiftUsed, ReleaseGift, StoredGift, UseGift};
pub use list::{Checking, Friends, Mine, One, StoredReferral};
pub(super) use orders::{of_order, undo};
pub use settle::{DueReferrals, Forget, Lapse, Settle};
