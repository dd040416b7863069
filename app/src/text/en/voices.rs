//! Tasks that are done here, in English.

mod credit;
mod decision;
mod handed;
mod judged;
mod refer;
mod referral_queue;
mod review;
mod sign_in;
mod spend;
mod survey;
mod thread;
mod work;

use crate::text::voices::Voices;

pub(super) static VOICES: Voices = Voices {
    survey: survey::SURVEY,
    review: review::REVIEW,
    judged: judged::JUDGED,
    thread: thread::THREAD,
    handed: handed::HANDED,
    decision: decision::DECISION,
    work: work::WORK,
    sign_in: sign_in::SIGN_IN,
    spend: spend::SPEND,
    refer: refer::REFER,
    referral_queue: referral_queue::REFERRAL_QUEUE,
    credit: credit::CREDIT,
};
