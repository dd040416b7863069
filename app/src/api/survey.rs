//! What a survey has brought, for the shop.

use super::QuestionKind;
use serde::{Deserialize, Serialize};

/// What a survey has brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SurveyResults {
    /// The task's id.
    pub task: String,
    /// Its rounds, the one with the newest answer first. Answers whose points were taken back do not count.
    pub waves: Vec<WaveResults>,
}

/// What one round of it has brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaveResults {
    /// As the programme's file calls it; empty where it does not.
    pub wave: String,
    /// How many members have answered.
    pub members: i64,
    /// When the first of them did.
    pub first_at: String,
    /// When the last of them did.
    pub last_at: String,
    /// By question, in the order of the programme's file; those that it no longer has come last.
    pub questions: Vec<QuestionResults>,
}

/// What was answered to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuestionResults {
    /// Its name in the programme's file.
    pub id: String,
    /// How it is answered; nothing where the programme's file no longer has it.
    pub kind: Option<QuestionKind>,
    /// What is asked, in the programme's first language.
    pub text: String,
    /// How many members have answered it, in words or by a number.
    pub answers: i64,
    /// How often each number was given, also where nobody did.
    pub counts: Vec<AnswerCount>,
    /// For a question of kind `nps` that somebody has answered: what the counts come to.
    pub nps: Option<Nps>,
    /// The newest answers in words, at most 50. Who wrote them is not said.
    pub texts: Vec<AnswerText>,
}

/// How often a number was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct AnswerCount {
    /// The number on the scale, or of the choice from 0.
    pub value: i64,
    /// What the choice says; empty for a scale.
    pub label: String,
    /// How often.
    pub count: i64,
}

/// A Net Promoter Score, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Nps {
    /// Who answered 9 or 10.
    pub promoters: i64,
    /// Who answered 7 or 8.
    pub passives: i64,
    /// Who answered 0 to 6.
    pub detractors: i64,
    /// Promoters less detractors in percent of all, rounded: from −100 to 100.
    pub score: i64,
}

/// One answer in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct AnswerText {
    /// When it was given.
    pub at: String,
    /// The words.
    pub text: String,
}
