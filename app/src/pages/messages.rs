//! What the member has written to the shop, and its answers.

use crate::{
    api::{MeView, TaskKind, ThreadView},
    ui::{Draw as _, Drawn, Words, new_thread, thread},
};
use leptos::prelude::*;

/// That there is an answer, where the eye falls first.
pub(crate) fn notice(words: Words<'_>, threads: &[ThreadView]) -> Option<Drawn> {
    let text = &words.text.voices.thread;
    let unread = threads.iter().any(|thread| thread.unread);
    unread.then(|| {
        view! {
            <div class="card" data-view="home" data-region="answered">
                <p class="lead">{text.event}</p>
                <p>
                    <label class="link" for="tab-earn">{text.read_answer}</label>
                </p>
            </div>
        }
        .drawn()
    })
}

/// The conversations, and a place to begin one; where the shop invites messages by a task, or has some.
pub(crate) fn page(words: Words<'_>, me: &MeView, threads: &[ThreadView]) -> Option<Drawn> {
    let text = &words.text.voices.thread;
    let mut tasks = me.tasks.iter();
    let invited = tasks.any(|standing| standing.task.kind == TaskKind::Feedback);
    if threads.is_empty() && !invited {
        return None;
    }
    let all: Vec<_> = threads.iter().map(|one| thread(words, one)).collect();
    let view = view! {
        <section data-view="earn" data-region="messages" aria-labelledby="messages-title">
            <h2 class="eyebrow" id="messages-title">{text.title}</h2>
            <p class="quiet">{text.lead}</p>
            {(!all.is_empty()).then(|| view! { <ul class="tasks">{all}</ul> })}
            {new_thread(words)}
        </section>
    };
    Some(view.drawn())
}
