//! Tasks, and a member's attempts at them.

use super::AttemptId;
use serde::{Deserialize, Serialize};

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
        /// `name`, `birthday`.
        fields: Vec<String>,
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
    /// For a visit: how many seconds it takes at least.
    pub seconds: Option<u32>,
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
}

/// Something that a member has done, as the shop reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// The shop's own name for it: the same again changes nothing.
    pub id: String,
    /// The task's id, of kind `event` or `custom`.
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
}
