//! Tasks, and a member's attempts at them.

use super::AttemptId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kind of thing is to be done, and so how it is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Joining the programme.
    Join,
    /// Confirming an e-mail subscription from the mailbox itself.
    Subscribe,
    /// Filling in the profile.
    Profile,
    /// Telling one's birthday; paid on the day.
    Birthday,
    /// Following the shop's account on another service.
    Follow,
    /// Opening a page of the shop's elsewhere, and coming back.
    Visit,
    /// Looking in at the shop: once a day, or as often as its limit says.
    Daily,
    /// Reviewing a product that was bought.
    Review,
    /// Answering questions.
    Survey,
    /// Writing to the shop.
    Feedback,
    /// Passing a link on that somebody then opens.
    Share,
    /// Downloading a file to its end.
    Download,
    /// Being in the shop: by the code on the till, or when staff say so.
    InStore,
    /// Attending something, as the shop reports it.
    Event,
    /// Whatever the shop itself reports.
    Custom,
}

/// How sure we are that something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProofLevel {
    /// The shopper said so.
    Declared,
    /// A one-time link was opened and the shopper came back.
    Observed,
    /// The shop, a third party or a moderator signed for it.
    Confirmed,
    /// Laurel checked it with the authority itself.
    Verified,
}

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Not begun, and can be.
    Available,
    /// Begun; the shopper has something to do.
    Started,
    /// The proof is being looked at; nothing for the shopper to do.
    Checking,
    /// Proven; the points wait for their day.
    Held,
    /// Proven and paid.
    Earned,
    /// Looked at and not accepted.
    Rejected,
    /// Not finished in time.
    Expired,
    /// Paid and taken back.
    Reversed,
}

/// Why something was refused, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Reason {
    /// A stable name.
    pub code: String,
    /// In plain words, with the next step.
    pub text: String,
}

/// What the shopper has to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NextStep {
    /// Give an address to begin with.
    Address,
    /// Look into the mailbox and open the link.
    Mail {
        /// Where it was sent, masked: `a•••@example.com`.
        address: String,
        /// When it may be sent again.
        resend_at: String,
    },
    /// Fill in these fields and send them as the proof.
    Form {
        /// Fields of `SubmitProof`; `answers.` and a question's id for an answer.
        fields: Vec<String>,
    },
    /// Pass this link on. It counts when somebody opens it.
    Share {
        /// The link.
        url: String,
    },
    /// Download the file to its end.
    Download {
        /// The page that hands it out, once.
        url: String,
    },
    /// Sign in there, to show whose account it is.
    Account,
    /// Open the page, stay for a moment, and send an empty proof when back.
    Visit {
        /// Whether it was opened.
        opened: bool,
    },
    /// Do it there, then send an empty proof to have it checked.
    Open {
        /// The member's account there, as people call it.
        handle: String,
    },
}

/// A task as the rules have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TaskView {
    /// `tsk_` and the task's id in the programme file.
    pub id: String,
    /// How it is proven.
    pub kind: TaskKind,
    /// What to do, in a few words.
    pub title: String,
    /// One more sentence.
    pub summary: String,
    /// What it earns.
    pub points: i64,
    /// The level its proof reaches.
    pub proof: ProofLevel,
    /// Days until the points can be spent.
    pub hold_days: u32,
    /// For a subscription, the sentence agreed to; empty otherwise.
    pub consent: String,
    /// For what is done elsewhere: where.
    pub elsewhere: Option<Elsewhere>,
    /// For a visit and a survey: how many seconds it takes at least.
    pub seconds: Option<u32>,
    /// What a survey asks.
    pub questions: Vec<QuestionView>,
    /// What looking in on several days in a row earns on top.
    pub streak: Option<Streak>,
}

/// Points on top for every so many days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Streak {
    /// Days.
    pub days: u32,
    /// Points.
    pub points: i64,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// How likely one is to recommend the shop, from 0 to 10 (Net Promoter Score).
    Nps,
    /// How satisfied one is, from 1 to 5 (CSAT).
    Csat,
    /// One of several answers.
    Choice,
    /// In one's own words.
    Text,
}

/// One question of a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuestionView {
    /// Its name in `SubmitProof::answers`.
    pub id: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What is asked.
    pub text: String,
    /// What can be chosen from.
    pub choices: Vec<String>,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Where a task is done that is not done here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Elsewhere {
    /// The connection's id in the programme file.
    pub connection: String,
    /// The service's name for people.
    pub service: String,
    /// The page on which it is done.
    pub url: String,
    /// Whether the service knows people by their e-mail address: then there is no signing in.
    pub by_address: bool,
    /// What has to be named before signing in there: `handle` or `server`.
    pub asks: Option<String>,
    /// Days after which it is looked at again; 0: it is not.
    pub recheck_days: u32,
    /// Whether the points are taken back if it is then no longer so.
    pub clawback: bool,
    /// Whether it pays only those who do not follow yet: that is looked at first.
    pub new_only: bool,
}

/// One member's attempt at one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct AttemptView {
    /// The attempt.
    pub id: AttemptId,
    /// The task's id.
    pub task: String,
    /// Where it stands.
    pub state: AttemptState,
    /// Why not, when it was refused or taken back.
    pub reason: Option<Reason>,
    /// What the shopper has to do, when there is something.
    pub next: Option<NextStep>,
    /// What it earns or earned.
    pub points: i64,
    /// How it was proven, once it was.
    pub proof: Option<ProofLevel>,
    /// When it was begun.
    pub started_at: String,
    /// When held points become available.
    pub available_at: Option<String>,
}

/// A task and where this member stands with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TaskStanding {
    /// The task.
    pub task: TaskView,
    /// Where it stands.
    pub state: AttemptState,
    /// The attempt that says so.
    pub attempt: Option<AttemptView>,
    /// For what is done elsewhere: the member's account there, as people call it, once they have shown it.
    pub account: Option<String>,
    /// For reviews: what the member has bought and not reviewed yet, the newest first.
    pub products: Vec<Product>,
    /// For looking in: how many days in a row, until today or yesterday.
    pub days_in_row: u32,
}

/// Something that a member has bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Product {
    /// The shop's name for it.
    pub sku: String,
    /// What people call it.
    pub name: String,
}

/// Something that a member has done, as the shop reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// The shop's own name for it: the same again changes nothing.
    pub id: String,
    /// The task's id, of kind `event`, `custom` or `in_store`.
    pub task: String,
    /// Who has done it.
    pub member: super::MemberRef,
}

/// Begins a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartAttempt {
    /// Where to send a confirmation; the member's own address if left out.
    pub email: Option<String>,
    /// For a subscription: that its consent sentence was agreed to.
    #[serde(default)]
    pub consent: bool,
    /// For a review: the product, one of those that the member has bought.
    pub product: Option<String>,
    /// For a task in the shop: the code on the till.
    pub till_code: Option<String>,
}

/// What the shopper answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmitProof {
    /// The member's name.
    pub name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// A survey's answers, by the question's id: the number, or the text, of a choice the number from 0.
    #[serde(default)]
    pub answers: BTreeMap<String, Answer>,
    /// What a review says, or what is written to the shop.
    pub text: Option<String>,
    /// A review's stars, from 1 to 5. However many, it earns the same.
    pub stars: Option<i64>,
    /// The name under which a review is published.
    pub author: Option<String>,
    /// For a review: that it may be published.
    #[serde(default)]
    pub publish: bool,
}

/// An answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Answer {
    /// A number on its scale, or of a choice.
    Number(i64),
    /// Words.
    Text(String),
}
