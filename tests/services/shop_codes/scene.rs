//! A shop of one platform, whose member has points.

use super::till::{KEY, SECRET, TOKEN, Till};
use crate::services::give_secrets;
use crate::support::rules::PLAIN;
use crate::support::sql::{count, one};
use crate::support::world::World;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::shop_codes::look;
use std::sync::Arc;

pub(super) const HOOKS: &str = "a secret of the shop's platform";

/// Where codes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    WooCommerce,
    Shopify,
}

use Platform::{Shopify, WooCommerce};

pub(super) fn connection(platform: Platform, url: &str) -> String {
    let (kind, settings) = match platform {
        WooCommerce => ("woocommerce", format!("shop = \"{url}/\"")),
        Shopify => (
            "shopify",
            format!(
                "api = \"{url}\"\nshop = \"morning-roast.myshopify.com\"\nform = \"https://shop.example/letter\""
            ),
        ),
    };
    format!(
        "\n[[connection]]\nid = \"till\"\nkind = \"{kind}\"\n[connection.settings]\n{settings}\n"
    )
}

pub(super) fn reward(id: &str, points: i64, gives: &str) -> String {
    format!(
        "\n[[reward]]\nid = \"{id}\"\npoints = {points}\n{gives}\ncodes = \"till\"\nvalid_days = 30\n\
         name = {{ en = \"The reward {id}\", ru = \"Награда {id}\" }}\n"
    )
}

/// A shop whose member 26 has 1,000 points.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) till: Arc<Till>,
    platform: Platform,
}

impl Scene {
    pub(super) async fn open(world: World, platform: Platform) -> Self {
        world.at_time("2026-11-22T12:00:00Z");
        let till = Till::open().await;
        let mut rules = [PLAIN.file(), connection(platform, &till.url)].concat();
        for (id, points, gives) in [
            ("s300", 300, "amount = \"300.00\"\nminimum = \"500.00\""),
            ("part", 200, "kind = \"percent\"\npercent = \"7.5\""),
            ("ship", 100, "kind = \"free_shipping\""),
        ] {
            rules += &reward(id, points, gives);
        }
        if platform == WooCommerce {
            rules += &reward("mug", 100, "kind = \"free_product\"\nsku = \"mug\"");
            rules += &reward("lamp", 100, "kind = \"free_product\"\nsku = \"lamp\"");
        }
        world.rule(&rules).await;
        let secrets: &[(&str, &str)] = match platform {
            WooCommerce => &[
                ("hook_secret", HOOKS),
                ("consumer_key", KEY),
                ("consumer_secret", SECRET),
            ],
            Shopify => &[("hook_secret", HOOKS), ("access_token", TOKEN)],
        };
        give_secrets(&world, "till", secrets).await;
        let join = json!({ "customer": "26" });
        let path = "/api/v1/programs/demo/members";
        let (status, answer) = world.post(path, &world.api_key, &join).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        world.adjust("26", 1000).await;
        Self {
            world,
            till,
            platform,
        }
    }

    /// Redeems a reward; answers the redemption.
    pub(super) async fn redeem(&self, reward: &str) -> Value {
        let path = format!("/api/v1/rewards/{reward}/redemptions");
        let bearer = self.world.session("26").await;
        let (status, made) = self
            .world
            .send(Method::POST, &path, &bearer, None, None)
            .await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made
    }

    /// The member changes their mind.
    pub(super) async fn cancel(&self, redeemed: &Value) -> (StatusCode, Value) {
        let id = redeemed["id"].as_str().unwrap();
        let path = format!("/api/v1/redemptions/{id}/cancel");
        let bearer = self.world.session("26").await;
        self.world
            .send(Method::POST, &path, &bearer, None, None)
            .await
    }

    /// Does what is due in the shop.
    pub(super) async fn look(&self) {
        look(&self.world.app).await.unwrap();
    }

    pub(super) async fn later(&self, micros: i64) {
        self.world.pass(micros);
        self.look().await;
    }

    /// The state of the only coupon.
    pub(super) async fn state(&self) -> String {
        one(&self.world.app.store, "select state from coupon").await
    }

    /// What can be spent, waits, and is set aside.
    pub(super) async fn points(&self) -> [i64; 3] {
        let path = "/api/v1/programs/demo/members?customer=26";
        let (_, page) = self.world.get(path, &self.world.api_key).await;
        ["available", "held", "reserved"]
            .map(|name| page["items"][0]["balance"][name].as_i64().unwrap())
    }

    pub(super) async fn jobs(&self) -> i64 {
        count(&self.world.app.store, "select count(*) from code_job").await
    }

    /// The platform tells a paid order with the only code, signed.
    pub(super) async fn order(&self) {
        let code: String = one(&self.world.app.store, "select code from coupon").await;
        let (headers, order) = match self.platform {
            WooCommerce => (
                [
                    ("x-wc-webhook-topic", "order.updated"),
                    ("x-wc-webhook-delivery-id", "1"),
                ],
                woo_order(&code),
            ),
            Shopify => (
                [
                    ("x-shopify-topic", "orders/paid"),
                    ("x-shopify-webhook-id", "1"),
                ],
                shopify_order(&code),
            ),
        };
        let signature = match self.platform {
            WooCommerce => "x-wc-webhook-signature",
            Shopify => "x-shopify-hmac-sha256",
        };
        let body = order.to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, HOOKS.as_bytes());
        let signed = STANDARD.encode(hmac::sign(&key, body.as_bytes()));
        let call = self
            .world
            .http
            .post(format!("{}/hooks/demo.till", self.world.url))
            .header(signature, signed);
        let call = headers
            .into_iter()
            .fold(call, |call, (name, value)| call.header(name, value));
        let answer = call.body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

/// An order of 2,400 roubles. The platform writes codes in small letters.
fn woo_order(code: &str) -> Value {
    json!({
        "id": 7, "status": "processing", "currency": "RUB", "total": "2400.00", "total_tax": "0.00",
        "shipping_total": "0.00", "discount_total": "300.00", "customer_id": 26, "refunds": [],
        "date_created_gmt": "2026-11-22T12:00:00", "date_modified_gmt": "2026-11-22T12:00:00",
        "date_paid_gmt": "2026-11-22T12:00:00", "billing": { "email": "", "phone": "" },
        "coupon_lines": [{ "code": code.to_lowercase() }],
        "line_items": [{ "id": 1, "sku": "beans", "product_id": 3, "quantity": 1, "total": "2400.00", "total_tax": "0.00" }],
    })
}

fn shopify_order(code: &str) -> Value {
    json!({
        "id": 7, "currency": "RUB", "financial_status": "paid", "total_price": "2400.00", "customer": { "id": 26 },
        "created_at": "2026-11-22T12:00:00Z", "discount_codes": [{ "code": code }],
        "line_items": [{ "id": 1, "sku": "beans", "price": "2400.00", "quantity": 1 }],
    })
}
