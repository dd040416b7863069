//! Regions: the parts of the page that are taken over from the server when they changed there,
//! and left alone when they did not.

use super::{
    client::{self, Failure},
    dom::{all, by_id, controls, document, elements, get, panel, setting, subject, window},
    forms, session,
};
use crate::api::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{
    DocumentFragment, Element, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTemplateElement,
};

#[derive(Default)]
struct Known {
    /// Name and HTML of every region, as the server last drew it.
    regions: Vec<(String, String)>,
    running: bool,
    again: bool,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Remembers what the document came with.
pub(super) fn start() {
    let Some(panel) = panel() else { return };
    let regions = named(&all::<Element>(&panel, "[data-region]"));
    KNOWN.with_borrow_mut(|known| known.regions = regions);
    take_state(&panel);
    complete();
}

fn named(regions: &[Element]) -> Vec<(String, String)> {
    let name = |region: &Element| region.get_attribute("data-region").unwrap_or_default();
    regions
        .iter()
        .map(|region| (name(region), region.inner_html()))
        .collect()
}

/// Copies who looks, and from where the stream goes on, to where everybody reads them; and the
/// words around the panel, as the language may be another now.
fn take_state(panel: &HtmlElement) {
    let document = document();
    let Some(state) = document.get_element_by_id("state") else {
        return;
    };
    for name in ["data-viewer", "data-cursor", "data-failed"] {
        if let Some(value) = state.get_attribute(name) {
            let _ = panel.set_attribute(name, &value);
        }
    }
    for (name, selector) in [("data-title", "title,h1"), ("data-offline", "#offline")] {
        let value = state.get_attribute(name);
        let places = document.query_selector_all(selector);
        for place in places
            .map(|list| elements::<Element>(&list))
            .unwrap_or_default()
        {
            place.set_text_content(value.as_deref());
        }
    }
    if let (Some(close), Some(value)) = (
        document.get_element_by_id("close"),
        state.get_attribute("data-close"),
    ) {
        let _ = close.set_attribute("aria-label", &value);
    }
}

/// The form that asks for more of the statement.
const MORE: &str = "history-more";
/// As many lines may be new at once.
const NEW_LINES: u32 = 5;
/// The statement's lines.
const LINES: &str = ".statement > .line";

/// Whether the statement is open.
fn is_looked_at() -> bool {
    by_id::<HtmlInputElement>("tab-history").is_some_and(|tab| tab.checked())
}

fn address(before: Option<&str>) -> String {
    let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
    let mut address = format!(
        "/api/v1/me/panel?locale={}&form={}&host={}",
        setting("lang"),
        setting("data-form"),
        encode(&setting("data-host")),
    );
    if let Some(before) = before {
        address.push_str("&before=");
        address.push_str(&encode(before));
    } else if is_looked_at() {
        // All that are there, below what is new.
        let lines = document().query_selector_all(LINES);
        let count = lines.map_or(0, |lines| lines.length());
        let count = count.max(PAGE_ITEMS_DEFAULT) + NEW_LINES;
        address.push_str("&lines=");
        address.push_str(&count.min(PAGE_ITEMS_MAX).to_string());
    }
    address + &subject()
}

fn parsed(html: &str) -> Option<DocumentFragment> {
    let template: HtmlTemplateElement = document()
        .create_element("template")
        .ok()?
        .dyn_into()
        .ok()?;
    template.set_inner_html(html);
    Some(template.content())
}

/// Asks the server for the panel as it is now and takes over what changed. Calls that come while
/// one is running are answered by one more run after it.
pub(super) async fn refresh() {
    let busy = KNOWN.with_borrow_mut(|known| std::mem::replace(&mut known.running, true));
    if busy {
        KNOWN.with_borrow_mut(|known| known.again = true);
        return;
    }
    loop {
        let asked = (address(None), session::bearer());
        if asked.1.is_some()
            && let Ok(reply) = client::call("GET", &asked.0, None, None).await
        {
            if (address(None), session::bearer()) == asked {
                swap(&reply.text);
            } else {
                // More is looked at by now, or something else, or by somebody else.
                KNOWN.with_borrow_mut(|known| known.again = true);
            }
        }
        if !KNOWN.with_borrow_mut(|known| std::mem::take(&mut known.again)) {
            break;
        }
    }
    KNOWN.with_borrow_mut(|known| known.running = false);
}

/// Takes over what changed: region by region, or everything when there are others now.
fn swap(html: &str) {
    let (Some(panel), Some(content)) = (panel(), parsed(html)) else {
        return;
    };
    let fresh = content.query_selector_all("[data-region]");
    let fresh = named(&fresh.map(|list| elements(&list)).unwrap_or_default());
    if fresh.is_empty() {
        return;
    }
    let known = KNOWN.with_borrow_mut(|known| std::mem::replace(&mut known.regions, fresh.clone()));
    let names = |regions: &[(String, String)]| -> Vec<String> {
        regions.iter().map(|(name, _)| name.clone()).collect()
    };
    if names(&known) == names(&fresh) {
        for ((name, new), (_, old)) in fresh.iter().zip(&known) {
            if new != old {
                replace(&panel, name, new);
            }
        }
        if let (Ok(Some(new)), Some(old)) = (
            content.query_selector("#state"),
            document().get_element_by_id("state"),
        ) {
            let _ = old.replace_with_with_node_1(&new);
        }
    } else {
        let kept = Kept::of(&panel);
        panel.set_inner_html(html);
        kept.put_back(&panel);
    }
    take_state(&panel);
    complete();
    // What somebody waits for takes the focus as soon as it is there.
    let wanted = panel.get_attribute("data-then").unwrap_or_default();
    if let Some(wanted) = by_id::<HtmlElement>(&wanted) {
        let _ = panel.remove_attribute("data-then");
        let _ = wanted.focus();
    }
}

fn replace(panel: &HtmlElement, name: &str, html: &str) {
    let Ok(Some(region)) = panel.query_selector(&format!("[data-region=\"{name}\"]")) else {
        return;
    };
    let Ok(region) = region.dyn_into::<HtmlElement>() else {
        return;
    };
    let kept = Kept::of(&region);
    region.set_inner_html(html);
    kept.put_back(&region);
}

/// Begins a section at its top, once it is shown.
pub(super) fn shown() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
    complete();
}

/// Asks for more than the few lines that came with the panel, once somebody looks at the statement.
fn complete() {
    let form = by_id::<HtmlFormElement>(MORE).filter(|form| form.has_attribute("data-soon"));
    if let Some(form) = form.filter(|_| is_looked_at()) {
        forms::send_by_itself(form);
    }
}

/// Appends the page of the statement that follows where a form stands.
pub(super) async fn more(form: &HtmlFormElement) -> Result<(), Failure> {
    let cursor = form.get_attribute("data-more").unwrap_or_default();
    let bearer = session::bearer();
    let reply = client::call("GET", &address(Some(&cursor)), None, None).await?;
    let (Some(panel), Some(content)) = (panel(), parsed(&reply.text)) else {
        return Ok(());
    };
    let Some(button) = by_id::<HtmlFormElement>(MORE).filter(|_| session::bearer() == bearer)
    else {
        // What a new session shows is on its way.
        return Ok(());
    };
    if button.get_attribute("data-more") != Some(cursor) {
        // The statement was drawn anew meanwhile, and may have these lines. Whoever pressed wants those after it.
        if !form.has_attribute("data-soon") {
            forms::send_by_itself(button);
        }
        return Ok(());
    }
    let had_focus = button.contains(document().active_element().as_deref());
    let lines = content.query_selector_all(LINES);
    let lines: Vec<HtmlElement> = lines.map(|list| elements(&list)).unwrap_or_default();
    if let Ok(Some(statement)) = panel.query_selector(".statement") {
        for line in &lines {
            let _ = statement.append_child(line);
        }
    }
    match content.get_element_by_id(MORE) {
        Some(next) => {
            let _ = button.replace_with_with_node_1(&next);
        }
        None => button.remove(),
    }
    // The first new line takes the focus that the button had.
    if had_focus
        && let Some(line) = lines.first()
        && let Ok(Some(summary)) = line.query_selector("summary")
        && let Ok(summary) = summary.dyn_into::<HtmlElement>()
    {
        let _ = summary.focus();
    }
    Ok(())
}

/// What the shopper has made of a part of the page: what is open, what is typed, where focus is.
struct Kept {
    open: Vec<String>,
    typed: Vec<(String, String, bool)>,
    /// No script can choose a file, so the inputs that have some stay themselves.
    files: Vec<HtmlInputElement>,
    focus: Option<String>,
    had_focus: bool,
}

/// A summary has no id of its own; its `<details>` has.
fn focus_id(element: &Element) -> Option<String> {
    let own = Some(element.id()).filter(|id| !id.is_empty());
    own.or_else(|| {
        element
            .parent_element()
            .map(|parent| parent.id())
            .filter(|id| !id.is_empty())
    })
}

/// What can be filled in and found again.
const CONTROLS: &str = "input[id],textarea[id],select[id]";

/// Whether it is ticked and not filled in.
fn is_tick(input: &HtmlInputElement) -> bool {
    matches!(input.type_().as_str(), "radio" | "checkbox")
}

impl Kept {
    fn of(part: &HtmlElement) -> Self {
        let open = all::<Element>(part, "details[open][id]")
            .iter()
            .map(Element::id)
            .collect();
        let touched = |input: &HtmlInputElement| match input.type_().as_str() {
            "hidden" => false,
            // The section that is open stays open, even if it was so from the first.
            "radio" => true,
            "checkbox" => input.checked() != input.default_checked(),
            "select-one" => get(input, "selectedIndex").as_f64() > Some(0.0),
            _ => input.value() != input.default_value(),
        };
        let touched = controls(part, CONTROLS).into_iter().filter(touched);
        let (files, typed): (Vec<_>, Vec<_>) = touched.partition(|input| input.type_() == "file");
        let typed = typed
            .iter()
            .map(|input| (input.id(), input.value(), is_tick(input) && input.checked()))
            .collect();
        let active = document()
            .active_element()
            .filter(|active| part.contains(Some(active)));
        Self {
            open,
            typed,
            files,
            had_focus: active.is_some(),
            focus: active.as_ref().and_then(focus_id),
        }
    }

    fn put_back(self, part: &HtmlElement) {
        for id in &self.open {
            if let Some(details) = document().get_element_by_id(id) {
                let _ = details.set_attribute("open", "");
            }
        }
        for input in controls(part, CONTROLS) {
            let id = input.id();
            if let Some(file) = self.files.iter().find(|file| file.id() == id) {
                let _ = input.replace_with_with_node_1(file);
                continue;
            }
            let Some((_, value, checked)) = self.typed.iter().find(|typed| typed.0 == id) else {
                continue;
            };
            if is_tick(&input) {
                input.set_checked(*checked);
            } else {
                input.set_value(value);
                forms::show(&input);
            }
        }
        if !self.had_focus {
            return;
        }
        let same = self
            .focus
            .and_then(|id| document().get_element_by_id(&id))
            .map(|found| {
                found
                    .query_selector(":scope > summary,:scope:not([tabindex]) > button")
                    .ok()
                    .flatten()
                    .unwrap_or(found)
            });
        let target = same.and_then(|same| same.dyn_into::<HtmlElement>().ok());
        let _ = target
            .unwrap_or_else(|| {
                part.set_tab_index(-1);
                part.clone()
            })
            .focus();
    }
}
