//! The pages on which people of the shop decide: who is let in, what they see, and what each form does.

use crate::support::audit::Audit;
use crate::support::owner::{enter, form, invite, open};
use crate::support::sql::{Write, assert_books_balance, count, one};
use crate::support::together::together;
use crate::support::trust::ask;
use crate::support::waiting::{members, waiting};
use crate::support::world::{Database, World, on_both_databases};
use app::api::{AttemptId, PhotoId};
use app::panel::Theme;
use clap::Parser;
use reqwest::{StatusCode, header};
use serde_json::json;
use server::cli::{Cli, execute};
use server::domain::HOUR;

const SECRET: &str = "an-invitation-that-only-this-test-knows";
const SCRIPT: &str = "<script>alert(1)</script>";

async fn begin(world: &World) -> (String, AttemptId) {
    let [bearer] = members(world, 0, ["anna"]).await;
    let name = json!({ "name": "Anna <b>" });
    let (status, told) = world
        .send(
            reqwest::Method::PATCH,
            "/api/v1/me",
            &bearer,
            Some(&name),
            None,
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let attempt = waiting(world, &bearer, SCRIPT, "<i>anna</i>").await;
    let cookie = enter(world, world.demo().await, SECRET).await;
    (cookie, attempt)
}

/// Sends a decision; answers the page that the browser is sent to.
async fn decide(
    world: &World,
    cookie: &str,
    attempt: AttemptId,
    fields: &[(&str, &str)],
) -> String {
    let path = format!("/owner/demo/attempts/{attempt}");
    let told = ask(form(world, &path, cookie, fields)).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
    let page = open(world, told.header("location"), cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    page.text
}

/// Makes an attempt that waits one with a review.
async fn write_review(world: &World, attempt: AttemptId) {
    const REVIEW: &str =
        "insert into review (attempt_id, program_id, member_id, sku, order_id, stars, text, author, locale, created_at)
        select id, program_id, member_id, 'beans', '1', 4, 'Strong & good', 'Anna B.', 'en', 0 from attempt
        where id = $1";
    let write = Write(REVIEW, vec![attempt.into()]);
    assert_eq!(world.app.store.write(write).await.unwrap(), 1);
}

async fn state(world: &World) -> String {
    one(&world.app.store, "select state from attempt").await
}

async fn available(world: &World) -> i64 {
    one(&world.app.store, "select available from account").await
}

on_both_databases! { quiet
    async fn a_link_lets_one_person_in_once(world: World) {
        invite(&world, world.demo().await, SECRET).await;
        let path = format!("/owner/enter/{SECRET}");
        for _ in 0..3 {
            let shown = open(&world, &path, "").await;
            assert_eq!(shown.status, StatusCode::OK, "looking changes nothing");
            assert!(shown.text.contains("Morning Roast") && shown.text.contains("<form method=\"post\">"), "{}", shown.text);
            assert_eq!(shown.header("set-cookie"), "");
        }
        let foreign = world.http.post(world.at(&path)).header(header::ORIGIN, "https://evil.example");
        assert_eq!(ask(foreign).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ask(world.http.post(world.at(&path))).await.status, StatusCode::FORBIDDEN, "no origin at all");
        let all = (0..20).map(|_| form(&world, &path, "", &[]));
        let let_in = together(all).await.iter().filter(|(status, _)| *status == StatusCode::SEE_OTHER).count();
        assert_eq!(let_in, 1);
        assert_eq!(count(&world.app.store, "select count(*) from owner_session").await, 1);
        assert_eq!(open(&world, &path, "").await.status, StatusCode::GONE);
        assert_eq!(open(&world, "/owner/enter/never", "").await.status, StatusCode::GONE);
    }

    async fn a_link_works_for_a_day_and_a_session_for_two_quiet_hours(world: World) {
        let demo = world.demo().await;
        invite(&world, demo, SECRET).await;
        let path = format!("/owner/enter/{SECRET}");
        world.pass(24 * HOUR);
        assert_eq!(open(&world, &path, "").await.status, StatusCode::GONE);
        assert_eq!(ask(form(&world, &path, "", &[])).await.status, StatusCode::GONE);
        let cookie = enter(&world, demo, "another-invitation").await;
        for _ in 0..7 {
            world.pass(3 * HOUR / 2);
            assert_eq!(open(&world, "/owner/demo", &cookie).await.status, StatusCode::OK, "it is renewed by use");
        }
        world.pass(3 * HOUR / 2);
        assert_eq!(open(&world, "/owner/demo", &cookie).await.status, StatusCode::FORBIDDEN, "twelve hours are over");
        let cookie = enter(&world, demo, "a-third-invitation").await;
        world.pass(2 * HOUR);
        assert_eq!(open(&world, "/owner/demo", &cookie).await.status, StatusCode::FORBIDDEN);
    }

    async fn only_its_own_session_opens_a_page(world: World) {
        let (cookie, attempt) = begin(&world).await;
        let tea = enter(&world, world.tea().await, "for-the-tea-shop").await;
        for (cookie, what) in [("", "none"), (&*tea, "another programme's"), ("laurel-owner=x", "no cookie of ours")] {
            let page = open(&world, "/owner/demo", cookie).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{what}");
            assert!(!page.text.contains("Anna") && page.text.contains("laurel owner invite demo"), "{what}: {}", page.text);
            let fields = [("decision", "accept")];
            let told = ask(form(&world, &format!("/owner/demo/attempts/{attempt}"), cookie, &fields)).await;
            assert_eq!(told.status, StatusCode::FORBIDDEN, "{what}");
        }
        assert_eq!(open(&world, "/owner/tea", &tea).await.status, StatusCode::OK);
        let other = ask(form(&world, &format!("/owner/tea/attempts/{attempt}"), &tea, &[("decision", "accept")])).await;
        assert!(other.header("location").contains("done=gone"), "{}", other.header("location"));
        let path = world.at(&format!("/owner/demo/attempts/{attempt}"));
        for origin in [Some("https://evil.example"), Some(&*world.shop), Some("null"), None] {
            let form = world.http.post(&path).form(&[("decision", "accept")]).header(header::COOKIE, &cookie);
            let form = origin.into_iter().fold(form, |form, origin| form.header(header::ORIGIN, origin));
            let told = ask(form).await;
            told.assert_problem(403, "wrong_origin", "a page of another site");
        }
        assert_eq!(state(&world).await, "checking", "nobody has decided");
        assert_eq!(open(&world, "/owner/nothing", &cookie).await.status, StatusCode::NOT_FOUND);
        let left = ask(form(&world, "/owner/demo/leave", &cookie, &[])).await;
        assert!(left.header("set-cookie").starts_with("laurel-owner=; ") && left.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(open(&world, "/owner/demo", &cookie).await.status, StatusCode::FORBIDDEN, "signed out");
    }

    async fn what_people_wrote_is_shown_and_is_no_markup(world: World) {
        let (cookie, _) = begin(&world).await;
        let page = open(&world, "/owner/demo", &cookie).await;
        for said in [
            "Anna &lt;b&gt;",
            "Tell us who you are",
            "Unusually many addresses of this domain were confirmed within an hour.",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "&lt;i&gt;anna&lt;/i&gt;",
            "Accept: +100\u{a0}beans",
        ] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(!page.text.contains("<script") && !page.text.contains("<i>anna"), "{}", page.text);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store");
        let russian = world.http.get(world.at("/owner/demo")).header(header::COOKIE, &cookie);
        let russian = ask(russian.header(header::ACCEPT_LANGUAGE, "ru-RU,en;q=0.5")).await;
        assert!(russian.text.contains("Задержанные задания") && russian.text.contains("Рассказать о себе"), "{}", russian.text);
    }

    async fn the_buttons_pay_and_take_back(world: World) {
        let (cookie, attempt) = begin(&world).await;
        let page = decide(&world, &cookie, attempt, &[("decision", "accept")]).await;
        assert!(page.contains("Accepted: +100\u{a0}beans for Anna"), "{page}");
        assert_eq!((state(&world).await, available(&world).await), ("earned".to_owned(), 100));
        let page = decide(&world, &cookie, attempt, &[("decision", "refuse"), ("reason", "No.")]).await;
        assert!(page.contains("This was accepted for Anna"), "a refusal of what waited takes nothing back: {page}");
        assert_eq!(available(&world).await, 100);
        let page = decide(&world, &cookie, attempt, &[("decision", "take_back"), ("reason", "  ")]).await;
        assert!(page.contains("Give a reason of 1 to 500 characters"), "{page}");
        let page = decide(&world, &cookie, attempt, &[("decision", "take_back"), ("reason", "Not you.")]).await;
        assert!(page.contains("Taken back: \u{2212}100\u{a0}beans for Anna"), "{page}");
        assert!(page.contains("Refused on") && page.contains("Not you."), "{page}");
        assert_eq!((state(&world).await, available(&world).await), ("reversed".to_owned(), 0));
        let page = decide(&world, &cookie, attempt, &[("decision", "accept")]).await;
        assert!(page.contains("This was refused for Anna"), "{page}");
        let by: String = one(&world.app.store, "select decided_by from decision").await;
        assert_eq!(by, "owner");
        assert_books_balance(&world.app.store).await;
    }

    async fn of_two_who_decide_at_once_one_does(world: World) {
        let (cookie, attempt) = begin(&world).await;
        let path = format!("/owner/demo/attempts/{attempt}");
        let all = (0..20).map(|n| {
            let fields: &[(&str, &str)] = if n % 2 == 0 { &[("decision", "accept")] } else { &[("decision", "refuse"), ("reason", "No.")] };
            form(&world, &path, &cookie, fields)
        });
        assert!(together(all).await.iter().all(|(status, _)| *status == StatusCode::SEE_OTHER));
        let verdict: String = one(&world.app.store, "select verdict from decision").await;
        let stands = (state(&world).await, available(&world).await);
        let expected = if verdict == "accepted" { ("earned".to_owned(), 100) } else { ("rejected".to_owned(), 0) };
        assert_eq!(stands, expected, "what was decided first stands");
        assert_books_balance(&world.app.store).await;
    }

    async fn messages_are_answered_on_the_page(world: World) {
        let (cookie, _) = begin(&world).await;
        let bearer = world.session("anna").await;
        let said = json!({ "text": "The lid of the <u>large</u> jar leaks." });
        let (status, thread) = world.post("/api/v1/threads", &bearer, &said).await;
        assert_eq!(status, StatusCode::OK, "{thread}");
        let page = open(&world, "/owner/demo", &cookie).await;
        assert!(page.text.contains("The lid of the &lt;u&gt;large&lt;/u&gt; jar leaks."), "{}", page.text);
        let path = format!("/owner/demo/threads/{}", thread["id"].as_str().unwrap());
        let empty = ask(form(&world, &path, &cookie, &[("text", " ")])).await;
        assert!(empty.header("location").contains("done=needs_text"));
        let told = ask(form(&world, &path, &cookie, &[("text", "A new one is\r\non its way.")])).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER);
        let page = open(&world, told.header("location"), &cookie).await;
        assert!(page.text.contains("Your answer is with Anna") && !page.text.contains("jar leaks"), "{}", page.text);
        let answer: String = one(&world.app.store, "select text from thread_message where author = 'shop'").await;
        assert_eq!(answer, "A new one is\non its way.");
    }

    async fn reviews_are_shown_with_their_photos_to_the_owner_alone(world: World) {
        const PHOTO: &str = "insert into review_photo (id, attempt_id, program_id, position, width, height, bytes, created_at)
            select $1, id, program_id, 0, 1, 1, $2, 0 from attempt where id = $3";
        let (cookie, attempt) = begin(&world).await;
        let (store, photo) = (&world.app.store, PhotoId([9; 16]));
        write_review(&world, attempt).await;
        store.write(Write(PHOTO, vec![photo.into(), vec![1_u8, 2, 3].into(), attempt.into()])).await.unwrap();
        let page = open(&world, "/owner/demo", &cookie).await.text;
        let source = format!("/owner/demo/photos/{photo}");
        for said in ["4 of 5 stars", "Strong &amp; good", "Signed: Anna B.", &format!("src=\"{source}\"")] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let shown = open(&world, &source, &cookie).await;
        assert_eq!((shown.status, shown.header("content-type"), &*shown.text), (StatusCode::OK, "image/jpeg", "\u{1}\u{2}\u{3}"));
        assert_eq!(open(&world, &source, "").await.status, StatusCode::FORBIDDEN);
        let tea = enter(&world, world.tea().await, "for-the-tea-shop").await;
        assert_eq!(open(&world, &source, &tea).await.status, StatusCode::FORBIDDEN);
        let theirs = source.replace("/demo/", "/tea/");
        assert_eq!(open(&world, &theirs, &tea).await.status, StatusCode::NOT_FOUND);
        assert_eq!(open(&world, "/owner/demo/photos/x", &cookie).await.status, StatusCode::NOT_FOUND);
    }

    async fn the_command_line_makes_a_link(world: World) {
        let words = ["laurel", "owner", "invite", "demo", "--public-url", &world.url, "--database", &world.database_url];
        let link = execute(Cli::try_parse_from(words).unwrap()).await.unwrap();
        let link = link.trim();
        assert!(link.starts_with(&world.at("/owner/enter/")), "{link}");
        let taken = ask(form(&world, link.strip_prefix(&world.url).unwrap(), "", &[])).await;
        assert_eq!((taken.status, taken.header("location")), (StatusCode::SEE_OTHER, "/owner/demo"));
        let set = taken.header("set-cookie");
        assert!(set.starts_with("laurel-owner=") && set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"), "{set}");
        let kept = one::<Vec<u8>>(&world.app.store, "select digest from owner_link").await;
        assert_eq!(kept.len(), 32, "of the secret only a digest is kept");
    }
}

/// In a browser: nothing keeps anybody out, and everything is done without a script.
async fn every_page(language: &str, theme: Theme) {
    let world = World::open(Database::Sqlite).await;
    begin(&world).await;
    let [boris] = members(&world, 0, ["boris"]).await;
    let review = waiting(&world, &boris, "9 at shop.example", "boris").await;
    write_review(&world, review).await;
    let said = json!({ "text": "The lid of the large jar leaks.\nCan I have another?" });
    world.post("/api/v1/threads", &boris, &said).await;
    invite(&world, world.demo().await, "for-a-browser").await;
    let mut audit = Audit::open(language, theme).await;
    let page = |path: &str| world.at(path);
    audit
        .visit("owner-bad-link", &page("/owner/enter/never"))
        .await;
    audit.visit("owner-signed-out", &page("/owner/demo")).await;
    audit
        .visit("owner-ask", &page("/owner/enter/for-a-browser"))
        .await;
    audit.go("main button").await;
    audit.look("owner-queue").await;
    audit
        .browser
        .execute(
            "document.querySelectorAll('details').forEach(each => each.open = true)",
            vec![],
        )
        .await
        .unwrap();
    audit.look("owner-queue-open").await;
    audit.go("#held article > form button").await;
    audit.look("owner-accepted").await;
    assert_eq!(
        count(
            &world.app.store,
            "select count(*) from decision where verdict = 'accepted'"
        )
        .await,
        1
    );
    audit.go(".top button").await;
    audit.look("owner-left").await;
    audit.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_the_owner_has_a_barrier() {
    tokio::join!(
        every_page("en", Theme::Light),
        every_page("ru", Theme::Dark)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn under_https_no_other_host_can_set_the_cookie() {
    let world = World::with(Database::Sqlite, |config| {
        config.public_url = Some("https://loyalty.example".into());
    })
    .await;
    let cookie = enter(&world, world.demo().await, SECRET).await;
    assert!(cookie.starts_with("__Host-laurel-owner="), "{cookie}");
    assert_eq!(
        open(&world, "/owner/demo", &cookie).await.status,
        StatusCode::OK
    );
    let plain = cookie.replace("__Host-", "");
    assert_eq!(
        open(&world, "/owner/demo", &plain).await.status,
        StatusCode::FORBIDDEN
    );
}
