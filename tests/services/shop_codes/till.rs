//! A stand-in for the platforms at which codes are made, that follows their published documentation:
//! - <https://woocommerce.github.io/woocommerce-rest-api-docs/#coupons>
//! - <https://shopify.dev/docs/api/admin-graphql/latest/mutations/discountCodeBasicCreate>
//! - <https://shopify.dev/docs/api/admin-graphql/latest/mutations/discountCodeDeactivate>

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(super) const KEY: &str = "ck_0123456789abcdef";
pub(super) const SECRET: &str = "cs_0123456789abcdef";
pub(super) const TOKEN: &str = "shpat_0123456789abcdef";

/// How the platform is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mood {
    Well,
    /// It does nothing, and answers with this status; perhaps it wants to be left alone for so many seconds.
    Status(u16, Option<u32>),
    /// It does what it was asked for, and its answer is lost.
    Lost,
    /// It takes its time.
    Slow(Duration),
    /// It does nothing before its mood changes.
    Held,
    /// It says no to every code, for good.
    Refuses,
}

/// A code that was made.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// What was asked for.
    pub(super) asked: Value,
    pub(super) used: u64,
    /// Whether a checkout takes it.
    pub(super) good: bool,
}

/// The platform's memory.
pub(super) struct Till {
    pub(super) url: String,
    /// The codes by their numbers.
    codes: Mutex<BTreeMap<u64, Code>>,
    mood: watch::Sender<Mood>,
    calls: AtomicUsize,
    made: AtomicUsize,
}

impl Till {
    pub(super) async fn open() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let till = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            codes: Mutex::default(),
            mood: watch::Sender::new(Mood::Well),
            calls: AtomicUsize::new(0),
            made: AtomicUsize::new(0),
        });
        let mood = from_fn_with_state(Arc::clone(&till), in_mood);
        let routes = Router::new()
            .route("/wp-json/wc/v3/coupons", get(find).post(create))
            .route("/wp-json/wc/v3/coupons/{id}", post(change).delete(remove))
            .route("/wp-json/wc/v3/products", get(products))
            .route("/admin/api/{version}/graphql.json", post(graphql))
            .layer(mood)
            .with_state(Arc::clone(&till));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        till
    }

    pub(super) fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How often it was called.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many codes were ever made.
    pub(super) fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }

    /// The codes that are there.
    pub(super) fn codes(&self) -> Vec<Code> {
        self.codes.lock().unwrap().values().cloned().collect()
    }

    /// How many of them a checkout would take.
    pub(super) fn good(&self) -> usize {
        self.codes().iter().filter(|code| code.good).count()
    }

    /// An order uses every code there is.
    pub(super) fn use_all(&self) {
        for code in self.codes.lock().unwrap().values_mut() {
            code.used += 1;
        }
    }

    fn refuses(&self) -> bool {
        matches!(*self.mood.borrow(), Mood::Refuses)
    }

    /// The number of a code, whatever way it is written.
    fn number(&self, code: &str) -> Option<u64> {
        let codes = self.codes.lock().unwrap();
        let same = |asked: &Value| asked["code"].as_str().unwrap().eq_ignore_ascii_case(code);
        let mut found = codes.iter().filter(|(_, known)| same(&known.asked));
        found.next().map(|(number, _)| *number)
    }

    /// Makes a code; nothing if it is there.
    fn make(&self, asked: &Value) -> Option<u64> {
        if self.number(asked["code"].as_str().unwrap()).is_some() {
            return None;
        }
        let number = self.made.fetch_add(1, Ordering::SeqCst) as u64 + 100;
        let code = Code {
            asked: asked.clone(),
            used: 0,
            good: true,
        };
        self.codes.lock().unwrap().insert(number, code);
        Some(number)
    }
}

async fn in_mood(State(till): State<Arc<Till>>, request: Request, inner: Next) -> Response {
    till.calls.fetch_add(1, Ordering::SeqCst);
    let mood = *till.mood.borrow();
    match mood {
        Mood::Well | Mood::Refuses => inner.run(request).await,
        Mood::Status(status, wait) => {
            let status = StatusCode::from_u16(status).unwrap();
            let mut answer = (status, "<html>Sorry</html>").into_response();
            if let Some(wait) = wait {
                answer.headers_mut().insert("retry-after", wait.into());
            }
            answer
        }
        Mood::Lost => {
            inner.run(request).await;
            StatusCode::BAD_GATEWAY.into_response()
        }
        Mood::Slow(time) => {
            tokio::time::sleep(time).await;
            inner.run(request).await
        }
        Mood::Held => {
            let mut mood = till.mood.subscribe();
            let changes = mood.wait_for(|mood| !matches!(mood, Mood::Held));
            changes.await.unwrap();
            inner.run(request).await
        }
    }
}

// WooCommerce.

fn no(status: StatusCode, code: &str) -> Response {
    let body = json!({ "code": code, "message": "Sorry", "data": { "status": status.as_u16() } });
    (status, Json(body)).into_response()
}

/// Refuses whoever has not the key.
fn keyless(headers: &HeaderMap) -> Option<Response> {
    let basic = format!("Basic {}", STANDARD.encode(format!("{KEY}:{SECRET}")));
    let given = headers.get("authorization");
    let has = given.is_some_and(|given| *given == *basic);
    (!has).then(|| no(StatusCode::UNAUTHORIZED, "woocommerce_rest_cannot_create"))
}

/// A coupon as it is shown: its code is in small letters.
fn shown(number: u64, code: &Code) -> Value {
    let mut shown = code.asked.clone();
    shown["id"] = json!(number);
    shown["usage_count"] = json!(code.used);
    shown["code"] = json!(shown["code"].as_str().unwrap().to_lowercase());
    shown
}

async fn create(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if let Some(refused) = keyless(&headers) {
        return refused;
    }
    if till.refuses() {
        return no(StatusCode::BAD_REQUEST, "rest_invalid_param");
    }
    // The field that is documented for UTC is dropped, and a time without a zone would be the shop's own.
    assert!(asked.get("date_expires_gmt").is_none());
    assert!(asked["date_expires"].as_str().unwrap().ends_with('Z'));
    let Some(number) = till.make(&asked) else {
        return no(
            StatusCode::BAD_REQUEST,
            "woocommerce_rest_coupon_code_already_exists",
        );
    };
    let codes = till.codes.lock().unwrap();
    (StatusCode::CREATED, Json(shown(number, &codes[&number]))).into_response()
}

async fn find(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    if let Some(refused) = keyless(&headers) {
        return refused;
    }
    let number = till.number(&asked["code"]);
    let codes = till.codes.lock().unwrap();
    let found: Vec<Value> = number
        .map(|number| shown(number, &codes[&number]))
        .into_iter()
        .collect();
    Json(found).into_response()
}

async fn change(
    State(till): State<Arc<Till>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if let Some(refused) = keyless(&headers) {
        return refused;
    }
    let mut codes = till.codes.lock().unwrap();
    let Some(code) = codes.get_mut(&id) else {
        return no(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_shop_coupon_invalid_id",
        );
    };
    code.asked["date_expires"] = asked["date_expires"].clone();
    code.good = false;
    Json(shown(id, code)).into_response()
}

async fn remove(
    State(till): State<Arc<Till>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    if let Some(refused) = keyless(&headers) {
        return refused;
    }
    assert_eq!(asked["force"], "true", "it would only go to the bin");
    let removed = till.codes.lock().unwrap().remove(&id);
    match removed {
        Some(code) => Json(shown(id, &code)).into_response(),
        None => no(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_shop_coupon_invalid_id",
        ),
    }
}

async fn products(headers: HeaderMap, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    if let Some(refused) = keyless(&headers) {
        return refused;
    }
    let found = if asked["sku"] == "mug" {
        json!([{ "id": 77, "sku": "mug" }])
    } else {
        json!([])
    };
    Json(found).into_response()
}

// Shopify.

fn gid(number: u64) -> String {
    format!("gid://shopify/DiscountCodeNode/{number}")
}

async fn graphql(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if headers
        .get("x-shopify-access-token")
        .is_none_or(|given| *given != *TOKEN)
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (query, variables) = (asked["query"].as_str().unwrap(), &asked["variables"]);
    let id = variables["id"].as_str().unwrap_or_default();
    let number = id.rsplit('/').next().and_then(|number| number.parse().ok());
    let node = |number: u64| json!({ "id": gid(number) });
    let data = if query.contains("discountCodeBasicCreate")
        || query.contains("discountCodeFreeShippingCreate")
    {
        let made = if till.refuses() {
            Err("INVALID")
        } else {
            till.make(&variables["input"]).ok_or("TAKEN")
        };
        match made {
            Ok(number) => {
                json!({ "made": { "codeDiscountNode": node(number), "userErrors": [] } })
            }
            Err(code) => {
                json!({ "made": { "codeDiscountNode": null, "userErrors": [{ "code": code }] } })
            }
        }
    } else if query.contains("codeDiscountNodeByCode") {
        let found = till.number(variables["code"].as_str().unwrap());
        json!({ "found": found.map(node) })
    } else if query.contains("discountCodeDeactivate") {
        let mut codes = till.codes.lock().unwrap();
        let known = number.and_then(|number: u64| codes.get_mut(&number));
        let errors = match known {
            Some(code) => {
                code.good = false;
                json!([])
            }
            None => json!([{ "code": "INVALID" }]),
        };
        json!({ "ended": { "userErrors": errors } })
    } else {
        assert!(query.contains("codeDiscountNode(id"), "{query}");
        let codes = till.codes.lock().unwrap();
        let known = number.and_then(|number: u64| codes.get(&number));
        let status = |code: &Code| if code.good { "ACTIVE" } else { "EXPIRED" };
        let discount = known.map(|code| {
            let discount = json!({ "status": status(code), "asyncUsageCount": code.used });
            json!({ "codeDiscount": discount })
        });
        json!({ "found": discount })
    };
    Json(json!({ "data": data })).into_response()
}
