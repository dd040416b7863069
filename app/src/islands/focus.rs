//! Keys and clicks that concern the panel as a whole, and where focus may go.

use super::{
    channel,
    dom::{all, around, by_id, document, get, on, root},
    regions,
};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent};

/// What the Tab key stops at.
const STOPS: &str = "button,a[href],input:not([type=hidden]),summary,[tabindex=\"0\"]";

/// Listens for closing, for folded forms, and for focus leaving at either end.
pub(super) fn start() {
    let document = document();
    on(&document, "click", |event| {
        let event: Event = event.unchecked_into();
        if around(&event, "[data-close]").is_some() {
            channel::post("close", &[]);
        } else if let Some(button) = around(&event, "[data-open]") {
            let view = button.get_attribute("data-open").unwrap_or_default();
            channel::post("open", &[("view", &view.into())]);
        } else if let Some(button) = around(&event, "[data-back]") {
            swap_forms(&button);
        } else if let Some(button) = around(&event, "[data-apply]") {
            let attribute = |name| button.get_attribute(name).unwrap_or_default();
            channel::event("apply", &attribute("data-apply"));
            super::stream::say(&attribute("data-said"));
        } else if let Some(button) = around(&event, "[data-share]") {
            super::share::share(button);
        } else if let Some(link) = around(&event, "[data-place]") {
            super::share::place(&link);
        }
    });
    on(&document, "keydown", |event| {
        let event: KeyboardEvent = event.unchecked_into();
        let sheet = super::dom::document()
            .query_selector("[popover]:popover-open")
            .ok()
            .flatten();
        if event.key() == "Escape" && sheet.is_none() {
            channel::post("close", &[]);
        }
    });
    on(&document, "change", |event| {
        let event: Event = event.unchecked_into();
        if around(&event, "input[name=view]").is_some() {
            regions::shown();
        } else if let Some(select) = around(&event, "[data-fills]") {
            super::share::fill(&select);
        }
    });
    on(&document, "focusin", |event| {
        let event: Event = event.unchecked_into();
        if let Some(sentinel) = around(&event, "[data-sentinel]") {
            let end = sentinel.get_attribute("data-sentinel").as_deref() == Some("end");
            // Focus that comes in from nowhere has just begun its way and goes on to the near end.
            let enters = get(&event, "relatedTarget").is_null();
            wrap(end != enters);
        }
    });
}

/// Shows the form that a button leads back to, instead of its own.
fn swap_forms(button: &web_sys::Element) {
    let own = button.closest("form").ok().flatten();
    let other = button
        .get_attribute("data-back")
        .and_then(|id| by_id::<HtmlElement>(&id));
    if let (Some(own), Some(other)) = (
        own.and_then(|own| own.dyn_into::<HtmlElement>().ok()),
        other,
    ) {
        own.set_hidden(true);
        reveal(&other);
    }
}

/// Shows a form and goes to its first input.
pub(super) fn reveal(form: &HtmlElement) {
    form.set_hidden(false);
    if let Ok(Some(input)) = form.query_selector("input:not([type=hidden])")
        && let Ok(input) = input.dyn_into::<HtmlElement>()
    {
        let _ = input.focus();
    }
}

/// Keeps focus inside while the panel covers the screen.
pub(super) fn trap(on: bool) {
    let Some(root) = root() else { return };
    let _ = root.toggle_attribute_with_force("data-full", on);
    for sentinel in all::<HtmlElement>(&root, "[data-sentinel]") {
        if on {
            sentinel.set_tab_index(0);
        } else {
            let _ = sentinel.remove_attribute("tabindex");
        }
    }
}

/// From one end to the other.
fn wrap(to_first: bool) {
    let Some(root) = root() else { return };
    let reachable = |stop: &HtmlElement| {
        let resting = stop
            .dyn_ref::<HtmlInputElement>()
            .is_some_and(|input| input.type_() == "radio" && !input.checked());
        stop.offset_parent().is_some() && !stop.has_attribute("data-sentinel") && !resting
    };
    let mut stops = all::<HtmlElement>(&root, STOPS)
        .into_iter()
        .filter(reachable);
    let stop = if to_first { stops.next() } else { stops.last() };
    if let Some(stop) = stop {
        let _ = stop.focus();
    }
}
