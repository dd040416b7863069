//! The card of a task that is done by answering questions.

use super::{Draw as _, Drawn, TaskCard, Words, action, submit};
use crate::api::{ANSWER_CHARS_MAX, AttemptId, AttemptState, QuestionKind, QuestionView, TaskView};
use leptos::prelude::*;

/// How long answering takes, in seconds: by a number, and in one's own words.
const NUMBER_SECONDS: i64 = 10;
const TEXT_SECONDS: i64 = 30;

/// How it will be checked, as a sentence.
pub(super) fn will_check(words: Words<'_>, _: &TaskView) -> String {
    words.text.voices.survey.will_check.to_owned()
}

/// What the member can do about it now: begin, or answer.
pub(super) fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let standing = card.standing?;
    Some(match (standing.state, &standing.attempt) {
        (AttemptState::Started, Some(attempt)) => questions(words, card.task, attempt.id),
        _ => begin(words, card.task),
    })
}

/// Both forms have one id, so that the focus of the first goes on to the second.
fn form_id(task: &TaskView) -> String {
    format!("{}-survey", task.id)
}

/// About how long answering takes, in minutes.
fn minutes(task: &TaskView) -> i64 {
    let each = task.questions.iter().map(|question| match question.kind {
        QuestionKind::Text => TEXT_SECONDS,
        QuestionKind::Nps | QuestionKind::Csat | QuestionKind::Choice => NUMBER_SECONDS,
    });
    let seconds = each.sum::<i64>().max(i64::from(task.seconds.unwrap_or(0)));
    ((seconds + 59) / 60).max(1)
}

fn begin(words: Words<'_>, task: &TaskView) -> Drawn {
    let text = &words.text.voices.survey;
    let count = i64::try_from(task.questions.len()).unwrap_or(0);
    action(
        form_id(task),
        format!("/api/v1/tasks/{}/attempts", task.id),
        "POST",
        view! {
            <p class="hint">{(text.about)(count, minutes(task))}</p>
            {submit(text.begin)}
        },
    )
    .drawn()
}

fn questions(words: Words<'_>, task: &TaskView, attempt: AttemptId) -> Drawn {
    let asked: Vec<_> = task
        .questions
        .iter()
        .map(|question| match question.kind {
            QuestionKind::Text => in_words(words, task, question),
            QuestionKind::Nps | QuestionKind::Csat | QuestionKind::Choice => {
                by_number(words, task, question)
            }
        })
        .collect();
    view! {
        <form
            id=form_id(task)
            method="dialog"
            tabindex="-1"
            aria-label=task.title.clone()
            data-api=format!("/api/v1/attempts/{attempt}/proof")
            data-method="POST"
        >
            {asked}
            {submit(words.text.voices.survey.send)}
        </form>
    }
    .drawn()
}

/// The question itself, and whether it may be left out.
fn asked(words: Words<'_>, question: &QuestionView) -> impl IntoView + use<> {
    let optional = question.optional.then(|| {
        let optional = words.text.voices.survey.optional;
        view! { <span class="quiet">" " {optional}</span> }
    });
    view! {
        {question.text.clone()}
        {optional}
    }
}

/// The name of the answer's input.
fn name(question: &QuestionView) -> String {
    format!("answers.{}", question.id)
}

fn in_words(words: Words<'_>, task: &TaskView, question: &QuestionView) -> Drawn {
    let id = format!("{}-{}", task.id, question.id);
    let fault = format!("{id}-fault");
    view! {
        <div class="field">
            <label for=id.clone()>{asked(words, question)}</label>
            <textarea
                id=id.clone()
                name=name(question)
                rows="3"
                maxlength=ANSWER_CHARS_MAX.to_string()
                required=!question.optional
                aria-describedby=fault.clone()
            ></textarea>
            <p class="fault" id=fault.clone() data-for=name(question)></p>
        </div>
    }
    .drawn()
}

fn by_number(words: Words<'_>, task: &TaskView, question: &QuestionView) -> Drawn {
    let text = &words.text.voices.survey;
    let numbers = |scale: std::ops::RangeInclusive<i64>| -> Vec<(i64, String)> {
        scale.map(|number| (number, number.to_string())).collect()
    };
    let (class, answers, ends) = match question.kind {
        QuestionKind::Nps => (
            "scale",
            numbers(0..=10),
            Some((text.not_likely, text.very_likely)),
        ),
        QuestionKind::Csat => (
            "scale",
            numbers(1..=5),
            Some((text.not_satisfied, text.very_satisfied)),
        ),
        QuestionKind::Choice | QuestionKind::Text => {
            let choices = (0_i64..).zip(question.choices.iter().cloned());
            ("choices", choices.collect(), None)
        }
    };
    let last = answers.len().saturating_sub(1);
    let answers: Vec<_> = answers
        .into_iter()
        .enumerate()
        .map(|(place, (value, label))| {
            let end = ends.filter(|_| place == 0 || place == last);
            let end = end.map(|(low, high)| if place == 0 { low } else { high });
            answer(task, question, value, label, end)
        })
        .collect();
    let fault = format!("{}-{}-fault", task.id, question.id);
    let ends = ends.map(|(low, high)| {
        view! {
            <p class="ends hint" aria-hidden="true">
                <span>{low}</span>
                <span>{high}</span>
            </p>
        }
    });
    view! {
        <fieldset class="question" aria-describedby=fault.clone()>
            <legend>{asked(words, question)}</legend>
            <div class=class>{answers}</div>
            {ends}
            <p class="fault" id=fault.clone() data-for=name(question)></p>
        </fieldset>
    }
    .drawn()
}

/// One of the answers that can be chosen. What an end of a scale means is said with it to those who do not see
/// both at once.
fn answer(
    task: &TaskView,
    question: &QuestionView,
    value: i64,
    label: String,
    end: Option<&'static str>,
) -> impl IntoView + use<> {
    let id = format!("{}-{}-{value}", task.id, question.id);
    let end = end.map(|end| view! { <span class="hidden">", " {end}</span> });
    view! {
        <label for=id.clone()>
            <input
                type="radio"
                id=id.clone()
                name=name(question)
                value=value.to_string()
                required=!question.optional
                data-type="int"
            />
            <span>{label} {end}</span>
        </label>
    }
}
