//! Tokens of the shop's that end: renewed by one server at a time, and found again by every other.

use super::net::{ANNA, Mood, Net};
use super::{Outsider, give_secrets, tables, twitch, x};
use crate::support::rules::PLAIN;
use crate::support::sql::Write;
use crate::support::world::{World, on_both_databases};
use futures_util::future::join_all;
use server::connections::{self, Account, Answer, Means, Trouble};
use server::domain::{HOUR, SECOND};
use server::programs::Loaded;
use server::store::{Store, Value};
use std::sync::Arc;
use std::time::Duration;

/// The refresh token that the shop gave, and those that take its place.
const GIVEN: [&str; 3] = ["to-refresh-with", "to-refresh-with+", "to-refresh-with++"];
/// One that it gives later.
const ANEW: &str = "to-refresh-with-anew";

/// A shop that has lent a service its token.
struct Shop<'w> {
    world: &'w World,
    net: Arc<Net>,
    outsider: Outsider,
    loaded: Arc<Loaded>,
}

impl<'w> Shop<'w> {
    async fn open(world: &'w World, outsider: Outsider) -> Self {
        let net = Net::open(outsider.routes).await;
        let settings = (outsider.settings)(&net.url);
        world
            .rule(&[PLAIN.file(), tables(&outsider, &settings)].concat())
            .await;
        let loaded = world.app.programs.by_slug("demo").await.unwrap().unwrap();
        let shop = Self {
            world,
            net,
            outsider,
            loaded,
        };
        shop.gives(GIVEN[0]).await;
        shop
    }

    /// Gives a refresh token, as `laurel connection secret` does.
    async fn gives(&self, token: &str) {
        give_secrets(self.world, self.outsider.kind, &[("refresh_token", token)]).await;
    }

    /// A server of its own on the same database, as after a restart.
    async fn another(&self) -> Store {
        let url = self.world.database_url.as_str();
        Store::open(url, Arc::new(|_| {})).await.unwrap()
    }

    /// Asks, by a server on this store, whether Anna has done it.
    async fn check(&self, store: &Store) -> Result<Answer, Trouble> {
        let means = Means {
            store,
            ..self.world.app.means()
        };
        let rules = &self.loaded.rules;
        let connection = rules.program.connection(self.outsider.kind).unwrap();
        let setup = means.setup(rules, connection).await?;
        let anna = Account {
            id: ANNA.into(),
            handle: "anna".into(),
            created_at: None,
        };
        let service = connections::service(self.outsider.kind).unwrap();
        let target = self.outsider.target;
        service.check(&setup, &anna, target, None).await
    }

    /// Asks, by the world's server, and is answered.
    async fn asks(&self) {
        let answer = self.check(&self.world.app.store).await;
        assert_eq!(answer, Ok(Answer::NotDone("not_followed")));
    }

    /// What an owner reads who tries it.
    async fn tries(&self) -> Result<String, Trouble> {
        let rules = &self.loaded.rules;
        let connection = rules.program.connection(self.outsider.kind).unwrap();
        let means = self.world.app.means();
        let setup = means.setup(rules, connection).await?;
        let service = connections::service(self.outsider.kind).unwrap();
        service.test(&setup, self.outsider.target).await
    }

    /// Asserts that the service has seen these refresh tokens and no others, each once.
    fn used(&self, tokens: &[&str]) {
        assert_eq!(self.net.refreshed(), tokens, "{}", self.outsider.kind);
    }
}

async fn kept(world: &World, outsider: Outsider) {
    let shop = Shop::open(world, outsider).await;
    shop.asks().await;
    shop.asks().await;
    shop.used(&GIVEN[..1]);
    let restarted = shop.another().await;
    let answer = shop.check(&restarted).await;
    assert_eq!(answer, Ok(Answer::NotDone("not_followed")));
    shop.used(&GIVEN[..1]);
    world.pass(2 * HOUR);
    let answer = shop.check(&restarted).await;
    assert_eq!(answer, Ok(Answer::NotDone("not_followed")));
    shop.used(&GIVEN[..2]);
    shop.net.take_back();
    shop.asks().await;
    shop.used(&GIVEN);
}

async fn at_once(world: &World, outsider: Outsider) {
    let shop = Shop::open(world, outsider).await;
    let stores = [shop.another().await, shop.another().await];
    // Time for all of them to find that there is no token.
    shop.net.be(Mood::Slow(Duration::from_millis(100)));
    for used in 1..=2 {
        let questions = (0..8).map(|number| shop.check(&stores[number % 2]));
        for answer in join_all(questions).await {
            assert_eq!(answer, Ok(Answer::NotDone("not_followed")));
        }
        shop.used(&GIVEN[..used]);
        world.pass(2 * HOUR);
    }
}

async fn given_anew(world: &World, outsider: Outsider) {
    let shop = Shop::open(world, outsider).await;
    shop.net.be(Mood::Slow(Duration::from_millis(500)));
    let giving = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        shop.gives(ANEW).await;
    };
    tokio::join!(shop.asks(), giving);
    shop.used(&GIVEN[..1]);
    shop.net.be(Mood::Well);
    shop.asks().await;
    shop.used(&[GIVEN[0], ANEW]);
    world.pass(2 * HOUR);
    shop.asks().await;
    shop.used(&[GIVEN[0], ANEW, "to-refresh-with-anew+"]);
}

async fn dead(world: &World, outsider: Outsider) {
    let shop = Shop::open(world, outsider).await;
    shop.net.refresh(GIVEN[0]);
    let began = tokio::time::Instant::now();
    for _ in 0..2 {
        let answer = shop.check(&world.app.store).await;
        let tried = shop.tries().await;
        for trouble in [answer.err(), tried.err()] {
            let Some(Trouble::Setup(why)) = &trouble else {
                panic!("{trouble:?}");
            };
            assert!(why.contains("make another"), "{why}");
            assert!(why.contains("refresh_token"), "{why}");
            assert!(!why.contains(GIVEN[0]), "{why}");
        }
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(3), "nobody waits: {took:?}");
    shop.gives(ANEW).await;
    assert!(shop.tries().await.is_ok());
    shop.asks().await;
}

/// As it is where a server was killed while it renewed.
async fn left_behind(world: &World, outsider: Outsider) {
    const SQL: &str = "update connection set renewing_until = $1";
    let shop = Shop::open(world, outsider).await;
    let until = world.now() + 60 * SECOND;
    let write = Write(SQL, vec![Value::Int(until)]);
    assert_eq!(world.app.store.write(write).await, Ok(1));
    let answer = shop.check(&world.app.store).await;
    assert!(matches!(answer, Err(Trouble::NotNow(..))), "{answer:?}");
    shop.used(&[]);
    world.pass(61 * SECOND);
    shop.asks().await;
    shop.used(&GIVEN[..1]);
}

on_both_databases! { quiet
    async fn a_token_that_ended_is_renewed_and_found_by_every_server(world: World) {
        kept(&world, x::outsider()).await;
        kept(&world, twitch::outsider()).await;
    }

    async fn servers_that_renew_at_once_use_a_refresh_token_once(world: World) {
        at_once(&world, x::outsider()).await;
        at_once(&world, twitch::outsider()).await;
    }

    async fn a_refresh_token_that_is_given_anew_wins(world: World) {
        given_anew(&world, x::outsider()).await;
        given_anew(&world, twitch::outsider()).await;
    }

    async fn an_owner_is_told_that_a_refresh_token_is_dead(world: World) {
        dead(&world, x::outsider()).await;
        dead(&world, twitch::outsider()).await;
    }

    async fn a_right_that_was_left_behind_ends(world: World) {
        left_behind(&world, x::outsider()).await;
    }
}
