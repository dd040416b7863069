//! The services that keep mailing lists, each against a stand-in that follows its published documentation:
//! - <https://mailchimp.com/developer/marketing/api/list-members/get-member-info/>
//! - <https://developers.brevo.com/reference/getcontactinfo>
//! - <https://developers.klaviyo.com/en/reference/get_profiles_for_list>
//! - <https://www.unisender.com/ru/support/api/contacts/getcontact/>
//! - <https://shopify.dev/docs/api/admin-graphql/latest/queries/customerByIdentifier>

use super::net::{Mood, Net};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Account, Answer, Outside, Secrets, Setup, Trouble};
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An address of which every sign has to arrive.
pub(super) const ANNA: &str = "anna+letters@example.com";
/// Who was on the list, and left it.
const LEFT: &str = "left@example.com";
/// Asked about this one, the services answer about somebody else.
const MIXED: &str = "mixed@example.com";
const STRANGER: &str = "stranger@example.com";
pub(super) const KEY: &str = "0123456789abcdef-us6";
const FORM: &str = "https://shop.example/letter";
const SHOP: &str = "morning-roast.myshopify.com";

type Fields = BTreeMap<String, String>;

pub(super) struct Case {
    pub(super) kind: &'static str,
    pub(super) list: &'static str,
    /// A list that is not there; nothing where there is but one.
    missing: Option<&'static str>,
    /// What the key is called.
    pub(super) secret: &'static str,
    /// What is no list.
    wrong: &'static [&'static str],
    pub(super) routes: fn() -> Router<Arc<Net>>,
}

pub(super) static CASES: [Case; 5] = [
    Case {
        kind: "mailchimp",
        list: "3c307a9f3f",
        missing: Some("0000000000"),
        secret: "api_key",
        wrong: &["", "a/b", "3c307a9f3f?", ".."],
        routes: mailchimp,
    },
    Case {
        kind: "brevo",
        list: "7",
        missing: Some("8"),
        secret: "api_key",
        wrong: &["", "0", "-7", "seven", "7/8"],
        routes: brevo,
    },
    Case {
        kind: "klaviyo",
        list: "Y6nRLr",
        missing: Some("XXXXXX"),
        secret: "api_key",
        wrong: &["", "Y6/RLr", "..", "a b c d"],
        routes: klaviyo,
    },
    Case {
        kind: "unisender",
        list: "20547119",
        missing: Some("1"),
        secret: "api_key",
        wrong: &["", "0", "-1", "list"],
        routes: unisender,
    },
    Case {
        kind: "shopify",
        list: "email",
        missing: None,
        secret: "access_token",
        wrong: &["", "sms", "Email"],
        routes: shopify,
    },
];

/// A connection's settings in a programme file.
pub(super) fn settings(kind: &str, url: &str) -> String {
    let shop = if kind == "shopify" {
        format!("\nshop = \"{SHOP}\"")
    } else {
        String::new()
    };
    format!("api = \"{url}\"\nform = \"{FORM}\"{shop}")
}

/// The list that a stand-in has.
fn list_of(kind: &str) -> &'static str {
    CASES.iter().find(|case| case.kind == kind).unwrap().list
}

/// Whether an address is on the list; nothing if nobody has ever heard of it.
fn standing(net: &Net, kind: &str, address: &str) -> Option<bool> {
    let follows = net.follows(address, list_of(kind));
    (follows || address == LEFT).then_some(follows)
}

/// The address as an answer names it: with the capitals that it was once typed with.
fn named(address: &str) -> String {
    if address == MIXED {
        return STRANGER.into();
    }
    address
        .replacen("anna", "Anna", 1)
        .replacen("left", "Left", 1)
}

fn brings(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|found| *found == *value)
}

fn mailchimp() -> Router<Arc<Net>> {
    Router::new()
        .route("/3.0/lists/{list}", get(mailchimp_list))
        .route("/3.0/lists/{list}/members/{address}", get(mailchimp_member))
}

fn mailchimp_problem(status: StatusCode, title: &str) -> Response {
    let kind = "https://mailchimp.com/developer/marketing/docs/errors/";
    let body = json!({
        "type": kind, "title": title, "status": status.as_u16(), "detail": "", "instance": "9f3d1a2c",
    });
    (status, Json(body)).into_response()
}

/// Refuses another key, and another list.
fn mailchimp_gate(headers: &HeaderMap, list: &str) -> Option<Response> {
    let basic = format!("Basic {}", STANDARD.encode(format!("any:{KEY}")));
    if !brings(headers, "authorization", &basic) {
        let status = StatusCode::UNAUTHORIZED;
        return Some(mailchimp_problem(status, "API Key Invalid"));
    }
    let missing = || mailchimp_problem(StatusCode::NOT_FOUND, "Resource Not Found");
    (list != list_of("mailchimp")).then(missing)
}

async fn mailchimp_list(headers: HeaderMap, Path(list): Path<String>) -> Response {
    let answer = || Json(json!({ "id": list })).into_response();
    mailchimp_gate(&headers, &list).unwrap_or_else(answer)
}

async fn mailchimp_member(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path((list, address)): Path<(String, String)>,
) -> Response {
    if let Some(refusal) = mailchimp_gate(&headers, &list) {
        return refusal;
    }
    let status = match standing(&net, "mailchimp", &address) {
        Some(true) => "subscribed",
        Some(false) => "unsubscribed",
        None => return mailchimp_problem(StatusCode::NOT_FOUND, "Resource Not Found"),
    };
    Json(json!({ "email_address": named(&address), "status": status })).into_response()
}

fn brevo() -> Router<Arc<Net>> {
    Router::new()
        .route("/v3/contacts/{address}", get(brevo_contact))
        .route("/v3/contacts/lists/{list}", get(brevo_list))
}

fn brevo_problem(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "code": code, "message": message });
    (status, Json(body)).into_response()
}

fn brevo_gate(headers: &HeaderMap) -> Option<Response> {
    let refused = || brevo_problem(StatusCode::UNAUTHORIZED, "unauthorized", "Key not found");
    (!brings(headers, "api-key", KEY)).then(refused)
}

async fn brevo_contact(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path(address): Path<String>,
    Query(asked): Query<Fields>,
) -> Response {
    if let Some(refusal) = brevo_gate(&headers) {
        return refusal;
    }
    assert_eq!(asked["identifierType"], "email_id");
    let Some(on) = standing(&net, "brevo", &address) else {
        let (status, message) = (StatusCode::NOT_FOUND, "Contact does not exist");
        return brevo_problem(status, "document_not_found", message);
    };
    // Whoever left is still on the list, and blocked.
    Json(json!({
        "email": named(&address), "id": 42, "emailBlacklisted": !on, "smsBlacklisted": false, "listIds": [3, 7],
        "attributes": {}, "statistics": {},
    }))
    .into_response()
}

async fn brevo_list(headers: HeaderMap, Path(list): Path<String>) -> Response {
    if let Some(refusal) = brevo_gate(&headers) {
        return refusal;
    }
    if list == list_of("brevo") {
        return Json(json!({ "id": 7, "name": "Letter", "totalSubscribers": 1 })).into_response();
    }
    let (status, message) = (StatusCode::NOT_FOUND, "List ID does not exist");
    brevo_problem(status, "document_not_found", message)
}

fn klaviyo() -> Router<Arc<Net>> {
    Router::new().route("/api/lists/{list}/profiles", get(klaviyo_profiles))
}

fn klaviyo_problem(status: StatusCode, code: &str) -> Response {
    let problem =
        json!({ "id": "1", "status": status.as_u16(), "code": code, "title": code, "detail": "" });
    (status, Json(json!({ "errors": [problem] }))).into_response()
}

async fn klaviyo_profiles(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path(list): Path<String>,
    Query(asked): Query<Fields>,
) -> Response {
    let key = format!("Klaviyo-API-Key {KEY}");
    if !brings(&headers, "authorization", &key) {
        return klaviyo_problem(StatusCode::UNAUTHORIZED, "authentication_failed");
    }
    assert!(headers.contains_key("revision"));
    assert_eq!(asked["additional-fields[profile]"], "subscriptions");
    if list != list_of("klaviyo") {
        return klaviyo_problem(StatusCode::NOT_FOUND, "not_found");
    }
    let address = asked["filter"].strip_prefix("equals(email,\"");
    let address = address.and_then(|rest| rest.strip_suffix("\")")).unwrap();
    let profile = |on: bool| {
        let consent = if on { "SUBSCRIBED" } else { "UNSUBSCRIBED" };
        let marketing = json!({
            "can_receive_email_marketing": on, "consent": consent, "suppression": [], "list_suppressions": [],
        });
        let subscriptions = json!({ "email": { "marketing": marketing } });
        json!({
            "type": "profile", "id": "01GD",
            "attributes": { "email": named(address), "subscriptions": subscriptions },
        })
    };
    let data: Vec<Value> = standing(&net, "klaviyo", address)
        .map(profile)
        .into_iter()
        .collect();
    Json(json!({ "data": data, "links": { "next": null } })).into_response()
}

fn unisender() -> Router<Arc<Net>> {
    Router::new()
        .route("/ru/api/getContact", post(unisender_contact))
        .route("/ru/api/getLists", post(unisender_lists))
}

fn unisender_error(code: &str) -> Json<Value> {
    Json(json!({ "error": format!("[UG101010-01] {code}"), "code": code, "result": "" }))
}

async fn unisender_contact(State(net): State<Arc<Net>>, Form(form): Form<Fields>) -> Json<Value> {
    if form["api_key"] != KEY {
        return unisender_error("invalid_api_key");
    }
    assert_eq!(form["include_lists"], "1");
    let address = &form["email"];
    let Some(on) = standing(&net, "unisender", address) else {
        return unisender_error("object_not_found");
    };
    let status = if on { "active" } else { "unsubscribed" };
    let lists = json!([
        { "id": "5", "status": "active", "added_at": "2026-01-02 03:04:05" },
        { "id": 20_547_119, "status": status, "added_at": "2026-01-02 03:04:05" },
    ]);
    let email = json!({ "email": named(address), "status": "active", "availability": "available" });
    Json(json!({ "result": { "email": email, "lists": lists } }))
}

async fn unisender_lists(Form(form): Form<Fields>) -> Json<Value> {
    if form["api_key"] != KEY {
        return unisender_error("invalid_api_key");
    }
    Json(
        json!({ "result": [{ "id": 5, "title": "Old" }, { "id": 20_547_119, "title": "Letter" }] }),
    )
}

fn shopify() -> Router<Arc<Net>> {
    Router::new().route("/admin/api/{version}/graphql.json", post(shopify_customer))
}

async fn shopify_customer(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if !brings(&headers, "x-shopify-access-token", KEY) {
        let body = json!({ "errors": "[API] Invalid API key or access token" });
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    let query = asked["query"].as_str().unwrap();
    assert!(query.contains("emailAddress: $address"), "{query}");
    let address = asked["variables"]["address"].as_str().unwrap();
    let customer = standing(&net, "shopify", address).map(|on| {
        let state = if on { "SUBSCRIBED" } else { "UNSUBSCRIBED" };
        json!({ "defaultEmailAddress": { "emailAddress": named(address), "marketingState": state } })
    });
    Json(json!({ "data": { "customerByIdentifier": customer } })).into_response()
}

/// A service and its stand-in.
struct Stand {
    case: &'static Case,
    net: Arc<Net>,
    connection: Connection,
    outside: Outside,
}

impl Stand {
    async fn open(case: &'static Case) -> Self {
        let net = Net::open(case.routes).await;
        let settings = [("api", net.url.as_str()), ("form", FORM), ("shop", SHOP)];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let connection = Connection {
            id: case.kind.into(),
            kind: case.kind.into(),
            settings: BTreeMap::from(settings),
        };
        net.follow(ANNA, case.list);
        net.follow(MIXED, case.list);
        Self {
            case,
            net,
            connection,
            outside: Outside::new(true),
        }
    }

    fn setup(&self, key: &str) -> Setup<'_> {
        let secrets = BTreeMap::from([(self.case.secret.to_owned(), key.to_owned())]);
        Setup {
            connection: &self.connection,
            secrets: Secrets(secrets),
            keeper: None,
            outside: &self.outside,
            public_url: "http://localhost",
            name: format!("demo.{}", self.case.kind),
            now: Clock::System.now(),
        }
    }

    async fn check(&self, key: &str, address: &str, list: &str) -> Result<Answer, Trouble> {
        let service = connections::service(self.case.kind).unwrap();
        let account = Account {
            id: address.into(),
            handle: address.into(),
            created_at: None,
        };
        let setup = self.setup(key);
        service.check(&setup, &account, list, None).await
    }

    async fn test(&self, key: &str, list: &str) -> Result<String, Trouble> {
        let service = connections::service(self.case.kind).unwrap();
        let setup = self.setup(key);
        service.test(&setup, list).await
    }
}

/// The shop is told what to do, and its key to nobody.
fn assert_shops_turn<T: std::fmt::Debug>(kind: &str, answer: &Result<T, Trouble>) {
    let Err(Trouble::Setup(why)) = answer else {
        panic!("{kind}: {answer:?}");
    };
    assert!(!why.contains("another"), "{kind}: {why}");
}

#[tokio::test]
async fn whoever_is_on_the_list_has_subscribed_and_nobody_else() {
    for case in &CASES {
        let (kind, list) = (case.kind, case.list);
        let stand = Stand::open(case).await;
        let answer = stand.check(KEY, ANNA, list).await;
        let Ok(Answer::Done(evidence)) = &answer else {
            panic!("{kind}: {answer:?}");
        };
        assert_eq!(evidence["service"], kind);
        assert_eq!(evidence["list"], list);
        let text = evidence.to_string().to_lowercase();
        assert!(!text.contains("anna") && !text.contains('@'), "{text}");
        for address in [LEFT, STRANGER] {
            let answer = stand.check(KEY, address, list).await;
            let not = Ok(Answer::NotDone("not_subscribed"));
            assert_eq!(answer, not, "{kind}: {address}");
        }
        assert!(stand.test(KEY, list).await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_at_a_check_and_at_a_test() {
    const OTHER: &str = "another-us6";
    for case in &CASES {
        let stand = Stand::open(case).await;
        assert_shops_turn(case.kind, &stand.check(OTHER, ANNA, case.list).await);
        assert_shops_turn(case.kind, &stand.test(OTHER, case.list).await);
        if let Some(missing) = case.missing {
            assert_shops_turn(case.kind, &stand.check(KEY, ANNA, missing).await);
            assert_shops_turn(case.kind, &stand.check(KEY, STRANGER, missing).await);
            assert_shops_turn(case.kind, &stand.test(KEY, missing).await);
        }
    }
}

#[tokio::test]
async fn nonsense_and_an_answer_about_somebody_else_are_no_answer() {
    for case in &CASES {
        let stand = Stand::open(case).await;
        let not_now = async |address: &str, why: &str| {
            let answer = stand.check(KEY, address, case.list).await;
            let is_not_now = matches!(answer, Err(Trouble::NotNow(..)));
            assert!(is_not_now, "{}, {why}: {answer:?}", case.kind);
        };
        not_now(MIXED, "somebody else").await;
        for mood in [
            Mood::Garbage,
            Mood::Contradictory,
            Mood::Status(500, None),
            Mood::Status(429, Some(7)),
        ] {
            stand.net.be(mood);
            for address in [ANNA, LEFT, STRANGER] {
                not_now(address, &format!("{mood:?}")).await;
            }
        }
    }
}

#[tokio::test]
async fn a_task_leads_to_the_shops_own_form() {
    for case in &CASES {
        let stand = Stand::open(case).await;
        let service = connections::service(case.kind).unwrap();
        let page = service.page(&stand.connection, case.list);
        assert_eq!(page.as_deref(), Ok(FORM), "{}", case.kind);
        for wrong in case.wrong {
            let page = service.page(&stand.connection, wrong);
            assert!(page.is_err(), "{}: {wrong}", case.kind);
        }
        let mut without = stand.connection.clone();
        without.settings.remove("form");
        assert!(service.page(&without, case.list).is_err(), "{}", case.kind);
    }
}
