//! Signing in elsewhere to become known here: one button for each service.

use super::{Draw as _, Drawn, Field, Words, hidden, submit};
use crate::api::SignInView;
use leptos::prelude::*;

/// The buttons; nothing where a programme has none.
pub(crate) fn sign_in(words: Words<'_>) -> Option<Drawn> {
    let all: Vec<_> = words
        .program
        .sign_in
        .iter()
        .map(|at| form(words, at))
        .collect();
    let text = &words.text.voices.sign_in;
    (!all.is_empty()).then(|| {
        view! {
            <p>{text.lead}</p>
            {all}
            <p class="hint">{text.note}</p>
        }
        .drawn()
    })
}

/// The form that opens the window in which the shopper signs in. The browser itself sends it; the island puts a
/// secret into it, and asks with that whether it is done.
fn form(words: Words<'_>, at: &SignInView) -> impl IntoView + use<> {
    let text = &words.text.voices.sign_in;
    let elsewhere = words.text.elsewhere;
    let (label, hint) = match at.asks.as_deref() {
        Some("handle") => (elsewhere.field_handle, elsewhere.hint_handle),
        _ => (elsewhere.field_server, elsewhere.hint_server),
    };
    let asks = at.asks.is_some().then(|| Field {
        id: format!("sign-in-{}-asked", at.connection),
        name: "asked",
        kind: "text",
        label,
        hint,
        value: "",
        autocomplete: "off",
        max: None,
    });
    let address = format!("/auth/{}.{}/sign-in", words.program.slug, at.connection);
    view! {
        <form id=format!("sign-in-{}", at.connection) method="post" action=address target="_blank" data-window>
            {asks.map(Field::view)}
            {hidden("secret", "")}
            {hidden("locale", &words.program.locale)}
            {submit((text.button)(&at.service))}
            <div role="status" data-waiting=text.waiting></div>
        </form>
    }
}
