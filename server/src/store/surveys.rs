//! Answers to surveys: kept, and counted for the shop.

use super::{Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use crate::domain::survey::Answered;
use app::api::{Answer, AttemptId, ProgramId};

/// Keeps the answers of an attempt that has just been paid.
pub(super) async fn keep<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    attempt: AttemptId,
    answers: &[Answered],
    at: Instant,
) -> Result<(), StoreError> {
    const SQL: &str =
        "insert into answer (attempt_id, program_id, question, number, text, created_at)
        values ($1, $2, $3, $4, $5, $6)";
    for Answered { question, answer } in answers {
        let (number, text) = match answer {
            Answer::Number(number) => (Some(*number), None),
            Answer::Text(text) => (None, Some(text.as_str())),
        };
        let row = params![attempt, program, question, number, text, at];
        tx.later(SQL, row).await?;
    }
    Ok(())
}

/// What a survey has brought. Who answered what stays here.
pub struct Results<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The task's id in the programme file.
    pub task: &'a str,
    /// The most rounds, those with the newest answers.
    pub waves_max: i64,
    /// The most answers in words to one question in one round, the newest.
    pub texts_max: i64,
}

/// The answers, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its rounds, the one with the newest answer first.
    pub waves: Vec<Wave>,
    /// How often each answer was given, in all rounds.
    pub tallies: Vec<Tally>,
    /// Answers in words, the newest of a question first, in all rounds.
    pub texts: Vec<Said>,
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// The occasion that its attempts are for.
    pub slot: String,
    /// How many members have answered.
    pub members: i64,
    /// When the first did.
    pub first_at: Instant,
    /// When the last did.
    pub last_at: Instant,
}

/// How often a question was answered so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The round.
    pub slot: String,
    /// The question's id.
    pub question: String,
    /// The number; nothing for all answers in words.
    pub number: Option<i64>,
    /// How often.
    pub count: i64,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The round.
    pub slot: String,
    /// The question's id.
    pub question: String,
    /// The words.
    pub text: String,
    /// When.
    pub at: Instant,
}

impl Query for Results<'_> {
    type Output = Counted;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Counted, StoreError> {
        // An attempt whose points were taken back is for no occasion any more.
        const WAVES: &str =
            "select t.slot, count(distinct a.attempt_id), min(a.created_at), max(a.created_at)
            from answer a join attempt t on t.id = a.attempt_id
            where a.program_id = $1 and t.task = $2 and t.slot is not null
            group by t.slot order by max(a.created_at) desc, t.slot limit $3";
        const TALLIES: &str = "select t.slot, a.question, a.number, count(*)
            from answer a join attempt t on t.id = a.attempt_id
            where a.program_id = $1 and t.task = $2 and t.slot is not null
            group by t.slot, a.question, a.number order by t.slot, a.question, a.number";
        const TEXTS: &str = "select said.slot, said.question, said.text, said.created_at
            from (select t.slot, a.question, a.text, a.created_at, a.attempt_id, row_number() over (
                    partition by t.slot, a.question order by a.created_at desc, a.attempt_id desc) as place
                from answer a join attempt t on t.id = a.attempt_id
                where a.program_id = $1 and t.task = $2 and t.slot is not null and a.text is not null) said
            where said.place <= $3
            order by said.slot, said.question, said.created_at desc, said.attempt_id desc";
        let waves = tx
            .query(WAVES, params![self.program, self.task, self.waves_max])
            .await?;
        let tallies = tx.query(TALLIES, params![self.program, self.task]).await?;
        let texts = tx
            .query(TEXTS, params![self.program, self.task, self.texts_max])
            .await?;
        Ok(Counted {
            waves: waves.iter().map(Wave::read).collect::<Result<_, _>>()?,
            tallies: tallies.iter().map(Tally::read).collect::<Result<_, _>>()?,
            texts: texts.iter().map(Said::read).collect::<Result<_, _>>()?,
        })
    }
}

impl Wave {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            slot: row.get(0)?,
            members: row.get(1)?,
            first_at: row.get(2)?,
            last_at: row.get(3)?,
        })
    }
}

impl Tally {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            slot: row.get(0)?,
            question: row.get(1)?,
            number: row.get(2)?,
            count: row.get(3)?,
        })
    }
}

impl Said {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            slot: row.get(0)?,
            question: row.get(1)?,
            text: row.get(2)?,
            at: row.get(3)?,
        })
    }
}
