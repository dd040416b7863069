//! JSON answers.

use crate::error::Error;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What most answers fit into, in bytes.
const ROOM: usize = 4096;

/// A JSON answer. `axum::Json` writes into memory that begins small and is counted at every word;
/// what members ask for most often is written in one go.
pub struct Reply<T>(pub T);

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(ROOM);
        if let Err(error) = serde_json::to_writer(&mut body, &self.0) {
            return Error::internal(&error).into_response();
        }
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], body).into_response()
    }
}
