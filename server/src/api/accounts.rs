//! The accounts elsewhere that a member has shown to be theirs.

use super::Shared;
use super::extract::Member;
use crate::connections;
use crate::error::Error;
use crate::store::accounts::Unlink;
use axum::extract::{Path, State};
use axum::http::StatusCode;

/// `DELETE /api/v1/me/accounts/{connection}`: lets the account go. It stays this member's for ever, so that
/// nobody else earns with it.
#[utoipa::path(delete, path = "/api/v1/me/accounts/{connection}", operation_id = "unlink_account", tag = "session",
    params(("connection" = String, Path)),
    responses((status = 204), (status = 404, body = app::api::Problem)))]
pub async fn unlink(
    State(app): Shared,
    member: Member,
    Path(connection): Path<String>,
) -> Result<StatusCode, Error> {
    let missing = || Error::not_found("account");
    let connection = member.session.program.program().connection(&connection);
    let service = connection.and_then(|connection| connections::service(&connection.kind));
    let command = Unlink {
        member: member.id,
        service: service.ok_or_else(missing)?.about().kind,
        now: app.clock.now(),
    };
    if app.store.write(command).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(missing())
}
