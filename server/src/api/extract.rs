//! What handlers are given: bodies that were read strictly, callers who were let in.

use super::me;
use crate::App;
use crate::crypto::sha256;
use crate::domain::Instant;
use crate::domain::identity::Shopper;
use crate::error::Error;
use crate::limits::Caller;
use crate::programs::Loaded;
use crate::store::idempotency::Key;
use crate::store::keys::KeyKind;
use crate::store::members::StoredMember;
use crate::store::sessions::{self, Digest, StoredSession};
use app::api::{FieldError, MemberId, ProgramId};
use axum::body::Bytes;
use axum::extract::{
    ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequest, Path, Request,
};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// A JSON body, read strictly: its type, its size, its fields.
pub struct Json<T> {
    /// What it says.
    pub value: T,
    /// A digest of its bytes.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Error> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let essence = content_type.split(';').next().unwrap_or("").trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Error::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "wrong_content_type",
                "Send JSON with Content-Type: application/json.",
            ));
        }
        let bytes =
            Bytes::from_request(request, app)
                .await
                .map_err(|refused| match refused.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Error::new(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "too_large",
                        "The body is larger than 64 KiB.",
                    ),
                    status => Error::new(status, "bad_request", "The body did not arrive whole."),
                })?;
        // A list would pass for an object whose fields stand in the right order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(Error::field("", "expected an object"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| unreadable(&error, &bytes))?;
        reader.end().map_err(|_| not_json())?;
        Ok(Self {
            value,
            digest: sha256(&bytes),
        })
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<Arc<App>> for Json<T> {
    type Rejection = Error;

    /// Nothing, where the request has no body.
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Option<Self>, Error> {
        let headers = request.headers();
        let length = headers.get(header::CONTENT_LENGTH);
        let has_body = headers.contains_key(header::TRANSFER_ENCODING)
            || length.is_some_and(|length| length != "0");
        if !has_body {
            return Ok(None);
        }
        <Self as FromRequest<Arc<App>>>::from_request(request, app)
            .await
            .map(Some)
    }
}

fn not_json() -> Error {
    Error::new(
        StatusCode::BAD_REQUEST,
        "not_json",
        "The body is not JSON in UTF-8.",
    )
}

/// JSON that is none is 400; JSON that says the wrong thing is 422 and names the field.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Error {
    // A null for a name, or a number beyond all bounds, is called a fault of syntax, and is none.
    let is_json =
        || str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    if !error.inner().is_data() && !is_json() {
        return not_json();
    }
    let path = error.path().to_string();
    // The position is of no use to a program, and the text before it says what was expected.
    let detail = error.inner().to_string();
    let detail = detail.split(" at line ").next().unwrap_or("").to_owned();
    // A field that is not there, or should not be, is named in the text alone: the path ends above.
    let parent = Some(path.as_str()).filter(|path| *path != ".");
    let named = named_in(&detail).filter(|name| !parent.is_some_and(|path| path.ends_with(name)));
    let path: Vec<&str> = parent.into_iter().chain(named).collect();
    Error::invalid(vec![FieldError {
        field: path.join("."),
        detail,
    }])
}

/// The field that serde names in the text of an error.
fn named_in(detail: &str) -> Option<&str> {
    ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| detail.strip_prefix(start)?.split('`').next())
}

/// Parameters of an address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query.map(|query| Self(query.0)).map_err(|refused| {
            // "Failed to deserialize query string: limit: invalid digit found in string"
            let text = refused.body_text();
            let (_, said) = text.split_once(": ").unwrap_or(("", &text));
            let (field, detail) = match (named_in(said), said.split_once(": ")) {
                (None, Some(pair)) => pair,
                (named, _) => (named.unwrap_or(""), said),
            };
            Error::field(field, detail)
        })
    }
}

/// An `Idempotency-Key`, if there is one.
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let key = value
            .to_str()
            .ok()
            .filter(|key| (1..=255).contains(&key.len()));
        key.map(|key| Self(Some(key.to_owned()))).ok_or_else(|| {
            Error::new(
                StatusCode::BAD_REQUEST,
                "bad_idempotency_key",
                "Idempotency-Key has 1 to 255 visible ASCII letters.",
            )
        })
    }
}

impl IdempotencyKey {
    /// The key for the store: of this caller, for this route and body.
    pub fn of(
        self,
        program: ProgramId,
        principal: String,
        route: &str,
        body: [u8; 32],
    ) -> Option<Key> {
        let request = sha256(&[route.as_bytes(), b"\n", &body].concat());
        self.0.map(|key| Key {
            program,
            principal,
            key,
            request,
        })
    }
}

/// Where a request came from, as far as it can be believed.
pub fn client_ip(app: &App, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    // A socket for both kinds of addresses shows those of version 4 inside of version 6.
    let peer = peer.to_canonical();
    let trusted = |ip: &IpAddr| app.proxies.iter().any(|network| network.contains(ip));
    if !trusted(&peer) {
        return peer;
    }
    // Each proxy appends whom it heard from, so the first stranger from the right is the client.
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|list| list.split(',')).collect();
    let hops = hops
        .into_iter()
        .rev()
        .map_while(|hop| hop.trim().parse().ok())
        .map(|hop: IpAddr| hop.to_canonical());
    let mut client = peer;
    for hop in hops {
        client = hop;
        if !trusted(&hop) {
            break;
        }
    }
    client
}

/// What a caller is counted by: the address, or the network of version 6 that it is from, since
/// whoever has one address there has all 2^64 of its network.
fn place(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

/// An unknown caller, counted by address.
pub struct Anyone(pub IpAddr);

impl FromRequestParts<Arc<App>> for Anyone {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        Ok(Self(count_address(app, parts)?))
    }
}

/// Where a request came from, as callers are counted by it.
fn place_of(app: &App, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
    place(client_ip(app, &parts.headers, peer))
}

/// A keyed digest of the browser and of where it is: enough to see that a link came back to where it was made. It
/// says nothing of a person, and never refuses anything.
pub struct Browser(pub Vec<u8>);

impl FromRequestParts<Arc<App>> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let name = parts.headers.get(header::USER_AGENT);
        let place = place_of(app, parts).to_string();
        let name = name.map_or(b"".as_slice(), axum::http::HeaderValue::as_bytes);
        let known_by = [place.as_bytes(), b"\n", name].concat();
        Ok(Self(app.master.mac("browser", &known_by).to_vec()))
    }
}

/// Counts a request by where it came from.
fn count_address(app: &App, parts: &Parts) -> Result<IpAddr, Error> {
    let ip = place_of(app, parts);
    app.limits.check(&Caller::Address(ip))?;
    Ok(ip)
}

/// The refusal of a bearer that nobody has. It is counted, or guessing would be free.
fn stranger(app: &App, parts: &Parts) -> Error {
    count_address(app, parts)
        .err()
        .unwrap_or_else(Error::unauthorized)
}

/// A shopper with an open session.
pub struct Session {
    /// The session.
    pub stored: StoredSession,
    /// The digest of its bearer.
    pub digest: Digest,
    /// Its programme.
    pub program: Arc<Loaded>,
}

impl Session {
    /// Who it was opened for.
    pub fn shopper(&self) -> &Shopper {
        &self.stored.shopper
    }
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let find = find_session(app, parts)?;
        let (digest, now) = (find.digest, find.now);
        let stored = app.store.read(find).await?;
        Self::let_in(app, parts, digest, now, stored)
    }
}

fn find_session(app: &App, parts: &Parts) -> Result<sessions::Find, Error> {
    let bearer = bearer(&parts.headers).ok_or_else(Error::unauthorized)?;
    Ok(sessions::Find {
        digest: sha256(bearer.as_bytes()),
        now: app.clock.now(),
    })
}

impl Session {
    fn let_in(
        app: &App,
        parts: &Parts,
        digest: Digest,
        now: Instant,
        stored: Option<StoredSession>,
    ) -> Result<Self, Error> {
        let stored = stored.ok_or_else(|| stranger(app, parts))?;
        app.limits.check(&Caller::Session(digest))?;
        let program = app
            .programs
            .by_id(stored.program_id)
            .ok_or_else(Error::unauthorized)?;
        check_origin(app, &program, &parts.headers)?;
        if stored.wants_renewal(now) {
            app.renewals.note(digest, now);
        }
        Ok(Self {
            stored,
            digest,
            program,
        })
    }
}

/// A page of another programme's shop must neither open nor use this one's sessions.
///
/// # Errors
/// 403.
pub fn check_origin(app: &App, program: &Loaded, headers: &HeaderMap) -> Result<(), Error> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or("");
    if origin == app.public_url || program.program().allows_origin(origin) {
        return Ok(());
    }
    Err(Error::forbidden(
        "wrong_origin",
        "This page's origin is not one of the programme's. Add it to origins in the programme file.",
    ))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= 200).then_some(token.trim())
}

/// A shopper who has joined.
pub struct Member {
    /// The session.
    pub session: Session,
    /// The member.
    pub id: MemberId,
}

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let session = Session::from_request_parts(parts, app).await?;
        let id = session.stored.member.ok_or_else(not_a_member)?;
        Ok(Self { session, id })
    }
}

fn not_a_member() -> Error {
    Error::forbidden(
        "not_a_member",
        "Join the programme first: POST /api/v1/me/join.",
    )
}

/// A shopper who has joined, with their state of the same moment.
pub struct MemberState {
    /// The session.
    pub session: Session,
    /// The member.
    pub stored: StoredMember,
}

impl FromRequestParts<Arc<App>> for MemberState {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let find = find_session(app, parts)?;
        let (digest, now) = (find.digest, find.now);
        let find = sessions::FindMember {
            session: find,
            programs: &app.programs,
        };
        let (session, stored) = app.store.read(find).await?.unzip();
        let session = Session::let_in(app, parts, digest, now, session)?;
        match (stored.flatten(), session.stored.member) {
            (Some(stored), _) => {
                let stored = me::up_to_date(app, &session.program, stored).await?;
                Ok(Self { session, stored })
            }
            (None, Some(_)) => Err(Error::unauthorized()),
            (None, None) => Err(not_a_member()),
        }
    }
}

/// A shop's backend, let in by its key for the programme in the path.
pub struct Shop {
    /// The programme.
    pub program: Arc<Loaded>,
    /// The key's name.
    pub kid: String,
    scopes: String,
}

impl Shop {
    /// Refuses a key that may not do this.
    ///
    /// # Errors
    /// 403.
    pub fn may(&self, scope: &str) -> Result<(), Error> {
        if self.scopes.split(' ').any(|own| own == scope || own == "*") {
            return Ok(());
        }
        Err(Error::forbidden(
            "missing_scope",
            format!("This key lacks the scope \"{scope}\"."),
        ))
    }
}

impl FromRequestParts<Arc<App>> for Shop {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        let path = path.map_err(|_| Error::not_found("address"))?;
        let slug = path
            .iter()
            .find(|(name, _)| name == "program")
            .map(|(_, slug)| slug.clone());
        let bearer = bearer(&parts.headers).ok_or_else(Error::unauthorized)?;
        let (kid, secret) = bearer.split_once('.').ok_or_else(Error::unauthorized)?;
        let key = app.store.key(kid).await?;
        let key = key.filter(|key| key.kind == KeyKind::Api && key.revoked_at.is_none());
        let key = key.ok_or_else(|| stranger(app, parts))?;
        if !crate::crypto::same(&key.material, &sha256(secret.as_bytes())) {
            return Err(stranger(app, parts));
        }
        app.limits.check(&Caller::Shop(key.kid.clone()))?;
        let program = app.programs.by_slug(&slug.unwrap_or_default()).await?;
        // A key of another programme must not learn which programmes there are.
        let program = program.filter(|program| program.rules.id == key.program_id);
        let program = program.ok_or_else(Error::unauthorized)?;
        Ok(Self {
            program,
            kid: key.kid,
            scopes: key.scopes,
        })
    }
}
