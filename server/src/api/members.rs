//! Members, as the shop sees them.

use super::extract::{Json, Query, Shop};
use super::views::{self, Reader};
use super::{Shared, listed, me};
use crate::App;
use crate::domain::identity::Shopper;
use crate::domain::{Instant, attempt, email, order};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::members::{self, Join, Page, SetTier};
use app::api::{self, FieldError, ManualTier, MemberId, MemberRef, MemberView, Members, NewMember};
use axum::extract::{Path, State};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "members";

async fn view(app: &App, program: &Loaded, id: MemberId) -> Result<MemberView, Error> {
    let found = me::find(app, program, id).await?;
    let member = found.ok_or_else(|| Error::not_found("member"))?;
    let reader = Reader {
        program,
        locale: program.program().locale(Some(&member.locale)),
        time_zone: &member.time_zone,
        now: app.clock.now(),
    };
    let customer = app.store.read(members::CustomerOf(id)).await?;
    Ok(views::member(&reader, &member, customer))
}

/// `POST /api/v1/programs/{program}/members`: joins a customer on the shop's word, or finds them.
#[utoipa::path(post, path = "/api/v1/programs/{program}/members", operation_id = "join_member", tag = "shop", request_body = NewMember,
    params(("program" = String, Path)),
    responses((status = 200, body = MemberView), (status = 422, body = api::Problem)))]
pub async fn join(
    State(app): Shared,
    shop: Shop,
    body: Json<NewMember>,
) -> Result<axum::Json<MemberView>, Error> {
    shop.may(SCOPE)?;
    let NewMember {
        customer,
        email: address,
        name,
        locale,
        time_zone,
    } = body.value;
    let mut errors = Vec::new();
    let mut fault = |field: &str, detail: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            detail: detail.to_owned(),
        });
    };
    if customer.is_none() && address.is_none() {
        fault("customer", "give customer, email or both");
    }
    if customer.as_deref().is_some_and(|id| !order::is_text(id)) {
        fault("customer", "give 1 to 255 bytes, or leave it out");
    }
    let parsed = address.as_deref().and_then(email::parse);
    if address.is_some() && parsed.is_none() {
        fault("email", "this is not an e-mail address");
    }
    if name.as_deref().is_some_and(|name| !attempt::is_name(name)) {
        fault("name", "give a name of at most 100 letters");
    }
    if time_zone
        .as_deref()
        .is_some_and(|zone| TimeZone::get(zone).is_err())
    {
        fault(
            "time_zone",
            "use a name of the IANA list, such as Europe/Berlin",
        );
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let rules = Arc::clone(&shop.program.rules);
    let join = Join {
        locale: rules.program.locale(locale.as_deref()).to_owned(),
        time_zone: time_zone.unwrap_or_else(|| rules.program.time_zone.clone()),
        shopper: Shopper {
            customer,
            email: parsed,
            email_verified: true,
            name,
            ..Shopper::default()
        },
        rules,
        stamp: app.clock.stamp(),
    };
    let id = app.store.write(join).await?;
    Ok(axum::Json(view(&app, &shop.program, id).await?))
}

/// Which members.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    customer: Option<String>,
    email: Option<String>,
    limit: Option<u32>,
    cursor: Option<MemberId>,
}

/// `GET /api/v1/programs/{program}/members`: members in the order they joined, or those of a customer id or a
/// proven address.
#[utoipa::path(get, path = "/api/v1/programs/{program}/members", tag = "shop",
    params(("program" = String, Path), ("customer" = Option<String>, Query), ("email" = Option<String>, Query),
        ("limit" = Option<u32>, Query), ("cursor" = Option<MemberId>, Query)),
    responses((status = 200, body = Members), (status = 422, body = api::Problem)))]
pub async fn list(
    State(app): Shared,
    shop: Shop,
    Query(which): Query<Which>,
) -> Result<axum::Json<Members>, Error> {
    shop.may(SCOPE)?;
    let limit = listed::items(which.limit, "limit")?;
    let program = &*shop.program;
    let named = MemberRef {
        id: None,
        customer: which.customer,
        email: which.email,
    };
    let (ids, next_cursor) = if named == MemberRef::default() {
        let page = Page {
            program: program.rules.id,
            after: which.cursor,
            limit: i64::from(limit) + 1,
        };
        let mut ids = app.store.read(page).await?;
        let more = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        let next = ids.last().filter(|_| more).map(ToString::to_string);
        (ids, next)
    } else {
        let find = members::Named {
            program: program.rules.id,
            member: named,
        };
        (app.store.read(find).await?.into_iter().collect(), None)
    };
    let mut items = Vec::new();
    for id in ids {
        items.push(view(&app, program, id).await?);
    }
    Ok(axum::Json(Members { items, next_cursor }))
}

/// `GET /api/v1/programs/{program}/members/{member}`: what a member has, and where they stand.
#[utoipa::path(get, path = "/api/v1/programs/{program}/members/{member}", operation_id = "show_member", tag = "shop",
    params(("program" = String, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = MemberView), (status = 404, body = api::Problem)))]
pub async fn show(
    State(app): Shared,
    shop: Shop,
    Path((_, member)): Path<(String, String)>,
) -> Result<axum::Json<MemberView>, Error> {
    shop.may(SCOPE)?;
    let id = member.parse().map_err(|_| Error::not_found("member"))?;
    Ok(axum::Json(view(&app, &shop.program, id).await?))
}

/// `PUT /api/v1/programs/{program}/members/{member}/tier`: gives a tier by hand, or ends that.
#[utoipa::path(put, path = "/api/v1/programs/{program}/members/{member}/tier", tag = "shop", request_body = ManualTier,
    params(("program" = String, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = MemberView), (status = 404, body = api::Problem), (status = 422, body = api::Problem)))]
pub async fn set_tier(
    State(app): Shared,
    shop: Shop,
    Path((_, member)): Path<(String, String)>,
    body: Json<ManualTier>,
) -> Result<axum::Json<MemberView>, Error> {
    shop.may(SCOPE)?;
    let member: MemberId = member.parse().map_err(|_| Error::not_found("member"))?;
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let manual = manual(&rules.program, body.value, stamp.at)?;
    let set = SetTier {
        rules,
        member,
        manual,
        stamp,
    };
    if !app.store.write(set).await? {
        return Err(Error::not_found("member"));
    }
    Ok(axum::Json(view(&app, &shop.program, member).await?))
}

fn manual(
    program: &crate::domain::program::Program,
    asked: ManualTier,
    now: Instant,
) -> Result<Option<crate::domain::tier::Manual>, Error> {
    let Some(tier) = asked.tier else {
        return Ok(None);
    };
    if !program.tiers.iter().any(|known| known.id == tier) {
        return Err(Error::field("tier", "the programme has no such tier"));
    }
    let until = asked
        .until
        .as_deref()
        .and_then(|until| until.parse::<Timestamp>().ok());
    let until = until
        .map(Timestamp::as_microsecond)
        .filter(|until| *until > now);
    let until = until.ok_or_else(|| {
        Error::field(
            "until",
            "give a time to come as RFC 3339, such as 2027-11-21T12:00:00Z",
        )
    })?;
    Ok(Some(crate::domain::tier::Manual { tier, until }))
}
