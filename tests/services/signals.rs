//! What speaks against an attempt lets a person look at it first. It is never refused for that, and what is ordinary
//! is paid at once.

use super::net::{ANNA, Net};
use super::{POINTS, Scene, discord, give_secrets, lists, tables};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one, rows};
use crate::support::together::together;
use crate::support::world::{World, eventually, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::program_file;
use server::domain::{DAY, HOUR, SECOND};

const EARNED: i64 = 500;
/// The first millisecond of Discord's ids.
const EPOCH: i64 = 1_420_070_400_000;

/// A newsletter of this id.
fn newsletter(id: &str) -> String {
    format!(
        "\n[[task]]\nid = \"{id}\"\nkind = \"subscribe\"\npoints = {EARNED}\n\
         title = {{ en = \"Letters\", ru = \"Письма\" }}\n\
         consent = {{ en = \"Write to me.\", ru = \"Пишите мне.\" }}\n"
    )
}

async fn letters(world: &World) {
    let rules = [PLAIN.file(), newsletter("letters"), newsletter("offers")].concat();
    world.rule(&rules).await;
}

async fn member(world: &World, customer: &str) -> String {
    let bearer = world.session(customer).await;
    joined(world, bearer).await
}

async fn joined(world: &World, bearer: String) -> String {
    let join = json!({ "version": 2 });
    let (status, answer) = world.post("/api/v1/me/join", &bearer, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    bearer
}

async fn standing(world: &World, bearer: &str, task: &str) -> Value {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    let id = format!("tsk_{task}");
    let mut all = me["tasks"].as_array().unwrap().iter();
    all.find(|found| found["task"]["id"] == *id)
        .unwrap()
        .clone()
}

/// Asks for a confirmation; where its link leads.
async fn asked(world: &World, bearer: &str, task: &str, address: &str) -> String {
    let body = json!({ "email": address, "consent": true });
    let path = format!("/api/v1/tasks/tsk_{task}/attempts");
    let (status, attempt) = world.post(&path, bearer, &body).await;
    assert_eq!(status, StatusCode::OK, "{attempt}");
    let letter = world.letter(address, 0).await;
    letter.link().unwrap().to_owned()
}

/// What the page behind a link says.
async fn page(world: &World, method: Method, link: &str) -> String {
    let answer = world.http.request(method, link).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let html = scraper::Html::parse_document(&answer.text().await.unwrap());
    let said = scraper::Selector::parse("h1, .lead").unwrap();
    let said: Vec<String> = html
        .select(&said)
        .map(|found| found.text().collect())
        .collect();
    said.join(": ")
}

/// Confirms an address; the state of the attempt then.
async fn confirmed(world: &World, bearer: &str, task: &str, address: &str) -> String {
    let link = asked(world, bearer, task, address).await;
    page(world, Method::POST, &link).await;
    let standing = standing(world, bearer, task).await;
    standing["state"].as_str().unwrap().to_owned()
}

async fn decide(world: &World, standing: &Value, decision: &Value) -> (StatusCode, Value) {
    let id = standing["attempt"]["id"].as_str().unwrap();
    let path = format!("/api/v1/programs/demo/attempts/{id}/decision");
    world.post(&path, &world.api_key, decision).await
}

/// The signals of everything that waits, the first first.
async fn signals(world: &World) -> Vec<Vec<String>> {
    let sql = "select signals from decision where decided_at is null order by asked_at, attempt_id";
    let mut all = Vec::new();
    for row in rows(&world.app.store, sql).await {
        let signals: Value = serde_json::from_str(&row.get::<String>(0).unwrap()).unwrap();
        let codes = signals.as_array().unwrap().iter();
        all.push(
            codes
                .map(|signal| signal["code"].as_str().unwrap().to_owned())
                .collect(),
        );
    }
    all
}

async fn transfers(world: &World) -> i64 {
    count(&world.app.store, "select count(*) from transfer").await
}

const WAITS: &str = "Confirmed: Thank you. Your address is confirmed. Before the points are added, a person at the \
                     shop looks at this. You will see the result in the programme, on the card of this task.";

on_both_databases! {
    async fn of_two_who_wait_with_one_address_one_is_paid(world: World) {
        letters(&world).await;
        let anna = member(&world, "anna").await;
        let boris = member(&world, "boris").await;
        let address = "anna@mailinator.com";
        // Both links go to one mailbox: the first letter is Anna's, the second Boris'.
        let link = asked(&world, &anna, "letters", address).await;
        page(&world, Method::POST, &link).await;
        let body = json!({ "email": address, "consent": true });
        world.post("/api/v1/tasks/tsk_letters/attempts", &boris, &body).await;
        let second = world.letter(address, 1).await;
        page(&world, Method::POST, second.link().unwrap()).await;
        let (first, second) = (standing(&world, &anna, "letters").await, standing(&world, &boris, "letters").await);
        assert_eq!((&first["state"], &second["state"]), (&json!("checking"), &json!("checking")));
        let accept = json!({ "decision": "accept" });
        let (one, other) = tokio::join!(decide(&world, &first, &accept), decide(&world, &second, &accept));
        let mut statuses = [one.0.as_u16(), other.0.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{one:?} {other:?}");
        assert_eq!(transfers(&world).await, 1, "an address earns once");
        let refused = [standing(&world, &anna, "letters").await, standing(&world, &boris, "letters").await];
        let codes: Vec<_> = refused.iter().map(|standing| &standing["attempt"]["reason"]["code"]).collect();
        assert!(codes.contains(&&json!("address_used")), "{codes:?}");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_throwaway_address_waits_and_is_paid_once_it_is_accepted(world: World) {
        letters(&world).await;
        let anna = member(&world, "anna").await;
        let link = asked(&world, &anna, "letters", "anna@mailinator.com").await;
        for method in [Method::POST, Method::GET, Method::POST] {
            assert_eq!(page(&world, method, &link).await, WAITS);
        }
        let waiting = standing(&world, &anna, "letters").await;
        assert_eq!(
            (&waiting["state"], &waiting["attempt"]["reason"]["code"]),
            (&json!("checking"), &json!("person_looks"))
        );
        let said = "A person at the shop looks at this first. You will see the result here.";
        assert_eq!(waiting["attempt"]["reason"]["text"], said);

        let store = &world.app.store;
        assert_eq!(signals(&world).await, [["disposable_address"]]);
        let told: String = one(store, "select signals from decision").await;
        assert!(told.contains("mailinator.com"), "{told}");
        let evidence: String = one(store, "select evidence from decision").await;
        assert_eq!(evidence, r#"{"by":"link","step":"double opt-in"}"#);
        assert_eq!(transfers(&world).await, 0, "nothing is in the ledger yet");
        assert_eq!(count(store, "select count(*) from subscription where subscribed").await, 1);

        // Beginning it again changes nothing, and no time does: only the person does.
        let body = json!({ "email": "another@example.com", "consent": true });
        let (status, same) = world.post("/api/v1/tasks/tsk_letters/attempts", &anna, &body).await;
        assert_eq!((status, &same["id"]), (StatusCode::OK, &waiting["attempt"]["id"]));
        assert_eq!(same["state"], "checking");
        world.pass(2 * DAY);
        let anna = world.session("anna").await;
        assert_eq!(standing(&world, &anna, "letters").await["state"], "checking");

        for _ in 0..2 {
            let (status, paid) = decide(&world, &waiting, &json!({ "decision": "accept" })).await;
            assert_eq!((status, &paid["state"]), (StatusCode::OK, &json!("earned")), "{paid}");
        }
        assert_eq!(transfers(&world).await, 1);
        assert_eq!(count(store, "select available from account").await, EARNED);
        assert_eq!(page(&world, Method::POST, &link).await, "Already confirmed");
        assert_books_balance(store).await;
    }

    async fn whoever_is_refused_reads_why_and_keeps_the_subscription(world: World) {
        letters(&world).await;
        let anna = member(&world, "anna").await;
        assert_eq!(confirmed(&world, &anna, "letters", "anna@yopmail.com").await, "checking");
        let waiting = standing(&world, &anna, "letters").await;
        let refuse = json!({ "decision": "refuse", "reason": "This mailbox is open to everybody." });
        let (status, refused) = decide(&world, &waiting, &refuse).await;
        assert_eq!((status, &refused["state"]), (StatusCode::OK, &json!("rejected")), "{refused}");
        let refused = standing(&world, &anna, "letters").await;
        assert_eq!(refused["state"], "rejected");
        assert_eq!(refused["attempt"]["reason"]["text"], "This mailbox is open to everybody.");
        let store = &world.app.store;
        assert_eq!(transfers(&world).await, 0);
        assert_eq!(count(store, "select count(*) from subscription where subscribed").await, 1);
        assert_books_balance(store).await;
    }

    async fn another_spelling_of_somebody_elses_mailbox_waits_and_of_ones_own_does_not(world: World) {
        letters(&world).await;
        let anna = member(&world, "anna").await;
        assert_eq!(confirmed(&world, &anna, "letters", "anna.smith@gmail.com").await, "earned");
        assert_eq!(confirmed(&world, &anna, "offers", "annasmith+2@gmail.com").await, "earned", "it is her own");
        let twin = member(&world, "twin").await;
        assert_eq!(confirmed(&world, &twin, "letters", "a.n.n.a.smith+3@googlemail.com").await, "checking");
        assert_eq!(signals(&world).await, [["same_mailbox"]]);
        let told: String = one(&world.app.store, "select signals from decision").await;
        assert!(told.contains("a•••@gmail.com") && !told.contains("smith"), "{told}");
        // While that one waits, others are as conspicuous.
        let third = member(&world, "third").await;
        assert_eq!(confirmed(&world, &third, "letters", "annasmith+4@gmail.com").await, "checking");
        // Somebody with a name of their own there is nobody's twin.
        let boris = member(&world, "boris").await;
        assert_eq!(confirmed(&world, &boris, "letters", "boris@gmail.com").await, "earned");
        assert_eq!(transfers(&world).await, 3);
        assert_books_balance(&world.app.store).await;
    }

    async fn of_two_spellings_confirmed_at_the_same_moment_one_waits(world: World) {
        letters(&world).await;
        for round in 0..5 {
            let mut links = Vec::new();
            for twin in ["one", "two"] {
                let bearer = member(&world, &format!("{twin}-{round}")).await;
                let address = format!("anna{round}+{twin}@gmail.com");
                links.push(asked(&world, &bearer, "letters", &address).await);
            }
            let told = together(links.iter().map(|link| world.http.post(link))).await;
            assert!(told.iter().all(|(status, _)| *status == StatusCode::OK), "{told:?}");
            let store = &world.app.store;
            assert_eq!(count(store, "select count(*) from decision").await, round + 1);
            assert_eq!(transfers(&world).await, round + 1);
        }
        assert_books_balance(&world.app.store).await;
    }

    async fn many_addresses_of_one_domain_within_an_hour_wait(world: World) {
        letters(&world).await;
        for (number, name) in ["one", "two", "three", "four", "five", "six"].into_iter().enumerate() {
            let bearer = member(&world, name).await;
            let address = format!("{name}@maker.example");
            let expected = if number < 5 { "earned" } else { "checking" };
            assert_eq!(confirmed(&world, &bearer, "letters", &address).await, expected, "{name}");
        }
        assert_eq!(signals(&world).await, [["velocity"]]);
        let told: String = one(&world.app.store, "select signals from decision").await;
        assert!(told.contains("6 addresses at maker.example"), "{told}");
        let other = member(&world, "other").await;
        assert_eq!(confirmed(&world, &other, "letters", "other@school.example").await, "earned");
        world.pass(HOUR + SECOND);
        let late = member(&world, "late").await;
        assert_eq!(confirmed(&world, &late, "letters", "late@maker.example").await, "earned");
        assert_books_balance(&world.app.store).await;
    }

    async fn another_spelling_on_a_list_elsewhere_waits(world: World) {
        let case = lists::CASES.iter().find(|case| case.kind == "brevo").unwrap();
        let net = Net::open(case.routes).await;
        let tables = format!(
            "\n[[connection]]\nid = \"letters\"\nkind = \"brevo\"\n[connection.settings]\n{}\n\
             [[task]]\nid = \"letter\"\nkind = \"subscribe\"\nconnection = \"letters\"\ntarget = \"{}\"\n\
             points = {POINTS}\ntitle = {{ en = \"Subscribe\", ru = \"Подписаться\" }}\n",
            lists::settings("brevo", &net.url),
            case.list
        );
        world.rule(&[PLAIN.file(), tables].concat()).await;
        give_secrets(&world, "letters", &[(case.secret, lists::KEY)]).await;
        for (customer, address, state) in [
            ("anna", lists::ANNA, "earned"),
            ("twin", "anna+twin@example.com", "checking"),
        ] {
            net.follow(address, case.list);
            let mut claims = world.claims(customer);
            claims["email"] = address.into();
            claims["email_verified"] = true.into();
            let bearer = joined(&world, world.session_of(&world.sign(&claims)).await).await;
            let (_, attempt) = world.post("/api/v1/tasks/tsk_letter/attempts", &bearer, &json!({})).await;
            let proof = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
            world.post(&proof, &bearer, &json!({})).await;
            eventually(&format!("the end of the check of {customer}"), async || {
                let found = standing(&world, &bearer, "letter").await;
                let waits = found["attempt"]["reason"]["code"] == "person_looks";
                (found["state"] == state && (waits || state == "earned")).then_some(())
            })
            .await;
        }
        assert_eq!(signals(&world).await, [["same_mailbox"]]);
        assert_eq!(transfers(&world).await, 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_young_account_elsewhere_waits_and_is_looked_at_again_once_accepted(world: World) {
        let scene = scene(world, "").await;
        let young = account_opened(&scene.world, 3 * DAY);
        scene.net.sign_in_as(&young);
        scene.net.follow(&young, scene.outsider.target_id);
        let bearer = scene.member("anna").await;
        scene.sign_in(&bearer).await;
        let waiting = until_a_person_looks(&scene, &bearer).await;
        let store = &scene.world.app.store;
        assert_eq!(signals(&scene.world).await, [["new_account"]]);
        let told: String = one(store, "select signals from decision").await;
        assert!(told.contains("was 3 days old"), "{told}");
        let evidence: String = one(store, "select evidence from decision").await;
        let evidence: Value = serde_json::from_str(&evidence).unwrap();
        assert_eq!(evidence["service"], "discord", "{evidence}");
        assert_eq!(transfers(&scene.world).await, 0);

        // Neither the button nor another sign-in has it asked about once more, nor hurries the person.
        let (status, same) = scene.check(&bearer).await;
        assert_eq!((status, &same["state"]), (StatusCode::OK, &json!("checking")));
        assert_eq!(same["reason"]["code"], "person_looks");
        scene.sign_in(&bearer).await;
        assert_eq!(count(store, "select count(*) from verification").await, 0);
        assert_eq!(scene.standing(&bearer).await["attempt"]["id"], waiting["attempt"]["id"]);

        let (status, paid) = decide(&scene.world, &waiting, &json!({ "decision": "accept" })).await;
        assert_eq!((status, &paid["state"]), (StatusCode::OK, &json!("earned")), "{paid}");
        assert_eq!(transfers(&scene.world).await, 1);
        let purpose: String = one(store, "select purpose from verification").await;
        assert_eq!(purpose, "kept", "the second look is to come");
        scene.net.unfollow(&young, scene.outsider.target_id);
        scene.world.pass(15 * DAY);
        let bearer = scene.world.session("anna").await;
        eventually("the notice", async || {
            let standing = scene.standing(&bearer).await;
            (standing["attempt"]["reason"]["code"] == "notice").then_some(())
        })
        .await;
        assert_books_balance(store).await;
    }

    async fn how_old_an_account_has_to_be_is_for_the_task_to_say(world: World) {
        let scene = scene(world, "min_age_days = 0\n").await;
        let young = account_opened(&scene.world, SECOND);
        scene.net.sign_in_as(&young);
        scene.net.follow(&young, scene.outsider.target_id);
        let bearer = scene.member("anna").await;
        scene.sign_in(&bearer).await;
        scene.until(&bearer, "earned", 0).await;
        assert_eq!(count(&scene.world.app.store, "select count(*) from decision").await, 0);
    }

    async fn whoever_followed_before_earns_nothing_where_only_new_follows_pay(world: World) {
        let scene = scene(world, "new_only = true\n").await;
        let target = scene.outsider.target_id;
        scene.net.follow(ANNA, target);
        let bearer = scene.member("anna").await;
        scene.sign_in(&bearer).await;
        let refused = scene.until(&bearer, "rejected", 0).await;
        assert_eq!(refused["attempt"]["reason"]["code"], "already_followed", "{refused}");
        // Stopping to follow for a moment does not make it new.
        scene.net.unfollow(ANNA, target);
        scene.world.pass(SECOND);
        scene.check(&bearer).await;
        let refused = scene.until(&bearer, "rejected", 0).await;
        assert_eq!(refused["attempt"]["reason"]["code"], "already_followed", "{refused}");
        scene.net.follow(ANNA, target);
        scene.world.pass(SECOND);
        scene.check(&bearer).await;
        scene.until(&bearer, "rejected", 0).await;
        assert_eq!(transfers(&scene.world).await, 0);
    }

    async fn a_new_follow_pays_after_the_first_look_and_that_is_of_one_account(world: World) {
        let scene = scene(world, "new_only = true\n").await;
        let target = scene.outsider.target_id;
        let bearer = scene.member("anna").await;
        scene.sign_in(&bearer).await;
        let begun = scene.until(&bearer, "started", 0).await;
        assert_eq!(begun["attempt"]["next"]["kind"], "open", "{begun}");
        // Another account, which follows, has a first look of its own.
        scene.net.sign_in_as("2002");
        scene.net.follow("2002", target);
        scene.sign_in(&bearer).await;
        let refused = scene.until(&bearer, "rejected", 0).await;
        assert_eq!(refused["attempt"]["reason"]["code"], "already_followed", "{refused}");
        assert_eq!(transfers(&scene.world).await, 0);

        scene.net.sign_in_as("3003");
        let boris = scene.member("boris").await;
        scene.sign_in(&boris).await;
        scene.until(&boris, "started", 0).await;
        // Asked too early, it is not done yet, and what was seen first still holds.
        scene.check(&boris).await;
        let not_yet = scene.until(&boris, "rejected", 6 * SECOND).await;
        assert_eq!(not_yet["attempt"]["reason"]["code"], "not_followed", "{not_yet}");
        scene.net.follow("3003", target);
        scene.world.pass(SECOND);
        scene.check(&boris).await;
        scene.until(&boris, "earned", 0).await;
        assert_eq!(transfers(&scene.world).await, 1);
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn an_account_that_is_known_is_looked_at_when_the_task_is_begun(world: World) {
        let scene = scene(world, "").await;
        let bearer = scene.member("anna").await;
        scene.sign_in(&bearer).await;
        scene.until(&bearer, "rejected", 6 * SECOND).await;
        let settings = (scene.outsider.settings)(&scene.net.url);
        let rules = [PLAIN.file(), tables(&scene.outsider, &settings), "new_only = true\n".into()].concat();
        scene.world.rule(&rules).await;
        scene.world.pass(SECOND);
        // Begun, it is looked at before anything is followed.
        let start = format!("/api/v1/tasks/{}/attempts", scene.task());
        let (_, attempt) = scene.world.post(&start, &bearer, &json!({})).await;
        assert_eq!(attempt["state"], "checking", "{attempt}");
        let begun = scene.until(&bearer, "started", 0).await;
        assert_eq!(begun["task"]["elsewhere"]["new_only"], true, "{begun}");
        scene.net.follow(ANNA, scene.outsider.target_id);
        scene.check(&bearer).await;
        scene.until(&bearer, "earned", 0).await;
    }
}

/// A programme with one task, to follow the shop on Discord, which has these lines more.
async fn scene(world: World, more: &str) -> Scene {
    let outsider = discord::outsider();
    let net = Net::open(outsider.routes).await;
    let settings = (outsider.settings)(&net.url);
    let rules = [PLAIN.file(), tables(&outsider, &settings), more.to_owned()].concat();
    world.rule(&rules).await;
    give_secrets(&world, outsider.kind, outsider.secrets).await;
    Scene {
        world,
        net,
        outsider,
    }
}

/// The id of a Discord account that was opened so long ago.
fn account_opened(world: &World, ago: i64) -> String {
    let milliseconds = (world.now() - ago) / 1000 - EPOCH;
    (milliseconds << 22).to_string()
}

async fn until_a_person_looks(scene: &Scene, bearer: &str) -> Value {
    eventually("a person's turn", async || {
        let standing = scene.standing(bearer).await;
        let told = &standing["attempt"]["reason"]["code"];
        (standing["state"] == "checking" && *told == "person_looks").then_some(standing)
    })
    .await
}

#[test]
fn an_accounts_age_is_a_number_of_days_and_no_matter_of_lists() {
    let faults = |tables: String| -> Vec<String> {
        let source = [PLAIN.file(), tables].concat();
        let found = program_file::parse(&source).err().unwrap_or_default();
        found
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.remedy))
            .collect()
    };
    let outsider = discord::outsider();
    let follow = |more: &str| {
        let settings = (outsider.settings)("http://localhost:1");
        [tables(&outsider, &settings).as_str(), more].concat()
    };
    assert_eq!(faults(follow("min_age_days = 3650\n")), [""; 0]);
    assert_eq!(
        faults(follow("min_age_days = 3651\n")),
        ["task[0].min_age_days: give a number from 0 to 3650"]
    );
    assert_eq!(
        faults([newsletter("letters").as_str(), "new_only = true\n"].concat()),
        ["task[0].new_only: this task is done here: leave it out"]
    );
    let list = format!(
        "\n[[connection]]\nid = \"letters\"\nkind = \"brevo\"\n[connection.settings]\n{}\n\
         [[task]]\nid = \"letter\"\nkind = \"subscribe\"\nconnection = \"letters\"\ntarget = \"7\"\npoints = 1\n\
         title = {{ en = \"Subscribe\", ru = \"Подписаться\" }}\nmin_age_days = 1\nnew_only = true\n",
        lists::settings("brevo", "http://localhost:1")
    );
    assert_eq!(
        faults(list),
        [
            "task[0].min_age_days: an address on a list has no account: leave it out",
            "task[0].new_only: an address on a list has no account: leave it out"
        ]
    );
}
