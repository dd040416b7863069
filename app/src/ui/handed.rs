//! The cards of tasks that are done by passing a link on, by a download, in the shop itself, or on days in a row.

use super::task::start;
use super::{Draw as _, Drawn, Field, TaskCard, Words, action, submit};
use crate::api::{NextStep, TaskKind, TaskView};
use leptos::prelude::*;

/// How it will be checked, as a sentence.
pub(super) fn will_check(words: Words<'_>, task: &TaskView) -> String {
    let text = &words.text.voices.handed;
    let plain = match task.kind {
        TaskKind::Share => text.share.will_check,
        TaskKind::Download => text.download.will_check,
        _ => text.till.will_check,
    };
    plain.to_owned()
}

/// What the member can do about it now.
pub(super) fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let text = &words.text.voices.handed;
    let attempt = card.standing?.attempt.as_ref();
    let next = attempt.and_then(|attempt| attempt.next.as_ref());
    Some(match (card.task.kind, next) {
        (TaskKind::Share, Some(NextStep::Share { url })) => pass_on(words, card, url),
        (TaskKind::Share, _) => start(card, text.share.begin),
        (TaskKind::Download, Some(NextStep::Download { url })) => view! {
            <p>
                <a class="button" href=url.clone() target="_blank" rel="noopener">
                    {text.download.open}
                </a>
            </p>
            <p class="hint">{text.download.hint}</p>
        }
        .drawn(),
        (TaskKind::Download, _) => start(card, text.download.begin),
        _ => till(words, card),
    })
}

/// How far the member has come with days in a row, and what more of them earn.
pub(super) fn days_in_row(words: Words<'_>, card: &TaskCard<'_>) -> Option<String> {
    let streak = card.task.streak?;
    let standing = card.standing?;
    let text = &words.text.voices.handed;
    let amount = words.count(streak.points);
    let days = standing.days_in_row;
    if days == 0 {
        return Some((text.begin_row)(streak.days, &amount));
    }
    let more = streak.days - days.checked_rem(streak.days)?;
    Some((text.go_on_row)(days, more, &amount))
}

/// The link, and ways to pass it on. Without any script it can still be copied by hand.
fn pass_on(words: Words<'_>, card: &TaskCard<'_>, url: &str) -> Drawn {
    let text = &words.text.voices.handed.share;
    let id = format!("{}-link", card.task.id);
    let hint = format!("{id}-hint");
    let link = escaped(url);
    let places = [
        ("WhatsApp", format!("https://wa.me/?text={link}")),
        ("Telegram", format!("https://t.me/share/url?url={link}")),
        ("VK", format!("https://vk.com/share.php?url={link}")),
        ("X", format!("https://x.com/intent/post?url={link}")),
        (text.mail, format!("mailto:?body={link}")),
    ];
    let places: Vec<_> = places
        .into_iter()
        .map(|(name, address)| {
            view! {
                <li>
                    <a class="button plain" href=address target="_blank" rel="noopener">
                        {name}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <div class="field">
            <label for=id.clone()>{text.label}</label>
            <input
                id=id.clone()
                type="url"
                value=url.to_owned()
                readonly
                autocomplete="off"
                aria-describedby=hint.clone()
            />
            <p class="hint" id=hint.clone()>
                {text.hint}
            </p>
        </div>
        <p>
            <button type="button" class="button" data-share=url.to_owned() data-copied=text.copied>
                {text.send}
            </button>
        </p>
        <ul class="places" aria-label=text.places>
            {places}
        </ul>
    }
    .drawn()
}

/// The form for the code on the till.
fn till(words: Words<'_>, card: &TaskCard<'_>) -> Drawn {
    let text = &words.text.voices.handed.till;
    let id = &card.task.id;
    let code = Field {
        id: format!("{id}-code"),
        name: "till_code",
        kind: "text",
        label: text.label,
        hint: text.hint,
        value: "",
        autocomplete: "off",
        max: None,
    };
    action(
        format!("{id}-start"),
        format!("/api/v1/tasks/{id}/attempts"),
        "POST",
        view! {
            {code.view()}
            {submit(text.send)}
        },
    )
    .drawn()
}

/// A text as a part of an address (RFC 3986 §2.1).
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for digit in [byte >> 4, byte & 15] {
                escaped.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    escaped
}
