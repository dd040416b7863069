//! Members who bring friends, as the advocate sees it: their link, their friends, and what they can ask for.

use super::Shared;
use super::extract::{Anyone, IdempotencyKey, Json, Member};
use super::reply::Reply;
use super::views::rfc3339;
use crate::App;
use crate::domain::decision::note;
use crate::domain::{Instant, referral};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::idempotency::Keyed;
use crate::store::referrals::{
    Appeal, Appealed, Choose, Chosen, Friends, Mine, OfMember, StoredReferral,
};
use app::api::{
    FriendView, MemberId, MyReferral, NewAppeal, NewReferralCode, ReferralId, ReferralStage,
    ShareMessage,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::net::IpAddr;
use std::sync::Arc;

/// Chance for eight codes, of which one will be free.
const CHANCE_BYTES: usize = 64;

/// A member's own link and friends, for the panel and for `GET /api/v1/me/referral`; none where the programme does not
/// reward that. Whoever has no code yet, being a member of before, gets one.
///
/// # Errors
/// 503 while the store is not there.
pub(crate) async fn view(
    app: &App,
    program: &Loaded,
    member: MemberId,
    (code, friends): (Option<String>, Friends),
) -> Result<Option<MyReferral>, Error> {
    let Some(rule) = &program.program().referral else {
        return Ok(None);
    };
    let code = match code {
        Some(code) => code,
        None => make(app, program, member).await?,
    };
    let now = app.clock.now();
    let locales = program.program().locales.iter();
    let messages = locales.map(|locale| ShareMessage {
        locale: locale.clone(),
        text: rule.message.get(locale).to_owned(),
    });
    Ok(Some(MyReferral {
        link: link(app, &code),
        code,
        messages: messages.collect(),
        friends: friends.items.iter().map(|it| friend(it, now)).collect(),
        counted: friends.counted,
        earned: friends.earned,
    }))
}

/// A member's whole link.
pub(crate) fn link(app: &App, code: &str) -> String {
    format!("{}/r/{code}", app.public_url)
}

/// Where a request comes from, as the gifts of friends know it.
pub(crate) fn place_of(app: &App, ip: IpAddr) -> Vec<u8> {
    app.master.mac("gift", ip.to_string().as_bytes()).to_vec()
}

/// Gives a member a code that is made by chance.
async fn make(app: &App, program: &Loaded, member: MemberId) -> Result<String, Error> {
    let choose = Choose {
        rules: Arc::clone(&program.rules),
        member,
        wish: None,
        made: referral::made(&crate::clock::random::<CHANCE_BYTES>()),
        source: None,
        stamp: app.clock.stamp(),
    };
    match app.store.write(choose).await? {
        Chosen::Done(code) => Ok(code),
        // All of them were taken: the next request makes others.
        Chosen::Taken | Chosen::TooMany => Err(Error::busy()),
    }
}

/// A friend as the advocate sees them: by number alone.
fn friend(stored: &StoredReferral, now: Instant) -> FriendView {
    use ReferralStage::{Lapsed, Refused, Reversed, Waiting};
    let stage = stored.stage;
    let is_off = matches!(stage, Lapsed | Refused | Reversed);
    FriendView {
        id: stored.id,
        number: stored.number,
        stage,
        reason: stored.reason.clone(),
        note: stored.note.clone(),
        points: if is_off { 0 } else { stored.points },
        due_at: stored.due_at.filter(|_| stage == Waiting).map(rfc3339),
        at: rfc3339(stored.updated_at),
        can_appeal: stored.can_appeal(now),
    }
}

/// Where nobody is rewarded for friends.
fn no_rule() -> Error {
    Error::not_found("reward for bringing friends in this programme")
}

async fn of_member(app: &App, member: &Member) -> Result<MyReferral, Error> {
    let id = member.id;
    let code = app.store.read(OfMember { member: id }).await?;
    let friends = app.store.read(Mine { member: id }).await?;
    let found = view(app, &member.session.program, id, (code, friends)).await?;
    found.ok_or_else(no_rule)
}

/// `GET /api/v1/me/referral`: the member's link, and their friends without naming anybody.
#[utoipa::path(get, path = "/api/v1/me/referral", operation_id = "show_my_referral", tag = "session",
    responses((status = 200, body = MyReferral), (status = 401, body = app::api::Problem), (status = 404, body = app::api::Problem)))]
pub async fn show(State(app): Shared, member: Member) -> Result<Reply<MyReferral>, Error> {
    Ok(Reply(of_member(&app, &member).await?))
}

/// `POST /api/v1/me/referral`: chooses a code. Old ones go on working.
#[utoipa::path(post, path = "/api/v1/me/referral", operation_id = "choose_referral_code", tag = "session",
    request_body = NewReferralCode,
    responses((status = 200, body = MyReferral), (status = 404, body = app::api::Problem), (status = 409, body = app::api::Problem),
        (status = 422, body = app::api::Problem)))]
pub async fn choose(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Anyone(ip): Anyone,
    body: Json<NewReferralCode>,
) -> Result<Reply<MyReferral>, Error> {
    let rules = Arc::clone(&member.session.program.rules);
    if rules.program.referral.is_none() {
        return Err(no_rule());
    }
    let wish = referral::chosen(&body.value.code).map_err(|remedy| Error {
        code: "bad_referral_code",
        ..Error::field("code", remedy)
    })?;
    let stamp = app.clock.stamp();
    let keyed = Keyed {
        key: key.of(
            rules.id,
            member.id.to_string(),
            "POST /me/referral",
            body.digest,
        ),
        at: stamp.at,
        command: Choose {
            rules,
            member: member.id,
            wish: Some(wish),
            made: Vec::new(),
            source: Some(place_of(&app, ip)),
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Chosen::Done(_) => Ok(Reply(of_member(&app, &member).await?)),
        Chosen::Taken => Err(Error::new(
            StatusCode::CONFLICT,
            "referral_code_taken",
            "Somebody else has this code. Choose another one.",
        )),
        Chosen::TooMany => {
            let detail = format!(
                "A member has at most {} codes, and all of them go on working. Choose one of them.",
                referral::CODES_MAX
            );
            let status = StatusCode::CONFLICT;
            Err(Error::new(status, "too_many_referral_codes", detail))
        }
    }
}

/// `POST /api/v1/referrals/{referral}/appeal`: asks a person to look again at a friend who does not count. Once.
#[utoipa::path(post, path = "/api/v1/referrals/{referral}/appeal", operation_id = "appeal_referral", tag = "session",
    request_body = NewAppeal, params(("referral" = ReferralId, Path)),
    responses((status = 200, body = FriendView), (status = 404, body = app::api::Problem), (status = 409, body = app::api::Problem),
        (status = 422, body = app::api::Problem)))]
pub async fn appeal(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Path(id): Path<String>,
    body: Json<NewAppeal>,
) -> Result<Reply<FriendView>, Error> {
    let id: ReferralId = id.parse().map_err(|_| Error::not_found("friend"))?;
    let text = note(&body.value.text);
    let text = text.ok_or_else(|| Error::field("text", "say why in 1 to 500 characters"))?;
    let rules = Arc::clone(&member.session.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /referrals/{id}/appeal");
    let keyed = Keyed {
        key: key.of(rules.id, member.id.to_string(), &route, body.digest),
        at: stamp.at,
        command: Appeal {
            rules,
            member: member.id,
            id,
            text,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Appealed::Done(stored) => Ok(Reply(friend(&stored, app.clock.now()))),
        Appealed::Final => Err(Error::new(
            StatusCode::CONFLICT,
            "appeal_not_open",
            "A person can look at this once, within 30 days of a refusal that may be a mistake.",
        )),
        Appealed::Unknown => Err(Error::not_found("friend")),
    }
}
