//! What Unisender's API says of a contact and of the lists
//! (<https://www.unisender.com/ru/support/api/contacts/getcontact/>).

use super::super::lists;
use super::super::{Setup, Trouble};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// What it answers. Where there is an error, the rest means nothing
/// (<https://selzy.com/en/support/api/common/api-errors/>), so that is looked for first.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answered<T> {
    Refused {
        #[serde(rename = "error")]
        _error: String,
        code: String,
    },
    Said {
        result: T,
    },
}

#[derive(Deserialize)]
pub(super) struct Contact {
    pub(super) email: Email,
    lists: Vec<Place>,
}

impl Contact {
    /// Whether it can be written to at all, and as one of this list.
    pub(super) fn is_active(&self, list: &str) -> bool {
        let place = self.lists.iter().find(|place| place.id.is(list));
        self.email.status == "active" && place.is_some_and(|place| place.status == "active")
    }
}

#[derive(Deserialize)]
pub(super) struct Email {
    pub(super) email: String,
    status: String,
}

/// A list that a contact is on.
#[derive(Deserialize)]
struct Place {
    id: Number,
    status: String,
}

#[derive(Deserialize)]
struct List {
    id: Number,
}

/// A list's number, which comes as one or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Figure(u64),
    Text(String),
}

impl Number {
    fn is(&self, list: &str) -> bool {
        match self {
            Self::Figure(number) => number.to_string() == list,
            Self::Text(text) => text == list,
        }
    }
}

/// Calls a method; nothing if it knows no such contact.
pub(super) async fn call<T: DeserializeOwned>(
    setup: &Setup<'_>,
    method: &str,
    form: &[(&str, &str)],
) -> Result<Option<T>, Trouble> {
    let api = setup.connection.base("api", "https://api.unisender.com");
    let url = format!("{api}/ru/api/{method}?format=json");
    // The key is in a form and not in the address, which more people get to see.
    let mut fields = vec![("api_key", setup.get("api_key"))];
    fields.extend_from_slice(form);
    let request = lists::post(setup, &url)?.form(&fields);
    let reply = setup.outside.send(request).await?;
    // An error's status is not documented; its code is.
    let answered: Answered<T> = reply.json()?;
    match answered {
        Answered::Refused { code, .. } => refusal(&code).map_or(Ok(None), Err),
        Answered::Said { result } if reply.status.is_success() => Ok(Some(result)),
        Answered::Said { .. } => Err(Trouble::unclear(&format!("it answered {}", reply.status))),
    }
}

/// What an error means; nothing if it is that there is no such contact.
fn refusal(code: &str) -> Option<Trouble> {
    const MINUTE: Duration = Duration::from_mins(1);
    Some(match code {
        "object_not_found" | "not_found" => return None,
        "invalid_api_key" | "access_denied" => Trouble::shop(
            "Unisender does not accept the API key: switch the API on and copy the key in the account's settings, \
             Integration and API, and give it with `laurel connection secret PROGRAM CONNECTION api_key`",
        ),
        "api_call_limit_exceeded_for_api_key" | "api_call_limit_exceeded_for_ip" => {
            Trouble::NotNow("it asks for fewer calls".into(), Some(MINUTE))
        }
        _ => Trouble::unclear("it refused with an error that says nothing about the contact"),
    })
}

/// Makes sure that there is such a list.
pub(super) async fn is_there(setup: &Setup<'_>, list: &str) -> Result<(), Trouble> {
    let found: Option<Vec<List>> = call(setup, "getLists", &[]).await?;
    let found = found.ok_or_else(|| Trouble::unclear("it does not say which lists there are"))?;
    if found.iter().any(|found| found.id.is(list)) {
        return Ok(());
    }
    Err(Trouble::shop(
        "Unisender knows no such list: write the list's number, from the end of its address, as the task's target",
    ))
}
