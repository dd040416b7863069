//! How an attempt moves.
//!
//! ```text
//! available → started → checking → held → earned
//!                ↓         ↓        ↓       ↓
//!        rejected or expired     reversed (re-check, refund)
//! ```

use super::{DAY, HOUR, Instant, SECOND, birthday, survey, task::Task};
use app::api::{AttemptState, FieldError, SubmitProof, TaskKind};
use jiff::tz::TimeZone;

/// How long a confirmation link works.
pub const LINK_LIFE: i64 = 24 * HOUR;
/// How long a link that is passed on waits for somebody to open it.
pub const SHARE_LIFE: i64 = 14 * DAY;
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
pub fn expires_at(task: &Task, now: Instant) -> Option<Instant> {
    let life = match task.kind {
        _ if task.elsewhere.is_some() => return None,
        TaskKind::Subscribe | TaskKind::Visit | TaskKind::Download => LINK_LIFE,
        TaskKind::Share => SHARE_LIFE,
        _ => return None,
    };
    Some(now + life)
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
        TaskKind::Profile => &["name"],
        TaskKind::Birthday => &["birthday"],
        TaskKind::Review => &["stars", "text", "author", "publish"],
        _ => &[],
    }
}

/// The form that proves a task, as fields of [`SubmitProof`].
pub fn form(task: &Task) -> Vec<String> {
    let own = fields(task.kind).iter().map(|field| (*field).to_owned());
    let questions = task.survey.iter().flat_map(|survey| &survey.questions);
    own.chain(questions.map(|question| survey::field(&question.id)))
        .collect()
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
    let born = asked
        .contains(&"birthday")
        .then(|| birthday::parse(told, now));
    if born == Some(None) {
        fault("birthday", "give the day you were born as YYYY-MM-DD");
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let born = born.flatten();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program_file;
    use crate::domain::task::Elsewhere;
    use jiff::Timestamp;

    const NOW: &str = "2026-01-10T12:00:00Z";

    fn now() -> Instant {
        NOW.parse::<Timestamp>().unwrap().as_microsecond()
    }

    /// Checks a form of the demo's task; the fields at fault, or what was told and when it is paid.
    fn told(
        task: &str,
        name: Option<&str>,
        birthday: Option<&str>,
        known: Option<&str>,
    ) -> Result<Declared, Vec<String>> {
        let program = program_file::parse(crate::demo::PROGRAM).unwrap();
        let proof = SubmitProof {
            name: name.map(str::to_owned),
            birthday: birthday.map(str::to_owned),
            ..SubmitProof::default()
        };
        check_proof(
            program.task(task).unwrap(),
            &proof,
            known,
            &TimeZone::UTC,
            now(),
        )
        .map_err(|errors| errors.into_iter().map(|error| error.field).collect())
    }

    fn faults(task: &str, name: Option<&str>, birthday: Option<&str>) -> Vec<String> {
        told(task, name, birthday, None).unwrap_err()
    }

    #[test]
    fn a_confirmation_can_be_asked_for_again_after_a_minute() {
        let seconds = (RESEND_AFTER / SECOND, RESEND_AFTER % SECOND);
        assert_eq!(seconds, (60, 0));
    }

    #[test]
    fn every_state_reads_back_its_own_name() {
        for name in [
            "available",
            "started",
            "checking",
            "held",
            "earned",
            "rejected",
            "expired",
            "reversed",
        ] {
            assert_eq!(state_name(state_of(name).unwrap()), name);
        }
        assert_eq!(state_of("done"), None);
    }

    #[test]
    fn a_form_names_every_field_at_fault() {
        assert_eq!(faults("profile", None, None), ["name"]);
        assert_eq!(faults("profile", Some("  "), None), ["name"]);
        assert_eq!(faults("profile", Some("a\u{0}b"), None), ["name"]);
        assert_eq!(faults("profile", Some(&"я".repeat(101)), None), ["name"]);
        assert_eq!(faults("birthday", Some("Anna"), None), ["birthday"]);
        assert_eq!(faults("birthday", None, Some("3 May")), ["birthday"]);
        assert_eq!(
            faults("birthday", None, Some("2026-01-11")),
            ["birthday"],
            "not born yet"
        );
        assert_eq!(faults("newsletter", None, None), [""], "no form at all");
    }

    #[test]
    fn what_was_asked_is_kept_without_blanks_and_nothing_else_is() {
        let name = "я".repeat(100);
        let told = told(
            "profile",
            Some(&format!(" {name} ")),
            Some("1990-05-03"),
            None,
        );
        let expected = Declared {
            name: Some(name),
            ..Declared::default()
        };
        assert_eq!(told, Ok(expected));
    }

    #[test]
    fn a_birthday_that_is_known_stands_and_decides_the_day() {
        let declared = told(
            "birthday",
            Some("not asked for"),
            Some("1991-08-04"),
            Some("1990-05-03"),
        )
        .unwrap();
        let day = "2026-05-03T00:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .as_microsecond();
        assert_eq!(
            declared,
            Declared {
                name: None,
                birthday: Some("1990-05-03".into()),
                available_at: Some(day)
            }
        );
        assert_eq!(
            told("birthday", None, None, Some("1990-05-03")).unwrap(),
            declared
        );
    }

    #[test]
    fn only_links_lapse_and_only_a_hold_waits() {
        let program = program_file::parse(crate::demo::PROGRAM).unwrap();
        for task in &program.tasks {
            let hours = match task.kind {
                TaskKind::Subscribe | TaskKind::Visit | TaskKind::Download => Some(24),
                TaskKind::Share => Some(14 * 24),
                _ => None,
            };
            let lapses = hours.map(|hours| 7 + hours * HOUR);
            assert_eq!(expires_at(task, 7), lapses, "{}", task.id);
        }
        let mut task = program.task("tsk_profile").unwrap().clone();
        assert_eq!(available_at(&task, 7), None);
        task.hold_days = 3;
        assert_eq!(available_at(&task, 7), Some(7 + 3 * DAY));
    }

    #[test]
    fn what_waits_for_a_link_lapses_and_what_a_service_tells_does_not() {
        let program = program_file::parse(crate::demo::PROGRAM).unwrap();
        let mut task = program.tasks[0].clone();
        let mut hours = |kind, elsewhere: Option<Elsewhere>| {
            task.kind = kind;
            task.elsewhere = elsewhere;
            expires_at(&task, 5).map(|at| (at - 5) / HOUR)
        };
        for kind in [TaskKind::Subscribe, TaskKind::Visit, TaskKind::Download] {
            assert_eq!(hours(kind, None), Some(24), "{kind:?}");
        }
        assert_eq!(hours(TaskKind::Share, None), Some(14 * 24));
        assert_eq!(hours(TaskKind::Profile, None), None);
        let elsewhere = Some(Elsewhere {
            connection: "list".into(),
            service: "Brevo",
            by_address: true,
            asks: None,
            target: "1".into(),
            url: "https://shop.example".into(),
            recheck_days: 0,
            clawback: false,
            min_age_days: 0,
            new_only: false,
        });
        assert_eq!(hours(TaskKind::Subscribe, elsewhere), None);
    }

    #[test]
    fn a_form_has_the_fields_of_its_kind() {
        let program = program_file::parse(crate::demo::PROGRAM).unwrap();
        let mut task = program.tasks[0].clone();
        for (kind, fields) in [
            (TaskKind::Profile, "name"),
            (TaskKind::Birthday, "birthday"),
            (TaskKind::Review, "stars text author publish"),
            (TaskKind::Visit, ""),
        ] {
            task.kind = kind;
            assert_eq!(form(&task).join(" "), fields, "{kind:?}");
        }
    }
}
