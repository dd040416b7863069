//! The member's own state.

use super::extract::{IdempotencyKey, Json, Member, MemberState, Query, Session};
use super::reply::Reply;
use super::views::{self, Reader, rfc3339};
use super::{Shared, listed, programs::InLocale};
use crate::App;
use crate::domain::attempt;
use crate::domain::program::POINTS;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::idempotency::{Keyed, Outcome};
use crate::store::ledger::Look;
use crate::store::members::{Get, Join, StoredMember, Update, Updated};
use crate::store::statement::{self, Statement};
use app::api::UpdateProfile;
use app::api::{self, MeView, MemberId, Transfers};
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::sync::Arc;

/// A member with their state, which a valid session always has.
///
/// # Errors
/// 401 for a member who is gone.
pub async fn stored(app: &App, program: &Loaded, id: MemberId) -> Result<StoredMember, Error> {
    let found = find(app, program, id).await?;
    found.ok_or_else(Error::unauthorized)
}

/// A member with their state, if the programme has one of this id.
///
/// # Errors
/// 503 while the store is not there.
pub async fn find(
    app: &App,
    program: &Loaded,
    id: MemberId,
) -> Result<Option<StoredMember>, Error> {
    let Some(found) = read(app, program, id).await? else {
        return Ok(None);
    };
    Ok(Some(up_to_date(app, program, found).await?))
}

async fn read(app: &App, program: &Loaded, id: MemberId) -> Result<Option<StoredMember>, Error> {
    let get = Get {
        member: id,
        rules: &program.rules,
        now: app.clock.now(),
    };
    Ok(app.store.read(get).await?)
}

/// The member as they are once what has fallen due for them has happened: what was read, in nearly all
/// cases.
///
/// # Errors
/// 503 while the store is not there.
pub async fn up_to_date(
    app: &App,
    program: &Loaded,
    found: StoredMember,
) -> Result<StoredMember, Error> {
    if !settle(app, program, &found).await {
        return Ok(found);
    }
    Ok(read(app, program, found.id).await?.unwrap_or(found))
}

/// Lets happen what has fallen due for a member who is about to be shown, since the worker may not have
/// come to them yet; and gives them the tier that stands in the place of one that new rules do not have.
/// Answers whether anything has happened, and they are to be read again.
///
/// One who cannot be settled now is shown as they were: that is late, and not wrong.
pub async fn settle(app: &App, program: &Loaded, found: &StoredMember) -> bool {
    let is_due = found.due_at.is_some_and(|at| at <= app.clock.now());
    if !is_due && found.held_tier.is_of(program.program()) {
        return false;
    }
    let (member, stamp) = (found.id, app.clock.stamp());
    let look = Look {
        rules: Arc::clone(&program.rules),
        member,
        revises: false,
        stamp,
    };
    let outcome = app.store.write(look).await;
    if let Err(error) = &outcome {
        tracing::warn!(member.id = %member, %error, "member {member} is shown as they were");
    }
    outcome.is_ok()
}

async fn view(
    app: &App,
    program: &Loaded,
    id: MemberId,
    asked: Option<&str>,
) -> Result<MeView, Error> {
    let member = stored(app, program, id).await?;
    Ok(view_of(app, program, &member, asked))
}

fn view_of(app: &App, program: &Loaded, member: &StoredMember, asked: Option<&str>) -> MeView {
    let asked = asked.unwrap_or(&member.locale);
    let reader = Reader {
        program,
        locale: program.program().locale(Some(asked)),
        time_zone: &member.time_zone,
        now: app.clock.now(),
    };
    views::me(&reader, member)
}

/// `GET /api/v1/me`: what the member has, where they stand, and what there is to do.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "show_me", tag = "session", params(("locale" = Option<String>, Query)),
    responses((status = 200, body = MeView), (status = 401, body = api::Problem), (status = 403, body = api::Problem)))]
pub async fn show(
    State(app): Shared,
    member: MemberState,
    Query(locale): Query<InLocale>,
) -> Reply<MeView> {
    let program = &member.session.program;
    Reply(view_of(
        &app,
        program,
        &member.stored,
        locale.locale.as_deref(),
    ))
}

/// `POST /api/v1/me/join`
#[utoipa::path(post, path = "/api/v1/me/join", tag = "session", request_body = api::Join,
    responses((status = 200, body = MeView), (status = 409, body = api::Problem)))]
pub async fn join(
    State(app): Shared,
    session: Session,
    body: Json<api::Join>,
) -> Result<axum::Json<MeView>, Error> {
    let rules = Arc::clone(&session.program.rules);
    if session.stored.member.is_none() && body.value.version != rules.version {
        return Err(Error::new(
            axum::http::StatusCode::CONFLICT,
            "rules_changed",
            format!(
                "The rules are now in version {}. Show them and ask again.",
                rules.version
            ),
        ));
    }
    let api::Join {
        time_zone, locale, ..
    } = body.value;
    let shopper = session.shopper().clone();
    if !shopper.is_proven() {
        return Err(Error::forbidden(
            "unproven",
            "Prove an e-mail address first.",
        ));
    }
    // A zone that this server does not know is the browser's guess, not a mistake of the shopper.
    let time_zone = time_zone.filter(|zone| TimeZone::get(zone).is_ok());
    let locale = locale.or_else(|| shopper.locale.clone());
    let join = Join {
        locale: rules.program.locale(locale.as_deref()).to_owned(),
        time_zone: time_zone.unwrap_or_else(|| rules.program.time_zone.clone()),
        rules,
        shopper,
        stamp: app.clock.stamp(),
    };
    let id = app.store.write(join).await?;
    Ok(axum::Json(
        view(&app, &session.program, id, locale.as_deref()).await?,
    ))
}

/// `PATCH /api/v1/me`
#[utoipa::path(patch, path = "/api/v1/me", tag = "session", request_body = UpdateProfile,
    responses((status = 200, body = MeView), (status = 422, body = api::Problem)))]
pub async fn update(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    body: Json<UpdateProfile>,
) -> Result<axum::Json<MeView>, Error> {
    let UpdateProfile {
        name,
        locale,
        time_zone,
    } = body.value;
    let program = &member.session.program;
    if name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty() || !attempt::is_name(name))
    {
        return Err(Error::field("name", "give a name of at most 100 letters"));
    }
    if locale
        .as_ref()
        .is_some_and(|locale| !program.program().locales.contains(locale))
    {
        let known = program.program().locales.join(", ");
        return Err(Error::field(
            "locale",
            format!("the programme speaks {known}"),
        ));
    }
    if time_zone
        .as_deref()
        .is_some_and(|zone| TimeZone::get(zone).is_err())
    {
        return Err(Error::field(
            "time_zone",
            "use a name of the IANA list, such as Europe/Berlin",
        ));
    }
    let name = name.map(|name| name.trim().to_owned());
    let stamp = app.clock.stamp();
    let keyed = Keyed {
        key: key.of(
            program.rules.id,
            member.id.to_string(),
            "PATCH /me",
            body.digest,
        ),
        at: stamp.at,
        command: Update {
            rules: Arc::clone(&program.rules),
            member: member.id,
            name,
            locale,
            time_zone,
            stamp,
        },
    };
    match app.store.write(keyed).await? {
        Outcome::Done(Updated::Done) => Ok(axum::Json(view(&app, program, member.id, None).await?)),
        Outcome::Done(Updated::ZoneStands { until }) => {
            let detail = format!(
                "it was chosen recently and can be changed after {}",
                rfc3339(until)
            );
            Err(Error::field("time_zone", detail))
        }
        Outcome::OtherRequest => Err(Error::other_request()),
    }
}

/// A page of a list.
#[derive(Debug, Default, Deserialize)]
pub struct Page {
    limit: Option<u32>,
    cursor: Option<String>,
    locale: Option<String>,
    asset: Option<String>,
}

/// `GET /api/v1/me/transfers`: the statement, the newest line first, each with its reason: of points, or of store
/// credit, which is named by its currency.
#[utoipa::path(get, path = "/api/v1/me/transfers", tag = "session",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query), ("locale" = Option<String>, Query),
        ("asset" = Option<String>, Query)),
    responses((status = 200, body = Transfers), (status = 422, body = api::Problem)))]
pub async fn transfers(
    State(app): Shared,
    member: Member,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Reply<Transfers>, Error> {
    let limit = listed::items(page.limit, "limit")?;
    let program = &member.session.program;
    let asset = page.asset.as_deref().unwrap_or(POINTS);
    // Credit of a currency that the programme had before is still the member's.
    let is_currency = asset.len() == 3 && asset.bytes().all(|byte| byte.is_ascii_uppercase());
    if asset != POINTS && !is_currency {
        return Err(Error::field(
            "asset",
            "use \"points\", or the currency of store credit, such as RUB",
        ));
    }
    let owner = stored(&app, program, member.id).await?;
    let locale = InLocale {
        locale: page.locale,
    };
    let reader = Reader {
        program,
        locale: program.program().locale(locale.asked(&headers)),
        time_zone: &owner.time_zone,
        now: app.clock.now(),
    };
    let query = Statement {
        member: member.id,
        asset: asset.to_owned(),
        below: below(page.cursor.as_deref())?,
        limit,
    };
    let page = app.store.read(query).await?;
    Ok(Reply(statement_of(&reader, page)))
}

/// Below which line a page of the statement begins.
///
/// # Errors
/// 422 for a cursor that is none.
pub fn below(cursor: Option<&str>) -> Result<Option<i64>, Error> {
    let below = cursor.map(|cursor| {
        cursor
            .parse()
            .map_err(|_| Error::field("cursor", "use the next_cursor of the page before"))
    });
    below.transpose()
}

/// A page of the statement.
pub fn statement_of(reader: &Reader<'_>, page: statement::Page) -> Transfers {
    let lines = page.lines.into_iter();
    Transfers {
        items: lines.map(|line| views::transfer(reader, line)).collect(),
        next_cursor: page.below.map(|number| number.to_string()),
    }
}
