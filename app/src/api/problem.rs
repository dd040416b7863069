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
