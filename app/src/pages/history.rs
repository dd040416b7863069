//! History: the statement.

use crate::{
    api::Transfers,
    ui::{Draw as _, Drawn, Words, line},
};
use leptos::prelude::*;

/// The newest movements, each with its reason inside. More of them are fetched by the island.
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
    let more = history.next_cursor.clone().map(|cursor| {
        view! {
            <form id="history-more" method="dialog" data-more=cursor>
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
