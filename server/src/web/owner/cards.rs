//! From what is stored to what the page shows.

use super::queue::OWNER;
use crate::App;
use crate::api::views::rfc3339;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::decisions::{Case, People, Ruling, Verdict, Written};
use crate::store::threads::StoredThread;
use app::api::{AttemptState, MemberId, ProgramView, Writer};
use app::pages::{OwnerCase, OwnerReview, OwnerRuling, OwnerThread};
use serde_json::Value as Json;

/// What people call a member: the name, or the address, or what there always is.
pub(super) fn called(name: Option<&String>, email: Option<&String>, member: MemberId) -> String {
    let names = [name, email].into_iter().flatten();
    let mut names = names.filter(|name| !name.trim().is_empty());
    names.next().cloned().unwrap_or_else(|| member.to_string())
}

/// An attempt that waits, or was decided about.
pub(super) fn case(program: &Loaded, view: &ProgramView, case: Case) -> OwnerCase {
    let task = program.program().task(&case.task);
    let title = task.map(|task| task.title.get(&view.locale).to_owned());
    let is_paid = matches!(case.state, AttemptState::Held | AttemptState::Earned);
    OwnerCase {
        attempt: case.attempt.to_string(),
        who: called(case.name.as_ref(), case.email.as_ref(), case.member),
        task: title.unwrap_or(case.task),
        email: case.email,
        points: case.points,
        asked_at: case.asked_at,
        review: case.review.map(review),
        signals: case
            .signals
            .into_iter()
            .map(|signal| (signal.code, signal.detail))
            .collect(),
        evidence: case.evidence.as_deref().map(fields).unwrap_or_default(),
        ruling: case.ruling.map(|ruled| ruling(ruled, is_paid)),
    }
}

fn review(written: Written) -> OwnerReview {
    OwnerReview {
        product: written.product.unwrap_or(written.sku),
        stars: written.stars,
        text: written.text,
        author: written.author,
        photos: written.photos.iter().map(ToString::to_string).collect(),
    }
}

fn ruling(ruling: Ruling, is_paid: bool) -> OwnerRuling {
    OwnerRuling {
        at: ruling.at,
        accepted: ruling.verdict == Verdict::Accepted,
        note: ruling.note,
        key: Some(ruling.by).filter(|by| by != OWNER),
        is_paid,
    }
}

/// The fields of a proof, as people can read them.
fn fields(evidence: &str) -> Vec<(String, String)> {
    let Ok(Json::Object(fields)) = serde_json::from_str(evidence) else {
        return Vec::new();
    };
    let shown = fields.into_iter().filter(|(_, value)| !value.is_null());
    shown
        .map(|(name, value)| {
            let says = says(&name, &value);
            (name, says)
        })
        .collect()
}

fn says(name: &str, value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) if name.ends_with("_at") => {
            number.as_i64().map_or_else(|| number.to_string(), rfc3339)
        }
        other => other.to_string(),
    }
}

/// Threads that wait for the shop.
pub(super) async fn threads(
    app: &App,
    program: &Loaded,
    threads: Vec<StoredThread>,
) -> Result<Vec<OwnerThread>, Error> {
    let people = People {
        program: program.rules.id,
        members: threads.iter().map(|thread| thread.member).collect(),
    };
    let people = app.store.read(people).await?;
    let shown = threads.into_iter().zip(people).map(|(thread, person)| {
        let messages = i64::try_from(thread.messages.len()).unwrap_or(thread.count);
        OwnerThread {
            id: thread.id.to_string(),
            who: called(person.name.as_ref(), person.email.as_ref(), thread.member),
            email: person.email,
            written_at: thread.written_at,
            earlier: thread.count - messages,
            messages: thread
                .messages
                .into_iter()
                .map(|message| (message.author == Writer::Shop, message.text))
                .collect(),
        }
    });
    Ok(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_read_field_by_field() {
        let evidence = r#"{"by":"visit","opened_at":1767225600000000,"seconds":15,"note":null,"more":{"a":[1]}}"#;
        let shown = fields(evidence);
        let shown: Vec<(&str, &str)> = shown.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(
            shown,
            [
                ("by", "visit"),
                ("opened_at", "2026-01-01T00:00:00Z"),
                ("seconds", "15"),
                ("more", "{\"a\":[1]}"),
            ]
        );
        assert!(fields("[1]").is_empty());
        assert!(fields("no").is_empty());
    }

    #[test]
    fn a_member_is_called_by_the_best_that_is_known() {
        let member = MemberId([1; 16]);
        let (name, email) = ("Anna".to_owned(), "a@b.example".to_owned());
        assert_eq!(called(Some(&name), Some(&email), member), "Anna");
        assert_eq!(called(Some(&" ".into()), Some(&email), member), email);
        assert_eq!(called(None, None, member), member.to_string());
    }
}
