//! Answers to a survey: whether they make sense, and what they come to.

use super::task::{Question, Survey};
use app::api::{ANSWER_CHARS_MAX, Answer, FieldError, Nps, QuestionKind};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// An answer that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The question's id.
    pub question: String,
    /// The number on its scale, the number of the choice from 0, or the words without blanks around them.
    pub answer: Answer,
}

/// The field of `SubmitProof` that answers a question.
pub fn field(question: &str) -> String {
    format!("answers.{question}")
}

/// The numbers that answer a question; nothing for one that is answered in words.
pub fn scale(question: &Question) -> Option<RangeInclusive<i64>> {
    match question.kind {
        QuestionKind::Nps => Some(0..=10),
        QuestionKind::Csat => Some(1..=5),
        QuestionKind::Choice => {
            // The programme's file has as many in each language.
            let choices = question.choices.values().next().map_or(0, Vec::len);
            let last = i64::try_from(choices).unwrap_or(0) - 1;
            Some(0..=last)
        }
        QuestionKind::Text => None,
    }
}

/// Checks the answers to a survey, all of them together.
///
/// # Errors
/// Each field at fault: a question that is not answered, an answer that is none, a question that is not asked.
pub fn check(
    survey: &Survey,
    answers: &BTreeMap<String, Answer>,
) -> Result<Vec<Answered>, Vec<FieldError>> {
    let mut told = Vec::new();
    let mut errors = Vec::new();
    let mut fault = |question: &str, detail: String| {
        errors.push(FieldError {
            field: field(question),
            detail,
        });
    };
    for question in &survey.questions {
        match read(question, answers.get(&question.id)) {
            Ok(Some(answer)) => told.push(Answered {
                question: question.id.clone(),
                answer,
            }),
            Ok(None) => {}
            Err(detail) => fault(&question.id, detail),
        }
    }
    for id in answers.keys() {
        if !survey.questions.iter().any(|question| question.id == *id) {
            fault(id, "this question is not asked: leave it out".into());
        }
    }
    // Where all of them may be left out, nothing at all is still no answer.
    if told.is_empty()
        && errors.is_empty()
        && let Some(first) = survey.questions.first()
    {
        errors.push(FieldError {
            field: field(&first.id),
            detail: "answer one of the questions at least".into(),
        });
    }
    if errors.is_empty() {
        Ok(told)
    } else {
        Err(errors)
    }
}

/// The answer to one question, if there is one; or what is wrong with it.
fn read(question: &Question, given: Option<&Answer>) -> Result<Option<Answer>, String> {
    let is_blank = |answer: &Answer| matches!(answer, Answer::Text(text) if text.trim().is_empty());
    let Some(answer) = given.filter(|answer| !is_blank(answer)) else {
        return if question.optional {
            Ok(None)
        } else {
            Err("answer this question".into())
        };
    };
    match (scale(question), answer) {
        (Some(scale), Answer::Number(number)) if scale.contains(number) => {
            Ok(Some(Answer::Number(*number)))
        }
        (Some(scale), _) => Err(format!(
            "give a whole number from {} to {}",
            scale.start(),
            scale.end()
        )),
        (None, Answer::Text(text)) => match words(text) {
            Some(words) => Ok(Some(Answer::Text(words))),
            None => Err(in_words()),
        },
        (None, Answer::Number(_)) => Err(in_words()),
    }
}

fn in_words() -> String {
    format!("answer in words, in {ANSWER_CHARS_MAX} characters at most")
}

/// Words as they are kept: without blanks around them, in lines, without characters that nobody sees.
fn words(text: &str) -> Option<String> {
    let plain = text.replace("\r\n", "\n").replace('\t', " ");
    let plain = plain.trim();
    let is_hidden = |c: char| c.is_control() && c != '\n';
    let is_good = plain.chars().count() <= ANSWER_CHARS_MAX && !plain.contains(is_hidden);
    is_good.then(|| plain.to_owned())
}

/// The Net Promoter Score of answers from 0 to 10, counted by value; nothing without answers.
pub fn nps(counts: &BTreeMap<i64, i64>) -> Option<Nps> {
    let sum = |of: RangeInclusive<i64>| -> i64 { counts.range(of).map(|(_, count)| count).sum() };
    let (detractors, passives, promoters) = (sum(0..=6), sum(7..=8), sum(9..=10));
    let all = detractors + passives + promoters;
    if all == 0 {
        return None;
    }
    // Percent, rounded to the nearest whole number, halves away from zero.
    let ahead = (promoters - detractors) * 100;
    let score = (ahead * 2 + all * ahead.signum()) / (all * 2);
    Some(Nps {
        promoters,
        passives,
        detractors,
        score,
    })
}

#[cfg(test)]
mod tests;
