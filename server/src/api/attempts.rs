//! Tasks begun, answered and looked at.

use super::Shared;
use super::extract::{Browser, IdempotencyKey, Json, Member};
use super::me;
use super::views::{self, Reader};
use crate::App;
use crate::clock::Stamp;
use crate::crypto::{base64url, sha256};
use crate::domain::task::Task;
use crate::domain::{HOUR, email};
use crate::error::Error;
use crate::mailer;
use crate::programs::Loaded;
use crate::store::attempts::{
    ASKED_MAX, Ask, Asked, Did, Get, PER_ADDRESS_MAX, Return, Returned, Start, Started,
    StoredAttempt, Submit, Submitted, WRONG_CODES_MAX,
};
use crate::store::idempotency::{Keyed, Outcome};
use crate::store::links::NewLink;
use crate::store::members::StoredMember;
use app::api::{AttemptId, AttemptView, StartAttempt, SubmitProof, TaskKind};
use app::text::Text;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;

async fn view(
    app: &App,
    member: &Member,
    stored: &StoredAttempt,
) -> Result<axum::Json<AttemptView>, Error> {
    let program = &member.session.program;
    let owner = me::stored(app, program, member.id).await?;
    Ok(shown(app, program, stored, &owner))
}

/// An attempt as its member is shown it.
pub(super) fn shown(
    app: &App,
    program: &Loaded,
    stored: &StoredAttempt,
    owner: &StoredMember,
) -> axum::Json<AttemptView> {
    let reader = Reader {
        program,
        locale: program.program().locale(Some(&owner.locale)),
        time_zone: &owner.time_zone,
        now: app.clock.now(),
    };
    axum::Json(views::attempt(&reader, stored, owner))
}

/// `POST /api/v1/tasks/{task}/attempts`
#[utoipa::path(post, path = "/api/v1/tasks/{task}/attempts", tag = "session", request_body = StartAttempt,
    responses((status = 200, body = AttemptView), (status = 422, body = app::api::Problem)))]
pub async fn start(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    browser: Browser,
    Path(task): Path<String>,
    body: Json<StartAttempt>,
) -> Result<axum::Json<AttemptView>, Error> {
    let rules = Arc::clone(&member.session.program.rules);
    let task = rules
        .program
        .task(&task)
        .ok_or_else(|| Error::not_found("task"))?;
    let stamp = app.clock.stamp();
    let link = match task.kind {
        TaskKind::Join | TaskKind::Event | TaskKind::Custom => {
            return Err(Error::not_found("task that members begin themselves"));
        }
        TaskKind::Share | TaskKind::Download | TaskKind::InStore | TaskKind::Daily => {
            let stored =
                super::handed::start(&app, &member, key, browser, task, &body, stamp).await?;
            return view(&app, &member, &stored).await;
        }
        TaskKind::Review if task.elsewhere.is_some() => {
            return Err(Error::not_found("task that members begin themselves"));
        }
        TaskKind::Review => {
            let stored = super::reviews::start(&app, &member, key, task, &body, stamp).await?;
            return view(&app, &member, &stored).await;
        }
        _ if task.elsewhere.is_some() => None,
        TaskKind::Subscribe => Some(new_link(&app, &member, task, &body.value, &stamp).await?),
        TaskKind::Profile
        | TaskKind::Birthday
        | TaskKind::Follow
        | TaskKind::Visit
        | TaskKind::Survey
        | TaskKind::Feedback => None,
    };
    let route = format!("POST /tasks/{}/attempts", task.id);
    let keyed = Keyed {
        key: key.of(rules.id, member.id.to_string(), &route, body.digest),
        at: stamp.at,
        command: Start {
            task: task.id.clone(),
            rules: Arc::clone(&rules),
            member: member.id,
            link,
            stamp,
        },
    };
    match app.store.write(keyed).await? {
        Outcome::Done(Started::At(stored)) => view(&app, &member, &stored).await,
        Outcome::Done(Started::TooMany) => {
            Err(Error::over_cap("confirmations", PER_ADDRESS_MAX, HOUR))
        }
        Outcome::OtherRequest => Err(Error::other_request()),
    }
}

/// The confirmation of a subscription: a secret for the mail, its digest for the store.
async fn new_link(
    app: &App,
    member: &Member,
    task: &Task,
    asked: &StartAttempt,
    stamp: &Stamp,
) -> Result<NewLink, Error> {
    if !asked.consent {
        return Err(Error::field(
            "consent",
            "the sentence has to be agreed to: send true",
        ));
    }
    let owner = me::stored(app, &member.session.program, member.id).await?;
    let address = match &asked.email {
        Some(given) => email::parse(given),
        None => owner.email,
    };
    let address = address.ok_or_else(|| Error::field("email", "give an e-mail address"))?;
    let program = member.session.program.program();
    let locale = program.locale(Some(&owner.locale));
    let consent = task.consent.get(locale).to_owned();
    let secret = base64url(&crate::clock::random::<24>());
    let address_of_page = format!("{}/c/{secret}", app.public_url);
    let name = program.name.get(locale);
    let mail = app::text::confirm_mail(Text::by_locale(locale), name, &consent, &address_of_page);
    Ok(NewLink {
        digest: sha256(secret.as_bytes()).to_vec(),
        mail: mailer::seal(&app.master, stamp.id(7), &address, name, mail),
        address: app.master.tag("address", &address),
        email: address,
        locale: locale.to_owned(),
        consent,
    })
}

/// `POST /api/v1/attempts/{attempt}/proof`
#[utoipa::path(post, path = "/api/v1/attempts/{attempt}/proof", tag = "session", request_body = SubmitProof,
    responses((status = 200, body = AttemptView), (status = 422, body = app::api::Problem)))]
pub async fn submit(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Path(attempt): Path<String>,
    body: Json<SubmitProof>,
) -> Result<axum::Json<AttemptView>, Error> {
    let attempt: AttemptId = attempt.parse().map_err(|_| Error::not_found("attempt"))?;
    let rules = Arc::clone(&member.session.program.rules);
    let id = member.id;
    let stored = app
        .store
        .read(Get {
            id: attempt,
            member: id,
        })
        .await?;
    let stored = stored.ok_or_else(|| Error::not_found("attempt"))?;
    let task = rules.program.task(&stored.task);
    let is_elsewhere = task.is_some_and(|task| task.elsewhere.is_some());
    let kind = task.map(|task| task.kind);
    let stamp = app.clock.stamp();
    let route = format!("POST /attempts/{attempt}/proof");
    let (key, at) = (
        key.of(rules.id, id.to_string(), &route, body.digest),
        stamp.at,
    );
    let proof = body.value;
    let decided = match kind {
        _ if is_elsewhere => {
            let command = Ask {
                rules,
                member: id,
                attempt,
                stamp,
            };
            let asked = app.store.write(Keyed { key, command, at }).await?;
            app.checks.look();
            asked_of(asked.done()?)?
        }
        Some(TaskKind::Feedback) => {
            super::threads::prove(&app, &member, attempt, &proof, key, stamp).await?
        }
        Some(TaskKind::Review) => {
            super::reviews::send(&app, &member, attempt, proof, key, stamp).await?
        }
        Some(TaskKind::Visit) => {
            let command = Return {
                rules,
                member: id,
                attempt,
                stamp,
            };
            returned_of(app.store.write(Keyed { key, command, at }).await?.done()?)?
        }
        _ => {
            let command = Submit {
                rules,
                member: id,
                attempt,
                proof,
                stamp,
            };
            submitted_of(app.store.write(Keyed { key, command, at }).await?.done()?)?
        }
    };
    view(&app, &member, &decided).await
}

/// What was paid in one step.
///
/// # Errors
/// 409 as often as the limit allows, 404 for nobody, 422 and 429 for wrong codes of the till.
pub(super) fn did_of(did: Did) -> Result<StoredAttempt, Error> {
    match did {
        Did::At(stored) => Ok(stored),
        Did::Enough => Err(Error::new(
            StatusCode::CONFLICT,
            "limit_reached",
            "This pays only so often, and it has.",
        )),
        Did::WrongCode => Err(super::handed::wrong_code()),
        Did::TooManyCodes => Err(Error::over_cap("codes", WRONG_CODES_MAX, HOUR)),
        Did::SomebodyElse => Err(Error::new(
            StatusCode::CONFLICT,
            "event_differs",
            "This event was told of another member. Give each event a name of its own.",
        )),
        Did::Unknown => Err(Error::not_found("member")),
    }
}

fn asked_of(asked: Asked) -> Result<StoredAttempt, Error> {
    match asked {
        Asked::At(stored) => Ok(stored),
        Asked::Unknown => Err(Error::not_found("attempt")),
        Asked::TooOften => Err(Error::over_cap("checks", ASKED_MAX, HOUR)),
        Asked::NoAccount => Err(Error::new(
            StatusCode::CONFLICT,
            "account_needed",
            "Sign in there first, to show which account is yours.",
        )),
    }
}

fn returned_of(returned: Returned) -> Result<StoredAttempt, Error> {
    match returned {
        Returned::At(stored) => Ok(stored),
        Returned::Unknown => Err(Error::not_found("attempt")),
        Returned::NotOpened => Err(Error::new(
            StatusCode::CONFLICT,
            "not_opened",
            "Open the page from your own panel first.",
        )),
        Returned::TooSoon(seconds) => Err(Error {
            retry_after: Some(seconds.unsigned_abs()),
            ..Error::new(
                StatusCode::CONFLICT,
                "too_quick",
                format!("That was quick. Look around there for {seconds} seconds more."),
            )
        }),
    }
}

fn submitted_of(submitted: Submitted) -> Result<StoredAttempt, Error> {
    match submitted {
        Submitted::Decided(stored) => Ok(stored),
        Submitted::Unknown => Err(Error::not_found("attempt")),
        Submitted::Invalid(errors) => Err(Error::invalid(errors)),
        Submitted::TooSoon(seconds) => Err(Error {
            retry_after: Some(seconds.unsigned_abs()),
            ..Error::new(
                StatusCode::CONFLICT,
                "too_quick",
                format!("That was quick. Take {seconds} seconds more to answer."),
            )
        }),
        Submitted::Replaced => Err(Error::new(
            StatusCode::CONFLICT,
            "survey_over",
            "These questions have been replaced by new ones. Begin the task again.",
        )),
    }
}

/// `GET /api/v1/attempts/{attempt}`
#[utoipa::path(get, path = "/api/v1/attempts/{attempt}", operation_id = "show_attempt", tag = "session",
    responses((status = 200, body = AttemptView), (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    member: Member,
    Path(attempt): Path<String>,
) -> Result<axum::Json<AttemptView>, Error> {
    let id: AttemptId = attempt.parse().map_err(|_| Error::not_found("attempt"))?;
    let stored = app
        .store
        .read(Get {
            id,
            member: member.id,
        })
        .await?;
    let stored = stored.ok_or_else(|| Error::not_found("attempt"))?;
    view(&app, &member, &stored).await
}
