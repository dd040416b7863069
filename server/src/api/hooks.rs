//! What platforms tell by themselves, each in a signed form of its own.

use super::{Shared, orders, refunds};
use crate::App;
use crate::api::extract::Anyone;
use crate::connections;
use crate::domain::order;
use crate::domain::program::Rules;
use crate::error::Error;
use crate::hooks::{self, Hook, Refused, Told};
use app::api::FieldError;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use std::sync::Arc;

/// The largest body, in bytes: contract §7.
pub const HOOK_BYTES_MAX: usize = 1024 * 1024;

/// `POST /hooks/{connection}`, the connection as `{program}.{connection}`: an order or a refund, as the shop's
/// platform tells it. Told again, late or in another order, it changes nothing.
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
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Error> {
    let missing = || Error::not_found("hook");
    let (slug, id) = name.split_once('.').ok_or_else(missing)?;
    let program = app.programs.by_slug(slug).await?.ok_or_else(missing)?;
    let connection = program.program().connection(id).ok_or_else(missing)?;
    let service = connections::service(&connection.kind).ok_or_else(missing)?;
    let kind = service.hook().ok_or_else(missing)?;
    let setup = app.means().setup(&program.rules, connection).await;
    let setup = setup.map_err(|error| Error::internal(&error))?;
    let secrets = [setup.get("hook_secret"), setup.get("old_hook_secret")];
    let secrets: Vec<&str> = secrets
        .into_iter()
        .filter(|secret| !secret.is_empty())
        .collect();
    let hook = Hook {
        headers: &headers,
        body: &body,
    };
    let heard = hooks::read(kind, &secrets, &hook, app.clock.now()).ok_or_else(missing)?;
    let heard = match heard {
        Ok(heard) => heard,
        Err(Refused::Unreadable(why)) => return Ok(unusable(&name, &why)),
        Err(refused) => {
            tracing::info!(connection = name, %refused, "a hook was refused");
            return Err(Error::new(
                StatusCode::UNAUTHORIZED,
                "bad_signature",
                refused.to_string(),
            ));
        }
    };
    // What cannot be used must not keep back what comes with it: an order that was edited, its refunds.
    let mut status = StatusCode::OK;
    for told in heard.told {
        if let Err(why) = take_in(&app, &program.rules, told).await? {
            status = unusable(&name, &why);
        }
    }
    Ok(status)
}

fn unusable(connection: &str, why: &str) -> StatusCode {
    tracing::error!(
        connection,
        "a genuine hook of {connection} could not be used: {why}"
    );
    StatusCode::ACCEPTED
}

/// Takes in one thing that was told; or why it cannot be.
async fn take_in(app: &App, rules: &Arc<Rules>, told: Told) -> Result<Result<(), String>, Error> {
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
    };
    Ok(kept.map_err(|refused| refused.detail))
}

fn named(faults: &[FieldError]) -> String {
    let named = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.detail));
    named.collect::<Vec<_>>().join("; ")
}
