//! Sessions: opened with a signed token, a one-time code or a sign-in elsewhere, renewed by use, closed.

use super::{
    Shared,
    extract::{Anyone, Json, Session, check_origin},
    views::rfc3339,
};
use crate::App;
use crate::crypto::{base64url, sha256};
use crate::domain::Instant;
use crate::domain::identity::Shopper;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::codes::{Tried, Try};
use crate::store::members::{BringsMore, Join};
use crate::store::sessions::{Close, Digest, Find, Open, Renew, StoredSession};
use crate::store::sign_ins::{Look, Standing, Use};
use crate::token::{self, TokenError};
use app::api::{ChallengeId, NewSession, SessionView};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

/// A session that was opened, with the bearer that is told once.
pub struct Opened {
    /// The bearer.
    pub bearer: String,
    /// The session.
    pub stored: StoredSession,
}

impl Opened {
    fn view(&self) -> SessionView {
        SessionView {
            token: self.bearer.clone(),
            expires_at: rfc3339(self.stored.expires_at),
            ends_at: rfc3339(self.stored.ends_at),
            member: self.stored.member,
        }
    }
}

/// One answer for every token that is not accepted; why is in the log alone.
fn refused() -> Error {
    Error::new(
        StatusCode::UNAUTHORIZED,
        "bad_token",
        "This token is not accepted. Ask the shop's backend for a new one, signed with a current key of this programme.",
    )
}

/// What a shop's signed token proves, and the session that it is exchanged for. The bearer follows from the token, so
/// two frames of one page that bring the same token share one session.
pub struct Proven {
    shopper: Shopper,
    bearer: String,
    /// Of the bearer.
    digest: Digest,
}

impl Proven {
    /// Looks for the session, which every page of the shop opens anew.
    pub fn find(&self, now: Instant) -> Find {
        let digest = self.digest;
        Find { digest, now }
    }
}

/// Checks a shop's signed token.
///
/// # Errors
/// 401 for any token that is not accepted.
pub async fn prove(app: &App, program: &Loaded, token: &str) -> Result<Proven, Error> {
    let now = app.clock.now();
    let verified = token::verify(&app.store, &app.master, &program.rules, token, now).await;
    let shopper = verified.map_err(|error| match error {
        TokenError::Refused(why) => {
            tracing::info!(program = program.program().slug, %why, "a token was refused");
            refused()
        }
        TokenError::Store(error) => error.into(),
    })?;
    let bearer = base64url(&app.master.mac("session", token.as_bytes()));
    Ok(Proven {
        shopper,
        digest: sha256(bearer.as_bytes()),
        bearer,
    })
}

/// Whether a session that is open already is all that its token can give: what would have to join, or to last longer,
/// needs a write.
pub fn suffices(program: &Loaded, session: &StoredSession, now: Instant) -> bool {
    let joined = session.member.is_some() || !program.program().auto_join;
    joined && !session.wants_renewal(now)
}

/// The session of a token: what was found, where it [`suffices`], or what a write makes of it.
///
/// # Errors
/// 401 for a token whose session was signed out.
pub async fn open_proven(
    app: &App,
    program: &Loaded,
    proven: Proven,
    found: Option<StoredSession>,
) -> Result<Opened, Error> {
    let Proven {
        shopper, bearer, ..
    } = proven;
    let now = app.clock.now();
    match found.filter(|found| suffices(program, found, now)) {
        Some(stored) => Ok(Opened { bearer, stored }),
        None => open_session(app, program, bearer, shopper).await,
    }
}

async fn by_token(app: &App, program: &Loaded, token: &str) -> Result<Opened, Error> {
    let proven = prove(app, program, token).await?;
    let found = app.store.read(proven.find(app.clock.now())).await?;
    open_proven(app, program, proven, found).await
}

async fn by_code(
    app: &App,
    program: &Loaded,
    challenge: ChallengeId,
    code: &str,
) -> Result<Opened, Error> {
    let attempt = Try {
        id: challenge,
        program_id: program.rules.id,
        digest: super::codes::digest(app, challenge, code),
        now: app.clock.now(),
    };
    match app.store.write(attempt).await? {
        Tried::Proven { email } => {
            let shopper = Shopper {
                email: Some(email),
                email_verified: true,
                ..Shopper::default()
            };
            let bearer = base64url(&crate::clock::random::<32>());
            open_session(app, program, bearer, shopper).await
        }
        Tried::Wrong { left } if left > 0 => Err(Error::field(
            "code",
            format!("This is not the code. You can try {left} more times."),
        )),
        Tried::Wrong { .. } | Tried::Gone => Err(Error::new(
            StatusCode::UNAUTHORIZED,
            "code_gone",
            "This code no longer works. Ask for a new one.",
        )),
    }
}

/// The panel that began a sign-in elsewhere asks whether it is done. Only that panel has the secret.
async fn by_sign_in(app: &App, program: &Loaded, secret: &str) -> Result<Opened, Error> {
    let over = || {
        Error::new(
            StatusCode::UNAUTHORIZED,
            "sign_in_over",
            "This sign-in did not come about, took too long, or has been used. Begin another one.",
        )
    };
    let (digest, now) = (sha256(secret.as_bytes()).to_vec(), app.clock.now());
    let look = Look {
        digest: digest.clone(),
        program: program.rules.id,
        now,
    };
    match app.store.read(look).await? {
        Standing::Known => {}
        Standing::Over => return Err(over()),
        Standing::Waits => {
            return Err(Error::new(
                StatusCode::CONFLICT,
                "not_yet",
                "Nobody has come back from this sign-in yet. Ask again in two seconds.",
            ));
        }
    }
    let command = Use {
        digest,
        program: program.rules.id,
        now,
    };
    let (shopper, is_member) = app.store.write(command).await?.ok_or_else(over)?;
    if is_member && !program.program().auto_join {
        // Known by the account from now on, too.
        app.store.write(joining(app, program, &shopper)).await?;
    }
    let bearer = base64url(&crate::clock::random::<32>());
    open_session(app, program, bearer, shopper).await
}

fn joining(app: &App, program: &Loaded, shopper: &Shopper) -> Join {
    let rules = &program.rules;
    Join {
        rules: rules.clone(),
        shopper: shopper.clone(),
        locale: rules.program.locale(shopper.locale.as_deref()).to_owned(),
        time_zone: rules.program.time_zone.clone(),
        stamp: app.clock.stamp(),
    }
}

async fn open_session(
    app: &App,
    program: &Loaded,
    bearer: String,
    shopper: Shopper,
) -> Result<Opened, Error> {
    let (at, rules) = (app.clock.now(), &program.rules);
    let joins = match BringsMore::of(rules.id, &shopper) {
        _ if rules.program.auto_join => true,
        Some(brings) => app.store.read(brings).await?,
        None => false,
    };
    if joins {
        app.store.write(joining(app, program, &shopper)).await?;
    }
    let digest = sha256(bearer.as_bytes());
    let opened = app
        .store
        .write(Open {
            digest,
            program_id: rules.id,
            shopper,
            at,
        })
        .await?;
    // A token whose session was signed out.
    let stored = opened.ok_or_else(refused)?;
    Ok(Opened { bearer, stored })
}

/// `POST /api/v1/sessions`
#[utoipa::path(post, path = "/api/v1/sessions", tag = "shopper", request_body = NewSession,
    responses((status = 200, body = SessionView), (status = 401, body = app::api::Problem),
        (status = 409, body = app::api::Problem)))]
pub async fn open(
    State(app): Shared,
    _: Anyone,
    headers: HeaderMap,
    body: Json<NewSession>,
) -> Result<axum::Json<SessionView>, Error> {
    let NewSession {
        program,
        token,
        challenge,
        code,
        sign_in,
    } = body.value;
    let program = app.programs.by_slug(&program).await?;
    let program = program.ok_or_else(|| Error::not_found("programme"))?;
    check_origin(&app, &program, &headers)?;
    let opened = match (token, challenge, code, sign_in) {
        (Some(token), None, None, None) => by_token(&app, &program, &token).await?,
        (None, Some(challenge), Some(code), None) => {
            by_code(&app, &program, challenge, &code).await?
        }
        (None, None, None, Some(secret)) => by_sign_in(&app, &program, &secret).await?,
        _ => {
            return Err(Error::field(
                "token",
                "give either token, or challenge and code, or sign_in",
            ));
        }
    };
    Ok(axum::Json(opened.view()))
}

/// `POST /api/v1/sessions/current`
#[utoipa::path(post, path = "/api/v1/sessions/current", tag = "shopper",
    responses((status = 204), (status = 401, body = app::api::Problem)))]
pub async fn renew(State(app): Shared, session: Session) -> Result<StatusCode, Error> {
    app.store
        .write(Renew {
            used: vec![(session.digest, app.clock.now())],
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/v1/sessions/current`
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "shopper",
    responses((status = 204), (status = 401, body = app::api::Problem)))]
pub async fn close(State(app): Shared, session: Session) -> Result<StatusCode, Error> {
    app.store
        .write(Close {
            digest: session.digest,
            member: session.stored.member,
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
