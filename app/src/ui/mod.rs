//! Plain components: they draw what they are given and know nothing of the server.

mod amount;
mod coupon;
mod drawn;
mod elsewhere;
mod field;
mod handed;
mod ladder;
mod line;
mod prints;
mod proof;
mod range;
mod review;
mod reward;
mod sign_in;
mod survey;
mod task;
mod thread;

pub(crate) use amount::{Words, hero};
pub(crate) use coupon::{coupon, is_open};
pub(crate) use drawn::{Draw, Drawn};
pub(crate) use field::{Field, action, hidden, hidden_int, submit};
pub(crate) use handed::escaped;
pub(crate) use ladder::{ladder, requirement, tier_facts};
pub(crate) use line::line;
pub use prints::Prints;
pub(crate) use prints::{Part, Stage};
pub(crate) use proof::{before, checked};
pub(crate) use range::Range;
pub(crate) use review::reviews;
pub(crate) use reward::{
    RewardCard, bounds, conditions, gives, limits, price, priced, reward, slider,
};
pub(crate) use sign_in::sign_in;
pub(crate) use task::{TaskCard, task, will_check};
pub(crate) use thread::{new_thread, thread};
