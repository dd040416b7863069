//! What a confirmed newsletter does not do: it neither lets somebody into another's account, nor
//! floods a mailbox.

use crate::support::world::on_both_databases;
use reqwest::StatusCode;
use serde_json::{Value, json};

fn subscribe(address: &str) -> Value {
    json!({ "email": address, "consent": true })
}

const NEWSLETTER: &str = "/api/v1/tasks/tsk_newsletter/attempts";

on_both_databases! {
    async fn a_confirmed_address_does_not_become_a_way_in(world: World) {
        // Mallory has Anna agree to a newsletter. Anna does, and later comes for the first time.
        let mallory = world.member("mallory").await;
        world.post(NEWSLETTER, &mallory, &subscribe("anna@example.com")).await;
        let letter = world.letter("anna@example.com", 0).await;
        world.http.post(letter.link().unwrap()).send().await.unwrap();

        let ask = json!({ "program": "demo", "email": "anna@example.com" });
        let (_, sent) = world.post("/api/v1/codes", "", &ask).await;
        let code = world.letter("anna@example.com", 1).await;
        let enter = json!({ "program": "demo", "challenge": sent["challenge"], "code": code.code().unwrap() });
        let (_, session) = world.post("/api/v1/sessions", "", &enter).await;
        assert_eq!(session["member"], Value::Null, "Anna is nobody's member yet");
        let anna = session["token"].as_str().unwrap();
        let (status, _) = world.get("/api/v1/me", anna).await;
        assert_eq!(status, StatusCode::FORBIDDEN);

        let mut order = crate::support::world::paid("1", "", 100_000);
        order["customer"] = json!({ "email": "anna@example.com" });
        let (_, kept) = world.order(&order).await;
        assert_eq!(kept["reason"], "no_member", "nor does her order go to Mallory");
    }

    async fn one_mailbox_gets_only_so_many_confirmations(world: World) {
        for member in 0..10 {
            let bearer = world.member(&format!("m{member}")).await;
            let (status, _) = world.post(NEWSLETTER, &bearer, &subscribe("anna@example.com")).await;
            assert_eq!(status, StatusCode::OK);
        }
        let bearer = world.member("one too many").await;
        let (status, problem) = world.post(NEWSLETTER, &bearer, &subscribe("anna@example.com")).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::TOO_MANY_REQUESTS, Some("too_many_requests")));
        let (status, attempt) = world.post(NEWSLETTER, &bearer, &subscribe("own@example.com")).await;
        assert_eq!(status, StatusCode::OK, "another address is not held up");
        assert_eq!(attempt["next"]["address"], "o•••@example.com");
    }
}
