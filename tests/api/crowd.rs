//! Thirty different requests at the same moment leave the right sum.

use crate::support::sql::{assert_books_balance, count, news, rows};
use crate::support::together::{request, together};
use crate::support::work::solved;
use crate::support::world::{balance, eventually, on_both_databases, paid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

const ORDERS: &str = "/api/v1/programs/demo/orders";

on_both_databases! {
    async fn thirty_orders_of_one_member_add_up(world: World) {
        let bearer = world.member("42").await;
        // Kopecks that make the rounding of each order matter.
        let totals: Vec<i64> = (1..=30).map(|n| n * 12_345).collect();
        let told = together(totals.iter().map(|total| {
            let order = paid(&format!("N{total}"), "42", *total);
            request(&world, Method::POST, ORDERS, &world.api_key, Some(&order), None)
        }))
        .await;
        let mut points = 0;
        for ((status, order), total) in told.iter().zip(&totals) {
            assert_eq!(*status, StatusCode::OK, "{order}");
            assert_eq!(order["points"], total * 5 / 10_000);
            points += total * 5 / 10_000;
        }
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(50, points));
        let store = &world.app.store;
        assert_eq!(count(store, "select orders from account").await, 30);
        assert_eq!(count(store, "select amount_spent from account").await, totals.iter().sum::<i64>());
        let numbers = rows(store, "select number from transfer order by number").await;
        let numbers: Vec<i64> = numbers.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(numbers, (1..=31).collect::<Vec<_>>());
        let events: Vec<i64> = news(store).await.iter().map(|told| told.number).collect();
        assert_eq!(events, (1..=31).collect::<Vec<_>>());
        let (_, lines) = world.get("/api/v1/me/transfers?limit=100", &bearer).await;
        assert_eq!(lines["items"].as_array().unwrap().len(), 31);
        assert_books_balance(store).await;
    }

    async fn thirty_shoppers_join_side_by_side(world: World) {
        let mut joins = Vec::new();
        for number in 0..30 {
            let bearer = world.session(&format!("customer {number}")).await;
            joins.push(request(&world, Method::POST, "/api/v1/me/join", &bearer, Some(&json!({ "version": 1 })), None));
        }
        for (status, me) in together(joins).await {
            assert_eq!((status, &me["balance"]["available"]), (StatusCode::OK, &json!(50)));
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from member").await, 30);
        assert_eq!(count(store, "select cast(sum(available) as bigint) from account").await, 1500);
        assert_books_balance(store).await;
    }

    async fn thirty_customers_of_one_place_get_the_twenty_codes_of_an_hour(world: World) {
        let wish = |body: &Value| request(&world, Method::POST, "/api/v1/codes", "", Some(body), None);
        let mut wishes: Vec<Value> = (0..30)
            .map(|number| json!({ "program": "demo", "email": format!("a{number}@example.com") }))
            .collect();
        let mut told = together(wishes.iter().map(wish)).await;
        // Three get theirs at once. The others do the work that is asked for, and wish again, all at once.
        let working: Vec<usize> = (0..30).filter(|&n| told[n].0 == StatusCode::PRECONDITION_REQUIRED).collect();
        assert_eq!(working.len(), 27, "the wishes that need no work are exact, too");
        for &n in &working {
            wishes[n]["altcha"] = solved(&told[n].1["altcha"]).into();
        }
        let again = together(working.iter().map(|&n| wish(&wishes[n]))).await;
        for (n, answer) in working.into_iter().zip(again) {
            told[n] = answer;
        }
        let accepted = told.iter().filter(|(status, _)| *status == StatusCode::ACCEPTED).count();
        assert_eq!(accepted, 20, "the cap is counted in the database, so it is exact");
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from challenge").await, 20);
        let letters = eventually("twenty mails", async || {
            let letters = world.mailbox.letters();
            (letters.len() >= 20).then_some(letters)
        })
        .await;
        let mut codes = Vec::new();
        for (number, (status, sent)) in told.iter().enumerate() {
            if *status != StatusCode::ACCEPTED {
                continue;
            }
            let to = format!("a{number}@example.com");
            let letter = letters.iter().find(|letter| letter.to.contains(&to)).unwrap();
            let body = json!({ "program": "demo", "challenge": sent["challenge"], "code": letter.code() });
            codes.push(request(&world, Method::POST, "/api/v1/sessions", "", Some(&body), None));
        }
        for (status, session) in together(codes).await {
            assert_eq!(status, StatusCode::OK, "{session}");
        }
        assert_eq!(count(store, "select count(*) from session").await, 20);
    }

    async fn one_address_that_two_members_confirm_pays_one_of_them(world: World) {
        let start = "/api/v1/tasks/tsk_newsletter/attempts";
        for round in 0..5 {
            let address = format!("round{round}@example.com");
            let body = json!({ "email": address, "consent": true });
            let (mut bearers, mut links) = (Vec::new(), Vec::new());
            for twin in 0..2 {
                let bearer = world.member(&format!("{round}/{twin}")).await;
                world.post(start, &bearer, &body).await;
                let letter = world.letter(&address, twin).await;
                links.push(letter.link().unwrap().strip_prefix(&world.url).unwrap().to_owned());
                bearers.push(bearer);
            }
            let told = together(links.iter().map(|path| request(&world, Method::POST, path, "", None, None))).await;
            assert!(told.iter().all(|(status, _)| *status == StatusCode::OK), "{told:?}");
            let mut ends = Vec::new();
            for bearer in &bearers {
                let (_, me) = world.get("/api/v1/me", bearer).await;
                let task = me["tasks"].as_array().unwrap().iter().find(|task| task["task"]["id"] == "tsk_newsletter");
                let task = task.unwrap();
                let reason = task["attempt"]["reason"]["code"].as_str().unwrap_or("").to_owned();
                ends.push((me["balance"]["available"].as_i64().unwrap(), task["state"].as_str().unwrap().to_owned(), reason));
            }
            ends.sort();
            let paid = (550, "earned".to_owned(), String::new());
            assert_eq!(ends, [(50, "rejected".to_owned(), "address_used".to_owned()), paid]);
            // Each link says how it ended, however often it is opened or pressed.
            for method in [Method::GET, Method::POST] {
                let mut headings = Vec::new();
                for path in &links {
                    let html = request(&world, method.clone(), path, "", None, None).send().await.unwrap().text().await.unwrap();
                    headings.push(["Already confirmed", "This address has earned before"].into_iter().find(|heading| html.contains(heading)));
                }
                headings.sort();
                assert_eq!(headings, [Some("Already confirmed"), Some("This address has earned before")]);
            }
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from subscription").await, 5);
        assert_books_balance(store).await;
    }

    async fn orders_called_off_while_they_fall_due_are_either_posted_or_voided(world: World) {
        world.member("42").await;
        let orders: Vec<_> = (0..30).map(|number| paid(&number.to_string(), "42", 100_000)).collect();
        let send = |orders: &[serde_json::Value]| {
            let requests = orders.iter().map(|order| request(&world, Method::POST, ORDERS, &world.api_key, Some(order), None));
            requests.collect::<Vec<_>>()
        };
        together(send(&orders)).await;
        let cancelled: Vec<_> = orders
            .into_iter()
            .map(|mut order| {
                order["status"] = json!("cancelled");
                order
            })
            .collect();
        let cancel = send(&cancelled);
        // From here on the worker posts, as many as it comes to.
        world.pass(15 * DAY);
        let store = &world.app.store;
        eventually("the first posting", async || {
            (count(store, "select count(*) from hold where state = 'posted'").await > 0).then_some(())
        })
        .await;
        for (status, order) in together(cancel).await {
            assert_eq!((status, &order["status"]), (StatusCode::OK, &json!("cancelled")));
        }
        assert_eq!(count(store, "select count(*) from hold where state = 'pending'").await, 0);
        assert_eq!(count(store, "select available from account").await, 50);
        assert_eq!(count(store, "select held from account").await, 0);
        assert_eq!(count(store, "select points_earned from account").await, 50);
        assert_eq!(count(store, "select count(*) from transfer where corrects_id is not null").await, 30);
        assert_books_balance(store).await;
    }
}
