//! How an attempt moves.
//!
//! ```text
//! available → started → checking → held → earned
//!                ↓         ↓        ↓       ↓
//!        rejected or expired     reversed (re-check, refund)
//! ```

use super::{DAY, HOUR, Instant, SECOND, birthday, program::Task};
use app::api::{AttemptState, FieldError, SubmitProof, TaskKind};
use jiff::tz::TimeZone;

/// How long a confirmation link works.
pub const LINK_LIFE: i64 = 24 * HOUR;
/// How long until a confirmation may be sent again.
pub const RESEND_AFTER: i64 = 60 * SECOND;
/// How many confirmations one attempt may send.
pub const SENDS_MAX: i64 = 5;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 100;

/// The name a state is stored under.
pub fn state_name(state: AttemptState) -> &'static str {
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

/// Reads a stored name.
pub fn state_of(name: &str) -> Option<AttemptState> {
    [
        AttemptState::Available,
        AttemptState::Started,
        AttemptState::Checking,
        AttemptState::Held,
        AttemptState::Earned,
        AttemptState::Rejected,
        AttemptState::Expired,
        AttemptState::Reversed,
    ]
    .into_iter()
    .find(|state| state_name(*state) == name)
}

/// When an attempt that was begun now lapses. Forms wait for ever: nothing is pending with them.
pub fn expires_at(kind: TaskKind, now: Instant) -> Option<Instant> {
    (kind == TaskKind::Subscribe).then_some(now + LINK_LIFE)
}

/// When points earned now become available.
pub fn available_at(task: &Task, now: Instant) -> Option<Instant> {
    (task.hold_days > 0).then_some(now + i64::from(task.hold_days) * DAY)
}

/// A proof that makes sense, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// The member's name.
    pub name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// When the points become available, if not at once.
    pub available_at: Option<Instant>,
}

/// The fields that a task's form has.
pub fn fields(kind: TaskKind) -> &'static [&'static str] {
    match kind {
        TaskKind::Profile => &["name", "birthday"],
        TaskKind::Birthday => &["birthday"],
        TaskKind::Join | TaskKind::Subscribe => &[],
    }
}

/// Checks what a shopper filled in. A birthday that is known already stands, whatever is sent.
pub fn check_proof(
    task: &Task,
    proof: &SubmitProof,
    known_birthday: Option<&str>,
    zone: &TimeZone,
    now: Instant,
) -> Result<Declared, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut fault = |field: &str, detail: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            detail: detail.to_owned(),
        });
    };
    let asked = fields(task.kind);
    if asked.is_empty() {
        fault("", "this task is not proven by a form");
    }
    let name = asked
        .contains(&"name")
        .then(|| proof.name.as_deref().unwrap_or("").trim());
    if name.is_some_and(|name| name.is_empty() || !is_name(name)) {
        fault("name", "give a name of at most 100 letters");
    }
    let told = known_birthday.or(proof.birthday.as_deref()).unwrap_or("");
    let born = birthday::parse(told, now);
    if asked.contains(&"birthday") && born.is_none() {
        fault("birthday", "give the day you were born as YYYY-MM-DD");
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Declared {
        name: name.map(str::to_owned),
        birthday: born.map(|day| day.to_string()),
        available_at: match task.kind {
            TaskKind::Birthday => born.and_then(|born| birthday::next(born, now, zone)),
            _ => available_at(task, now),
        },
    })
}

/// Whether a text can be a person's name.
pub fn is_name(text: &str) -> bool {
    text.chars().count() <= NAME_CHARS_MAX && !text.contains(char::is_control)
}
