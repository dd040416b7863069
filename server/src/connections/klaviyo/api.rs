//! What Klaviyo's API says of a list (<https://developers.klaviyo.com/en/reference/get_profiles_for_list>).

use super::super::lists;
use super::super::{Setup, Trouble};
use reqwest::StatusCode;
use serde::Deserialize;

/// The revision that this is written for. Klaviyo serves each for two years.
const REVISION: &str = "2026-07-15";

#[derive(Deserialize)]
struct Listed {
    data: Vec<Profile>,
}

#[derive(Deserialize)]
pub(super) struct Profile {
    pub(super) attributes: Attributes,
}

#[derive(Deserialize)]
pub(super) struct Attributes {
    pub(super) email: String,
    pub(super) subscriptions: Subscriptions,
}

#[derive(Deserialize)]
pub(super) struct Subscriptions {
    pub(super) email: Channel,
}

#[derive(Deserialize)]
pub(super) struct Channel {
    pub(super) marketing: Marketing,
}

#[derive(Deserialize)]
pub(super) struct Marketing {
    /// False for whoever has agreed and is suppressed, by a bounce for example.
    can_receive_email_marketing: bool,
    consent: Consent,
    list_suppressions: Option<Vec<Suppression>>,
}

/// All that are documented: another one is no answer.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Consent {
    Subscribed,
    Unsubscribed,
    NeverSubscribed,
}

#[derive(Deserialize)]
struct Suppression {
    list_id: String,
}

/// How it says no (<https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling>).
#[derive(Deserialize)]
struct Problems {
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

impl Marketing {
    pub(super) fn holds(&self, list: &str) -> bool {
        let mut suppressed = self.list_suppressions.iter().flatten();
        self.consent == Consent::Subscribed
            && self.can_receive_email_marketing
            && !suppressed.any(|suppression| suppression.list_id == list)
    }
}

/// The profiles on a list with an address: one or none.
pub(super) async fn ask(
    setup: &Setup<'_>,
    list: &str,
    address: &str,
) -> Result<Vec<Profile>, Trouble> {
    let api = setup.connection.base("api", "https://a.klaviyo.com");
    let url = format!("{api}/api/lists/{}/profiles", lists::encoded(list));
    let filter = format!("equals(email,\"{address}\")");
    let query = [
        ("filter", filter.as_str()),
        ("additional-fields[profile]", "subscriptions"),
    ];
    let key = format!("Klaviyo-API-Key {}", setup.get("api_key"));
    let call = lists::get(setup, &url)?
        .query(&query)
        .header("authorization", key)
        .header("accept", "application/vnd.api+json")
        .header("revision", REVISION);
    let reply = setup.outside.send(call).await?;
    if reply.status.is_success() {
        let listed: Listed = reply.json()?;
        return Ok(listed.data);
    }
    // Something on the way may refuse as well, and says nothing about the shop; Klaviyo adds a code.
    let problems: Problems = reply.json()?;
    if problems
        .errors
        .iter()
        .all(|problem| problem.code.is_empty())
    {
        return Err(Trouble::unclear("it refused without a reason"));
    }
    Err(match reply.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Trouble::shop(
            "Klaviyo does not accept the API key: create a private key that may read lists and profiles under \
             Settings, API keys, and give it with `laurel connection secret PROGRAM CONNECTION api_key`",
        ),
        StatusCode::NOT_FOUND => Trouble::shop(
            "Klaviyo knows no such list: write the list's id, from the end of its address, as the task's target",
        ),
        StatusCode::GONE => Trouble::shop(
            "Klaviyo has retired the revision of its API that this Laurel speaks: update Laurel",
        ),
        status => Trouble::unclear(&format!("it answered {status}")),
    })
}
