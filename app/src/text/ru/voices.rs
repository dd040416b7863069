//! Tasks that are done here, in Russian.

mod decision;
mod handed;
mod judged;
mod review;
mod survey;
mod thread;

use crate::text::voices::Voices;

pub(super) static VOICES: Voices = Voices {
    survey: survey::SURVEY,
    review: review::REVIEW,
    judged: judged::JUDGED,
    thread: thread::THREAD,
    handed: handed::HANDED,
    decision: decision::DECISION,
};
