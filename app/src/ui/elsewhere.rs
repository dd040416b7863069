//! What the card of a task has that is done on another service: signing in there, going there, having it
//! checked.

use super::{
    Draw as _, Drawn, Field, TaskCard, Words, action, hidden, submit,
    task::{proof_form, start},
};
use crate::api::{AttemptState, Elsewhere, TaskKind, TaskView};
use leptos::prelude::*;

/// How it will be checked, and whether again.
pub(super) fn will_check(words: Words<'_>, task: &TaskView) -> String {
    let Some(elsewhere) = &task.elsewhere else {
        return String::new();
    };
    let text = words.text.elsewhere;
    if task.kind == TaskKind::Review {
        return (words.text.voices.judged.will_check)(&elsewhere.service);
    }
    if elsewhere.by_address {
        return (text.list.will_check)(&elsewhere.service);
    }
    let mut say = (text.will_check)(&elsewhere.service);
    if elsewhere.new_only {
        say.push(' ');
        say.push_str(text.new_only);
    }
    if elsewhere.recheck_days > 0 && elsewhere.clawback {
        say.push(' ');
        say.push_str(&(text.will_look_again)(elsewhere.recheck_days));
    }
    say
}

/// What the member can do about it now: sign in, or go there and have it checked.
pub(super) fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let elsewhere = card.task.elsewhere.as_ref()?;
    if card.task.kind == TaskKind::Review {
        card.standing?;
        return Some(if card.email.is_empty() {
            // Whose review it is, the address says.
            view! { <p>{words.text.elsewhere.list.no_address}</p> }.drawn()
        } else {
            write(words, elsewhere)
        });
    }
    let text = words.text.elsewhere;
    let Some(handle) = card.standing?.account.as_deref() else {
        return Some(if elsewhere.by_address {
            view! { <p>{text.list.no_address}</p> }.drawn()
        } else {
            sign_in(words, card, elsewhere)
        });
    };
    let tried = card.state() == AttemptState::Rejected;
    if elsewhere.new_only && !was_looked_at(card) {
        return begin(words, card, elsewhere, handle);
    }
    let label = if tried { text.check_again } else { text.check };
    // Begun, it says so above.
    let whose = match card.state() {
        AttemptState::Started => None,
        _ => Some(whose(words, elsewhere, handle)),
    };
    let open = if elsewhere.by_address {
        text.list.open.to_owned()
    } else {
        (text.open)(&elsewhere.service)
    };
    let view = view! {
        {whose.map(|say| view! { <p>{say}</p> })}
        <p>
            <a class="button plain" href=elsewhere.url.clone() target="_blank" rel="noopener">
                {open}
            </a>
        </p>
        {proof_form(words, card, &[], label)}
        {(!elsewhere.by_address).then(|| let_go(words, card, elsewhere))}
    };
    Some(view.drawn())
}

fn reason<'a>(card: &TaskCard<'a>) -> Option<&'a str> {
    let attempt = card.standing?.attempt.as_ref()?;
    attempt.reason.as_ref().map(|reason| &*reason.code)
}

/// Whether it is known that the member did not follow before, where that matters.
fn was_looked_at(card: &TaskCard<'_>) -> bool {
    card.state() == AttemptState::Started || reason(card) == Some("not_followed")
}

/// The button that has it looked at whether the member follows already; nothing for who did.
fn begin(
    words: Words<'_>,
    card: &TaskCard<'_>,
    elsewhere: &Elsewhere,
    handle: &str,
) -> Option<Drawn> {
    if reason(card) == Some("already_followed") {
        return None;
    }
    let form = start(card, words.text.elsewhere.begin);
    let view = view! {
        <p>{whose(words, elsewhere, handle)}</p>
        {form}
        {let_go(words, card, elsewhere)}
    };
    Some(view.drawn())
}

/// The way to the page where reviews are written. There is nothing to send: the service tells of them.
fn write(words: Words<'_>, elsewhere: &Elsewhere) -> Drawn {
    view! {
        <p>
            <a class="button" href=elsewhere.url.clone() target="_blank" rel="noopener">
                {words.text.voices.judged.open}
            </a>
        </p>
    }
    .drawn()
}

/// As whom the member is asked about.
pub(super) fn whose(words: Words<'_>, elsewhere: &Elsewhere, handle: &str) -> String {
    let text = words.text.elsewhere;
    if elsewhere.by_address {
        (text.list.address)(handle)
    } else {
        (text.you_are)(handle)
    }
}

/// The form that opens the window in which the member signs in there. It is sent by the browser itself, to
/// a window of its own; the island adds who is asking.
fn sign_in(words: Words<'_>, card: &TaskCard<'_>, elsewhere: &Elsewhere) -> Drawn {
    let text = words.text.elsewhere;
    let (label, hint) = match elsewhere.asks.as_deref() {
        Some("handle") => (text.field_handle, text.hint_handle),
        _ => (text.field_server, text.hint_server),
    };
    let asks = elsewhere.asks.is_some().then(|| Field {
        id: format!("{}-asked", card.task.id),
        name: "asked",
        kind: "text",
        label,
        hint,
        value: "",
        autocomplete: "off",
        max: None,
    });
    let address = format!("/auth/{}.{}", words.program.slug, elsewhere.connection);
    view! {
        <form id=format!("{}-sign-in", card.task.id) method="post" action=address target="_blank" data-window>
            {asks.map(Field::view)}
            {hidden("task", &card.task.id)}
            {hidden("bearer", "")}
            <p class="hint">{text.sign_in_note}</p>
            {submit((text.sign_in)(&elsewhere.service))}
        </form>
    }
    .drawn()
}

/// Letting the account go, folded away.
fn let_go(words: Words<'_>, card: &TaskCard<'_>, elsewhere: &Elsewhere) -> impl IntoView + use<> {
    let text = words.text.elsewhere;
    let form = action(
        format!("{}-let-go", card.task.id),
        format!("/api/v1/me/accounts/{}", elsewhere.connection),
        "DELETE",
        view! {
            <p class="hint">{text.let_go_note}</p>
            {submit(text.let_go)}
        },
    );
    view! {
        <details class="again" id=format!("{}-account", card.task.id)>
            <summary>{text.another_account}</summary>
            {form}
        </details>
    }
}

/// The form that opens the page in a window of its own, and the one to send when back.
pub(super) fn visit(words: Words<'_>, card: &TaskCard<'_>, opened: bool) -> Drawn {
    let text = &words.text.elsewhere.visit;
    let address = format!("/visit/{}.{}", words.program.slug, card.task.id);
    let label = if opened { text.open_again } else { text.open };
    let class = if opened { "button plain" } else { "button" };
    view! {
        {opened.then(|| proof_form(words, card, &[], text.back))}
        <form id=format!("{}-open", card.task.id) method="post" action=address target="_blank" data-window>
            {hidden("bearer", "")}
            <button class=class type="submit">
                {label}
            </button>
        </form>
    }
    .drawn()
}
