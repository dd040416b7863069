//! What VK's API tells an application (<https://dev.vk.com/en/method/groups.isMember>).

use super::super::{Setup, Trouble};
use serde::Deserialize;
use std::time::Duration;

/// The version that this is written for.
const VERSION: &str = "5.199";

/// What it answers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answered {
    Said { response: u64 },
    Refused { error: Failure },
}

#[derive(Deserialize)]
struct Failure {
    error_code: i64,
}

/// Whether an account is in a community; nothing for an account that cannot be seen any more.
pub(super) async fn is_member(
    setup: &Setup<'_>,
    account: &str,
    community: &str,
) -> Result<Option<bool>, Trouble> {
    let api = setup.connection.base("api", "https://api.vk.com");
    let url = format!("{api}/method/groups.isMember");
    // In a form and not in the address, which more people get to see.
    let form = [
        ("group_id", community),
        ("user_id", account),
        ("access_token", setup.get("service_token")),
        ("v", VERSION),
    ];
    let call = setup.outside.post(&url);
    let call =
        call.map_err(|_| Trouble::shop("VK cannot be called there: correct the setting api"))?;
    let answered: Answered = setup.outside.send(call.form(&form)).await?.success()?;
    match answered {
        Answered::Said { response: 1 } => Ok(Some(true)),
        Answered::Said { response: 0 } => Ok(Some(false)),
        Answered::Said { .. } => Err(not_now("it answered neither yes nor no", None)),
        Answered::Refused { error } => refusal(error.error_code).map_or(Ok(None), Err),
    }
}

/// What an error means (<https://dev.vk.com/en/reference/errors>); nothing if the account cannot be seen.
fn refusal(code: i64) -> Option<Trouble> {
    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);
    Some(match code {
        // It was deleted or banned, or is private.
        18 | 30 => return None,
        5 | 27 | 28 => {
            Trouble::shop("VK does not accept the service key: copy it again from your application")
        }
        15 | 203 => Trouble::shop(
            "VK does not tell your application who is in this community: let everybody see its members",
        ),
        100 | 125 => Trouble::shop("VK knows no such community: correct the task's target"),
        6 => not_now("it asks for fewer calls in a second", Some(SECOND)),
        9 => not_now("it asks for fewer calls", Some(MINUTE)),
        29 => not_now("the calls that it allows are used up", Some(HOUR)),
        _ => not_now(&format!("it refused with error {code}"), None),
    })
}

fn not_now(why: &str, wait: Option<Duration>) -> Trouble {
    Trouble::NotNow(why.into(), wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_whose_turn_it_is() {
        for code in [18, 30] {
            assert_eq!(refusal(code), None, "{code}");
        }
        for code in [5, 15, 27, 28, 100, 125, 203] {
            assert!(matches!(refusal(code), Some(Trouble::Setup(_))), "{code}");
        }
        for code in [0, 1, 6, 9, 10, 14, 29, 999] {
            let trouble = refusal(code);
            assert!(matches!(trouble, Some(Trouble::NotNow(..))), "{code}");
        }
    }

    #[test]
    fn an_answer_is_a_yes_a_no_or_an_error_and_nothing_else() {
        let read = |text: &str| serde_json::from_str::<Answered>(text).is_ok();
        assert!(read(r#"{"response":1}"#));
        assert!(read(
            r#"{"error":{"error_code":5,"error_msg":"User authorization failed"}}"#
        ));
        for text in [
            "{}",
            "[]",
            r#"{"response":[]}"#,
            r#"{"response":{"member":1}}"#,
            r#"{"error":5}"#,
        ] {
            assert!(!read(text), "{text}");
        }
    }
}
