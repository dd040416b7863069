//! The card of a task that is done by writing to the shop, and what was written.

use super::task::proof;
use super::{Draw as _, Drawn, TaskCard, Words, action, hidden_int, submit};
use crate::api::{
    FEEDBACK_CHARS_MIN, MESSAGE_CHARS_MAX, MessageView, TaskView, ThreadView, Writer,
};
use leptos::prelude::*;

/// What a thread is called at most, in characters: the beginning of its first message.
const TITLE_CHARS_MAX: usize = 60;

/// How it will be checked, as a sentence.
pub(super) fn will_check(words: Words<'_>, _: &TaskView) -> String {
    words.text.voices.thread.will_check.to_owned()
}

/// A place to write in.
struct Area {
    /// Unique in the document.
    id: String,
    label: &'static str,
    hint: String,
    /// The fewest characters, where there is such a bound.
    min: Option<usize>,
}

impl Area {
    fn view(self) -> impl IntoView {
        let Self {
            id,
            label,
            hint,
            min,
        } = self;
        let (hint_id, fault_id) = (format!("{id}-hint"), format!("{id}-fault"));
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <textarea
                    id=id.clone()
                    name="text"
                    rows="4"
                    required
                    minlength=min.map(|min| min.to_string())
                    maxlength=MESSAGE_CHARS_MAX.to_string()
                    aria-describedby=format!("{hint_id} {fault_id}")
                ></textarea>
                <p class="hint" id=hint_id>
                    {hint}
                </p>
                <p class="fault" id=fault_id data-for="text"></p>
            </div>
        }
    }
}

fn promise(words: Words<'_>) -> String {
    (words.text.voices.thread.promise)(words.program.answer_hours)
}

/// What the member can do about it now: write. What is sent begins the attempt first, as every proof does.
pub(super) fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let text = &words.text.voices.thread;
    card.standing?;
    let area = Area {
        id: format!("{}-text", card.task.id),
        label: text.field,
        hint: text.hint.to_owned(),
        min: Some(FEEDBACK_CHARS_MIN),
    };
    let inside = view! {
        {area.view()}
        <p class="hint">{promise(words)}</p>
        {submit(text.send)}
    };
    Some(proof(card, inside))
}

/// The form that begins a thread, folded away.
pub(crate) fn new_thread(words: Words<'_>) -> Drawn {
    let text = &words.text.voices.thread;
    let area = Area {
        id: "thread-text".to_owned(),
        label: text.field,
        hint: promise(words),
        min: None,
    };
    let form = action(
        "thread-new".to_owned(),
        "/api/v1/threads".to_owned(),
        "POST",
        view! {
            {area.view()}
            {submit(text.send)}
        },
    );
    view! {
        <details class="again" id="thread-begin">
            <summary>{text.begin}</summary>
            {form}
        </details>
    }
    .drawn()
}

/// One conversation: what was said, what is promised, and what can be done about it.
pub(crate) fn thread(words: Words<'_>, thread: &ThreadView) -> Drawn {
    let text = &words.text.voices.thread;
    let title = thread.messages.first().map(title);
    let last = thread.messages.last();
    let when = last.map(|message| {
        view! { <time datetime=message.at.clone()>{words.moment(&message.at)}</time> }
    });
    let said: Vec<_> = thread
        .messages
        .iter()
        .map(|message| said(words, message))
        .collect();
    view! {
        <li>
            <details class="task thread" id=thread.id.to_string() open=thread.unread>
                <summary>
                    <span class="title">{title}</span>
                    <span class="points">{thread.unread.then_some(text.unread)}</span>
                    <span class="meta">{when}</span>
                </summary>
                <div class="inside">
                    {(thread.earlier > 0)
                        .then(|| view! { <p class="quiet">{(text.earlier)(thread.earlier)}</p> })}
                    <ol class="said">{said}</ol>
                    {owed(words, thread).map(|say| view! { <p class="standing">{say}</p> })}
                    {thread.unread.then(|| mark_read(words, thread))}
                    {reply(words, thread)}
                </div>
            </details>
        </li>
    }
    .drawn()
}

/// The beginning of a message.
fn title(message: &MessageView) -> String {
    let line = message.text.lines().next().unwrap_or_default();
    match line.char_indices().nth(TITLE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

fn said(words: Words<'_>, message: &MessageView) -> Drawn {
    let (author, who) = match message.author {
        Writer::Member => ("member", words.text.voices.thread.you.to_owned()),
        Writer::Shop => ("shop", words.program.name.clone()),
    };
    view! {
        <li data-author=author>
            <p class="quiet">
                <b>{who}</b>
                " "
                <time datetime=message.at.clone()>{words.moment(&message.at)}</time>
            </p>
            <p class="words">{message.text.clone()}</p>
        </li>
    }
    .drawn()
}

/// What the shop has promised, while it is its turn.
fn owed(words: Words<'_>, thread: &ThreadView) -> Option<String> {
    let text = &words.text.voices.thread;
    let at = thread.promised_by.as_deref()?;
    let say = if words.is_past(at) {
        text.late
    } else {
        text.promised
    };
    Some(say(&words.moment(at)))
}

fn mark_read(words: Words<'_>, thread: &ThreadView) -> Drawn {
    let last = thread.messages.last().map_or(0, |message| message.number);
    action(
        format!("{}-seen", thread.id),
        format!("/api/v1/threads/{}/seen", thread.id),
        "POST",
        view! {
            {hidden_int("number", last)}
            <button class="button plain" type="submit">
                {words.text.voices.thread.mark_read}
            </button>
            <p class="problem" role="alert"></p>
        },
    )
    .drawn()
}

fn reply(words: Words<'_>, thread: &ThreadView) -> Drawn {
    let text = &words.text.voices.thread;
    let area = Area {
        id: format!("{}-text", thread.id),
        label: text.field_reply,
        hint: String::new(),
        min: None,
    };
    let form = action(
        format!("{}-reply", thread.id),
        format!("/api/v1/threads/{}/messages", thread.id),
        "POST",
        view! {
            {area.view()}
            {submit(text.send_reply)}
        },
    );
    view! {
        <details class="again" id=format!("{}-more", thread.id)>
            <summary>{text.reply}</summary>
            {form}
        </details>
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        title(&MessageView {
            number: 1,
            author: Writer::Member,
            text: text.to_owned(),
            at: String::new(),
        })
    }

    #[test]
    fn a_thread_is_called_by_its_first_words() {
        assert_eq!(named("The lid leaks.\nSince Monday."), "The lid leaks.");
        assert_eq!(named(&"я".repeat(60)), "я".repeat(60));
        let long = format!("{} {}", "я".repeat(59), "ю".repeat(9));
        assert_eq!(named(&long), format!("{}…", "я".repeat(59)));
    }
}
