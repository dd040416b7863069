//! History: the statement.

use crate::{
    api::{PAGE_ITEMS_DEFAULT, Transfers},
    ui::{Draw as _, Drawn, Words, line},
};
use leptos::prelude::*;

/// The newest movements, each with its reason inside. More of them are fetched by the island: where these are the few
/// that come with the panel (`data-soon`), as soon as somebody looks; else when they are asked for.
pub(crate) fn page(words: Words<'_>, history: &Transfers) -> Drawn {
    let text = words.text;
    let lines: Vec<_> = history
        .items
        .iter()
        .map(|transfer| line(words, transfer))
        .collect();
    let content = if lines.is_empty() {
        view! { <p class="empty">{text.history_empty}</p> }.drawn()
    } else {
        view! { <ol class="statement">{lines}</ol> }.drawn()
    };
    let is_short = history.items.len() < PAGE_ITEMS_DEFAULT as usize;
    let more = history.next_cursor.clone().map(|cursor| {
        view! {
            <form id="history-more" method="dialog" data-more=cursor data-soon=is_short.then_some("")>
                <button class="button plain" type="submit">{text.show_more}</button>
                <p class="problem" role="alert"></p>
            </form>
        }
    });
    view! {
        <section data-view="history" data-region="history" aria-labelledby="history-title">
            <h2 class="eyebrow" id="history-title">{text.history}</h2>
            {content}
            {more}
        </section>
    }
    .drawn()
}
