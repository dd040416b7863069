//! Passing a link on: by the device's own sheet, by copying it, or by a service's own page.

use super::dom::{by_id, get, get_text, object, set, window};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

/// Passes on the link that a button names, with the text beside it, or only copies it. It has to begin here and now,
/// while the press counts as the shopper's wish.
pub(super) fn share(button: Element) {
    let link: JsValue = button
        .get_attribute("data-share")
        .unwrap_or_default()
        .into();
    let navigator = get(&window(), "navigator");
    let what = object(&[("url", &link), ("text", &text_of(&button))]);
    let sheet = (!button.has_attribute("data-copy")).then(|| call(&navigator, "share", &what));
    if let Some(shared) = sheet.flatten() {
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

/// What stands in the field that an element names; `undefined` if it names none.
fn text_of(element: &Element) -> JsValue {
    let field = element.get_attribute("data-text-from");
    let field = field.and_then(|id| by_id::<Element>(&id));
    field.map_or(JsValue::UNDEFINED, |field| get(&field, "value"))
}

/// Puts the text as it is now into the address that a link is about to open.
pub(super) fn place(link: &Element) {
    let text = text_of(link).as_string().unwrap_or_default();
    let place = link.get_attribute("data-place").unwrap_or_default();
    if let Some((before, after)) = place.split_once('*') {
        let text = String::from(js_sys::encode_uri_component(&text));
        let _ = link.set_attribute("href", &[before, &text, after].concat());
    }
}

/// Puts what was chosen into the field that a select names.
pub(super) fn fill(select: &Element) {
    let field = select.get_attribute("data-fills").unwrap_or_default();
    if let (Some(field), Some(text)) = (by_id::<Element>(&field), get_text(select, "value")) {
        set(&field, "value", &text.into());
    }
}

/// Calls a function that the browser may not have.
fn call(object: &JsValue, name: &str, argument: &JsValue) -> Option<Promise> {
    let function: Function = get(object, name).dyn_into().ok()?;
    function.call1(object, argument).ok()?.dyn_into().ok()
}
