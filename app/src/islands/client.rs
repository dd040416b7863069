//! Calls to `/api/v1`.

use super::{
    dom::{get, get_text, object, window},
    session, work,
};
use js_sys::JSON;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// What came back when all went well.
pub(super) struct Reply {
    /// The body, read as JSON; `undefined` where it is not JSON.
    pub(super) json: JsValue,
    /// The body as it came.
    pub(super) text: String,
}

/// What came back when it did not.
pub(super) struct Failure {
    /// The HTTP status; 0 when there was no answer at all.
    pub(super) status: u16,
    /// The problem, if there is one.
    pub(super) problem: JsValue,
}

impl Failure {
    /// What happened and what to do, in plain words.
    pub(super) fn detail(&self) -> Option<String> {
        get_text(&self.problem, "detail")
    }

    /// The problem as JSON.
    pub(super) fn json(&self) -> String {
        JSON::stringify(&self.problem).map_or_else(|_| "{}".to_owned(), String::from)
    }

    /// Whether the same request may still succeed, or may even have succeeded unseen.
    pub(super) fn is_unsettled(&self) -> bool {
        self.status == 0 || self.status >= 500
    }
}

/// Begins a request with the bearer, and gives the answer before its body is read.
pub(super) async fn open(
    method: &str,
    path: &str,
    init: &RequestInit,
    headers: &[(&str, &str)],
) -> Result<Response, Failure> {
    let none = |_| Failure {
        status: 0,
        problem: JsValue::UNDEFINED,
    };
    let bag = Headers::new().map_err(none)?;
    if let Some(bearer) = session::bearer() {
        bag.set("authorization", &format!("Bearer {bearer}"))
            .map_err(none)?;
    }
    let language = window()
        .document()
        .and_then(|document| document.document_element());
    if let Some(language) = language.and_then(|root| root.get_attribute("lang")) {
        bag.set("x-laurel-locale", &language).map_err(none)?;
    }
    for (name, value) in headers {
        bag.set(name, value).map_err(none)?;
    }
    init.set_method(method);
    init.set_headers(&bag);
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, init))
        .await
        .map_err(none)?;
    answer.dyn_into().map_err(none)
}

/// One call, without any second try.
pub(super) async fn fetch(
    method: &str,
    path: &str,
    body: Option<&str>,
    key: Option<&str>,
) -> Result<Reply, Failure> {
    let init = RequestInit::new();
    let mut headers = Vec::new();
    if let Some(body) = body {
        init.set_body(&body.into());
        headers.push(("content-type", "application/json"));
    }
    if let Some(key) = key {
        headers.push(("idempotency-key", key));
    }
    read(open(method, path, &init, &headers).await?).await
}

/// Posts a file as it is: the browser itself says of what kind it is.
pub(super) async fn send_file(path: &str, file: &JsValue) -> Result<Reply, Failure> {
    let init = RequestInit::new();
    init.set_body(file);
    read(open("POST", path, &init, &[]).await?).await
}

async fn read(response: Response) -> Result<Reply, Failure> {
    let status = response.status();
    let text = match response.text() {
        Ok(text) => JsFuture::from(text)
            .await
            .ok()
            .and_then(|text| text.as_string()),
        Err(_) => None,
    }
    .unwrap_or_default();
    let is_json = response
        .headers()
        .get("content-type")
        .ok()
        .flatten()
        .unwrap_or_default()
        .contains("json");
    let json = if is_json {
        JSON::parse(&text).unwrap_or_default()
    } else {
        JsValue::UNDEFINED
    };
    if response.ok() {
        Ok(Reply { json, text })
    } else {
        Err(Failure {
            status,
            problem: json,
        })
    }
}

/// One call with the session in order: renewed when due, and once more after the host gave a
/// fresh token for one that had run out, or after the work that was asked for first.
pub(super) async fn call(
    method: &str,
    path: &str,
    body: Option<&str>,
    key: Option<&str>,
) -> Result<Reply, Failure> {
    session::renew_if_due().await;
    let signed_in = session::bearer().is_some();
    let first = fetch(method, path, body, key).await;
    match first {
        Err(failure) if signed_in && session::settle(&failure).await => {
            fetch(method, path, body, key).await
        }
        Err(failure) => match work::done(&failure, body).await {
            Some(body) => fetch(method, path, Some(&body), key).await,
            None => Err(failure),
        },
        Ok(reply) => Ok(reply),
    }
}

/// Posts an object, without a session in view.
pub(super) async fn post(path: &str, body: &JsValue) -> Result<Reply, Failure> {
    let body = JSON::stringify(body).map(String::from).unwrap_or_default();
    fetch("POST", path, Some(&body), None).await
}

/// A key that names one intention, so that sending it twice does it once.
pub(super) fn fresh_key() -> String {
    let crypto = get(&window(), "crypto");
    let make = get(&crypto, "randomUUID");
    let key = make
        .dyn_ref::<js_sys::Function>()
        .and_then(|make| make.call0(&crypto).ok());
    // Without it (an insecure origin), two numbers from the clock and from chance do.
    key.and_then(|key| key.as_string()).unwrap_or_else(|| {
        let digits = |number: f64| String::from(js_sys::Number::from(number).to_js_string());
        digits(js_sys::Date::now()) + &digits(js_sys::Math::random())
    })
}

/// The options of a request that can be called off.
pub(super) fn abortable(signal: &JsValue) -> RequestInit {
    object(&[("signal", signal)]).unchecked_into()
}
