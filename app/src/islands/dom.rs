//! The few things asked of the browser, said shortly.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, EventTarget, HtmlElement, HtmlInputElement, NodeList, Window};

/// The window. There always is one where this runs.
pub(super) fn window() -> Window {
    leptos::prelude::window()
}

/// The document.
pub(super) fn document() -> Document {
    leptos::prelude::document()
}

/// `<html>`.
pub(super) fn root() -> Option<Element> {
    document().document_element()
}

/// An attribute of `<html>`, empty if it is not there.
pub(super) fn setting(name: &str) -> String {
    root()
        .and_then(|root| root.get_attribute(name))
        .unwrap_or_default()
}

/// What the page around says that this frame is about: its product, price, currency and order. The loader puts
/// them last in our address, behind the page's own origin.
pub(super) fn subject() -> String {
    let address = window().location().search().unwrap_or_default();
    let behind = address.split_once("&host=");
    let subject = behind.and_then(|(_, rest)| rest.split_once('&'));
    subject.map_or_else(String::new, |(_, rest)| ["&", rest].concat())
}

/// `<main id="panel">`.
pub(super) fn panel() -> Option<HtmlElement> {
    by_id("panel")
}

/// The element with an id.
pub(super) fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The elements of a list, which may hold text nodes too.
pub(super) fn elements<T: JsCast>(list: &NodeList) -> Vec<T> {
    (0..list.length())
        .filter_map(|i| list.get(i)?.dyn_into().ok())
        .collect()
}

/// All elements inside `within` that match.
pub(super) fn all<T: JsCast>(within: &Element, selector: &str) -> Vec<T> {
    within
        .query_selector_all(selector)
        .map(|list| elements(&list))
        .unwrap_or_default()
}

/// The inputs, text areas and selects inside `within` that match. Name, type and value are called the same in
/// all of them, so all are taken for inputs; only an input has `checked`, and a select no `defaultValue`.
pub(super) fn controls(within: &Element, selector: &str) -> Vec<HtmlInputElement> {
    all::<Element>(within, selector)
        .into_iter()
        .map(Element::unchecked_into)
        .collect()
}

/// The nearest element around an event's target, itself included, that matches.
pub(super) fn around(event: &web_sys::Event, selector: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()?
}

/// Listens for as long as the page lives.
pub(super) fn on(target: &EventTarget, name: &str, heard: impl FnMut(JsValue) + 'static) {
    listen(target, name, Box::new(heard));
}

fn listen(target: &EventTarget, name: &str, heard: Box<dyn FnMut(JsValue)>) {
    let heard = Closure::wrap(heard).into_js_value();
    let _ = target.add_event_listener_with_callback(name, heard.unchecked_ref());
}

/// A property; `undefined` where there is none.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is a text.
pub(super) fn get_text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A plain object.
pub(super) fn object(fields: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object.into()
}

/// Sets a property.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// Calls `then` after some time.
pub(super) fn after(milliseconds: i32, then: &Function) {
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(then, milliseconds);
}

/// Waits.
pub(super) async fn sleep(milliseconds: i32) {
    let wait = Promise::new(&mut |resolve, _| after(milliseconds, &resolve));
    let _ = JsFuture::from(wait).await;
}

/// Milliseconds since 1970.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}
