//! The card of one task, in every state it can have.

use super::{
    Draw as _, Drawn, Field, Part, Words, action, before, elsewhere, handed, review, submit,
    survey, thread,
};
use crate::{
    api::{AttemptState, NextStep, ProofLevel, TaskKind, TaskStanding, TaskView},
    text::{self, ProofOf},
};
use leptos::prelude::*;

/// What a card is drawn from.
#[derive(Clone, Copy)]
pub(crate) struct TaskCard<'a> {
    /// The task.
    pub(crate) task: &'a TaskView,
    /// Where the member stands with it; nothing for those who have not joined.
    pub(crate) standing: Option<&'a TaskStanding>,
    /// The member's proven address, to begin with.
    pub(crate) email: &'a str,
    /// The member's name, to begin with.
    pub(crate) name: &'a str,
    /// Whether the card is open at first.
    pub(crate) open: bool,
}

impl TaskCard<'_> {
    /// Whether it is done by a review that is written here.
    fn reviews(&self) -> bool {
        self.task.kind == TaskKind::Review && self.task.elsewhere.is_none()
    }

    pub(super) fn state(&self) -> AttemptState {
        self.standing
            .map_or(AttemptState::Available, |standing| standing.state)
    }
}

fn state_name(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Available => "available",
        AttemptState::Started => "started",
        AttemptState::Checking => "checking",
        AttemptState::Held => "held",
        AttemptState::Earned => "earned",
        AttemptState::Rejected => "rejected",
        AttemptState::Expired => "expired",
        AttemptState::Reversed => "reversed",
    }
}

/// The state in a word or two; nothing where there is nothing to say yet.
fn state_label(words: Words<'_>, card: &TaskCard<'_>) -> Option<&'static str> {
    let states = &words.text.states;
    let attempt = card.standing.and_then(|standing| standing.attempt.as_ref());
    let reason = attempt.and_then(|attempt| attempt.reason.as_ref());
    if reason.is_some_and(|reason| matches!(&*reason.code, "not_followed" | "not_subscribed")) {
        return Some(words.text.elsewhere.not_yet);
    }
    Some(match card.state() {
        AttemptState::Available => return None,
        AttemptState::Started => states.started,
        AttemptState::Checking => states.checking,
        AttemptState::Held => states.held,
        AttemptState::Earned => states.earned,
        AttemptState::Rejected => states.rejected,
        AttemptState::Expired => states.expired,
        AttemptState::Reversed => states.reversed,
    })
}

/// Where it stands and what comes next, as a sentence.
fn state_sentence(words: Words<'_>, card: &TaskCard<'_>) -> Option<String> {
    let states = &words.text.states;
    let attempt = card.standing.and_then(|standing| standing.attempt.as_ref());
    match card.state() {
        AttemptState::Available if card.standing.is_none() => {
            Some(words.text.join_to_start.to_owned())
        }
        AttemptState::Available => None,
        AttemptState::Started => match attempt.and_then(|attempt| attempt.next.as_ref()) {
            Some(NextStep::Mail { address, .. }) => Some((states.look_in_mail)(address)),
            Some(NextStep::Form { .. }) => Some(states.fill_in.to_owned()),
            Some(NextStep::Open { handle }) => {
                let at = card.task.elsewhere.as_ref();
                at.map(|at| elsewhere::whose(words, at, handle))
            }
            Some(NextStep::Visit { opened: true }) => {
                Some(words.text.elsewhere.visit.opened.to_owned())
            }
            Some(
                NextStep::Visit { .. }
                | NextStep::Address
                | NextStep::Account
                | NextStep::Share { .. }
                | NextStep::Download { .. },
            )
            | None => None,
        },
        AttemptState::Checking if card.task.kind == TaskKind::Birthday => {
            Some(states.birthday_saved.to_owned())
        }
        AttemptState::Checking => match (why(card), &card.task.elsewhere) {
            (Some(why), _) => Some(why),
            (None, Some(elsewhere)) => Some((words.text.elsewhere.checking)(&elsewhere.service)),
            (None, None) => {
                attempt.map(|attempt| (states.checking_since)(&words.date(&attempt.started_at)))
            }
        },
        AttemptState::Held if card.reviews() => {
            let at = attempt.and_then(|attempt| attempt.available_at.as_deref());
            let when = at.map(|at| (states.held_until)(&words.date(at)));
            let when = when.unwrap_or_else(|| states.held_open.to_owned());
            Some(match why(card) {
                Some(why) => format!("{why} {when}"),
                None => when,
            })
        }
        AttemptState::Held | AttemptState::Earned if why(card).is_some() => why(card),
        AttemptState::Held => Some(
            match attempt.and_then(|attempt| attempt.available_at.as_deref()) {
                Some(at) => (states.held_until)(&words.date(at)),
                None if card.task.kind == TaskKind::Birthday => states.birthday_saved.to_owned(),
                None => states.held_open.to_owned(),
            },
        ),
        AttemptState::Earned => Some(states.earned_long.to_owned()),
        AttemptState::Rejected | AttemptState::Expired | AttemptState::Reversed => {
            Some(why(card).unwrap_or_else(|| states.ended.to_owned()))
        }
    }
}

/// Why it stands so, where there is a reason.
fn why(card: &TaskCard<'_>) -> Option<String> {
    let attempt = card.standing?.attempt.as_ref()?;
    Some(attempt.reason.as_ref()?.text.clone())
}

/// How a task of this kind will be checked, as a sentence.
pub(crate) fn will_check(words: Words<'_>, task: &TaskView) -> String {
    let text = words.text;
    let plain = match task.kind {
        TaskKind::Join => text.will_check_join,
        _ if task.elsewhere.is_some() => return elsewhere::will_check(words, task),
        TaskKind::Subscribe => text.will_check_subscribe,
        TaskKind::Profile => text.will_check_profile,
        TaskKind::Birthday => text.will_check_birthday,
        TaskKind::Daily => text.will_check_daily,
        TaskKind::Event | TaskKind::Custom => text.will_check_reported,
        TaskKind::Follow => return String::new(),
        TaskKind::Survey => return survey::will_check(words, task),
        TaskKind::Review => return review::will_check(words, task),
        TaskKind::Feedback => return thread::will_check(words, task),
        TaskKind::Share | TaskKind::Download | TaskKind::InStore => {
            return handed::will_check(words, task);
        }
        TaskKind::Visit => return (text.elsewhere.visit.will_check)(task.seconds.unwrap_or(0)),
    };
    plain.to_owned()
}

/// The form that sends the confirming mail, for the first time or again.
fn subscribe_form(words: Words<'_>, card: &TaskCard<'_>, label: &'static str) -> Drawn {
    let id = &card.task.id;
    let consent = format!("{id}-consent");
    let email = Field {
        id: format!("{id}-email"),
        name: "email",
        kind: "email",
        label: words.text.field_email,
        hint: "",
        value: card.email,
        autocomplete: "email",
        max: None,
    };
    action(
        format!("{id}-start"),
        format!("/api/v1/tasks/{id}/attempts"),
        "POST",
        view! {
            {email.view()}
            <div class="field tick">
                <input id=consent.clone() name="consent" type="checkbox" required />
                <label for=consent>{card.task.consent.clone()} " " {words.text.consent_more}</label>
                <p class="fault" data-for="consent"></p>
            </div>
            {submit(label)}
        },
    )
    .drawn()
}

/// The form with these fields of the proof.
pub(super) fn proof_form(
    words: Words<'_>,
    card: &TaskCard<'_>,
    fields: &[&str],
    label: &'static str,
) -> Drawn {
    let inputs: Vec<_> = fields
        .iter()
        .filter_map(|name| proof_field(words, card, name))
        .map(Field::view)
        .collect();
    proof(card, view! { {inputs} {submit(label)} })
}

/// A form of any content whose fields are the proof. Before the attempt is begun, sending it begins it first
/// (`data-start`) and puts the attempt's id into the address in place of the star.
pub(super) fn proof(card: &TaskCard<'_>, inside: impl IntoView) -> Drawn {
    let id = &card.task.id;
    let attempt = card
        .standing
        .filter(|standing| standing.state == AttemptState::Started)
        .and_then(|standing| standing.attempt.as_ref());
    let begun = attempt.map_or_else(|| "*".to_owned(), |attempt| attempt.id.to_string());
    let start = attempt
        .is_none()
        .then(|| format!("/api/v1/tasks/{id}/attempts"));
    view! {
        <form
            id=format!("{id}-proof")
            method="dialog"
            data-api=format!("/api/v1/attempts/{begun}/proof")
            data-method="POST"
            data-start=start
        >
            {inside}
        </form>
    }
    .drawn()
}

fn proof_field<'a>(words: Words<'_>, card: &TaskCard<'a>, name: &str) -> Option<Field<'a>> {
    let id = format!("{}-{name}", card.task.id);
    match name {
        "name" => Some(Field {
            id,
            name: "name",
            kind: "text",
            label: words.text.field_name,
            hint: "",
            value: card.name,
            autocomplete: "name",
            max: None,
        }),
        "birthday" => Some(Field {
            id,
            name: "birthday",
            kind: "date",
            label: words.text.field_birthday,
            hint: words.text.hint_birthday,
            value: "",
            autocomplete: "bday",
            max: Some(words.today()),
        }),
        _ => None,
    }
}

/// A form for whatever the member can do about the task now.
fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let standing = card.standing?;
    let next = standing
        .attempt
        .as_ref()
        .and_then(|attempt| attempt.next.as_ref());
    let text = words.text;
    let again = match standing.state {
        AttemptState::Available => false,
        AttemptState::Rejected | AttemptState::Expired | AttemptState::Reversed => true,
        AttemptState::Started if is_own(card.task.kind) => return own(words, card),
        // While one waits, another product can be reviewed.
        AttemptState::Checking if card.reviews() => return own(words, card),
        AttemptState::Started => {
            return match next {
                Some(NextStep::Mail { .. }) => Some(resend(words, card)),
                Some(NextStep::Form { fields }) => {
                    let fields: Vec<_> = fields.iter().map(String::as_str).collect();
                    Some(proof_form(words, card, &fields, text.save))
                }
                Some(NextStep::Account | NextStep::Open { .. }) => elsewhere::forms(words, card),
                Some(NextStep::Visit { opened }) => Some(elsewhere::visit(words, card, *opened)),
                Some(NextStep::Address | NextStep::Share { .. } | NextStep::Download { .. })
                | None => Some(subscribe_form(words, card, text.send_link)),
            };
        }
        AttemptState::Checking | AttemptState::Held | AttemptState::Earned => return None,
    };
    match card.task.kind {
        _ if card.task.elsewhere.is_some() => elsewhere::forms(words, card),
        TaskKind::Subscribe => {
            let label = if again {
                text.try_again
            } else {
                text.send_link
            };
            Some(subscribe_form(words, card, label))
        }
        TaskKind::Profile => Some(proof_form(words, card, &["name"], text.save)),
        TaskKind::Birthday => Some(proof_form(words, card, &["birthday"], text.save)),
        TaskKind::Visit => Some(elsewhere::visit(words, card, false)),
        TaskKind::Daily => Some(start(card, words.text.check_in)),
        TaskKind::Join | TaskKind::Follow | TaskKind::Event | TaskKind::Custom => None,
        TaskKind::Survey
        | TaskKind::Review
        | TaskKind::Feedback
        | TaskKind::Share
        | TaskKind::Download
        | TaskKind::InStore => own(words, card),
    }
}

/// Whether tasks of a kind have a card of their own, whatever their state.
fn is_own(kind: TaskKind) -> bool {
    matches!(
        kind,
        TaskKind::Survey
            | TaskKind::Review
            | TaskKind::Feedback
            | TaskKind::Share
            | TaskKind::Download
            | TaskKind::InStore
    )
}

fn own(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    match card.task.kind {
        TaskKind::Survey => survey::forms(words, card),
        TaskKind::Review => review::forms(words, card),
        TaskKind::Feedback => thread::forms(words, card),
        _ => handed::forms(words, card),
    }
}

/// The one button that begins a task.
pub(super) fn start(card: &TaskCard<'_>, label: &'static str) -> Drawn {
    let id = &card.task.id;
    let api = format!("/api/v1/tasks/{id}/attempts");
    action(format!("{id}-start"), api, "POST", submit(label)).drawn()
}

/// The same form once more, folded away.
fn resend(words: Words<'_>, card: &TaskCard<'_>) -> Drawn {
    view! {
        <details class="again" id=format!("{}-again", card.task.id)>
            <summary>{words.text.send_again}</summary>
            {subscribe_form(words, card, words.text.send_link)}
        </details>
    }
    .drawn()
}

/// How it will be checked, or how it was.
fn proof_note(words: Words<'_>, card: &TaskCard<'_>) -> impl IntoView + use<> {
    let proven = card
        .standing
        .and_then(|standing| standing.attempt.as_ref())
        .and_then(|attempt| attempt.proof);
    let (title, how) = match proven {
        Some(level) => {
            let by_address = card.task.elsewhere.as_ref().map(|at| at.by_address);
            let of = ProofOf::task(card.task.kind, by_address);
            let how = text::proof_how(words.text, level, of);
            (words.text.how_checked, how.to_owned())
        }
        None => (
            text::proof_before(words.text, card.task.proof),
            will_check(words, card.task),
        ),
    };
    view! {
        <div class="checked">
            <p class="eyebrow">{title}</p>
            <p>{how}</p>
        </div>
    }
}

/// The line under the title: the proof label, and the state or the days to wait.
fn meta(words: Words<'_>, card: &TaskCard<'_>) -> impl IntoView + use<> {
    let level: ProofLevel = card.task.proof;
    let days = card.task.hold_days;
    let note = match state_label(words, card) {
        Some(label) => Some(view! { <span class="state">{label}</span> }.drawn()),
        None if days > 0 => {
            Some(view! { <span>{(words.text.available_after)(i64::from(days))}</span> }.drawn())
        }
        None => None,
    };
    view! { <span class="meta">{before(words, level)} {note}</span> }
}

/// The whole card.
pub(crate) fn task(words: Words<'_>, card: &TaskCard<'_>) -> Drawn {
    let Some(alike) = alike(card) else {
        return drawn(words, card);
    };
    let own = [card.email, card.name];
    words.print_for(Part::Card, &alike, own, |[email, name]| {
        let email = if card.email.is_empty() { "" } else { email };
        let card = TaskCard {
            email,
            name,
            ..*card
        };
        drawn(words, &card)
    })
}

/// What the cards of one look have in common; nothing for a card that shows more of its member than what its fields
/// begin with.
fn alike(card: &TaskCard<'_>) -> Option<String> {
    let standing = card.standing?;
    let proof = match (standing.state, &standing.attempt) {
        (AttemptState::Available, None) => None,
        (AttemptState::Earned, Some(attempt)) if attempt.reason.is_none() => attempt.proof,
        _ => return None,
    };
    if standing.account.is_some() || !standing.products.is_empty() || standing.days_in_row > 0 {
        return None;
    }
    // Whoever has no address is told so.
    let (id, open, addressed) = (&card.task.id, card.open, !card.email.is_empty());
    Some(format!(
        "{id} {proof:?} {} {open} {addressed}",
        state_name(standing.state)
    ))
}

fn drawn(words: Words<'_>, card: &TaskCard<'_>) -> Drawn {
    let state = state_name(card.state());
    view! {
        <li>
            <details class="task" id=format!("task-{}", card.task.id) data-state=state open=card.open>
                <summary>
                    <span class="title">{card.task.title.clone()}</span>
                    <span class="points">{words.signed(card.task.points)}</span>
                    {meta(words, card)}
                </summary>
                <div class="inside">
                    <p>{card.task.summary.clone()}</p>
                    {state_sentence(words, card).map(|say| view! { <p class="standing">{say}</p> })}
                    {handed::days_in_row(words, card).map(|say| view! { <p>{say}</p> })}
                    {forms(words, card)}
                    {proof_note(words, card)}
                </div>
            </details>
        </li>
    }
    .drawn()
}
