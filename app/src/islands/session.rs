//! Who the shopper is: a bearer kept in memory, renewed by use, and asked for again at the host
//! when it has run out.

use super::{
    channel,
    client::{self, Failure, Reply},
    dom::{document, get_text, now, object, panel, setting, subject, window},
    regions, stream,
};
use js_sys::{Function, Promise};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlMetaElement, Storage};

/// A session lives for 15 minutes after its last use; it is renewed well before that.
const RENEW_AFTER_MS: f64 = 9.0 * 60.0 * 1000.0;
/// How often to look whether it is time.
const LOOK_EVERY_MS: i32 = 60 * 1000;
/// How long the host may take to find a fresh token.
const HOST_ANSWERS_WITHIN_MS: i32 = 8000;

#[derive(Default)]
struct Session {
    bearer: Option<String>,
    renew_at: f64,
    waiting: Vec<Function>,
    /// How often the host has said who the shopper is.
    turn: u32,
}

thread_local! {
    static SESSION: RefCell<Session> = RefCell::default();
}

/// The bearer, if somebody is signed in.
pub(super) fn bearer() -> Option<String> {
    SESSION.with_borrow(|session| session.bearer.clone())
}

/// Where a one-time code's session outlives a page change: the frame's own partition.
fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}

fn storage_key() -> String {
    format!("laurel:{}", setting("data-program"))
}

/// Takes over the session that came with the document, or the one a code opened before.
pub(super) fn start() {
    let meta = document()
        .query_selector("meta[name=laurel-session]")
        .ok()
        .flatten();
    let given = meta.and_then(|meta| meta.dyn_into::<HtmlMetaElement>().ok());
    match given {
        Some(meta) => keep(meta.content()),
        None => resume(),
    }
    spawn_local(async {
        loop {
            super::dom::sleep(LOOK_EVERY_MS).await;
            if !document().hidden() {
                renew_if_due().await;
            }
        }
    });
}

/// Picks up what a code opened in this tab, in this frame or in another one.
pub(super) fn resume() {
    let stored = storage().and_then(|storage| storage.get_item(&storage_key()).ok().flatten());
    if let (None, Some(bearer)) = (bearer(), stored) {
        keep(bearer);
        spawn_local(regions::refresh());
    }
}

fn keep(bearer: String) {
    SESSION.with_borrow_mut(|session| {
        session.bearer = Some(bearer);
        session.renew_at = now() + RENEW_AFTER_MS;
    });
}

/// Takes over a session from an answer that carries one. `remember` keeps it through a page change.
pub(super) fn adopt(reply: &JsValue, remember: bool) -> bool {
    let Some(bearer) = get_text(reply, "token").filter(|token| !token.is_empty()) else {
        return false;
    };
    if let (true, Some(storage)) = (remember, storage()) {
        let _ = storage.set_item(&storage_key(), &bearer);
    }
    keep(bearer);
    wake();
    true
}

/// Lets those go on who wait for the host's token.
fn wake() {
    for resolve in SESSION.with_borrow_mut(|session| std::mem::take(&mut session.waiting)) {
        let _ = resolve.call0(&JsValue::UNDEFINED);
    }
}

/// Exchanges the shop's token; an empty one means that the shopper has signed out there.
pub(super) async fn exchange(token: String) {
    let (turn, asked) = SESSION.with_borrow_mut(|session| {
        session.turn += 1;
        (session.turn, !session.waiting.is_empty())
    });
    if token.is_empty() {
        end();
        return;
    }
    let body = object(&[
        ("program", &setting("data-program").into()),
        ("token", &token.into()),
    ]);
    let answer = client::post("/api/v1/sessions", &body).await;
    if SESSION.with_borrow(|session| session.turn != turn) {
        // Meanwhile the shopper signed out, or is somebody else.
        return;
    }
    match answer {
        Ok(Reply { json, .. }) if adopt(&json, false) => {
            // Who came by a code before is not to come back in their place.
            if let Some(storage) = storage() {
                let _ = storage.remove_item(&storage_key());
            }
            if !asked {
                stream::stop();
            }
            regions::refresh().await;
            stream::sync();
        }
        Ok(_) => {}
        Err(failure) => {
            channel::event("error", &failure.json());
            if failure.status == 401 && !asked {
                // Whoever it is now, it is not the one on the screen.
                end();
            }
            wake();
        }
    }
}

/// Renews the session when its time has come.
pub(super) async fn renew_if_due() {
    let due = SESSION.with_borrow(|session| session.bearer.is_some() && session.renew_at < now());
    if !due {
        return;
    }
    // Set at once, so that two calls at the same time renew once.
    SESSION.with_borrow_mut(|session| session.renew_at = now() + RENEW_AFTER_MS);
    // A refusal shows with the next call that needs the session.
    let _ = client::fetch("POST", "/api/v1/sessions/current", None, None).await;
}

/// After a 401: asks the host for a fresh token, and says whether there is a session again.
pub(super) async fn recover() -> bool {
    let stale = SESSION.with_borrow_mut(|session| session.bearer.take());
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&storage_key());
    }
    let asked = SESSION.with_borrow(|session| !session.waiting.is_empty());
    if !asked && (stale.is_none() || !channel::post("token", &[])) {
        return false;
    }
    let wait = Promise::new(&mut |resolve, _| {
        super::dom::after(HOST_ANSWERS_WITHIN_MS, &resolve);
        SESSION.with_borrow_mut(|session| session.waiting.push(resolve));
    });
    let _ = JsFuture::from(wait).await;
    bearer().is_some()
}

/// Signed out: forgets the session and shows the panel as any guest sees it.
pub(super) fn end() {
    SESSION.with_borrow_mut(|session| session.bearer = None);
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&storage_key());
    }
    stream::sync();
    let guest =
        panel().is_none_or(|panel| panel.get_attribute("data-viewer").as_deref() == Some("guest"));
    if !guest {
        reload();
    }
}

/// Loads the guest's document in place, without a step in the history of the page around it.
pub(super) fn reload() {
    let view = document()
        .query_selector("input[name=view]:checked")
        .ok()
        .flatten()
        .and_then(|tab| tab.get_attribute("value"))
        .unwrap_or_default();
    let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
    let address = format!(
        "/w/{}?view={view}&locale={}&theme={}&form={}&host={}{}",
        setting("data-program"),
        setting("lang"),
        setting("data-theme"),
        setting("data-form"),
        encode(&setting("data-host")),
        subject(),
    );
    let _ = window().location().replace(&address);
}

/// What a failed call means for the session: a refusal of the bearer ends it.
pub(super) async fn settle(failure: &Failure) -> bool {
    if failure.status != 401 {
        return false;
    }
    if recover().await {
        return true;
    }
    end();
    false
}
