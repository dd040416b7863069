//! What happens to the member, as it happens: server-sent events, read by `fetch` because the
//! bearer goes into a header.

use super::{
    channel, client,
    dom::{document, get, get_text, now, on, panel, setting, sleep, window},
    regions, session,
};
use js_sys::{JSON, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, HtmlElement, ReadableStreamDefaultReader, TextDecoder};

/// The first pause before connecting again; it doubles up to the longest.
const PAUSE_MS_MIN: f64 = 1000.0;
const PAUSE_MS_MAX: f64 = 30_000.0;
/// How long an announcement stands.
const TOAST_MS: i32 = 7000;

#[derive(Default)]
struct Stream {
    allowed: bool,
    running: Option<AbortController>,
    toast_until: f64,
}

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

/// Gets ready; a page of its own may stream at once, an embedded one when the host says so.
pub(super) fn start() {
    STREAM.with_borrow_mut(|stream| {
        stream.allowed = !channel::embedded();
    });
    on(&document(), "visibilitychange", |_| sync());
    on(&window(), "offline", |_| offline(true));
    on(&window(), "online", |_| {
        offline(false);
        sync();
        spawn_local(regions::refresh());
    });
    offline(!window().navigator().on_line());
    sync();
}

fn offline(is: bool) {
    if let Some(notice) = super::dom::by_id::<HtmlElement>("offline") {
        notice.set_hidden(!is);
    }
}

/// Whether this frame is the one that streams.
pub(super) fn allow(allowed: bool) {
    STREAM.with_borrow_mut(|stream| stream.allowed = allowed);
    sync();
}

/// Streams where it should and stops where it should not.
pub(super) fn sync() {
    let member = panel()
        .is_some_and(|panel| panel.get_attribute("data-viewer").as_deref() == Some("member"));
    let wanted = STREAM.with_borrow(|stream| stream.allowed)
        && member
        && session::bearer().is_some()
        && !document().hidden();
    let running = STREAM.with_borrow_mut(|stream| {
        if wanted {
            return stream.running.is_some();
        }
        if let Some(controller) = stream.running.take() {
            controller.abort();
        }
        true
    });
    if !running && let Ok(controller) = AbortController::new() {
        STREAM.with_borrow_mut(|stream| stream.running = Some(controller.clone()));
        spawn_local(run(controller));
    }
}

/// Ends the stream, as it is somebody else's.
pub(super) fn stop() {
    if let Some(controller) = STREAM.with_borrow_mut(|stream| stream.running.take()) {
        controller.abort();
    }
}

/// Connects again and again until it is called off.
async fn run(controller: AbortController) {
    // Its own from here on: what a refresh already shows has still to be told.
    let mut cursor = panel()
        .and_then(|panel| panel.get_attribute("data-cursor"))
        .unwrap_or_default();
    let mut pause = PAUSE_MS_MIN;
    while !controller.signal().aborted() {
        let began = now();
        match read(&controller, &mut cursor).await {
            Err(401) if !session::recover().await => session::end(),
            _ => {}
        }
        if controller.signal().aborted() {
            break;
        }
        pause = if now() - began > PAUSE_MS_MAX {
            PAUSE_MS_MIN
        } else {
            (pause * 2.0).min(PAUSE_MS_MAX)
        };
        // Half of it is chance, so that a server that comes back is not met by all at once.
        #[expect(clippy::cast_possible_truncation, reason = "at most half a minute")]
        sleep((pause * (0.5 + js_sys::Math::random() / 2.0)) as i32).await;
    }
}

/// Reads one connection to its end. The error is the status of a refusal.
async fn read(controller: &AbortController, cursor: &mut String) -> Result<(), u16> {
    // The panel's language, which need not be the browser's.
    let path = format!(
        "/api/v1/me/events?cursor={cursor}&locale={}",
        setting("lang")
    );
    let headers = [
        ("accept", "text/event-stream"),
        ("last-event-id", cursor.as_str()),
    ];
    let init = client::abortable(&controller.signal());
    let response = client::open("GET", &path, &init, &headers)
        .await
        .map_err(|failure| failure.status)?;
    if !response.ok() {
        return Err(response.status());
    }
    let body = response.body().ok_or(0_u16)?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let decoder = TextDecoder::new().map_err(|_| 0_u16)?;
    let mut text = String::new();
    let mut record = Record::default();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(|_| 0_u16)?;
        if get(&chunk, "done").is_truthy() {
            return Ok(());
        }
        let bytes: Uint8Array = get(&chunk, "value").unchecked_into();
        text.push_str(&decode(&decoder, &bytes));
        let mut news = false;
        while let Some(end) = text.find('\n') {
            let line: String = text.drain(..=end).collect();
            news |= record.line(line.trim_end_matches(['\r', '\n']), cursor);
        }
        if news {
            regions::refresh().await;
            // The page's other frames have no stream of their own.
            channel::post("changed", &[]);
        }
    }
}

/// A character may be cut in two between chunks; the decoder keeps its first half.
fn decode(decoder: &TextDecoder, bytes: &Uint8Array) -> String {
    let options = super::dom::object(&[("stream", &JsValue::TRUE)]);
    decoder
        .decode_with_buffer_source_and_options(bytes, options.unchecked_ref())
        .unwrap_or_default()
}

/// One record while it is being read: fields line by line, ended by an empty line.
#[derive(Default)]
struct Record {
    id: String,
    name: String,
    data: String,
}

impl Record {
    /// Takes one line; says whether it ended a record with an event in it.
    fn line(&mut self, line: &str, cursor: &mut String) -> bool {
        let Some((field, value)) = line.split_once(':') else {
            return line.is_empty() && std::mem::take(self).end(cursor);
        };
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut self.id),
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push_str(value),
            _ => {}
        }
        false
    }

    fn end(self, cursor: &mut String) -> bool {
        if self.data.is_empty() {
            return false;
        }
        if let (Some(panel), false) = (panel(), self.id.is_empty()) {
            let _ = panel.set_attribute("data-cursor", &self.id);
            *cursor = self.id;
        }
        // Of a redemption, the frame in which it happened has told the page, with the code.
        if self.name != "redeemed" {
            channel::event(&self.name, &self.data);
        }
        let event = JSON::parse(&self.data).ok();
        if let Some(text) = event.and_then(|event| get_text(&event, "text")) {
            say(&text);
        }
        true
    }
}

/// Announces a sentence, for the eye and for a screen reader.
pub(super) fn say(text: &str) {
    let Some(toast) = super::dom::by_id::<HtmlElement>("toast") else {
        return;
    };
    toast.set_text_content(Some(text));
    let until = now() + f64::from(TOAST_MS);
    STREAM.with_borrow_mut(|stream| stream.toast_until = until);
    spawn_local(async move {
        sleep(TOAST_MS + 50).await;
        if STREAM.with_borrow(|stream| stream.toast_until) <= now() {
            toast.set_text_content(None);
        }
    });
}
