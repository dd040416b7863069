//! Bluesky's identities against a real AT Protocol server, and its view of the network against a stand-in of
//! <https://docs.bsky.app/docs/api/app-bsky-graph-get-relationships>. The whole life is in `web::bluesky`.

use super::net::{Mood, Net};
use crate::support::atproto::{Atproto, atproto};
use crate::support::world::{Database, World};
use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::connections::{self, Account, Answer, Setup, Trouble};
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

fn connection(network: &Atproto, appview: &str) -> Connection {
    let Atproto { server, directory } = network;
    let settings = [
        ("appview", appview),
        ("directory", directory),
        ("resolver", server),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Connection {
        id: "bluesky".into(),
        kind: "bluesky".into(),
        settings: BTreeMap::from(settings),
    }
}

fn setup<'a>(world: &'a World, connection: &'a Connection) -> Setup<'a> {
    Setup {
        connection,
        secrets: connections::Secrets::default(),
        keeper: None,
        outside: &world.app.outside,
        public_url: &world.url,
        name: "demo.bluesky".into(),
        now: world.now(),
    }
}

/// A directory in which one document says whatever an impostor wants; all others are the real ones.
async fn forged(did: &'static str, document: Value) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move || async move { Json(document.clone()) };
    let router = Router::new().route(&format!("/{did}"), get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_impostors_handle_is_refused() {
    const FORGED: &str = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
    let network = atproto();
    let victim = network.account("victim").await;
    let world = World::open(Database::Sqlite).await;
    // The impostor's document names the victim's handle, and a server of the impostor's.
    let document = json!({
        "id": FORGED, "alsoKnownAs": [format!("at://{}", victim.handle)],
        "service": [{ "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": network.server }],
    });
    let directory = forged(FORGED, document).await;
    let connection = connection(
        &Atproto {
            directory,
            ..network.clone()
        },
        "none",
    );
    let service = connections::service("bluesky").unwrap();
    let setup = setup(&world, &connection);
    let begun = service.begin(&setup, "state", FORGED).await;
    assert_eq!(begun, Err(Trouble::Refused("not_your_handle")));
    let nobody = service.begin(&setup, "state", "nobody-at-all.test").await;
    assert_eq!(nobody, Err(Trouble::Refused("unknown_handle")));
    for nonsense in ["", "not a handle", "@", "did:key:z6Mk", "http://127.0.0.1/"] {
        let begun = service.begin(&setup, "state", nonsense).await;
        assert_eq!(begun, Err(Trouble::Refused("unknown_handle")), "{nonsense}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_stays_itself_under_another_handle() {
    let network = atproto();
    let (shop, anna) = (
        network.account("roast3").await,
        network.account("anna3").await,
    );
    let world = World::open(Database::Sqlite).await;
    let connection = connection(network, "none");
    let setup = setup(&world, &connection);
    let service = connections::service("bluesky").unwrap();
    let account = Account {
        id: anna.did.clone(),
        handle: anna.handle.clone(),
        created_at: None,
    };
    let check =
        async |before: Option<&Value>| service.check(&setup, &account, &shop.handle, before).await;
    assert_eq!(check(None).await, Ok(Answer::NotDone("not_followed")));
    let record = network.follow(&anna, &shop).await;
    network.rename(&anna, "anna3-elsewhere").await;
    let Ok(Answer::Done(evidence)) = check(None).await else {
        panic!("a follow is seen whatever the handle");
    };
    assert_eq!(evidence["record"], record);
    // Let go and made anew it is another record, and the same follow.
    network.unfollow(&anna, &record).await;
    assert_eq!(
        check(Some(&evidence)).await,
        Ok(Answer::NotDone("not_followed"))
    );
    let anew = network.follow(&anna, &shop).await;
    let Ok(Answer::Done(evidence)) = check(Some(&evidence)).await else {
        panic!("a new record is one");
    };
    assert_eq!(evidence["record"], anew);
    let said = service.test(&setup, &shop.handle).await.unwrap();
    assert_eq!(
        said,
        format!("the network answers, and {} is {}", shop.handle, shop.did)
    );
    let unknown = service.test(&setup, "nobody.test").await;
    assert_eq!(
        unknown,
        Err(Trouble::Setup(
            "the network knows no account of the task's target".into()
        ))
    );
}

/// `app.bsky.graph.getRelationships`.
async fn relationships(
    State(net): State<Arc<Net>>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let (actor, other) = (&asked["actor"], &asked["others"]);
    if actor.ends_with("gone") {
        let error = json!({ "error": "ActorNotFound", "message": "Actor not found" });
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let mut relationship = json!({ "$type": "app.bsky.graph.defs#relationship", "did": other });
    if net.follows(actor, other) {
        relationship["following"] = format!("at://{actor}/app.bsky.graph.follow/3k").into();
    }
    Json(json!({ "actor": actor, "relationships": [relationship] })).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_networks_view_is_asked_where_there_is_one() {
    const SHOP: &str = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
    let net = Net::open(|| {
        Router::new().route("/xrpc/app.bsky.graph.getRelationships", get(relationships))
    })
    .await;
    let world = World::open(Database::Sqlite).await;
    let connection = connection(atproto(), &net.url);
    let setup = setup(&world, &connection);
    let service = connections::service("bluesky").unwrap();
    let check = async |id: &str| {
        let account = Account {
            id: id.into(),
            handle: String::new(),
            created_at: None,
        };
        service.check(&setup, &account, SHOP, None).await
    };
    net.follow("did:plc:anna", SHOP);
    let Ok(Answer::Done(evidence)) = check("did:plc:anna").await else {
        panic!("the view says that she follows");
    };
    assert_eq!(
        evidence["record"],
        "at://did:plc:anna/app.bsky.graph.follow/3k"
    );
    assert_eq!(
        check("did:plc:boris").await,
        Ok(Answer::NotDone("not_followed"))
    );
    assert_eq!(
        check("did:plc:gone").await,
        Ok(Answer::NotDone("not_followed"))
    );
    for mood in [
        Mood::Garbage,
        Mood::Contradictory,
        Mood::Status(500, None),
        Mood::Status(429, Some(7)),
    ] {
        net.be(mood);
        let answer = check("did:plc:anna").await;
        assert!(
            matches!(answer, Err(Trouble::NotNow(..))),
            "{mood:?}: {answer:?}"
        );
    }
}
