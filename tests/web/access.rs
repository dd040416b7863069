//! Nothing keeps anybody out: axe-core finds no barrier in any state of the panel, on the pages
//! beside it and in the shop; at 400 % zoom nothing has to be scrolled sideways; what moves stands
//! still for those who ask for it. Everything in light and dark, in both languages.

use crate::support::audit::{Audit, EVERY_RULE, SCREEN};
use crate::support::browser::Browser;
use crate::support::world::{Database, World, eventually, paid};
use app::api::{AttemptState, MeView, ProofLevel, Reason, TaskStanding, Transfers};
use app::panel::{Form, Panel, Theme, View, Viewer};
use app::shell::{self, Assets};
use axum::response::Html;
use serde_json::json;
use server::domain::HOUR;
use std::collections::HashMap;
use std::sync::Arc;
use thirtyfour::By;

/// Serves documents that were drawn for the test.
async fn serve(pages: HashMap<String, String>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let pages = Arc::new(pages);
    let page = move |axum::extract::Path(name): axum::extract::Path<String>| async move {
        Html(pages.get(&name).cloned().unwrap_or_default())
    };
    let router = axum::Router::new().route("/{name}", axum::routing::get(page));
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

/// A member's own panel, as the server would draw it.
pub(super) async fn member(world: &World, language: &str) -> Panel {
    let bearer = world.session(language).await;
    let join = json!({"version": 1, "locale": language});
    world.post("/api/v1/me/join", &bearer, &join).await;
    world.order(&paid("1043", language, 240_000)).await;
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    let (_, history) = world
        .get(&format!("/api/v1/me/transfers?locale={language}"), &bearer)
        .await;
    let program = world.app.programs.by_slug("demo").await.unwrap().unwrap();
    Panel {
        program: program.view(Some(language)),
        prints: program.prints(Some(language)),
        viewer: Viewer::Member {
            me: Box::new(serde_json::from_value::<MeView>(me).unwrap()),
            history: serde_json::from_value::<Transfers>(history).unwrap(),
            threads: Vec::new(),
            rewards: Box::default(),
            referral: None,
        },
        view: View::Home,
        form: Form::Panel,
        theme: Theme::Auto,
        host: Some(world.shop.clone()),
        session: None,
        reviews: None,
        quote: None,
        order: None,
        now: world.now(),
    }
}

/// Puts every task into one state, with whatever belongs to it.
fn put_into(task: &mut TaskStanding, state: AttemptState) {
    let proven = matches!(
        state,
        AttemptState::Held | AttemptState::Earned | AttemptState::Reversed
    );
    let refused = matches!(
        state,
        AttemptState::Rejected | AttemptState::Expired | AttemptState::Reversed
    );
    task.state = state;
    let attempt = json!({
        "id": "att_01JD3Z6K3W0000000000000000",
        "task": task.task.id,
        "state": state,
        "next": (state == AttemptState::Started)
            .then(|| json!({"kind": "mail", "address": "a•••@example.com", "resend_at": "2026-11-21T12:01:00Z"})),
        "points": task.task.points,
        "started_at": "2026-11-21T12:00:00Z",
        "available_at": (state == AttemptState::Held).then_some("2026-12-05T12:00:00Z"),
    });
    let mut attempt: app::api::AttemptView = serde_json::from_value(attempt).unwrap();
    attempt.proof = proven.then_some(ProofLevel::Verified);
    attempt.reason = refused.then(|| Reason {
        code: "expired".into(),
        text: app::text::reason(app::text::Text::by_locale("en"), "expired", "", ""),
    });
    task.attempt = (state != AttemptState::Available).then_some(attempt);
}

/// Every document of the panel that a browser may be given, by name.
async fn documents(world: &World, language: &str) -> HashMap<String, String> {
    use AttemptState::{Available, Checking, Earned, Expired, Held, Rejected, Reversed, Started};
    let member = member(world, language).await;
    let guest = |viewer| Panel {
        viewer,
        ..member.clone()
    };
    let known = || {
        guest(Viewer::SignedIn {
            name: Some("Anna".into()),
            email: None,
        })
    };
    let mut panels = vec![
        ("guest".to_owned(), guest(Viewer::Guest)),
        ("signed-in".to_owned(), known()),
        (
            "history".to_owned(),
            Panel {
                view: View::History,
                ..member.clone()
            },
        ),
        (
            "earn".to_owned(),
            Panel {
                view: View::Earn,
                ..member.clone()
            },
        ),
        (
            "how".to_owned(),
            Panel {
                view: View::How,
                ..member.clone()
            },
        ),
    ];
    for state in [
        Available, Started, Checking, Held, Earned, Rejected, Expired, Reversed,
    ] {
        let mut panel = member.clone();
        if let Viewer::Member { me, .. } = &mut panel.viewer {
            me.tasks.iter_mut().for_each(|task| put_into(task, state));
        }
        let name = format!("{state:?}").to_lowercase();
        let tasks = Panel {
            form: Form::Tasks,
            ..panel.clone()
        };
        panels.extend([
            (format!("inline-tasks-{name}"), tasks),
            (format!("home-{name}"), panel),
        ]);
    }
    for (who, panel) in [
        ("member", member.clone()),
        ("guest", guest(Viewer::Guest)),
        ("known", known()),
    ] {
        for form in [Form::Balance, Form::Tasks] {
            panels.push((
                format!("inline-{}-{who}", form.name()),
                Panel {
                    form,
                    ..panel.clone()
                },
            ));
        }
    }
    let mut below = member.clone();
    if let Viewer::Member { me, .. } = &mut below.viewer {
        me.balance.available = -1240;
    }
    panels.push(("below-zero".to_owned(), below));
    let assets = Assets {
        css: &world.app.css,
        pkg: "/pkg",
        nonce: "",
    };
    panels
        .into_iter()
        .map(|(name, panel)| (name, shell::document(&panel, &assets)))
        .collect()
}

/// Looks at every one of these documents.
pub(super) async fn audit_all(pages: HashMap<String, String>, language: &str, theme: Theme) {
    let mut names: Vec<String> = pages.keys().cloned().collect();
    names.sort();
    let address = serve(pages).await;
    let mut audit = Audit::open(language, theme).await;
    for name in names {
        audit.visit(&name, &format!("{address}/{name}")).await;
    }
    audit.end();
}

async fn every_document(language: &str, theme: Theme) {
    let world = World::open(Database::Sqlite).await;
    audit_all(documents(&world, language).await, language, theme).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_state_of_the_panel_has_a_barrier_in_light_english() {
    every_document("en", Theme::Light).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_state_of_the_panel_has_a_barrier_in_dark_russian() {
    every_document("ru", Theme::Dark).await;
}

/// The links that mails bring, in each of their ends, and the mailbox of the demo.
async fn every_letter(language: &str, theme: Theme) {
    let world = World::open(Database::Sqlite).await;
    let mut audit = Audit::open(language, theme).await;
    audit
        .visit("mailbox-empty", &format!("{}/dev/mail", world.url))
        .await;
    let bearer = world.session("a").await;
    let join = json!({"version": 1, "locale": language});
    world.post("/api/v1/me/join", &bearer, &join).await;
    let task = "/api/v1/tasks/tsk_newsletter/attempts";
    let start = json!({"email": "a@example.com", "consent": true});
    world.post(task, &bearer, &start).await;
    let letter = world.letter("a@example.com", 0).await;
    let link = letter.link().unwrap();
    audit
        .visit("mailbox", &format!("{}/dev/mail", world.url))
        .await;
    // A mail has no place for landmarks and headings.
    audit.rules = &EVERY_RULE[..5];
    audit
        .visit("letter", &format!("{}/dev/mail/0", world.url))
        .await;
    audit.rules = EVERY_RULE;
    audit.visit("confirm-ask", link).await;
    audit.go("button").await;
    audit.look("confirm-done").await;
    audit.visit("confirm-used", link).await;
    audit
        .visit("confirm-unknown", &format!("{}/c/nothing", world.url))
        .await;

    // Somebody else comes with the address that has earned.
    let bearer = world.session("c").await;
    world.post("/api/v1/me/join", &bearer, &join).await;
    world.post(task, &bearer, &start).await;
    let letter = world.letter("a@example.com", 1).await;
    audit
        .visit("confirm-ask-again", letter.link().unwrap())
        .await;
    audit.go("button").await;
    audit.look("confirm-address-used").await;

    let bearer = world.session("b").await;
    world.post("/api/v1/me/join", &bearer, &join).await;
    let start = json!({"email": "b@example.com", "consent": true});
    world.post(task, &bearer, &start).await;
    let letter = world.letter("b@example.com", 0).await;
    world.pass(25 * HOUR);
    audit.visit("confirm-expired", letter.link().unwrap()).await;
    audit.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_behind_a_mail_has_a_barrier() {
    tokio::join!(
        every_letter("en", Theme::Dark),
        every_letter("ru", Theme::Light)
    );
}

/// Every page of the shop, with the launcher on it and what stands inline.
async fn every_shop_page(language: &str, theme: Theme) {
    let world = World::open(Database::Sqlite).await;
    let mut audit = Audit::open(language, theme).await;
    let page = |path: &str| format!("{}{path}", world.shop);
    audit.visit("shop-home", &page("/")).await;
    audit.visit("shop-cart-empty", &page("/cart")).await;
    audit.visit("shop-nothing", &page("/nothing")).await;
    audit.visit("shop-club-guest", &page("/club")).await;
    audit.visit("shop-product", &page("/product/cerrado")).await;
    audit.go("#add").await;
    audit.look("shop-cart").await;
    // The browser's own check has less to say than the shop.
    let refused = "document.querySelector('#email').type = 'text'; document.querySelector('#email').value = 'a b'";
    audit.browser.execute(refused, vec![]).await.unwrap();
    audit.go("#pay").await;
    audit.look("shop-cart-refused").await;
    audit
        .browser
        .find(By::Css("#email"))
        .await
        .unwrap()
        .clear()
        .await
        .unwrap();
    let email = audit.browser.find(By::Css("#email")).await.unwrap();
    email.send_keys("guest@example.com").await.unwrap();
    audit.go("#pay").await;
    audit.look("shop-thanks-guest").await;
    audit.visit("shop-sign-in", &page("/sign-in")).await;
    audit.go("button[value=anna]").await;
    audit.look("shop-club").await;
    audit
        .visit("shop-product-member", &page("/product/guji"))
        .await;
    audit.go("#add").await;
    audit.look("shop-cart-member").await;
    audit.go("#pay").await;
    audit.look("shop-thanks-member").await;
    audit.go("#sign-out").await;
    audit.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_the_shop_has_a_barrier() {
    tokio::join!(
        every_shop_page("en", Theme::Light),
        every_shop_page("ru", Theme::Dark)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_went_wrong_is_said_without_a_barrier() {
    let world = World::open(Database::Sqlite).await;
    let bearer = world.member("anna").await;
    let mut audit = Audit::open("en", Theme::Light).await;
    // A page of ours that can send the shop's token on, as the loader does.
    audit
        .browser
        .goto(format!("{}/dev/mail", world.url))
        .await
        .unwrap();
    open_personal(&audit.browser, &world, "anna").await;
    let fill = "document.querySelector('#tsk_newsletter-email').value = 'anna@example';
        document.querySelector('#tsk_newsletter-consent').checked = true;
        document.querySelector('#tsk_newsletter-start').requestSubmit()";
    audit.browser.execute(fill, vec![]).await.unwrap();
    eventually("the refusal", async || {
        let fault = audit
            .browser
            .find(By::Css("#tsk_newsletter-email-fault"))
            .await
            .ok()?;
        (!fault.text().await.ok()?.is_empty()).then_some(())
    })
    .await;
    let kept = "const field = document.querySelector('#tsk_newsletter-email');
        return [field.value, field.getAttribute('aria-invalid'), document.activeElement === field]";
    let kept = audit.browser.execute(kept, vec![]).await.unwrap();
    assert_eq!(
        kept.json(),
        &json!(["anna@example", "true", true]),
        "what was typed, marked, in focus"
    );
    audit.look("refused").await;
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    assert_eq!(me["tasks"][1]["state"], "available", "{me}");
    audit.end();
}

/// Opens the panel by itself, signed in by the shop's token.
async fn open_personal(browser: &Browser, world: &World, customer: &str) {
    let token = world.sign(&world.claims(customer));
    let post = "const form = Object.assign(document.createElement('form'), {method: 'post', action: arguments[0]});
        const token = Object.assign(document.createElement('input'), {name: 'token', value: arguments[1]});
        form.append(token); document.body.append(form); form.submit()";
    let address = format!("{}/w/demo?locale=en", world.url);
    browser
        .execute(post, vec![address.into(), token.into()])
        .await
        .unwrap();
    eventually("the panel", async || {
        browser
            .find(By::Css("#panel[data-viewer=member]"))
            .await
            .ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_moves_for_those_who_ask_for_it() {
    let world = World::open(Database::Sqlite).await;
    let browser = Browser::open(SCREEN.0, SCREEN.1, &[]).await;
    let moving = "const inside = root => [...root.querySelectorAll('*')].flatMap(element => [
            getComputedStyle(element), getComputedStyle(element, '::before'), getComputedStyle(element, '::after')]
            .concat(element.shadowRoot ? inside(element.shadowRoot) : []));
        return inside(document).filter(style => /[1-9]/.test(style.transitionDuration + style.animationDuration)).length";
    let mut counted = Vec::new();
    for wish in ["no-preference", "reduce"] {
        let media = json!({"features": [{"name": "prefers-reduced-motion", "value": wish}]});
        browser.devtools("Emulation.setEmulatedMedia", media).await;
        for page in [format!("{}/w/demo", world.url), world.shop.clone()] {
            browser.goto(page).await.unwrap();
            let count = browser.execute(moving, vec![]).await.unwrap();
            counted.push(count.json().as_u64().unwrap());
        }
    }
    assert!(
        counted[0] > 0,
        "the panel moves for others, so that this test can fail"
    );
    assert_eq!(counted[2..], [0, 0], "the panel and the shop stand still");
}
