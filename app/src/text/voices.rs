//! What is said about tasks that are done here: by answering, writing, passing on, being there.

mod credit;
mod decision;
mod handed;
mod judged;
pub(crate) mod refer;
pub(crate) mod referral_queue;
mod review;
mod sign_in;
mod spend;
mod survey;
mod thread;
mod work;

pub(crate) use credit::Credit;
pub(crate) use decision::{Decision, Fields, Notices, Pages, Signals};
pub(crate) use handed::{Download, Handed, Share, Till};
pub(crate) use judged::Judged;
pub(crate) use refer::Refer;
pub(crate) use referral_queue::ReferralQueue;
pub(crate) use review::Review;
pub(crate) use sign_in::SignIn;
pub(crate) use spend::{Becomes, Cart, Codes, Gift, Limits, Refusals, Shelf, Shut, Spend};
pub(crate) use survey::Survey;
pub(crate) use thread::Thread;
pub(crate) use work::Work;

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Voices {
    pub(crate) survey: Survey,
    pub(crate) review: Review,
    pub(crate) judged: Judged,
    pub(crate) thread: Thread,
    pub(crate) handed: Handed,
    pub(crate) decision: Decision,
    pub(crate) work: Work,
    pub(crate) sign_in: SignIn,
    pub(crate) spend: Spend,
    pub(crate) refer: Refer,
    pub(crate) referral_queue: ReferralQueue,
    pub(crate) credit: Credit,
}

impl Voices {
    /// Why an attempt waits or was refused; nothing for a code that is not of here.
    pub(crate) fn reason(&self, code: &str) -> Option<&'static str> {
        let all = [
            self.review.reason(code),
            self.judged.reason(code),
            self.decision.reason(code),
        ];
        all.into_iter().flatten().next()
    }

    /// What is wrong with a field of a proof; nothing for a field that is not of here.
    pub(crate) fn fault(&self, field: &str) -> Option<&'static str> {
        let all = [
            self.survey.fault(field),
            self.review.fault(field),
            self.thread.fault(field),
            self.handed.fault(field),
            self.spend.fault(field),
        ];
        all.into_iter().flatten().next()
    }

    /// Why something cannot be done now, by the problem's code; nothing for a code that is not of here.
    pub(crate) fn problem(&self, code: &str) -> Option<&'static str> {
        let all = [
            self.survey.problem(code),
            self.review.problem(code),
            self.handed.problem(code),
            self.work.problem(code),
            self.sign_in.problem(code),
            self.spend.problem(code),
            self.refer.problem(code),
        ];
        all.into_iter().flatten().next()
    }
}
