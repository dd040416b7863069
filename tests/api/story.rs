//! The main job without a browser: known, joined, subscribed, paid.

use crate::support::world::{balance, eventually, on_both_databases, paid};
use reqwest::StatusCode;
use serde_json::json;
use server::domain::DAY;

on_both_databases! {
    async fn a_shopper_joins_subscribes_and_buys(world: World) {
        let bearer = world.session("42").await;
        let (status, refused) = world.get("/api/v1/me", &bearer).await;
        assert_eq!((status, refused["code"].as_str()), (StatusCode::FORBIDDEN, Some("not_a_member")));

        let join = json!({ "version": 1, "time_zone": "Europe/Berlin", "locale": "en" });
        let (status, me) = world.post("/api/v1/me/join", &bearer, &join).await;
        assert_eq!(status, StatusCode::OK, "{me}");
        assert_eq!(me["balance"], balance(50, 0));
        assert_eq!(me["standing"]["tier"]["id"], "bronze");
        assert_eq!(me["standing"]["next"]["missing"], 450);

        let start = json!({ "email": "anna@example.com", "consent": true });
        let (status, attempt) = world.post("/api/v1/tasks/tsk_newsletter/attempts", &bearer, &start).await;
        assert_eq!(status, StatusCode::OK, "{attempt}");
        assert_eq!(attempt["state"], "started");
        assert_eq!(attempt["next"]["address"], "a•••@example.com");

        let letter = world.letter("anna@example.com", 0).await;
        let link = letter.link().unwrap();
        let page = world.http.get(link).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"]["available"], 50, "looking at the link confirms nothing");

        let page = world.http.post(link).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"]["available"], 550);
        assert_eq!(me["standing"]["tier"]["id"], "silver");
        assert_eq!(me["email"], "anna@example.com");

        let (status, order) = world.order(&paid("1043", "42", 240_000)).await;
        assert_eq!(status, StatusCode::OK, "{order}");
        assert_eq!(order["points"], 150, "5 % of 2 400, times 1.25");
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(550, 150));

        let (_, lines) = world.get("/api/v1/me/transfers?locale=en", &bearer).await;
        let text = lines["items"][0]["text"].as_str().unwrap();
        assert_eq!(
            text.replace('\u{a0}', " "),
            "+150: order №1043, ₽2,400 at 5 %, Silver ×1.25; available after 14 days because returns are open until then."
        );

        world.pass(15 * DAY);
        let bearer = world.session("42").await;
        eventually("the hold's end", async || {
            let (_, me) = world.get("/api/v1/me", &bearer).await;
            (me["balance"]["available"] == 700 && me["balance"]["held"] == 0).then_some(())
        })
        .await;
    }
}
