//! Passing a link on: by the device's own sheet, or else by copying it.

use super::dom::{get, object, window};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

/// Passes on the link that a button names. It has to begin here and now, while the press counts as the shopper's
/// wish.
pub(super) fn share(button: Element) {
    let link: JsValue = button
        .get_attribute("data-share")
        .unwrap_or_default()
        .into();
    let navigator = get(&window(), "navigator");
    if let Some(shared) = call(&navigator, "share", &object(&[("url", &link)])) {
        // Whoever closes the sheet has changed their mind: nothing to say.
        spawn_local(async move {
            let _ = JsFuture::from(shared).await;
        });
        return;
    }
    let copied = call(&get(&navigator, "clipboard"), "writeText", &link);
    spawn_local(async move {
        if let Some(copied) = copied
            && JsFuture::from(copied).await.is_ok()
        {
            super::stream::say(&button.get_attribute("data-copied").unwrap_or_default());
        }
    });
}

/// Calls a function that the browser may not have.
fn call(object: &JsValue, name: &str, argument: &JsValue) -> Option<Promise> {
    let function: Function = get(object, name).dyn_into().ok()?;
    function.call1(object, argument).ok()?.dyn_into().ok()
}
