//! The wire contract: what the panel, the server, the tests and every integrator exchange.
//!
//! Points and money are integers in their asset's smallest unit; instants are RFC 3339 in UTC.
//! Requests refuse unknown fields; views may grow. Texts in a view are in the one language that
//! the request asked for.

mod decision;
mod event;
mod ids;
mod ledger;
mod member;
mod merchant;
mod order;
mod problem;
mod program;
mod quote;
mod referral;
mod review;
mod reward;
mod survey;
mod task;
mod thread;

pub use decision::{
    Choice, DecisionQueue, NewDecision, SignalView, WaitingList, WaitingView, WrittenReview,
};
pub use event::{Event, EventKind};
pub use ids::{
    AttemptId, ChallengeId, IdError, MemberId, PhotoId, ProgramId, RedemptionId, ReferralId,
    ThreadId, TransferId,
};
pub use ledger::{
    CampaignFact, Explanation, Fact, GivenBackCause, ProofView, TransferState, TransferView,
    Transfers,
};
pub use member::{
    Balance, CodeSent, Expiring, Join, Keep, MeView, NewCode, NewSession, NextTier, SessionView,
    Standing, UpdateProfile,
};
pub use merchant::{
    AdjustmentView, CouponLine, CouponState, CouponView, ManualTier, MemberRef, MemberView,
    Members, NewAdjustment, NewMember, RedemptionView, UseCoupon,
};
pub use order::{
    Customer, NewRefund, Order, OrderLine, OrderStatus, OrderView, RefundLine, RefundView,
};
pub use problem::{Altcha, FieldError, Problem};
pub use program::{
    Brand, CampaignView, Debt, Expiry, Gives, Localized, Metric, ProgramView, PurchaseRule,
    SignInView, TierView, UnitForms, Window,
};
pub use quote::{
    NewQuote, QuoteLine, QuoteReason, QuoteView, QuotedCoupon, QuotedEarning, QuotedLine,
    QuotedSpending,
};
pub use referral::{
    FriendView, MyReferral, NewAppeal, NewReferralCode, ReferralRules, ReferralStage, ReferralStep,
    ShareMessage, ShopReferral, ShopReferrals, WeighedSignal,
};
pub use review::{
    PhotoAdded, PhotoView, REVIEW_AUTHOR_CHARS_MAX, REVIEW_PHOTOS_MAX, REVIEW_TEXT_CHARS_MAX,
    REVIEW_TEXT_CHARS_MIN, ReviewView, Reviews,
};
pub use reward::{
    CodesAdded, Locked, MyCoupon, MyRewards, NewCodes, NewRedemption, RewardKind, RewardStanding,
    RewardView, Settles, SpendingView,
};
pub use survey::{AnswerCount, AnswerText, Nps, QuestionResults, SurveyResults, WaveResults};
pub use task::{
    Answer, AttemptState, AttemptView, Elsewhere, NewEvent, NextStep, Product, ProofLevel,
    QuestionKind, QuestionView, Reason, StartAttempt, Streak, SubmitProof, TaskKind, TaskStanding,
    TaskView,
};
pub use thread::{
    FEEDBACK_CHARS_MIN, MESSAGE_CHARS_MAX, MessageView, NewMessage, NewThread, SeenThread,
    ShopThread, ShopThreads, THREAD_ITEMS_MAX, ThreadView, Threads, WaitsFor, Writer,
};

/// The asset that everything earns. Beside it a programme can have store credit, an asset that is named by the
/// programme's currency.
pub const POINTS: &str = "points";
/// The largest request body a shopper or a shop may send, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// The most coupon codes that one order can be paid with: each is a member's points, locked and moved in
/// the order's own transaction.
pub const ORDER_CODES_MAX: usize = 50;
/// The longest answer to a question in one's own words, in characters.
pub const ANSWER_CHARS_MAX: usize = 2000;
/// The longest reason that a person gives with a decision, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// The largest page of a list.
pub const PAGE_ITEMS_MAX: u32 = 100;
/// The page of a list when the caller names none.
pub const PAGE_ITEMS_DEFAULT: u32 = 20;
