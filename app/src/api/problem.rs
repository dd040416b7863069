//! What bad news looks like: RFC 9457, `application/problem+json`.

use serde::{Deserialize, Serialize};

/// A refusal that says what the caller can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: `code` is what programs read.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do, in plain words.
    pub detail: String,
    /// A stable name for this refusal.
    pub code: String,
    /// The fields at fault.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// What to quote when asking for help.
    pub request_id: String,
    /// Work to do first; with the code `challenge_needed` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altcha: Option<Altcha>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Its path in the body: `lines[2].amount`.
    pub field: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// Work for somebody unknown: an ALTCHA challenge of version 1. Find the number from 0 to `maxnumber` whose digits,
/// put behind `salt`, have the SHA-256 `challenge`. Then send the request again with `altcha`: this as JSON, with the
/// `number` added, in base 64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Altcha {
    /// `SHA-256`.
    pub algorithm: String,
    /// The digest that is looked for, in hexadecimal digits.
    pub challenge: String,
    /// The largest number that it can be.
    pub maxnumber: u32,
    /// What stands before the number. It says until when the work counts, in seconds since 1970.
    pub salt: String,
    /// Shows that the challenge is ours.
    pub signature: String,
}
