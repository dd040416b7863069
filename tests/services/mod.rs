//! Follows on outside services, each from sign-in to points to the second look and the reversal, against a
//! stand-in that follows the service's published documentation; and each while the service is in a bad mood.
//!
//! A service here is a file with its [`Outsider`], and a line in `services!`.

mod bluesky;
mod discord;
mod github;
mod guide;
mod handed;
mod hinted_lists;
mod hints;
mod instagram;
mod judged;
mod linking;
mod lists;
mod mastodon;
mod max;
mod moved;
mod net;
mod openid;
mod pulled;
mod queue;
mod redeem;
mod renewed;
mod shop_codes;
mod sign_in;
mod signals;
mod subscribed;
mod telegram;
mod twitch;
mod visits;
mod vk;
mod written;
mod x;
mod yandex;

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{Database, World, eventually};
use axum::Router;
use net::{ANNA, CLIENT_SECRET, Mood, Net};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use server::connections::Secrets;
use server::domain::{DAY, SECOND};
use server::store::connections::Keep;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const POINTS: i64 = 200;

/// A service to be connected to.
pub(crate) struct Outsider {
    /// As the registry knows it.
    pub(crate) kind: &'static str,
    /// Whom the task asks to follow, as the programme file names it.
    pub(crate) target: &'static str,
    /// The same as the service's own calls name it.
    pub(crate) target_id: &'static str,
    /// What the panel asks for before the sign-in.
    pub(crate) asked: fn(&Net) -> String,
    /// The connection's settings, for a service at this address.
    pub(crate) settings: fn(&str) -> String,
    /// Secrets beside the client's.
    pub(crate) secrets: &'static [(&'static str, &'static str)],
    /// The service's documented calls.
    pub(crate) routes: fn() -> Router<Arc<Net>>,
    /// Where nobody can sign in: the hook that brings what an account has written.
    pub(crate) hook: Option<fn(account: &str, text: &str) -> written::Delivery>,
}

/// A programme with one task, to follow the shop there.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) net: Arc<Net>,
    outsider: Outsider,
}

/// Tables of a connection with these settings, and its task.
fn tables(outsider: &Outsider, settings: &str) -> String {
    let Outsider { kind, target, .. } = outsider;
    format!(
        "\n[[connection]]\nid = \"{kind}\"\nkind = \"{kind}\"\n[connection.settings]\n{settings}\n\
         [[task]]\nid = \"follow-{kind}\"\nkind = \"follow\"\nconnection = \"{kind}\"\ntarget = \"{target}\"\n\
         points = {POINTS}\ntitle = {{ en = \"Follow us\", ru = \"Подписаться\" }}\n"
    )
}

/// Seals a connection's secrets, as `laurel connection secret` does.
pub(crate) async fn give_secrets(world: &World, kind: &str, more: &[(&str, &str)]) {
    let program = world.demo().await;
    let all = [("client_secret", CLIENT_SECRET)];
    let all: BTreeMap<_, _> = all
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    let keep = Keep {
        program,
        name: kind.into(),
        sealed: Secrets(all).seal(&world.app.master, program, kind),
        now: world.now(),
    };
    world.app.store.write(keep).await.unwrap();
}

impl Scene {
    pub(crate) async fn open(database: Database, outsider: Outsider) -> Self {
        let world = World::open(database).await;
        let net = Net::open(outsider.routes).await;
        let settings = (outsider.settings)(&net.url);
        Self::at(world, net, outsider, &settings).await
    }

    /// With other settings than a stand-in's own.
    async fn at(world: World, net: Arc<Net>, outsider: Outsider, settings: &str) -> Self {
        let rules = [PLAIN.file(), tables(&outsider, settings)].concat();
        world.rule(&rules).await;
        give_secrets(&world, outsider.kind, outsider.secrets).await;
        Self {
            world,
            net,
            outsider,
        }
    }

    /// A customer who has joined under the rules as they are now.
    pub(crate) async fn member(&self, customer: &str) -> String {
        let bearer = self.world.session(customer).await;
        let join = json!({ "version": 2 });
        let (status, answer) = self.world.post("/api/v1/me/join", &bearer, &join).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        bearer
    }

    fn task(&self) -> String {
        format!("tsk_follow-{}", self.outsider.kind)
    }

    /// The member's sign-in, as the panel's form and the two browsers' redirections do it: the heading of
    /// the page at its end.
    pub(crate) async fn sign_in(&self, bearer: &str) -> (StatusCode, String) {
        if self.outsider.hook.is_some() {
            return written::sign_in(self, bearer).await;
        }
        let (going, cookie) = self.begin(bearer).await;
        let answer = self.world.http.get(&going).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{going}");
        let back = answer.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned();
        self.come_back(&back, &cookie).await
    }

    /// Where the service is asked, and the cookie that has to come back.
    pub(crate) async fn begin(&self, bearer: &str) -> (String, String) {
        let (html, cookie) = self.open_window(bearer).await;
        let page = scraper::Html::parse_document(&html);
        let refresh = scraper::Selector::parse("meta[http-equiv=refresh]").unwrap();
        let going = page
            .select(&refresh)
            .next()
            .unwrap_or_else(|| panic!("{html}"));
        let going = going
            .attr("content")
            .unwrap()
            .strip_prefix("0;url=")
            .unwrap()
            .to_owned();
        (going, cookie)
    }

    /// The window in which a sign-in begins, and its cookie.
    pub(crate) async fn open_window(&self, bearer: &str) -> (String, String) {
        let url = format!("{}/auth/demo.{}", self.world.url, self.outsider.kind);
        let asked = (self.outsider.asked)(&self.net);
        let form = [
            ("bearer", bearer),
            ("task", &self.task()),
            ("asked", &asked),
        ];
        let call = self
            .world
            .http
            .post(url)
            .header("origin", &self.world.url)
            .form(&form);
        let answer = call.send().await.unwrap();
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .map(|value| value.to_str().unwrap().to_owned());
        let html = answer.text().await.unwrap();
        let cookie = cookie.unwrap_or_else(|| panic!("{html}"));
        (html, cookie.split(';').next().unwrap().to_owned())
    }

    /// Opens the callback's address; its status and heading.
    pub(crate) async fn come_back(&self, back: &str, cookie: &str) -> (StatusCode, String) {
        let answer = self
            .world
            .http
            .get(back)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let page = scraper::Html::parse_document(&answer.text().await.unwrap());
        let lead = scraper::Selector::parse("h1, .lead").unwrap();
        let text: Vec<String> = page
            .select(&lead)
            .map(|found| found.text().collect())
            .collect();
        (status, text.join(": "))
    }

    /// The member's own state of the task.
    pub(crate) async fn standing(&self, bearer: &str) -> Value {
        let (_, me) = self.world.get("/api/v1/me", bearer).await;
        me["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|found| found["task"]["id"] == *self.task())
            .unwrap()
            .clone()
    }

    /// Waits for a state, with time passing meanwhile.
    pub(crate) async fn until(&self, bearer: &str, state: &str, step: i64) -> Value {
        let seen = std::cell::RefCell::new(Value::Null);
        let waiting = async {
            loop {
                let standing = self.standing(bearer).await;
                if standing["state"] == state {
                    return standing;
                }
                seen.replace(standing);
                self.world.pass(step);
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        found.unwrap_or_else(|_| panic!("not {state} but {}", seen.borrow()))
    }

    /// Presses "Check".
    pub(crate) async fn check(&self, bearer: &str) -> (StatusCode, Value) {
        let start = format!("/api/v1/tasks/{}/attempts", self.task());
        let (status, attempt) = self.world.post(&start, bearer, &json!({})).await;
        assert_eq!(status, StatusCode::OK, "{attempt}");
        let proof = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
        self.world.post(&proof, bearer, &json!({})).await
    }

    async fn available(&self, bearer: &str) -> i64 {
        let (_, me) = self.world.get("/api/v1/me", bearer).await;
        me["balance"]["available"].as_i64().unwrap()
    }
}

/// From the first look at the card to points, a second look, a notice and the reversal.
pub(crate) async fn from_sign_in_to_reversal(scene: Scene) {
    let bearer = scene.member("anna").await;
    let (status, refusal) = scene.check(&bearer).await;
    assert_eq!(
        (status, &refusal["code"]),
        (StatusCode::CONFLICT, &json!("account_needed"))
    );
    assert_eq!(
        scene.standing(&bearer).await["attempt"]["next"]["kind"],
        "account"
    );

    let (status, said) = scene.sign_in(&bearer).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let standing = scene.until(&bearer, "rejected", 6 * SECOND).await;
    assert_eq!(
        standing["attempt"]["reason"]["code"], "not_followed",
        "{standing}"
    );
    assert!(
        standing["account"]
            .as_str()
            .is_some_and(|handle| !handle.is_empty()),
        "{standing}"
    );
    assert_eq!(scene.available(&bearer).await, 0);

    scene.net.follow(ANNA, scene.outsider.target_id);
    assert_eq!(scene.check(&bearer).await.0, StatusCode::OK);
    let paid = scene.until(&bearer, "earned", 0).await;
    assert_eq!(paid["attempt"]["proof"], "verified");
    assert_eq!(scene.available(&bearer).await, POINTS);
    let evidence: String = one(&scene.world.app.store, "select evidence from transfer").await;
    let evidence: Value = serde_json::from_str(&evidence).unwrap();
    assert_eq!(evidence["service"], scene.outsider.kind, "{evidence}");

    // The second look finds all well, and is the last.
    scene.world.pass(15 * DAY);
    let bearer = scene.world.session("anna").await;
    eventually("the end of the second look", async || {
        let waits: i64 = one(&scene.world.app.store, "select count(*) from verification").await;
        (waits == 0).then_some(())
    })
    .await;
    assert_eq!(scene.available(&bearer).await, POINTS);
    assert_books_balance(&scene.world.app.store).await;
}

/// Whoever lets go of it is told first, can put it right, and loses the points only then.
pub(crate) async fn unfollowed(scene: Scene) {
    let bearer = scene.member("anna").await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    scene.sign_in(&bearer).await;
    scene.until(&bearer, "earned", 0).await;
    scene.net.unfollow(ANNA, scene.outsider.target_id);
    scene.world.pass(15 * DAY);
    let bearer = scene.world.session("anna").await;
    eventually("the notice", async || {
        let standing = scene.standing(&bearer).await;
        (standing["attempt"]["reason"]["code"] == "notice").then_some(())
    })
    .await;
    assert_eq!(
        scene.available(&bearer).await,
        POINTS,
        "nothing is taken before the notice is over"
    );
    scene.world.pass(4 * DAY);
    let bearer = scene.world.session("anna").await;
    let undone = scene.until(&bearer, "reversed", 0).await;
    assert_eq!(undone["attempt"]["reason"]["code"], "not_kept");
    assert_eq!(scene.available(&bearer).await, 0);
    let (_, history) = scene.world.get("/api/v1/me/transfers", &bearer).await;
    assert_eq!(
        history["items"][0]["text"],
        format!("−{POINTS}: “Follow us” no longer holds.")
    );
    assert_books_balance(&scene.world.app.store).await;
}

/// While it is ill a sign-in fails softly and links nothing; once it is well again, all goes on.
pub(crate) async fn moods(scene: Scene, mood: Mood) {
    let bearer = scene.member("anna").await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    let (going, cookie) = scene.begin(&bearer).await;
    let answer = scene.world.http.get(&going).send().await.unwrap();
    let back = answer.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    scene.net.be(mood);
    let (status, said) = scene.come_back(&back, &cookie).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    assert_eq!(scene.standing(&bearer).await["account"], Value::Null);
    scene.net.be(Mood::Well);
    let (status, said) = scene.sign_in(&bearer).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    scene.until(&bearer, "earned", 0).await;
    assert_books_balance(&scene.world.app.store).await;
}

/// An answer that does not come while it is checked is waited for.
pub(crate) async fn not_now(scene: Scene, mood: Mood) {
    let bearer = scene.member("anna").await;
    scene.sign_in(&bearer).await;
    scene.until(&bearer, "rejected", 6 * SECOND).await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    scene.net.be(mood);
    scene.check(&bearer).await;
    eventually("the sentence that it does not answer", async || {
        let standing = scene.standing(&bearer).await;
        let told = &standing["attempt"]["reason"]["code"];
        (standing["state"] == "checking" && *told == "not_now").then_some(())
    })
    .await;
    scene.net.be(Mood::Well);
    scene.until(&bearer, "earned", 20 * SECOND).await;
}

macro_rules! services {
    ($($life:ident: $name:ident),* $(,)?) => {$(
        mod $life {
                use super::*;
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn from_sign_in_to_the_second_look() {
                    from_sign_in_to_reversal(Scene::open(Database::Sqlite, $name::outsider()).await).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn whoever_lets_go_is_told_first() {
                    unfollowed(Scene::open(Database::Postgres, $name::outsider()).await).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn a_sign_in_while_it_is_ill_links_nothing() {
                    moods(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Garbage).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn errors_are_waited_for() {
                    not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Status(502, None)).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn a_limit_is_waited_for() {
                    not_now(Scene::open(Database::Postgres, $name::outsider()).await, Mood::Status(429, Some(1))).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn nonsense_is_no_answer() {
                    not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Garbage).await;
                }
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn a_contradiction_is_no_answer() {
                    not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Contradictory).await;
                }
        }
    )*};
}

/// Services where accounts are shown by writing.
macro_rules! written {
    ($($life:ident: $name:ident),* $(,)?) => {$(
        mod $life {
            use super::*;
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn from_the_message_to_the_second_look() {
                from_sign_in_to_reversal(Scene::open(Database::Postgres, $name::outsider()).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn whoever_lets_go_is_told_first() {
                unfollowed(Scene::open(Database::Sqlite, $name::outsider()).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn errors_are_waited_for() {
                not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Status(502, None)).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn a_limit_is_waited_for() {
                not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Status(429, Some(1))).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn nonsense_is_no_answer() {
                not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Garbage).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn a_contradiction_is_no_answer() {
                not_now(Scene::open(Database::Sqlite, $name::outsider()).await, Mood::Contradictory).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn a_message_that_is_not_the_services_own_is_refused() {
                written::forged(Scene::open(Database::Sqlite, $name::outsider()).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn digits_are_good_in_their_own_window_alone() {
                written::digits(Scene::open(Database::Postgres, $name::outsider()).await).await;
            }
        }
    )*};
}

written! {
    of_instagram: instagram,
    of_max: max,
}

services! {
    of_discord: discord,
    of_github: github,
    of_mastodon: mastodon,
    of_telegram: telegram,
    of_twitch: twitch,
    of_vk: vk,
    of_x: x,
}
