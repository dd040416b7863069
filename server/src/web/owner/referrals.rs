//! Referrals that wait on the owner's page, and the forms that decide about them.

use super::cards::called;
use super::queue::{OWNER, OwnerChoice, back};
use super::{Shut, owner_writing};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::domain::fraud::THRESHOLD;
use crate::domain::{decision, email};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::decisions::{Called, People};
use crate::store::referrals::{Checking, Decide, Decided, One, Record, Records, StoredReferral};
use app::api::{MemberId, ReferralId, ReferralStage};
use app::pages::{OwnerDone, OwnerNotice, OwnerReferral, OwnerReferrals};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;

/// Referrals that one page shows.
const REFERRALS_MAX: i64 = 20;

/// Those that wait the longest, of so many.
pub(super) async fn read(
    app: &App,
    program: &Loaded,
    waiting: i64,
) -> Result<OwnerReferrals, Error> {
    let checking = Checking {
        program: program.rules.id,
        after: None,
        limit: REFERRALS_MAX,
    };
    let records = Records {
        program: program.rules.id,
        limit: REFERRALS_MAX,
    };
    let found = app.store.read(checking).await?;
    let advocates: Vec<MemberId> = found.iter().map(|referral| referral.advocate).collect();
    let people = People {
        program: program.rules.id,
        members: advocates,
    };
    let people = app.store.read(people).await?;
    let records = app.store.read(records).await?;
    let shown = found.into_iter().zip(people);
    Ok(OwnerReferrals {
        waiting,
        shown: shown
            .map(|(referral, person)| {
                let record = records.get(&referral.advocate).copied().unwrap_or_default();
                card(referral, person, record)
            })
            .collect(),
    })
}

fn card(referral: StoredReferral, person: Called, record: Record) -> OwnerReferral {
    OwnerReferral {
        id: referral.id.to_string(),
        who: called(
            person.name.as_ref(),
            person.email.as_ref(),
            referral.advocate,
        ),
        email: person.email,
        record: [record.friends, record.counted, record.came_back],
        friend: referral.friend_email.as_deref().map(email::masked),
        order: referral.order,
        found_by: referral.found_by,
        reason: referral.reason,
        signals: referral.signals,
        score: referral.score,
        threshold: THRESHOLD,
        appeal: referral.appeal,
        points: [referral.points, referral.friend_points],
        asked_at: referral.updated_at,
    }
}

/// `POST /owner/{program}/referrals/{referral}`: counts it, or refuses it.
#[utoipa::path(post, path = "/owner/{program}/referrals/{referral}", operation_id = "decide_referral_on_page", tag = "owner",
    params(("program" = String, Path), ("referral" = ReferralId, Path)),
    request_body(content = OwnerChoice, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303), (status = 403, content_type = "text/html", body = String)))]
pub async fn decide(
    State(app): Shared,
    _: Anyone,
    Path((slug, referral)): Path<(String, String)>,
    headers: HeaderMap,
    Form(chosen): Form<OwnerChoice>,
) -> Result<Response, Shut> {
    let program = owner_writing(&app, &headers, &slug).await?;
    let Ok(id) = referral.parse::<ReferralId>() else {
        return Ok(back(&slug, OwnerDone::Gone, ""));
    };
    let refused = match chosen.decision.as_str() {
        "accept" => None,
        "refuse" => match decision::note(&chosen.reason) {
            Some(note) => Some(note),
            None => return Ok(back(&slug, OwnerDone::NeedsReason, "")),
        },
        _ => return Err(Error::field("decision", "accept or refuse").into()),
    };
    let done = if refused.is_none() {
        OwnerDone::Counted
    } else {
        OwnerDone::NotCounted
    };
    let decide = Decide {
        rules: Arc::clone(&program.rules),
        id,
        refused,
        by: OWNER.into(),
        stamp: app.clock.stamp(),
    };
    let done = match app.store.write(decide).await? {
        Decided::Done(_) => done,
        Decided::NotWaiting => OwnerDone::NotWaiting,
        Decided::Unknown => OwnerDone::Gone,
    };
    Ok(back(&slug, done, &id.to_string()))
}

/// What is to be said of a decision, if it is so.
pub(super) async fn notice(
    app: &App,
    program: &Loaded,
    done: OwnerDone,
    of: &str,
) -> Result<Option<OwnerNotice>, Error> {
    let Ok(id) = of.parse::<ReferralId>() else {
        return Ok(None);
    };
    let one = One {
        program: program.rules.id,
        id,
    };
    let referral = app.store.read(one).await?;
    let referral = referral.filter(|referral| match done {
        OwnerDone::Counted => matches!(
            referral.stage,
            ReferralStage::Waiting | ReferralStage::Rewarded
        ),
        _ => referral.stage == ReferralStage::Refused,
    });
    let Some(referral) = referral else {
        return Ok(None);
    };
    let people = People {
        program: program.rules.id,
        members: vec![referral.advocate],
    };
    let people = app.store.read(people).await?;
    Ok(people.first().map(|person| OwnerNotice {
        done,
        who: called(
            person.name.as_ref(),
            person.email.as_ref(),
            referral.advocate,
        ),
        points: 0,
    }))
}
