//! Orders that are fetched because their hooks got lost: from a stand-in that follows
//! <https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders>, and from one that follows
//! <https://shopify.dev/docs/api/admin-rest/latest/resources/order>.

use super::give_secrets;
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::world::{World, on_both_databases};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use server::App;
use server::config::{Authorities, Config};
use server::domain::{DAY, MINUTE, SECOND};
use server::pulls::look;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const KEY: &str = "ck_0123456789abcdef";
const SECRET: &str = "cs_0123456789abcdef";
const TOKEN: &str = "shpat_0123456789abcdef";

type Fields = BTreeMap<String, String>;

/// A shop's platform.
struct Shop {
    url: String,
    orders: Mutex<BTreeMap<u64, Value>>,
    calls: AtomicUsize,
    /// What it answers instead, if it is not well.
    ill: Mutex<Option<StatusCode>>,
}

impl Shop {
    async fn open() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shop = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            orders: Mutex::default(),
            calls: AtomicUsize::new(0),
            ill: Mutex::default(),
        });
        let routes = Router::new()
            .route("/wp-json/wc/v3/orders", get(woocommerce))
            .route("/admin/api/{version}/orders.json", get(shopify))
            .with_state(Arc::clone(&shop));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        shop
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn be(&self, ill: Option<StatusCode>) {
        *self.ill.lock().unwrap() = ill;
    }

    fn keep(&self, id: u64, order: Value) {
        self.orders.lock().unwrap().insert(id, order);
    }

    /// The orders that changed after a moment, whichever changed first in front.
    fn since(&self, field: &str, moment: &str) -> Vec<Value> {
        let orders = self.orders.lock().unwrap();
        let at = |order: &Value| order[field].as_str().unwrap().to_owned();
        let mut found: Vec<Value> = orders.values().cloned().collect();
        found.retain(|order| at(order).as_str() > moment);
        found.sort_by_key(|order| (at(order), order["id"].as_u64()));
        found
    }

    fn answer(&self) -> Option<Response> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let ill = *self.ill.lock().unwrap();
        ill.map(|status| (status, "<html>Sorry</html>").into_response())
    }
}

fn refusal() -> Response {
    let body = json!({ "code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": { "status": 401 } });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

async fn woocommerce(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Query(asked): Query<Fields>,
) -> Response {
    if let Some(answer) = shop.answer() {
        return answer;
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{KEY}:{SECRET}")));
    if headers
        .get("authorization")
        .is_none_or(|given| *given != *basic)
    {
        return refusal();
    }
    assert_eq!(asked["dates_are_gmt"], "true");
    assert_eq!(
        (asked["orderby"].as_str(), asked["order"].as_str()),
        ("modified", "asc")
    );
    assert!(
        !asked["modified_after"].ends_with('Z'),
        "it would be taken for the shop's own zone"
    );
    let found = shop.since("date_modified_gmt", &asked["modified_after"]);
    let number = |name: &str| asked[name].parse::<usize>().unwrap();
    let (size, page) = (number("per_page"), number("page"));
    let page: Vec<Value> = found
        .into_iter()
        .skip((page - 1) * size)
        .take(size)
        .collect();
    Json(page).into_response()
}

async fn shopify(
    State(shop): State<Arc<Shop>>,
    Path(_): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<Fields>,
) -> Response {
    if let Some(answer) = shop.answer() {
        return answer;
    }
    if headers
        .get("x-shopify-access-token")
        .is_none_or(|given| *given != *TOKEN)
    {
        return refusal();
    }
    let size: usize = asked["limit"].parse().unwrap();
    // The name of a page says what the first one was asked for.
    let (since, from) = if let Some(name) = asked.get("page_info") {
        assert!(!asked.contains_key("updated_at_min") && !asked.contains_key("status"));
        let (since, from) = name.split_once('/').unwrap();
        (since.to_owned(), from.parse().unwrap())
    } else {
        assert_eq!(asked["status"], "any");
        (asked["updated_at_min"].clone(), 0)
    };
    let found = shop.since("updated_at", &since);
    let left = found.len().saturating_sub(from + size);
    let page: Vec<Value> = found.into_iter().skip(from).take(size).collect();
    let mut answer = Json(json!({ "orders": page })).into_response();
    if left > 0 {
        let next = format!(
            "<{}/orders.json?limit={size}&page_info={since}/{}>; rel=\"next\"",
            shop.url,
            from + size
        );
        answer.headers_mut().insert("link", next.parse().unwrap());
    }
    answer
}

fn at(micros: i64, zone: &str) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap();
    at.strftime(&format!("%Y-%m-%dT%H:%M:%S{zone}")).to_string()
}

/// A paid order of 2,400 roubles at WooCommerce, that changed at a moment.
fn order(id: u64, changed: i64, refunds: &Value) -> Value {
    json!({
        "id": id, "status": "processing", "currency": "RUB", "total": "2400.00", "total_tax": "0.00",
        "shipping_total": "0.00", "discount_total": "0.00", "customer_id": 26, "refunds": refunds,
        "date_created_gmt": "2026-11-21T12:00:00", "date_modified_gmt": at(changed, ""),
        "date_paid_gmt": "2026-11-21T12:00:00", "billing": { "email": "", "phone": "" }, "coupon_lines": [],
        "line_items": [{ "id": 1, "sku": "beans", "product_id": 3, "quantity": 1, "total": "2400.00", "total_tax": "0.00" }],
    })
}

/// A programme whose orders come from a shop, and the member 26.
async fn begin(world: &World) -> Arc<Shop> {
    world.at_time("2026-11-22T12:00:00Z");
    let shop = Shop::open().await;
    let tables = format!(
        "\n[[connection]]\nid = \"woo\"\nkind = \"woocommerce\"\n[connection.settings]\nshop = \"{}/\"\n",
        shop.url
    );
    world.rule(&[PLAIN.file(), tables].concat()).await;
    let secrets = [
        ("hook_secret", "x"),
        ("consumer_key", KEY),
        ("consumer_secret", SECRET),
    ];
    give_secrets(world, "woo", &secrets).await;
    join(world).await;
    // The first look finds from when on orders are of concern.
    look(&world.app).await.unwrap();
    shop
}

async fn join(world: &World) {
    let join = json!({ "customer": "26" });
    let path = "/api/v1/programs/demo/members";
    let (status, answer) = world.post(path, &world.api_key, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// Looks when it is due.
async fn later(world: &World) {
    world.pass(11 * MINUTE);
    look(&world.app).await.unwrap();
}

async fn held(world: &World) -> i64 {
    one(&world.app.store, "select held from account").await
}

async fn kept(world: &World) -> i64 {
    count(&world.app.store, "select count(*) from shop_order").await
}

/// Another server of this world.
pub(super) async fn second(world: &World) -> Arc<App> {
    let config = Config {
        database_url: world.database_url.clone(),
        authorities: Authorities::default(),
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: Some(world.url.clone()),
        smtp_url: None,
        mail_from: "Morning Roast <hello@morning-roast.example>".into(),
        master_key_file: world.folder().join("laurel.key"),
        trusted_proxies: Vec::new(),
        rate_limit: 0,
        allow_private: true,
        site: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/site"),
    };
    App::open(&config, world.app.clock.clone()).await.unwrap()
}

on_both_databases! { quiet
    async fn an_order_and_its_refund_whose_hooks_got_lost_come_once(world: World) {
        let shop = begin(&world).await;
        shop.keep(7, order(7, world.now() + MINUTE, &json!([])));
        look(&world.app).await.unwrap();
        assert_eq!((kept(&world).await, shop.calls()), (0, 1), "it is not due");
        later(&world).await;
        assert_eq!((kept(&world).await, held(&world).await), (1, 120));
        let refunds = json!([{ "id": 9, "reason": "", "total": "-400.00" }]);
        shop.keep(7, order(7, world.now() + MINUTE, &refunds));
        later(&world).await;
        assert_eq!(held(&world).await, 100);
        for _ in 0..3 {
            later(&world).await;
        }
        let refunded: i64 = one(&world.app.store, "select amount from refund").await;
        assert_eq!((kept(&world).await, held(&world).await, refunded), (1, 100, 40_000));
        assert_books_balance(&world.app.store).await;
    }

    async fn two_servers_look_at_once_and_one_asks(world: World) {
        let shop = begin(&world).await;
        let other = second(&world).await;
        shop.keep(7, order(7, world.now() + MINUTE, &json!([])));
        world.pass(11 * MINUTE);
        let before = shop.calls();
        let looks = (0..8).map(|number| {
            let app = Arc::clone(if number % 2 == 0 { &world.app } else { &other });
            tokio::spawn(async move { look(&app).await })
        });
        let looks: Vec<_> = looks.collect();
        for done in looks {
            done.await.unwrap().unwrap();
        }
        assert_eq!(shop.calls(), before + 1);
        assert_eq!((kept(&world).await, held(&world).await), (1, 120));
        world.pass(11 * MINUTE);
        look(&other).await.unwrap();
        assert_eq!((shop.calls(), held(&world).await), (before + 2, 120));
        assert_books_balance(&world.app.store).await;
    }

    async fn what_a_killed_server_had_taken_is_read_by_another(world: World) {
        let shop = begin(&world).await;
        shop.keep(7, order(7, world.now() + MINUTE, &json!([])));
        world.pass(11 * MINUTE);
        let program = world.demo().await;
        let take = server::store::pulls::Take { program, connection: "woo".into(), now: world.now() };
        assert!(world.app.store.write(take).await.unwrap().is_some());
        look(&world.app).await.unwrap();
        assert_eq!(kept(&world).await, 0, "somebody else reads");
        world.pass(3 * MINUTE);
        look(&world.app).await.unwrap();
        assert_eq!(kept(&world).await, 1);
    }

    async fn a_shop_that_is_away_is_left_alone_ever_longer_and_nothing_is_lost(world: World) {
        let shop = begin(&world).await;
        shop.keep(7, order(7, world.now() + MINUTE, &json!([])));
        let ill = [StatusCode::BAD_GATEWAY, StatusCode::UNAUTHORIZED, StatusCode::FOUND, StatusCode::NOT_FOUND, StatusCode::OK];
        for (failures, status) in ill.into_iter().enumerate() {
            shop.be(Some(status));
            world.pass(2 * 60 * MINUTE);
            let calls = shop.calls();
            look(&world.app).await.unwrap();
            look(&world.app).await.unwrap();
            assert_eq!(shop.calls(), calls + 1, "{status}");
            let counted: i64 = one(&world.app.store, "select failures from pulled").await;
            assert_eq!(counted, i64::try_from(failures).unwrap() + 1, "{status}");
        }
        shop.be(None);
        world.pass(11 * MINUTE);
        look(&world.app).await.unwrap();
        assert_eq!(kept(&world).await, 0, "it rests");
        world.pass(2 * 60 * MINUTE);
        look(&world.app).await.unwrap();
        assert_eq!((kept(&world).await, held(&world).await), (1, 120));
        let counted: i64 = one(&world.app.store, "select failures from pulled").await;
        assert_eq!(counted, 0);
    }

    async fn as_many_as_there_are_come_also_of_one_second(world: World) {
        let shop = begin(&world).await;
        let same = world.now() + MINUTE;
        for id in 1..=45 {
            shop.keep(id, order(id, same, &json!([])));
        }
        for id in 46..=70 {
            shop.keep(id, order(id, same + i64::try_from(id).unwrap() * SECOND, &json!([])));
        }
        later(&world).await;
        assert_eq!(kept(&world).await, 70);
        assert_eq!(held(&world).await, 70 * 120);
        assert_books_balance(&world.app.store).await;
    }

    async fn one_that_cannot_be_used_keeps_none_back(world: World) {
        let shop = begin(&world).await;
        let mut strange = order(7, world.now() + MINUTE, &json!([]));
        strange["total"] = json!("much");
        shop.keep(7, strange);
        // An order from the future must not hide what comes before it.
        shop.keep(8, order(8, world.now() + 300 * DAY, &json!([])));
        shop.keep(9, order(9, world.now() + 2 * MINUTE, &json!([])));
        later(&world).await;
        assert_eq!(kept(&world).await, 2);
        shop.keep(10, order(10, world.now() + MINUTE, &json!([])));
        later(&world).await;
        assert_eq!(kept(&world).await, 3);
    }

    async fn a_shop_that_did_not_give_its_keys_is_not_asked(world: World) {
        let shop = begin(&world).await;
        let calls = shop.calls();
        for secrets in [&[][..], &[("consumer_key", KEY)], &[("consumer_secret", SECRET)]] {
            give_secrets(&world, "woo", secrets).await;
            later(&world).await;
        }
        assert_eq!(shop.calls(), calls);
    }

    async fn shopify_is_asked_where_its_hooks_bring_orders(world: World) {
        world.at_time("2026-11-22T12:00:00Z");
        let shop = Shop::open().await;
        let tables = format!(
            "\n[[connection]]\nid = \"shop\"\nkind = \"shopify\"\n[connection.settings]\napi = \"{}\"\n\
             shop = \"morning-roast.myshopify.com\"\nform = \"https://shop.example/letter\"\n",
            shop.url
        );
        world.rule(&[PLAIN.file(), tables].concat()).await;
        join(&world).await;
        give_secrets(&world, "shop", &[("access_token", TOKEN)]).await;
        later(&world).await;
        assert_eq!(shop.calls(), 0, "the token may be there for consent alone");
        give_secrets(&world, "shop", &[("access_token", TOKEN), ("hook_secret", "x")]).await;
        for id in 1..=25_u64 {
            let changed = at(world.now() + MINUTE + i64::try_from(id).unwrap() * SECOND, "Z");
            let refunds = if id == 1 { json!([{
                "id": 90, "order_id": 1, "created_at": "2026-11-22T12:00:00Z", "refund_line_items": [],
                "transactions": [{ "kind": "refund", "status": "success", "amount": "400.00", "currency": "RUB" }],
            }]) } else { json!([]) };
            shop.keep(id, json!({
                "id": id, "currency": "RUB", "financial_status": if id == 1 { "partially_refunded" } else { "paid" },
                "total_price": "2400.00", "customer": { "id": 26 }, "created_at": "2026-11-21T12:00:00Z",
                "line_items": [{ "id": 1, "sku": "beans", "price": "2400.00", "quantity": 1 }],
                "updated_at": changed, "refunds": refunds,
            }));
        }
        later(&world).await;
        assert_eq!((kept(&world).await, shop.calls()), (25, 2));
        assert_eq!(held(&world).await, 25 * 120 - 20);
        later(&world).await;
        assert_eq!(held(&world).await, 25 * 120 - 20);
        assert_books_balance(&world.app.store).await;
    }
}
