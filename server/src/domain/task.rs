//! What earns beside purchases, as the rules have it.

#[cfg(test)]
mod tests;

use super::Instant;
use app::api::{Localized, ProofLevel, QuestionKind, QuestionView, TaskKind, TaskView};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Something that earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Stable name.
    pub id: String,
    /// How it is proven.
    pub kind: TaskKind,
    /// What it earns.
    pub points: i64,
    /// Days until the points can be spent.
    pub hold_days: u32,
    /// What to do.
    pub title: Localized,
    /// One more sentence.
    pub summary: Localized,
    /// The sentence a subscriber agrees to.
    pub consent: Localized,
    /// Where it is done, if not here.
    pub elsewhere: Option<Elsewhere>,
    /// What is to be opened, for a visit.
    pub visit: Option<Visit>,
    /// What is asked, for a survey.
    pub survey: Option<Survey>,
    /// The page that is passed on, for a share.
    pub share: Option<String>,
    /// The file that is handed out, for a download: its name in the store.
    pub file: Option<String>,
    /// What looking in on several days in a row earns on top.
    pub streak: Option<Streak>,
    /// How often it pays.
    pub limit: Limit,
}

/// Questions that are answered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Which round of it this is: each member answers once in each.
    pub wave: String,
    /// How long answering takes at least, in seconds: nobody reads faster.
    pub seconds: u32,
    /// What is asked, in this order.
    pub questions: Vec<Question>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Stable name.
    pub id: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What is asked.
    pub text: Localized,
    /// What can be chosen from, by language: as many in each.
    pub choices: BTreeMap<String, Vec<String>>,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Points on top for every so many days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// Days.
    pub days: u32,
    /// Points.
    pub points: i64,
}

/// How often a task pays: so many times in each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Times.
    pub times: u32,
    /// In each of these.
    pub per: Per,
}

/// What a limit counts in, by the calendar of the member's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// All time.
    Ever,
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Limit {
    /// Once and never again.
    pub const ONCE: Self = Self {
        times: 1,
        per: Per::Ever,
    };

    /// When the period began that a moment is in.
    pub fn since(self, now: Instant, zone: &TimeZone) -> Instant {
        let Ok(at) = Timestamp::from_microsecond(now) else {
            return now;
        };
        let day = at.to_zoned(zone.clone()).date();
        let first = match self.per {
            Per::Ever => return Instant::MIN,
            Per::Day => Some(day),
            Per::Week => {
                let back = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(jiff::Span::new().days(back)).ok()
            }
            Per::Month => Some(day.first_of_month()),
            Per::Year => Some(day.first_of_year()),
        };
        let start = first.and_then(|first| first.to_zoned(zone.clone()).ok());
        start.map_or(now, |start| start.timestamp().as_microsecond())
    }
}

/// A page that is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Its address.
    pub url: String,
    /// How long a visit takes at least.
    pub seconds: u32,
}

/// Where a task is done that is not done here, and how often it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The connection's id.
    pub connection: String,
    /// The service's name for people.
    pub service: &'static str,
    /// Whether people are known there by their e-mail address, and not by an account of theirs.
    pub by_address: bool,
    /// What has to be named before signing in there.
    pub asks: Option<&'static str>,
    /// Whom to follow, as the service names it.
    pub target: String,
    /// The page of that.
    pub url: String,
    /// Days until the second look; 0: none.
    pub recheck_days: u32,
    /// Whether the points are taken back if it is then no longer so.
    pub clawback: bool,
    /// How old an account has to be when it is shown, in days, or a person looks first; 0: that does not matter.
    pub min_age_days: u32,
    /// Whether it pays only those who do not follow yet when they show their account.
    pub new_only: bool,
}

impl Task {
    /// The level that this task's proof reaches: `spec/proof.md`.
    pub fn proof(&self) -> ProofLevel {
        match self.kind {
            TaskKind::Join
            | TaskKind::Subscribe
            | TaskKind::Follow
            | TaskKind::Survey
            | TaskKind::Feedback
            | TaskKind::Download
            | TaskKind::InStore => ProofLevel::Verified,
            TaskKind::Visit | TaskKind::Daily | TaskKind::Share => ProofLevel::Observed,
            TaskKind::Review | TaskKind::Event | TaskKind::Custom => ProofLevel::Confirmed,
            TaskKind::Profile | TaskKind::Birthday => ProofLevel::Declared,
        }
    }

    /// The task in one language.
    pub fn view(&self, locale: &str) -> TaskView {
        TaskView {
            id: format!("tsk_{}", self.id),
            kind: self.kind,
            title: self.title.get(locale).to_owned(),
            summary: self.summary.get(locale).to_owned(),
            points: self.points,
            proof: self.proof(),
            hold_days: self.hold_days,
            consent: self.consent.get(locale).to_owned(),
            elsewhere: self.elsewhere.as_ref().map(Elsewhere::view),
            seconds: self.seconds(),
            questions: self
                .survey
                .iter()
                .flat_map(|survey| &survey.questions)
                .map(|question| question.view(locale))
                .collect(),
            streak: self.streak.map(|streak| app::api::Streak {
                days: streak.days,
                points: streak.points,
            }),
        }
    }

    /// How long it takes at least, where that is looked at.
    fn seconds(&self) -> Option<u32> {
        let visit = self.visit.as_ref().map(|visit| visit.seconds);
        visit.or(self.survey.as_ref().map(|survey| survey.seconds))
    }

    /// Whether it is done by a review that is written here, and not on another service.
    pub fn is_review_here(&self) -> bool {
        self.kind == TaskKind::Review && self.elsewhere.is_none()
    }

    /// The occasion that an attempt of its own stands for, where the member begins it.
    pub fn slot(&self) -> String {
        match &self.survey {
            Some(survey) if !survey.wave.is_empty() => format!("wave/{}", survey.wave),
            _ => "once".to_owned(),
        }
    }
}

impl Question {
    fn view(&self, locale: &str) -> QuestionView {
        QuestionView {
            id: self.id.clone(),
            kind: self.kind,
            text: self.text.get(locale).to_owned(),
            choices: self.choices.get(locale).cloned().unwrap_or_default(),
            optional: self.optional,
        }
    }
}

impl Elsewhere {
    fn view(&self) -> app::api::Elsewhere {
        app::api::Elsewhere {
            connection: self.connection.clone(),
            service: self.service.to_owned(),
            url: self.url.clone(),
            by_address: self.by_address,
            asks: self.asks.map(str::to_owned),
            recheck_days: self.recheck_days,
            clawback: self.clawback,
            new_only: self.new_only,
        }
    }
}
