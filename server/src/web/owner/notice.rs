//! What a form did, from one page to the next. The address only says where to look: what is said comes from the
//! store, and only if it is so.

use super::queue::After;
use super::{cards, referrals};
use crate::App;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::decisions::{One, People, Verdict};
use crate::store::threads;
use app::api::{AttemptId, ThreadId};
use app::pages::{OwnerDone, OwnerNotice};

const ALL: [OwnerDone; 12] = [
    OwnerDone::Accepted,
    OwnerDone::Refused,
    OwnerDone::TakenBack,
    OwnerDone::WasAccepted,
    OwnerDone::WasRefused,
    OwnerDone::NotWaiting,
    OwnerDone::NeedsReason,
    OwnerDone::Answered,
    OwnerDone::Counted,
    OwnerDone::NotCounted,
    OwnerDone::NeedsText,
    OwnerDone::Gone,
];

/// What it is called in an address.
pub(super) fn name(done: OwnerDone) -> &'static str {
    match done {
        OwnerDone::Accepted => "accepted",
        OwnerDone::Refused => "refused",
        OwnerDone::TakenBack => "taken_back",
        OwnerDone::WasAccepted => "was_accepted",
        OwnerDone::WasRefused => "was_refused",
        OwnerDone::NotWaiting => "not_waiting",
        OwnerDone::NeedsReason => "needs_reason",
        OwnerDone::Answered => "answered",
        OwnerDone::Counted => "counted",
        OwnerDone::NotCounted => "not_counted",
        OwnerDone::NeedsText => "needs_text",
        OwnerDone::Gone => "gone",
    }
}

/// What is to be said.
pub(super) async fn read(
    app: &App,
    program: &Loaded,
    after: &After,
) -> Result<Option<OwnerNotice>, Error> {
    let said = after.done.as_deref().unwrap_or_default();
    let Some(done) = ALL.into_iter().find(|known| name(*known) == said) else {
        return Ok(None);
    };
    let of = after.of.as_deref().unwrap_or_default();
    let verdict = match done {
        OwnerDone::Accepted | OwnerDone::WasAccepted => Verdict::Accepted,
        OwnerDone::Refused | OwnerDone::TakenBack | OwnerDone::WasRefused => Verdict::Refused,
        OwnerDone::Answered => return answered(app, program, of).await,
        OwnerDone::Counted | OwnerDone::NotCounted => {
            return referrals::notice(app, program, done, of).await;
        }
        OwnerDone::NotWaiting | OwnerDone::NeedsReason | OwnerDone::NeedsText | OwnerDone::Gone => {
            return Ok(Some(OwnerNotice {
                done,
                who: String::new(),
                points: 0,
            }));
        }
    };
    let Ok(attempt) = of.parse::<AttemptId>() else {
        return Ok(None);
    };
    let one = One {
        program: program.rules.id,
        attempt,
    };
    let case = app.store.read(one).await?;
    let case = case.filter(|case| {
        let ruling = case.ruling.as_ref();
        ruling.is_some_and(|ruling| ruling.verdict == verdict)
    });
    Ok(case.map(|case| OwnerNotice {
        done,
        who: cards::called(case.name.as_ref(), case.email.as_ref(), case.member),
        points: case.points,
    }))
}

async fn answered(app: &App, program: &Loaded, of: &str) -> Result<Option<OwnerNotice>, Error> {
    let Ok(id) = of.parse::<ThreadId>() else {
        return Ok(None);
    };
    let thread = app.store.read(threads::ById(id)).await?;
    let thread = thread.filter(|thread| thread.program == program.rules.id);
    let Some(thread) = thread else {
        return Ok(None);
    };
    let people = People {
        program: program.rules.id,
        members: vec![thread.member],
    };
    let people = app.store.read(people).await?;
    Ok(people.first().map(|person| OwnerNotice {
        done: OwnerDone::Answered,
        who: cards::called(person.name.as_ref(), person.email.as_ref(), thread.member),
        points: 0,
    }))
}
