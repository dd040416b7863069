//! What platforms and services tell by themselves, each in a form of its own.

use super::attempts::did_of;
use super::{Shared, orders, refunds, shop_events};
use crate::App;
use crate::api::extract::{Anyone, Query};
use crate::connections;
use crate::domain::order;
use crate::domain::program::Rules;
use crate::error::Error;
use crate::hooks::{self, Hint, Hook, Refused, Review, Told, Who};
use crate::store::attempts::Did;
use crate::store::hints::{Hasten, Whom};
use crate::store::judged::Judge;
use crate::web;
use app::api::FieldError;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest body, in bytes: contract §7.
pub const HOOK_BYTES_MAX: usize = 1024 * 1024;

/// `POST /hooks/{connection}`, the connection as `{program}.{connection}`: an order or a refund, as the shop's
/// platform tells it; a review; or that something changed on a service, which is then asked. Told again, late or in
/// another order, it changes nothing.
///
/// What is genuine and cannot be used is answered 202 and logged as an error, since platforms switch off a hook
/// that fails a few times, and all others with it.
#[utoipa::path(post, path = "/hooks/{connection}", operation_id = "hear_hook", tag = "outside", params(("connection" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, description = "It was heard."), (status = 202, body = app::api::Problem),
        (status = 401, body = app::api::Problem), (status = 404, body = app::api::Problem)))]
pub async fn hear(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Error> {
    let missing = || Error::not_found("hook");
    let (slug, id) = name.split_once('.').ok_or_else(missing)?;
    let program = app.programs.by_slug(slug).await?.ok_or_else(missing)?;
    let connection = program.program().connection(id).ok_or_else(missing)?;
    let service = connections::service(&connection.kind).ok_or_else(missing)?;
    let setup = app.means().setup(&program.rules, connection).await;
    let setup = setup.map_err(|error| Error::internal(&error))?;
    if let Some(greets) = service.greets() {
        return match greets.read(&setup, &headers, &body) {
            Ok(greetings) => {
                web::auth::hear(&app, &program, service, &setup, greetings).await?;
                Ok(StatusCode::OK)
            }
            Err(refused) => not_heard(&name, &refused),
        };
    }
    let kind = service.hook().ok_or_else(missing)?;
    let secrets = [setup.get("hook_secret"), setup.get("old_hook_secret")];
    let secrets: Vec<&str> = secrets
        .into_iter()
        .filter(|secret| !secret.is_empty())
        .collect();
    let hook = Hook {
        headers: &headers,
        query: query.as_deref().unwrap_or_default(),
        body: &body,
    };
    let heard = hooks::read(kind, &secrets, &hook, app.clock.now()).ok_or_else(missing)?;
    let heard = match heard {
        Ok(heard) => heard,
        Err(refused) => return not_heard(&name, &refused),
    };
    // What cannot be used must not keep back what comes with it: an order that was edited, its refunds.
    let mut status = StatusCode::OK;
    for told in heard.told {
        if let Err(why) = take_in(&app, &program.rules, id, told).await? {
            status = unusable(&name, &why);
        }
    }
    Ok(status)
}

/// `GET /hooks/{connection}`: some services look whether the address is there, before they send anything. It is
/// answered with what they ask to have repeated, if they do.
#[utoipa::path(get, path = "/hooks/{connection}", operation_id = "meet_hook", tag = "outside", params(("connection" = String, Path)),
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = app::api::Problem)))]
pub async fn meet(
    State(app): Shared,
    _: Anyone,
    Path(name): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<String, Error> {
    let missing = || Error::not_found("hook");
    let (slug, id) = name.split_once('.').ok_or_else(missing)?;
    let program = app.programs.by_slug(slug).await?.ok_or_else(missing)?;
    let connection = program.program().connection(id).ok_or_else(missing)?;
    let service = connections::service(&connection.kind).ok_or_else(missing)?;
    if let Some(greets) = service.greets() {
        let setup = app.means().setup(&program.rules, connection).await;
        let setup = setup.map_err(|error| Error::internal(&error))?;
        return greets.challenge(&setup, &query).ok_or_else(missing);
    }
    if service.hook().is_some_and(hooks::is_looked_for) {
        return Ok(String::new());
    }
    Err(missing())
}

/// What is answered to a hook that is not listened to.
fn not_heard(connection: &str, refused: &Refused) -> Result<StatusCode, Error> {
    if let Refused::Unreadable(why) = refused {
        return Ok(unusable(connection, why));
    }
    tracing::info!(connection, %refused, "a hook was refused");
    Err(Error::new(
        StatusCode::UNAUTHORIZED,
        "bad_signature",
        refused.to_string(),
    ))
}

fn unusable(connection: &str, why: &str) -> StatusCode {
    tracing::error!(
        connection,
        "a genuine hook of {connection} could not be used: {why}"
    );
    StatusCode::ACCEPTED
}

/// Takes in one thing that a connection told; or why it cannot be.
///
/// # Errors
/// When the store does not answer. Then it can be told again.
pub(crate) async fn take_in(
    app: &App,
    rules: &Arc<Rules>,
    connection: &str,
    told: Told,
) -> Result<Result<(), String>, Error> {
    let stamp = app.clock.stamp();
    let rules = Arc::clone(rules);
    let kept = match told {
        Told::Order(order) => {
            let faults = order::check(&order);
            if !faults.is_empty() {
                return Ok(Err(named(&faults)));
            }
            let command = orders::command(rules, order, stamp);
            orders::kept(app.store.write(command).await?).map(|_| ())
        }
        Told::Refund(refund) => {
            let faults = order::check_refund(&refund);
            if !faults.is_empty() {
                return Ok(Err(named(&faults)));
            }
            let command = refunds::command(rules, refund, stamp);
            refunds::kept(app.store.write(command).await?).map(|_| ())
        }
        Told::Event(event) => match shop_events::command(&rules, event, stamp) {
            Err(refused) => Err(refused),
            Ok(command) => match app.store.write(command).await? {
                // That it was enough is no fault of whoever told it.
                Did::At(_) | Did::Enough => Ok(()),
                did => did_of(did).map(|_| ()),
            },
        },
        Told::Hint(hint) => {
            look_now(app, rules, connection, hint).await?;
            Ok(())
        }
        Told::Review(review) => {
            judge(app, rules, connection, review).await?;
            Ok(())
        }
    };
    Ok(kept.map_err(|refused| refused.detail))
}

/// Has asked now what a hint is about. Whoever is not known here is nobody's concern.
async fn look_now(app: &App, rules: Arc<Rules>, connection: &str, hint: Hint) -> Result<(), Error> {
    let named = rules.program.connection(connection);
    let Some(service) = named.and_then(|named| connections::service(&named.kind)) else {
        return Ok(());
    };
    let kind = service.about().kind;
    let whom = match &hint.who {
        Who::Account(id) => Whom::Account(kind, connections::digest(&app.master, kind, id)),
        Who::Address(address) => Whom::Address(address.clone()),
    };
    let hasten = Hasten {
        connection: connection.to_owned(),
        whom,
        hint,
        now: app.clock.now(),
        rules,
    };
    if app.store.write(hasten).await? > 0 {
        app.checks.look();
    }
    Ok(())
}

/// Has a review earn, if it may.
async fn judge(
    app: &App,
    rules: Arc<Rules>,
    connection: &str,
    review: Review,
) -> Result<(), Error> {
    let judge = Judge {
        connection: connection.to_owned(),
        stamp: app.clock.stamp(),
        rules,
        review,
    };
    app.store.write(judge).await?;
    Ok(())
}

fn named(faults: &[FieldError]) -> String {
    let named = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.detail));
    named.collect::<Vec<_>>().join("; ")
}
