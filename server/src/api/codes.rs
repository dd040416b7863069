//! One-time codes by e-mail, for shops without a backend.

use super::{
    Shared,
    extract::{Anyone, Json, check_origin},
    views::rfc3339,
};
use crate::App;
use crate::clock::random;
use crate::domain::{HOUR, email, work};
use crate::error::Error;
use crate::mailer;
use crate::store::codes::{LIFE, RESEND_AFTER, Send, Sent};
use app::api::{ChallengeId, CodeSent, NewCode};
use app::text::Text;
use axum::extract::State;
use axum::http::HeaderMap;

/// Six digits.
const CODES: u32 = 1_000_000;

/// What is stored of a code: a keyed digest, since six digits could be found by trying them all.
pub(super) fn digest(app: &App, challenge: ChallengeId, code: &str) -> Vec<u8> {
    app.master
        .mac("code", format!("{challenge}|{}", code.trim()).as_bytes())
        .to_vec()
}

/// Six digits, each as likely as any other.
fn new_code() -> String {
    // The numbers above the last whole million would favour small codes.
    let fair = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_be_bytes(random());
        if number < fair {
            return format!("{:06}", number % CODES);
        }
    }
}

/// `POST /api/v1/codes`
#[utoipa::path(post, path = "/api/v1/codes", tag = "shopper", request_body = NewCode,
    responses((status = 202, body = CodeSent), (status = 428, body = app::api::Problem),
        (status = 429, body = app::api::Problem)))]
pub async fn send(
    State(app): Shared,
    Anyone(ip): Anyone,
    headers: HeaderMap,
    body: Json<NewCode>,
) -> Result<(axum::http::StatusCode, axum::Json<CodeSent>), Error> {
    let NewCode {
        program,
        email: address,
        locale,
        altcha,
    } = body.value;
    let program = app.programs.by_slug(&program).await?;
    let program = program.ok_or_else(|| Error::not_found("programme"))?;
    check_origin(&app, &program, &headers)?;
    let address = email::parse(&address)
        .ok_or_else(|| Error::field("email", "this is not an e-mail address"))?;
    let stamp = app.clock.stamp();
    let (key, owner) = (app.master.mac("work", b""), program.rules.id);
    let id = ChallengeId(stamp.id(0));
    let code = new_code();
    let locale = program.program().locale(locale.as_deref());
    let name = program.program().name.get(locale);
    let mail = app::text::code_mail(Text::by_locale(locale), name, &code);
    let sent = app
        .store
        .write(Send {
            program_id: owner,
            digest: digest(&app, id, &code),
            source: app.master.tag("source", &ip.to_string()),
            address: app.master.tag("address", &address),
            mail: mailer::seal(&app.master, stamp.id(1), &address, name, mail),
            email: address,
            id,
            work: altcha.and_then(|payload| work::done(&key, owner, &payload, stamp.at)),
            stamp,
        })
        .await?;
    match sent {
        Sent::Yes => {
            let answer = CodeSent {
                challenge: id,
                expires_at: rfc3339(stamp.at + LIFE),
                resend_at: rfc3339(stamp.at + RESEND_AFTER),
            };
            Ok((axum::http::StatusCode::ACCEPTED, axum::Json(answer)))
        }
        Sent::TooSoon => Err(Error::over_cap("codes", 1, RESEND_AFTER)),
        Sent::TooMany(max) => Err(Error::over_cap("codes", max, HOUR)),
        Sent::NeedsWork(number_max) => {
            let (salt, chance) = (random(), u64::from_be_bytes(random()));
            let altcha = work::challenge(&key, owner, stamp.at, number_max, &salt, chance);
            Err(Error::challenge_needed(altcha))
        }
    }
}
