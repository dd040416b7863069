//! What a programme's file says about tasks that are done here: surveys, shares, downloads, days in a row.

use super::check::{Check, is_slug};
use super::tables::{QuestionTable, TaskTable};
use super::tasks::SLUG;
use crate::domain::task::{Question, Streak, Survey};
use app::api::{QuestionKind, TaskKind};
use std::collections::BTreeMap;

/// How long a survey takes at least for each of its questions, if the file does not say, and the longest that it
/// may say.
const QUESTION_SECONDS: u32 = 2;
const SURVEY_SECONDS_MAX: u32 = 600;
/// The most questions of a survey, and the most that can be chosen from.
const QUESTIONS_MAX: usize = 20;
const CHOICES_MAX: usize = 20;
/// The most days in a row.
const STREAK_DAYS_MAX: u32 = 365;
/// The longest name of a file.
const FILE_CHARS_MAX: usize = 80;

/// What only some kinds of task have.
#[derive(Default)]
pub(super) struct Own {
    pub(super) survey: Option<Survey>,
    pub(super) share: Option<String>,
    pub(super) file: Option<String>,
    pub(super) streak: Option<Streak>,
}

impl Check {
    pub(super) fn own(&mut self, at: &str, table: &TaskTable) -> Own {
        let own = Own {
            survey: (table.kind == TaskKind::Survey).then(|| self.survey(at, table)),
            share: (table.kind == TaskKind::Share).then(|| self.page(at, table)),
            file: (table.kind == TaskKind::Download).then(|| self.file(at, table)),
            streak: self.streak(at, table),
        };
        let named = [
            (
                "question",
                !table.question.is_empty() && own.survey.is_none(),
            ),
            ("wave", table.wave.is_some() && own.survey.is_none()),
            ("file", table.file.is_some() && own.file.is_none()),
            (
                "streak",
                table.streak.is_some() && table.kind != TaskKind::Daily,
            ),
        ];
        for (name, _) in named.iter().filter(|(_, is_there)| *is_there) {
            let remedy = "a task of this kind does not have this: leave it out";
            self.fault(format!("{at}.{name}"), remedy);
        }
        if own.share.is_some() && table.hold_days == 0 {
            let remedy = "a share is only observed, so its points wait: hold_days = 7, or another number above 0";
            self.fault(format!("{at}.hold_days"), remedy);
        }
        own
    }

    fn survey(&mut self, at: &str, table: &TaskTable) -> Survey {
        let asked = table.question.len();
        if asked == 0 || asked > QUESTIONS_MAX {
            let remedy =
                format!("ask from 1 to {QUESTIONS_MAX} questions, each in a [[task.question]]");
            self.fault(format!("{at}.question"), remedy);
        }
        let wave = table.wave.clone().unwrap_or_default();
        if !wave.is_empty() && !is_slug(&wave) {
            let remedy = "use 2 to 40 small letters, digits and hyphens, such as 2026-q4";
            self.fault(format!("{at}.wave"), remedy);
        }
        let usual = QUESTION_SECONDS * u32::try_from(asked).unwrap_or(0);
        let seconds = table.seconds.unwrap_or(usual);
        if seconds > SURVEY_SECONDS_MAX {
            let remedy = format!("give a number from 0 to {SURVEY_SECONDS_MAX}");
            self.fault(format!("{at}.seconds"), remedy);
        }
        let mut questions: Vec<Question> = Vec::new();
        for (index, question) in table.question.iter().enumerate() {
            let at = format!("{at}.question[{index}]");
            if !is_slug(&question.id) || questions.iter().any(|known| known.id == question.id) {
                self.fault(format!("{at}.id"), SLUG);
            }
            self.localized(&format!("{at}.text"), &question.text);
            self.choices(&at, question);
            questions.push(Question {
                id: question.id.clone(),
                kind: question.kind,
                text: question.text.clone(),
                choices: question.choices.clone(),
                optional: question.optional,
            });
        }
        Survey {
            wave,
            seconds,
            questions,
        }
    }

    fn choices(&mut self, at: &str, question: &QuestionTable) {
        let field = format!("{at}.choices");
        let choices: &BTreeMap<String, Vec<String>> = &question.choices;
        if question.kind != QuestionKind::Choice {
            if !choices.is_empty() {
                self.fault(
                    field,
                    "only a question of kind choice has this: leave it out",
                );
            }
            return;
        }
        let counts: Vec<_> = self
            .locales
            .iter()
            .map(|locale| choices.get(locale).map_or(0, Vec::len))
            .collect();
        let first = counts.first().copied().unwrap_or(0);
        let is_blank = |choice: &String| choice.trim().is_empty();
        if !(2..=CHOICES_MAX).contains(&first)
            || counts.iter().any(|count| *count != first)
            || choices.len() != self.locales.len()
            || choices.values().flatten().any(is_blank)
        {
            let remedy = format!(
                "give from 2 to {CHOICES_MAX} answers, as many in each of locales: en = [\"…\", \"…\"]"
            );
            self.fault(field, remedy);
        }
    }

    fn file(&mut self, at: &str, table: &TaskTable) -> String {
        let file = table.file.clone().unwrap_or_default();
        if !is_file_name(&file) {
            let remedy = "name a file that `laurel file add` has stored, such as catalogue.pdf";
            self.fault(format!("{at}.file"), remedy);
        }
        file
    }

    fn streak(&mut self, at: &str, table: &TaskTable) -> Option<Streak> {
        let streak = table.streak?;
        if !(2..=STREAK_DAYS_MAX).contains(&streak.days) {
            let remedy = format!("give a number from 2 to {STREAK_DAYS_MAX}");
            self.fault(format!("{at}.streak.days"), remedy);
        }
        self.points(&format!("{at}.streak"), streak.points);
        Some(Streak {
            days: streak.days,
            points: streak.points,
        })
    }
}

/// Whether a file may be stored under this name: it stands in addresses and in what browsers save.
pub fn is_file_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty()
        && name.len() <= FILE_CHARS_MAX
        && name.chars().all(known)
        && !name.starts_with('.')
        && name.contains('.')
}
