//! The page behind a link that gives a file. Opening it (GET) changes nothing; its button (POST) sends the file. Only
//! once all of it has been taken, it counts, and the link gives no more.

use super::handed::{languages, of, unknown};
use crate::App;
use crate::api::Shared;
use crate::api::extract::Anyone;
use crate::crypto::sha256;
use crate::domain::Instant;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::attempts::ById;
use crate::store::downloads::{Arrive, Find};
use crate::store::files::{self, StoredFile};
use app::api::AttemptState;
use app::pages::HandedState;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use std::fmt::Display;
use std::sync::Arc;

/// What stands behind a link.
struct Found {
    program: Arc<Loaded>,
    digest: Vec<u8>,
    gives: Gives,
}

/// What it gives now.
enum Gives {
    File(StoredFile),
    /// The file has arrived.
    Used,
    /// The time for it is over.
    Over,
    /// The shop has taken the file away.
    Missing,
}

async fn find(app: &App, secret: &str) -> Result<Option<Found>, Error> {
    let digest = sha256(secret.as_bytes()).to_vec();
    let link = Find {
        digest: digest.clone(),
    };
    let Some(link) = app.store.read(link).await? else {
        return Ok(None);
    };
    let Some(program) = app.programs.by_id(link.program) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let attempt = app.store.read(ById(link.attempt)).await?;
    let waits = attempt.filter(|attempt| attempt.state_at(now) == AttemptState::Started);
    let gives = match waits {
        _ if link.served_at.is_some() => Gives::Used,
        Some(attempt) if link.expires_at > now => {
            let task = program.program().task(&attempt.task);
            match task.and_then(|task| task.file.as_deref()) {
                Some(name) => file(app, &program, name).await?,
                None => Gives::Missing,
            }
        }
        _ => Gives::Over,
    };
    Ok(Some(Found {
        program,
        digest,
        gives,
    }))
}

async fn file(app: &App, program: &Loaded, name: &str) -> Result<Gives, Error> {
    let program = program.rules.id;
    let found = app.store.read(files::Find { program, name }).await?;
    Ok(found.map_or(Gives::Missing, Gives::File))
}

/// `GET /d/{secret}`
#[utoipa::path(get, path = "/d/{secret}", operation_id = "show_download", tag = "anyone with the link", params(("secret" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String),
        (status = 410, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    Ok(match find(&app, &secret).await? {
        Some(found) => drawn(&app, &found, &headers),
        None => unknown(&app, &headers),
    })
}

fn drawn(app: &App, found: &Found, headers: &HeaderMap) -> Response {
    let (state, status) = match &found.gives {
        Gives::File(StoredFile { name, size, .. }) => {
            let size = *size;
            (HandedState::File { name, size }, StatusCode::OK)
        }
        Gives::Used => (HandedState::FileUsed, StatusCode::GONE),
        Gives::Over => (HandedState::FileOver, StatusCode::GONE),
        Gives::Missing => (HandedState::FileMissing, StatusCode::NOT_FOUND),
    };
    let mut response = of(app, &found.program, languages(headers), state);
    *response.status_mut() = status;
    response
}

/// `POST /d/{secret}`
#[utoipa::path(post, path = "/d/{secret}", operation_id = "download", tag = "anyone with the link", params(("secret" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = [u8]), (status = 404, content_type = "text/html", body = String),
        (status = 410, content_type = "text/html", body = String)))]
pub async fn serve(
    State(app): Shared,
    _: Anyone,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(found) = find(&app, &secret).await? else {
        return Ok(unknown(&app, &headers));
    };
    let Gives::File(file) = found.gives else {
        return Ok(drawn(&app, &found, &headers));
    };
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let response = Response::builder()
        .header(header::CONTENT_TYPE, &file.media_type)
        .header(header::CONTENT_DISPOSITION, disposition)
        .header(header::CONTENT_LENGTH, file.size)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, "no-store");
    let handing = Handing {
        begun_at: app.clock.now(),
        app,
        program: found.program,
        digest: found.digest,
        file,
        next: 0,
        last: None,
    };
    let parts = futures_util::stream::try_unfold(handing, Handing::next);
    let response = response.body(Body::from_stream(parts));
    response.map_err(|error| Error::internal(&error))
}

/// A file on its way, one part after the other.
struct Handing {
    app: Arc<App>,
    program: Arc<Loaded>,
    digest: Vec<u8>,
    file: StoredFile,
    begun_at: Instant,
    /// The part that comes next.
    next: i64,
    /// The file's last byte. Nothing is asked for any more once a connection has taken as many bytes as it was
    /// promised; so this one waits until all others have been taken and the download counts.
    last: Option<Bytes>,
}

impl Handing {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, std::io::Error> {
        if let Some(last) = self.last.take() {
            self.arrive().await?;
            return Ok(Some((last, self)));
        }
        if self.next >= self.file.parts() {
            return Ok(None);
        }
        let part = files::Part {
            program: self.program.rules.id,
            file: &self.file,
            number: self.next,
        };
        let found = self.app.store.read(part).await.map_err(broken)?;
        let mut part = Bytes::from(found.ok_or_else(|| broken("the file was replaced"))?);
        self.next += 1;
        if self.next == self.file.parts() {
            self.last = Some(part.split_off(part.len().saturating_sub(1)));
        }
        Ok(Some((part, self)))
    }

    async fn arrive(&self) -> Result<(), std::io::Error> {
        let command = Arrive {
            rules: Arc::clone(&self.program.rules),
            digest: self.digest.clone(),
            file: self.file.clone(),
            begun_at: self.begun_at,
            stamp: self.app.clock.stamp(),
        };
        self.app.store.write(command).await.map_err(broken)?;
        Ok(())
    }
}

/// Ends the connection before its time, so that the browser knows that the file is not whole.
fn broken(why: impl Display) -> std::io::Error {
    std::io::Error::other(why.to_string())
}
