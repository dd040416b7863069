//! From what went wrong to what the caller is told: RFC 9457. The only place that logs a failure.

use crate::domain::SECOND;
use crate::store::StoreError;
use crate::store::idempotency::OtherRequest;
use app::api::{Altcha, FieldError, Problem};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A refusal or a failure.
#[derive(Debug, Clone)]
pub struct Error {
    /// The status.
    pub status: StatusCode,
    /// A stable name.
    pub code: &'static str,
    /// What happened and what to do.
    pub detail: String,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Seconds until the same request may be sent again.
    pub retry_after: Option<u64>,
    /// The limit that was reached. In a box, since few errors have one and all of them are moved.
    pub limit: Option<Box<Limit>>,
    /// The work to do first.
    pub altcha: Option<Box<Altcha>>,
}

/// So many requests in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What callers know it by.
    pub name: &'static str,
    /// Requests.
    pub quota: u64,
    /// Seconds.
    pub window: u64,
}

impl Error {
    /// A refusal.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            limit: None,
            altcha: None,
        }
    }

    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("There is no such {what}."),
        )
    }

    /// 401 for a session or key that is missing, unknown or over: all the same to the caller.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send a valid session or API key as a bearer. A session that has ended has to be opened again.",
        )
    }

    /// 403.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 422 that names the fields.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("These fields cannot be used: {}.", named.join(", "));
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
        }
    }

    /// 422 that names one field.
    pub fn field(field: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError {
            field: field.to_owned(),
            detail: detail.into(),
        }])
    }

    /// 422 for a key that was used for something else.
    pub fn other_request() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new one for each new request.",
        )
    }

    /// 429.
    pub fn too_many(seconds: u64, limit: Limit) -> Self {
        let detail = format!("Too many requests. Try again in {seconds} seconds.");
        Self {
            retry_after: Some(seconds),
            limit: Some(Box::new(limit)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
        }
    }

    /// 429 for a cap of `max` in a window of so many microseconds, which has to pass whole.
    pub fn over_cap(name: &'static str, max: i64, window: i64) -> Self {
        let window = (window / SECOND).unsigned_abs();
        let quota = max.unsigned_abs();
        Self::too_many(
            window,
            Limit {
                name,
                quota,
                window,
            },
        )
    }

    /// 428 for somebody unknown, where such requests have become many.
    pub fn challenge_needed(altcha: Altcha) -> Self {
        const DETAIL: &str = "This was asked for often within a few minutes, so do the work in altcha first, and send \
            the same request again with it.";
        Self {
            altcha: Some(Box::new(altcha)),
            ..Self::new(
                StatusCode::PRECONDITION_REQUIRED,
                "challenge_needed",
                DETAIL,
            )
        }
    }

    /// The answer, with the number that the request is known by.
    pub fn problem(&self, request_id: &str) -> Problem {
        Problem {
            kind: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.into(),
            errors: self.errors.clone(),
            request_id: request_id.into(),
            altcha: self.altcha.as_deref().cloned(),
        }
    }
}

impl From<OtherRequest> for Error {
    fn from(_: OtherRequest) -> Self {
        Self::other_request()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Retry(_) => {
                tracing::warn!(error = %error, "the store is not available");
                Self::busy()
            }
            StoreError::Internal(_) => Self::internal(&error),
        }
    }
}

impl Error {
    /// 503: the same will do in a moment.
    pub fn busy() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The service is busy. Nothing was lost: send the same request again in a moment.",
            )
        }
    }

    /// 500. What it was goes to the log alone.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something is wrong on our side. Quote the request_id if you ask for help.",
        )
    }
}

/// A refusal that a library made, in our words.
pub(crate) fn by_status(status: StatusCode) -> Error {
    let (code, detail) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is larger than 64 KiB."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("wrong_content_type", "Send another content type."),
        StatusCode::NOT_FOUND => ("not_found", "There is no such address."),
        _ => ("bad_request", "The request cannot be read."),
    };
    Error::new(status, code, detail)
}

/// The error travels beside an empty answer; `api::finish` writes the body, because only it
/// knows the request's number.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            // draft-ietf-httpapi-ratelimit-headers-10
            let told = self.limit.as_deref().map(
                |Limit {
                     name,
                     quota,
                     window,
                 }| {
                    [
                        ("ratelimit", format!("\"{name}\";r=0;t={seconds}")),
                        (
                            "ratelimit-policy",
                            format!("\"{name}\";q={quota};w={window}"),
                        ),
                    ]
                },
            );
            for (name, value) in told.into_iter().flatten() {
                headers.extend(
                    HeaderValue::from_str(&value)
                        .map(|value| (HeaderName::from_static(name), value)),
                );
            }
        }
        response.extensions_mut().insert(self);
        response
    }
}
