//! Signing in elsewhere: a secret for the window that opens, and the wait for whoever comes back to it.

use super::{
    client,
    dom::{document, get, now, object, setting, sleep, window},
    forms, session,
};
use js_sys::{Array, Function, Uint8Array};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlFormElement;

/// How long a sign-in may take.
const LIFE_MS: f64 = 15.0 * 60.0 * 1000.0;
/// How often to ask whether it is done, while the panel is seen.
const ASK_EVERY_MS: i32 = 2000;

thread_local! {
    /// How many sign-ins were begun: only the newest is waited for.
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// A secret for one sign-in, which is waited for from now on.
pub(super) fn begin(form: &HtmlFormElement) -> String {
    let secret = secret();
    TURN.set(TURN.get() + 1);
    spawn_local(wait(form.clone(), secret.clone(), TURN.get()));
    secret
}

/// 256 bits from the browser's own source; nothing where there is none, which the server refuses.
fn secret() -> String {
    let bytes = JsValue::from(Uint8Array::new_with_length(32));
    let crypto = get(&window(), "crypto");
    let fill: Function = get(&crypto, "getRandomValues").unchecked_into();
    match fill.call1(&crypto, &bytes) {
        Ok(_) => Array::from(&bytes).join("-").into(),
        Err(_) => String::new(),
    }
}

/// Asks until it is done. The window tells nothing by itself: what is shown in it is somebody else's.
async fn wait(form: HtmlFormElement, secret: String, turn: u32) {
    let body = object(&[
        ("program", &setting("data-program").into()),
        ("sign_in", &secret.into()),
    ]);
    let until = now() + LIFE_MS;
    forms::clear(&form);
    say(&form, true);
    while TURN.get() == turn && now() < until {
        sleep(ASK_EVERY_MS).await;
        if document().hidden() || TURN.get() != turn {
            continue;
        }
        // Somebody is known by now in another way.
        if session::bearer().is_some() {
            break;
        }
        match client::post("/api/v1/sessions", &body).await {
            Ok(reply) => {
                forms::signed_in(&reply).await;
                break;
            }
            Err(failure) if failure.status == 401 => {
                forms::refuse(&form, &failure);
                break;
            }
            // Not yet, or no answer just now.
            Err(_) => {}
        }
    }
    say(&form, false);
}

/// Says that the panel waits for the window, or no longer does.
fn say(form: &HtmlFormElement, waits: bool) {
    if let Ok(Some(place)) = form.query_selector("[data-waiting]") {
        let text = place.get_attribute("data-waiting").filter(|_| waits);
        place.set_text_content(text.as_deref());
    }
}
