//! The host page: hello across windows with exact origin and window on both sides, and from then
//! on a private port.

use super::{
    dom::{document, get, get_text, object, on, panel, root, set, setting, window},
    focus, regions, session, stream,
};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, MessageEvent, MessagePort};

thread_local! {
    static PORT: RefCell<Option<MessagePort>> = const { RefCell::new(None) };
}

/// Whether the panel stands in another page.
pub(super) fn embedded() -> bool {
    let window = window();
    window
        .parent()
        .ok()
        .flatten()
        .is_some_and(|parent| parent != window)
}

/// Says hello to the page around, if there is one that may be spoken to.
pub(super) fn start() {
    let host = setting("data-host");
    let Ok(Some(parent)) = window().parent() else {
        return;
    };
    if !embedded() || host.is_empty() {
        return;
    }
    let origin = host.clone();
    let source = parent.clone();
    on(&window(), "message", move |event| {
        let Ok(event) = event.dyn_into::<MessageEvent>() else {
            return;
        };
        let from_host = event.origin() == origin
            && event
                .source()
                .is_some_and(|from| JsValue::from(from) == JsValue::from(&source));
        if from_host && get(&event.data(), "laurel").as_f64() == Some(1.0) {
            take(&event);
        }
    });
    let _ = parent.post_message(&"laurel:ready".into(), &host);
}

/// Takes the port, once.
fn take(event: &MessageEvent) {
    let port = event.ports().get(0).dyn_into::<MessagePort>();
    let (Ok(port), true) = (port, PORT.with_borrow(Option::is_none)) else {
        return;
    };
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| heard(&event.data()));
    port.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
    PORT.set(Some(port));
    stream::allow(get(&event.data(), "stream").is_truthy());
}

/// Sends to the host; says whether there is one.
pub(super) fn post(kind: &str, fields: &[(&str, &JsValue)]) -> bool {
    let message = object(fields);
    set(&message, "t", &kind.into());
    PORT.with_borrow(|port| {
        port.as_ref()
            .is_some_and(|port| port.post_message(&message).is_ok())
    })
}

/// Raises an event to the page; `data` is JSON.
pub(super) fn event(name: &str, data: &str) {
    post("event", &[("name", &name.into()), ("data", &data.into())]);
}

fn heard(message: &JsValue) {
    let on = get(message, "on").is_truthy();
    match get_text(message, "t").unwrap_or_default().as_str() {
        "show" => show(&get_text(message, "view").unwrap_or_default()),
        "token" => spawn_local(session::exchange(
            get_text(message, "token").unwrap_or_default(),
        )),
        "refresh" => {
            session::resume();
            spawn_local(async {
                regions::refresh().await;
                // Another frame may have made the shopper a member, and this one is to stream.
                stream::sync();
            });
        }
        "update" => update(message),
        "stream" => stream::allow(on),
        "full" => focus::trap(on),
        _ => {}
    }
}

/// Opens a section; inline views have names of their own for some.
fn show(view: &str) {
    let view = match view {
        "tasks" | "refer" => "earn",
        "rewards" => "spend",
        view => view,
    };
    let tab = document()
        .query_selector("input[name=view]")
        .ok()
        .flatten()
        .and_then(|first| first.closest("fieldset").ok().flatten())
        .map(|tabs| super::dom::all::<HtmlInputElement>(&tabs, "input"))
        .unwrap_or_default()
        .into_iter()
        .find(|tab| tab.value() == view);
    if let Some(tab) = tab {
        tab.set_checked(true);
        regions::shown();
    }
    // Focus goes into the panel, where a screen reader begins to read.
    if let Some(panel) = panel() {
        let _ = panel.focus();
    }
}

fn update(message: &JsValue) {
    let Some(root) = root() else { return };
    if let Some(theme) = get_text(message, "theme") {
        let _ = root.set_attribute("data-theme", &theme);
    }
    if let Some(locale) = get_text(message, "locale").filter(|locale| *locale != setting("lang")) {
        let _ = root.set_attribute("lang", &locale);
        if session::bearer().is_some() {
            spawn_local(regions::refresh());
        } else {
            session::reload();
        }
    }
}
