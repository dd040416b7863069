//! Forms: collected as JSON, sent once, answered in place. What was typed is never lost.

use super::{
    channel,
    client::{self, Failure, Reply},
    dom::{
        all, around, by_id, controls, document, get, get_text, object, on, panel, set, setting,
        window,
    },
    focus, regions, session, sign_in,
};
use js_sys::{Array, JSON, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlElement, HtmlFormElement, HtmlInputElement};

/// Listens to every form there is and will be, and takes up what was sent before this ran.
pub(super) fn start() {
    on(&document(), "submit", |event| {
        let event: Event = event.unchecked_into();
        let form = event
            .target()
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        if form.has_attribute("data-window") {
            return to_window(&form);
        }
        if !is_ours(&form) {
            return;
        }
        event.prevent_default();
        // The document's own listener would mark it as sent too early.
        event.stop_propagation();
        spawn_local(submit(form));
    });
    on(&document(), "input", |event| {
        let event: Event = event.unchecked_into();
        if let Some(input) = around(&event, "[data-show]") {
            show(input.unchecked_ref());
        }
    });
    if let Some(panel) = panel() {
        for form in all::<HtmlFormElement>(&panel, "form[data-early]") {
            spawn_local(submit(form));
        }
    }
}

/// Lets the browser send a form to a window of its own, and says who sends it. The window has to be opened
/// here and now, while the press of the button counts as the shopper's wish.
fn to_window(form: &HtmlFormElement) {
    const NAME: &str = "laurel-sign-in";
    for input in inputs(form) {
        match input.name().as_str() {
            "bearer" => input.set_value(&session::bearer().unwrap_or_default()),
            "secret" => input.set_value(&sign_in::begin(form)),
            _ => {}
        }
    }
    let opened =
        window().open_with_url_and_target_and_features("", NAME, "popup,width=520,height=720");
    // What is shown there next is somebody else's, and must not reach back into the panel.
    // But the form finds it by its name only while they know each other.
    let target = match opened {
        Ok(Some(opened)) => {
            spawn_local(async move {
                super::dom::sleep(0).await;
                let _ = opened.set_opener(&JsValue::NULL);
            });
            NAME
        }
        // Where windows are not allowed, a tab is.
        _ => "_blank",
    };
    form.set_target(target);
}

fn is_ours(form: &HtmlFormElement) -> bool {
    form.has_attribute("data-api") || form.has_attribute("data-more")
}

fn attribute(form: &HtmlFormElement, name: &str) -> String {
    form.get_attribute(name).unwrap_or_default()
}

fn inputs(form: &HtmlFormElement) -> Vec<HtmlInputElement> {
    controls(form, "input[name],textarea[name],select[name]")
}

/// Sends a form that nobody has pressed.
pub(super) fn send_by_itself(form: HtmlFormElement) {
    spawn_local(submit(form));
}

/// Sends one form, unless it is on its way already.
async fn submit(form: HtmlFormElement) {
    if form.has_attribute("aria-busy") {
        return;
    }
    let _ = form.remove_attribute("data-early");
    busy(&form, true);
    clear(&form);
    let sent = if form.has_attribute("data-more") {
        regions::more(&form).await
    } else {
        send(&form).await
    };
    busy(&form, false);
    match sent {
        Ok(()) => {}
        Err(failure) => refuse(&form, &failure),
    }
}

fn busy(form: &HtmlFormElement, on: bool) {
    let _ = if on {
        form.set_attribute("aria-busy", "true")
    } else {
        form.remove_attribute("aria-busy")
    };
    for button in all::<HtmlElement>(form, "button") {
        // Not `disabled`: that would take the focus away from under the finger.
        let _ = if on {
            button.set_attribute("aria-disabled", "true")
        } else {
            button.remove_attribute("aria-disabled")
        };
    }
}

async fn send(form: &HtmlFormElement) -> Result<(), Failure> {
    let json = |fields: &JsValue| {
        JSON::stringify(fields)
            .map(String::from)
            .unwrap_or_default()
    };
    let fields = collect(form);
    let key = key_for(form, &json(&fields));
    // What a review is about is said as it begins, and not again. Where there is no product, nothing is.
    let product = get(&fields, "product");
    set(&fields, "product", &JsValue::UNDEFINED);
    let body = json(&fields);
    let (method, mut path) = (attribute(form, "data-method"), attribute(form, "data-api"));
    let start = attribute(form, "data-start");
    if !start.is_empty() {
        let start_body = json(&object(&[("product", &product)]));
        // A review begins anew each time: photos that are no longer chosen must not be in it.
        let key = product.is_undefined().then(|| format!("{key}-0"));
        let begun = client::call("POST", &start, Some(&start_body), key.as_deref()).await?;
        if let Some((before, after)) = path.split_once('*') {
            let attempt = [before, &get_text(&begun.json, "id").unwrap_or_default()].concat();
            for file in files(form).iter() {
                client::send_file(&[&attempt, "/files"].concat(), &file).await?;
            }
            path = [&attempt, after].concat();
        }
    }
    let body = (method != "DELETE").then_some(body);
    let answer = client::call(&method, &path, body.as_deref(), Some(&key)).await;
    if !answer.as_ref().err().is_some_and(Failure::is_unsettled) {
        set(form, KEY, &JsValue::UNDEFINED);
    }
    succeed(form, &method, answer?).await;
    Ok(())
}

/// What was chosen to go along with a form.
fn files(form: &HtmlFormElement) -> Array {
    let input = form.query_selector("[type=file]").ok().flatten();
    input.map_or_else(Array::new, |input| Array::from(&get(&input, "files")))
}

/// Where a form remembers the key and the content of a try whose end it has not seen.
const KEY: &str = "laurelKey";
const CONTENT: &str = "laurelBody";

/// The same key for the same content until its end is known, and another for anything else.
fn key_for(form: &HtmlFormElement, body: &str) -> String {
    let same = get_text(form, CONTENT).as_deref() == Some(body);
    if let (true, Some(key)) = (same, get_text(form, KEY)) {
        return key;
    }
    let key = client::fresh_key();
    set(form, KEY, &key.as_str().into());
    set(form, CONTENT, &body.into());
    key
}

/// The fields as a JSON object: ticks as booleans, numbers as numbers, and nothing for what was
/// left empty, nor for files. What is named `answers.why` is `why` in the object `answers`.
fn collect(form: &HtmlFormElement) -> JsValue {
    let body = Object::new();
    for input in inputs(form) {
        let kind = input.type_();
        if kind == "file" || (kind == "radio" && !input.checked()) {
            continue;
        }
        let value = if kind == "checkbox" {
            input.checked().into()
        } else {
            let text = match input.get_attribute("data-fill").as_deref() {
                Some("zone") => time_zone(),
                _ => input.value().trim_matches(' ').to_owned(),
            };
            if text.is_empty() {
                continue;
            }
            if input.get_attribute("data-type").as_deref() == Some("int") {
                // The browser's own reading: Rust's would bring four kilobytes of its own.
                js_sys::Number::parse_int(&text, 10).into()
            } else {
                text.into()
            }
        };
        let name = input.name();
        match name.split_once('.') {
            None => set(&body, &name, &value),
            Some((group, name)) => set(&group_of(&body, group), name, &value),
        }
    }
    body.into()
}

/// The object of this name inside `body`, made where there is none yet.
fn group_of(body: &JsValue, name: &str) -> JsValue {
    let known = get(body, name);
    if !known.is_undefined() {
        return known;
    }
    let group: JsValue = Object::new().into();
    set(body, name, &group);
    group
}

/// The zone the browser is in, by its IANA name.
fn time_zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    get_text(&format.resolved_options(), "timeZone").unwrap_or_default()
}

async fn succeed(form: &HtmlFormElement, method: &str, reply: Reply) {
    if method == "DELETE" && attribute(form, "data-api").ends_with("current") {
        // The page tells all its frames, or another of them would sign in again.
        if !channel::post("out", &[]) {
            session::end();
        }
        return;
    }
    let next = attribute(form, "data-next");
    if let Some(next) = by_id::<HtmlElement>(&next) {
        for input in all::<HtmlInputElement>(&next, "input[type=hidden]") {
            if let Some(value) = get_text(&reply.json, &input.name()) {
                input.set_value(&value);
            }
        }
        form.set_hidden(true);
        focus::reveal(&next);
        return;
    }
    if attribute(form, "data-api").ends_with("/redemptions") {
        let coupon = get(&reply.json, "coupon");
        let says = |name, value| get_text(&coupon, name).as_deref() == Some(value);
        // The code is what comes next, once it is drawn; of what is settled already, only a partner's can be used.
        if (!says("state", "used") || says("kind", "partner"))
            && let Some(panel) = panel()
        {
            let _ = panel.set_attribute("data-then", "codes");
        }
        if let Ok(coupon) = JSON::stringify(&coupon) {
            channel::event("redeemed", &String::from(coupon));
        }
        if let Ok(Some(card)) = form.closest("details") {
            let _ = card.remove_attribute("open");
        }
    }
    form.reset();
    signed_in(&reply).await;
}

/// Says beside an input that is pulled along a line what its place means: the money, and before it how many
/// points.
pub(super) fn show(input: &HtmlInputElement) {
    let number = |name| js_sys::parse_float(&input.get_attribute(name).unwrap_or_default());
    let chosen = input.value_as_number();
    let money = chosen / number("step") * number("data-gives");
    let place = input.get_attribute("data-show").unwrap_or_default();
    let Some(place) = by_id::<Element>(&place) else {
        return;
    };
    let told = all::<Element>(&place, "b");
    for (place, number) in told.iter().rev().zip([money, chosen]) {
        // Only a list takes options here, and one number as a list reads like the number. Money has two digits after
        // the point, or none.
        let digits = if number.fract() == 0.0 { 0.0 } else { 2.0 };
        let digits = object(&[("minimumFractionDigits", &JsValue::from_f64(digits))]);
        let list = Array::new();
        list.push(&JsValue::from_f64(number));
        let text = list.to_locale_string(&setting("lang").as_str().into(), &digits);
        place.set_text_content(Some(&String::from(text)));
    }
    let told = get_text(&place, "textContent").unwrap_or_default();
    let _ = input.set_attribute("aria-valuetext", &told);
}

/// Takes over the session that an answer may carry, and draws what has changed.
pub(super) async fn signed_in(reply: &Reply) {
    // A session that came without the shop survives a page change: there is nobody to ask for another.
    session::adopt(&reply.json, true);
    regions::refresh().await;
    super::stream::sync();
    channel::post("changed", &[]);
}

/// Takes away what was said of an earlier try.
pub(super) fn clear(form: &HtmlFormElement) {
    for note in all::<HtmlElement>(form, ".problem,.fault") {
        note.set_text_content(None);
    }
    for input in inputs(form) {
        let _ = input.remove_attribute("aria-invalid");
    }
}

/// Says what is wrong: at the field where one is named, and above all in the form's alert.
pub(super) fn refuse(form: &HtmlFormElement, failure: &Failure) {
    let fallback = || panel().and_then(|panel| panel.get_attribute("data-failed"));
    let detail = failure.detail().or_else(fallback);
    if let Ok(Some(note)) = form.query_selector(".problem") {
        note.set_text_content(detail.as_deref());
    }
    let faults = get(&failure.problem, "errors");
    let mut first = None;
    for fault in faults.dyn_ref::<Array>().into_iter().flat_map(Array::iter) {
        let name = get_text(&fault, "field").unwrap_or_default();
        let Some(input) = inputs(form).into_iter().find(|input| input.name() == name) else {
            continue;
        };
        let _ = input.set_attribute("aria-invalid", "true");
        let note = all::<HtmlElement>(form, ".fault")
            .into_iter()
            .find(|note| note.get_attribute("data-for").as_deref() == Some(name.as_str()));
        if let Some(note) = note {
            note.set_text_content(get_text(&fault, "detail").as_deref());
        }
        first.get_or_insert(input);
    }
    if let Some(input) = first {
        let _ = input.focus();
    }
    if failure.status == 409 {
        // What the form was drawn from has changed: it is drawn anew, perhaps without its sentence.
        if let Some(detail) = &detail {
            super::stream::say(detail);
        }
        wasm_bindgen_futures::spawn_local(regions::refresh());
    }
    if failure.status >= 500 || failure.status == 0 {
        channel::event("error", &failure.json());
    }
}
