//! Handles and DIDs (<https://atproto.com/specs/handle>, <https://atproto.com/specs/did>).
//!
//! A handle is a DID's only if both say so: the handle's domain names the DID, and the DID's document names
//! the handle. Each alone can be written by anybody.

use super::super::{Setup, Trouble};
use reqwest::StatusCode;
use serde::Deserialize;

/// Who knows handles, if the shop does not say otherwise.
const RESOLVER: &str = "https://public.api.bsky.app";
/// Where DIDs of the usual kind are kept.
const DIRECTORY: &str = "https://plc.directory";

/// An account's document, as far as it matters.
pub(super) struct Identity {
    pub(super) did: String,
    pub(super) handle: String,
    /// The account's own server, without a slash at the end.
    pub(super) server: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    id: String,
    #[serde(default)]
    also_known_as: Vec<String>,
    #[serde(default)]
    service: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    id: String,
    r#type: String,
    #[serde(rename = "serviceEndpoint")]
    address: serde_json::Value,
}

#[derive(Deserialize)]
struct Resolved {
    did: String,
}

/// Whether a text can be a DID of the two kinds that the protocol knows.
pub(super) fn is_did(text: &str) -> bool {
    let rest = |method| text.strip_prefix(method);
    let plain = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
    rest("did:plc:").is_some_and(|id| id.len() == 24 && id.bytes().all(plain))
        || rest("did:web:").is_some_and(is_handle)
}

/// Whether a text can be a handle: a host name of at least two labels.
pub(super) fn is_handle(text: &str) -> bool {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or("");
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && top.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The DID of a handle, or of itself.
pub(super) async fn did_of(setup: &Setup<'_>, name: &str) -> Result<String, Trouble> {
    if is_did(name) {
        return Ok(name.to_owned());
    }
    let handle = name.trim_start_matches('@').to_ascii_lowercase();
    if !is_handle(&handle) {
        return Err(Trouble::Refused("unknown_handle"));
    }
    let resolver = setup.connection.setting("resolver").unwrap_or(RESOLVER);
    let call = setup.outside.get(&format!(
        "{resolver}/xrpc/com.atproto.identity.resolveHandle"
    ))?;
    let reply = setup
        .outside
        .send(call.query(&[("handle", &handle)]))
        .await?;
    if reply.status == StatusCode::BAD_REQUEST {
        return Err(Trouble::Refused("unknown_handle"));
    }
    let Resolved { did } = reply.success()?;
    if is_did(&did) {
        return Ok(did);
    }
    Err(Trouble::NotNow(
        "it answered something that is no DID".into(),
        None,
    ))
}

impl Identity {
    /// Reads a DID's document, and asks whether its handle is really its own.
    pub(super) async fn of(setup: &Setup<'_>, did: &str) -> Result<Self, Trouble> {
        let document = document(setup, did).await?;
        let handle = document
            .also_known_as
            .iter()
            .find_map(|name| name.strip_prefix("at://"))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let server = document.server(setup)?;
        if did_of(setup, &handle).await? != did {
            return Err(Trouble::Refused("not_your_handle"));
        }
        Ok(Self {
            did: did.to_owned(),
            handle,
            server,
        })
    }
}

/// The server of an account, whatever its handle is.
pub(super) async fn server_of(setup: &Setup<'_>, did: &str) -> Result<String, Trouble> {
    document(setup, did).await?.server(setup)
}

impl Document {
    /// The account's own server, without a slash at the end.
    fn server(&self, setup: &Setup<'_>) -> Result<String, Trouble> {
        let server = self.service.iter().find(|endpoint| {
            endpoint.id.ends_with("#atproto_pds") && endpoint.r#type == "AtprotoPersonalDataServer"
        });
        let server = server.and_then(|endpoint| endpoint.address.as_str());
        let server = server.ok_or(Trouble::Refused("unknown_handle"))?;
        setup.outside.url(server)?;
        Ok(server.trim_end_matches('/').to_owned())
    }
}

async fn document(setup: &Setup<'_>, did: &str) -> Result<Document, Trouble> {
    let address = if let Some(host) = did.strip_prefix("did:web:") {
        format!("{}/.well-known/did.json", setup.outside.origin(host)?)
    } else {
        let directory = setup.connection.setting("directory").unwrap_or(DIRECTORY);
        format!("{directory}/{did}")
    };
    let reply = setup.outside.send(setup.outside.get(&address)?).await?;
    if matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        return Err(Trouble::Refused("unknown_handle"));
    }
    let document: Document = reply.success()?;
    if document.id == did {
        return Ok(document);
    }
    Err(Trouble::contradiction())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_the_forms_that_the_protocol_knows() {
        for name in ["did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:web:example.com"] {
            assert!(is_did(name), "{name}");
        }
        for name in [
            "did:plc:ewvi7nxzyoun6zhxrhs64oi",
            "did:plc:ewvi7nxzyoun6zhxrhs64oi1",
            "did:web:localhost",
            "did:web:example.com/x",
            "did:key:z6Mk",
            "did:web:a:b",
            "",
        ] {
            assert!(!is_did(name), "{name}");
        }
        for name in ["jay.bsky.social", "a.co", "xn--ls8h.test", "8.cn"] {
            assert!(is_handle(name), "{name}");
        }
        for name in [
            "jay",
            "jay.",
            ".jay",
            "a..b",
            "-a.b",
            "a-.b",
            "a.8",
            "jay@bsky.social",
            "a.b/c",
            "a.b?c",
        ] {
            assert!(!is_handle(name), "{name}");
        }
    }
}
