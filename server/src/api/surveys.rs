//! What surveys have brought, for the shop.

use super::Shared;
use super::extract::Shop;
use super::views::rfc3339;
use crate::domain::survey;
use crate::domain::task::{Question, Survey};
use crate::error::Error;
use crate::store::surveys::{Counted, Results, Wave};
use app::api::{
    AnswerCount, AnswerText, QuestionKind, QuestionResults, SurveyResults, WaveResults,
};
use axum::extract::{Path, State};
use std::collections::{BTreeMap, BTreeSet};

/// The scope a key needs.
const SCOPE: &str = "surveys";
/// The most rounds that are shown, and the most answers in words to one question in one of them.
const WAVES_MAX: i64 = 20;
const TEXTS_MAX: i64 = 50;

/// `GET /api/v1/programs/{program}/surveys/{task}`: what a survey has brought, round by round.
#[utoipa::path(get, path = "/api/v1/programs/{program}/surveys/{task}", operation_id = "show_survey", tag = "shop",
    params(("program" = String, Path), ("task" = String, Path)),
    responses((status = 200, body = SurveyResults), (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    shop: Shop,
    Path((_, task)): Path<(String, String)>,
) -> Result<axum::Json<SurveyResults>, Error> {
    shop.may(SCOPE)?;
    let program = shop.program.program();
    let task = program.task(&task);
    let Some((task, survey)) = task.and_then(|task| Some((task, task.survey.as_ref()?))) else {
        return Err(Error::not_found("survey"));
    };
    let results = Results {
        program: shop.program.rules.id,
        task: &task.id,
        waves_max: WAVES_MAX,
        texts_max: TEXTS_MAX,
    };
    let counted = app.store.read(results).await?;
    let shown = Shown {
        survey,
        locale: program.locale(None),
        counted: &counted,
    };
    Ok(axum::Json(SurveyResults {
        task: format!("tsk_{}", task.id),
        waves: counted.waves.iter().map(|wave| shown.wave(wave)).collect(),
    }))
}

/// What is shown, and in which language.
struct Shown<'a> {
    survey: &'a Survey,
    locale: &'a str,
    counted: &'a Counted,
}

impl Shown<'_> {
    fn wave(&self, wave: &Wave) -> WaveResults {
        let asked = self.survey.questions.iter();
        let mut questions: Vec<_> = asked
            .map(|question| self.question(&wave.slot, &question.id, Some(question)))
            .collect();
        let is_asked = |id: &str| self.survey.questions.iter().any(|asked| asked.id == id);
        let tallies = self.counted.tallies.iter();
        let gone: BTreeSet<&str> = tallies
            .filter(|tally| tally.slot == wave.slot && !is_asked(&tally.question))
            .map(|tally| tally.question.as_str())
            .collect();
        questions.extend(gone.iter().map(|id| self.question(&wave.slot, id, None)));
        WaveResults {
            wave: wave.slot.strip_prefix("wave/").unwrap_or("").to_owned(),
            members: wave.members,
            first_at: rfc3339(wave.first_at),
            last_at: rfc3339(wave.last_at),
            questions,
        }
    }

    /// What was answered to one question in one round.
    fn question(&self, slot: &str, id: &str, question: Option<&Question>) -> QuestionResults {
        let scale = question.and_then(survey::scale).into_iter().flatten();
        let mut counts: BTreeMap<i64, i64> = scale.map(|value| (value, 0)).collect();
        let mut answers = 0;
        let tallies = self.counted.tallies.iter();
        for tally in tallies.filter(|tally| tally.slot == slot && tally.question == id) {
            answers += tally.count;
            if let Some(number) = tally.number {
                *counts.entry(number).or_default() += tally.count;
            }
        }
        let kind = question.map(|question| question.kind);
        let texts = self.counted.texts.iter();
        let texts = texts.filter(|said| said.slot == slot && said.question == id);
        QuestionResults {
            id: id.to_owned(),
            kind,
            text: question
                .map_or("", |question| question.text.get(self.locale))
                .to_owned(),
            answers,
            nps: (kind == Some(QuestionKind::Nps))
                .then(|| survey::nps(&counts))
                .flatten(),
            counts: counts
                .into_iter()
                .map(|(value, count)| AnswerCount {
                    value,
                    label: self.label(question, value),
                    count,
                })
                .collect(),
            texts: texts
                .map(|said| AnswerText {
                    at: rfc3339(said.at),
                    text: said.text.clone(),
                })
                .collect(),
        }
    }

    /// What a choice says.
    fn label(&self, question: Option<&Question>, value: i64) -> String {
        let choices = question.and_then(|question| question.choices.get(self.locale));
        let place = usize::try_from(value).ok();
        let label = choices.and_then(|choices| choices.get(place?));
        label.cloned().unwrap_or_default()
    }
}
