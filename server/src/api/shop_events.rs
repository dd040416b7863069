//! What the shop reports that members have done.

use super::Shared;
use super::adjustments::member_faults;
use super::attempts::{did_of, shown};
use super::extract::{IdempotencyKey, Json, Shop};
use super::me;
use crate::clock::Stamp;
use crate::domain::order;
use crate::domain::program::Rules;
use crate::error::Error;
use crate::store::attempts::{AtOnce, Who};
use crate::store::idempotency::Keyed;
use app::api::{AttemptView, FieldError, NewEvent, TaskKind};
use axum::extract::State;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "events";

/// `POST /api/v1/programs/{program}/events`: a member has done what a task of kind `event` or `custom` asks for, or
/// was seen by staff where one of kind `in_store` is.
/// The same event again changes nothing and answers the same.
#[utoipa::path(post, path = "/api/v1/programs/{program}/events", operation_id = "record_event", tag = "shop", request_body = NewEvent,
    params(("program" = String, Path)),
    responses((status = 200, body = AttemptView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn record(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    body: Json<NewEvent>,
) -> Result<axum::Json<AttemptView>, Error> {
    shop.may(SCOPE)?;
    let program = &shop.program;
    let route = format!("POST /events/{}", body.value.task);
    let command = command(&program.rules, body.value, app.clock.stamp())?;
    let keyed = Keyed {
        key: key.of(program.rules.id, shop.kid.clone(), &route, body.digest),
        at: command.stamp.at,
        command,
    };
    let stored = did_of(app.store.write(keyed).await?.done()?)?;
    let owner = me::find(&app, program, stored.member).await?;
    let owner = owner.ok_or_else(|| Error::not_found("member"))?;
    Ok(shown(&app, program, &stored, &owner))
}

/// What pays for an event that the shop reports, in whatever way.
///
/// # Errors
/// 422 that names the fields at fault.
pub(super) fn command(rules: &Arc<Rules>, event: NewEvent, stamp: Stamp) -> Result<AtOnce, Error> {
    let mut faults = member_faults(&event.member);
    if !order::is_text(&event.id) {
        faults.push(FieldError {
            field: "id".into(),
            detail: "name it in 1 to 255 bytes".into(),
        });
    }
    let told = [TaskKind::Event, TaskKind::Custom, TaskKind::InStore];
    let task = rules
        .program
        .task(&event.task)
        .filter(|task| told.contains(&task.kind));
    let Some(task) = task else {
        faults.push(FieldError {
            field: "task".into(),
            detail: "name one of the programme's tasks of kind event, custom or in_store".into(),
        });
        return Err(Error::invalid(faults));
    };
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    Ok(AtOnce {
        rules: Arc::clone(rules),
        who: Who::Told(event.member, event.id),
        task: task.id.clone(),
        stamp,
    })
}
