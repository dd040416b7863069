//! What a test needs to be somebody else: other programmes, other keys, forged tokens, requests
//! that no honest client sends.

use super::world::World;
use app::api::ProgramId;
use aws_lc_rs::hmac;
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use server::crypto::{base64url, sha256};
use server::demo::PROGRAM;
use server::domain::program_file;
use server::store::keys::{Add, KeyKind, Revoke, StoredKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The slug of the other programme.
pub(crate) const TEA: &str = "tea";
/// Where the other programme's pages are.
pub(crate) const TEA_ORIGIN: &str = "https://tea.example";

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Its body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header as text; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The names of the fields at fault.
    pub(crate) fn fields(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned();
        let field = |error: Value| error["field"].as_str().unwrap().to_owned();
        errors.unwrap_or_default().into_iter().map(field).collect()
    }

    /// Asserts that this is bad news in the shape of RFC 9457, whole and true to itself.
    pub(crate) fn assert_problem(&self, status: u16, code: &str, what: &str) {
        let problem = self.json();
        assert_eq!(self.status.as_u16(), status, "{what}: {}", self.text);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{what}"
        );
        assert_eq!(problem["type"], "about:blank", "{what}");
        assert_eq!(
            problem["title"],
            self.status.canonical_reason().unwrap(),
            "{what}"
        );
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["code"], code, "{what}: {}", self.text);
        assert!(!problem["detail"].as_str().unwrap().is_empty(), "{what}");
        assert!(problem["errors"].is_array(), "{what}: {}", self.text);
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{what}");
        assert!(self.header("x-request-id").starts_with("req_"), "{what}");
    }

    /// Asserts that the body was refused and this field is named as one at fault.
    pub(crate) fn assert_field(&self, field: &str, what: &str) {
        self.assert_problem(422, "invalid", what);
        let named = self.fields().iter().any(|named| named == field);
        assert!(named, "{what}: {field} is named: {}", self.text);
    }
}

/// Sends a request.
pub(crate) async fn ask(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

impl World {
    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Opens a session with this token.
    pub(crate) async fn exchange(&self, program: &str, token: &str) -> Answer {
        let body = serde_json::json!({ "program": program, "token": token });
        ask(self.http.post(self.at("/api/v1/sessions")).json(&body)).await
    }

    /// Opens the panel with this token, as the loader's form does.
    pub(crate) async fn panel(&self, path: &str, token: &str) -> Answer {
        ask(self.http.post(self.at(path)).form(&[("token", token)])).await
    }

    /// The demo's programme.
    pub(crate) async fn demo(&self) -> ProgramId {
        let loaded = self.app.programs.by_slug("demo").await.unwrap();
        loaded.unwrap().rules.id
    }

    /// Adds the other programme to this server: the demo's rules under another name and origin.
    pub(crate) async fn tea(&self) -> ProgramId {
        let source = PROGRAM
            .replace("slug = \"demo\"", &format!("slug = \"{TEA}\""))
            .replace("http://localhost:8081", TEA_ORIGIN)
            .replace("#7a4b2a", "#1f6f43")
            .replace("Morning Roast", "Evening Leaf");
        let program = program_file::parse(&source).unwrap();
        let imported = self.app.programs.import(&source, &program, self.now());
        imported.await.unwrap().rules.id
    }

    /// Gives a programme a key for tokens: a secret or a public key.
    pub(crate) async fn add_key(&self, program: ProgramId, kid: &str, of: KeyKind, bytes: &[u8]) {
        let material = match of {
            KeyKind::TokenSecret => self.app.master.seal(kid.as_bytes(), bytes),
            KeyKind::TokenPublic | KeyKind::Api => bytes.to_vec(),
        };
        self.keep_key(program, kid, of, material, "").await;
    }

    /// Gives a programme a key for the API that may do this; answers its bearer.
    pub(crate) async fn api_key_with(&self, program: ProgramId, kid: &str, scopes: &str) -> String {
        let secret = "s".repeat(64);
        let digest = sha256(secret.as_bytes()).to_vec();
        self.keep_key(program, kid, KeyKind::Api, digest, scopes)
            .await;
        format!("{kid}.{secret}")
    }

    async fn keep_key(
        &self,
        program_id: ProgramId,
        kid: &str,
        of: KeyKind,
        material: Vec<u8>,
        scopes: &str,
    ) {
        let key = StoredKey {
            kid: kid.into(),
            program_id,
            kind: of,
            material,
            scopes: scopes.into(),
            created_at: self.now(),
            revoked_at: None,
        };
        self.app.store.write(Add(key)).await.unwrap();
    }

    /// Takes a key back.
    pub(crate) async fn revoke(&self, kid: &str) {
        let revoke = Revoke {
            kid: kid.into(),
            at: self.now(),
        };
        assert!(
            self.app.store.write(revoke).await.unwrap(),
            "{kid} was there to revoke"
        );
    }

    /// Sends these bytes, whatever they are, and reads the answer's head and what comes with it.
    /// The status is 0 if the server only hung up.
    pub(crate) async fn raw(&self, request: &[u8]) -> (u16, String) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut bytes = Vec::new();
        // A stream of events has no end, so the head is enough.
        while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                break;
            }
        }
        let head = String::from_utf8_lossy(&bytes).to_lowercase();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        (status.unwrap_or(0), head)
    }
}

/// A token with any header and any payload, signed with HMAC-SHA-256 whatever the header says.
pub(crate) fn forge(header: &Value, payload: &[u8], secret: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        base64url(header.to_string().as_bytes()),
        base64url(payload)
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", base64url(tag.as_ref()))
}

/// The page without what differs in every answer: its nonce.
pub(crate) fn without_nonce(page: &Answer) -> String {
    page.text.replace(nonce(page), "nonce")
}

/// The nonce that a page's policy grants.
pub(crate) fn nonce(page: &Answer) -> &str {
    let policy = page.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-").expect("a page has a nonce");
    rest.split('\'').next().unwrap()
}
