//! A friend with a phone opens a member's link and takes the gift. Nothing keeps them out, and no script runs.

use crate::support::audit::Audit;
use crate::support::rules::PLAIN;
use crate::support::sql::{Write, count};
use crate::support::world::{Database, World};
use app::panel::Theme;
use serde_json::json;
use server::demo::REWARDS;
use thirtyfour::By;

/// A programme that rewards friends, and a member with a link; answers its address.
async fn link(world: &World) -> String {
    const CODE: &str = "insert into referral_code (code, program_id, member_id, shown, created_at)
        select 'anna', program_id, id, 'Anna', 0 from member";
    let (_, referral) = REWARDS.split_once("[referral]").unwrap();
    let file = [PLAIN.file().as_str(), "[referral]", referral].concat();
    world.rule(&file).await;
    let join = json!({ "customer": "anna" });
    let path = "/api/v1/programs/demo/members";
    world.post(path, &world.api_key, &join).await;
    let write = Write(CODE, Vec::new());
    assert_eq!(world.app.store.write(write).await.unwrap(), 1);
    world.at("/r/anna")
}

async fn shown(audit: &Audit, selector: &str) -> String {
    let found = audit.browser.find(By::Css(selector)).await.unwrap();
    found.text().await.unwrap()
}

async fn a_friend(language: &str, theme: Theme) {
    let world = World::open(Database::Sqlite).await;
    let link = link(&world).await;
    let mut audit = Audit::open(language, theme).await;
    audit.visit("landing", &link).await;
    let gifts = async || count(&world.app.store, "select count(*) from referral").await;
    assert_eq!(gifts().await, 0, "looking takes nothing");
    // Not an address for us, though the browser would let it pass.
    let email = audit.browser.find(By::Css("#email")).await.unwrap();
    email.send_keys("friend@nowhere").await.unwrap();
    audit.go("main button").await;
    audit.look("landing-bad-email").await;
    let email = audit.browser.find(By::Css("#email")).await.unwrap();
    let typed = email.prop("value").await.unwrap();
    assert_eq!(
        typed.as_deref(),
        Some("friend@nowhere"),
        "what was typed is kept"
    );
    email.clear().await.unwrap();
    audit.go("main button").await;
    audit.look("landing-gift").await;
    let code = shown(&audit, "output").await;
    assert!(code.starts_with("G-"), "{code}");
    audit.visit("landing-again", &link).await;
    assert_eq!(
        shown(&audit, "output").await,
        code,
        "the browser remembers it"
    );
    assert_eq!(gifts().await, 1);
    let to_shop = audit.browser.find(By::Css("main a.button")).await.unwrap();
    let to_shop = to_shop.prop("href").await.unwrap().unwrap();
    assert_eq!(to_shop, format!("{}/?gift={code}", world.shop));
    audit.visit("landing-unknown", &world.at("/r/nobody")).await;
    audit.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_friend_takes_the_gift_without_any_barrier() {
    tokio::join!(a_friend("en", Theme::Light), a_friend("ru", Theme::Dark));
}
