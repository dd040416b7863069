//! What a guest sees: the whole programme, what they would get, and how to join.

use super::{earn, how, spend, tabs};
use crate::{
    panel::Panel,
    ui::{Draw as _, Drawn, Field, TaskCard, Words, hidden, ladder, sign_in, submit, task},
};
use leptos::prelude::*;

/// The guest's panel.
pub(crate) fn page(panel: &Panel) -> impl IntoView + use<> {
    let words = Words::of(panel);
    view! {
        {pitch(words)}
        {way(words)}
        {join(panel)}
        {earn::purchases(words, None)}
        {tasks(words)}
        {spend::public(words)}
        {how::page(words, None)}
        {tabs(panel)}
    }
}

/// What the programme is, in two lines.
pub(crate) fn pitch(words: Words<'_>) -> impl IntoView + use<> {
    let text = words.text;
    let title = words.purchase_rate().map_or_else(
        || words.program.name.clone(),
        |rate| (text.guest_rate)(&rate),
    );
    view! {
        <section class="pitch" data-view="home" data-region="pitch" aria-labelledby="pitch-title">
            <h2 class="headline" id="pitch-title">{title}</h2>
            <p>{text.guest_lead}</p>
        </section>
    }
}

/// The ladder with nobody on it.
pub(crate) fn way(words: Words<'_>) -> impl IntoView + use<> {
    (words.program.tiers.len() > 1).then(|| {
        view! {
            <section data-view="home" data-region="ladder" aria-labelledby="ladder-title">
                <h2 class="eyebrow" id="ladder-title">{words.text.tiers}</h2>
                {ladder(words, None)}
            </section>
        }
    })
}

/// What tasks there are; they open to their description, without anything to do yet.
pub(crate) fn tasks(words: Words<'_>) -> impl IntoView + use<> {
    let cards: Vec<_> = words
        .program
        .tasks
        .iter()
        .map(|view| {
            let card = TaskCard {
                task: view,
                standing: None,
                email: "",
                name: "",
                open: false,
            };
            task(words, &card)
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section data-view="home earn" data-region="tasks" class="todo" aria-labelledby="tasks-title">
                <h2 class="eyebrow" id="tasks-title">{words.text.tasks}</h2>
                <ul class="tasks">{cards}</ul>
            </section>
        }
    })
}

/// How to become known: at the shop, by a code in two steps, or by signing in elsewhere.
pub(crate) fn join(panel: &Panel) -> Drawn {
    let text = panel.text();
    let program = &panel.program;
    let email = Field {
        id: "code-email".to_owned(),
        name: "email",
        kind: "email",
        label: text.field_email,
        hint: "",
        value: "",
        autocomplete: "email",
        max: None,
    };
    let code = Field {
        id: "code-code".to_owned(),
        name: "code",
        kind: "text",
        label: text.field_code,
        hint: text.hint_code,
        value: "",
        autocomplete: "one-time-code",
        max: None,
    };
    view! {
        <section class="card" data-view="home" data-region="join" aria-labelledby="join-title">
            <h2 id="join-title">{text.how_to_join}</h2>
            <p>{panel.host.is_some().then_some(text.join_at_shop)} " " {text.join_by_code}</p>
            <form id="code-ask" method="dialog" data-api="/api/v1/codes" data-method="POST" data-next="code-enter">
                {hidden("program", &program.slug)}
                {hidden("locale", &program.locale)}
                {email.view()}
                {submit(text.send_code)}
            </form>
            <form id="code-enter" method="dialog" data-api="/api/v1/sessions" data-method="POST" hidden>
                {hidden("program", &program.slug)}
                {hidden("challenge", "")}
                {code.view()}
                {submit(text.sign_in)}
                <button class="button plain" type="button" data-back="code-ask">{text.another_address}</button>
            </form>
            {sign_in(Words::of(panel))}
        </section>
    }
    .drawn()
}
