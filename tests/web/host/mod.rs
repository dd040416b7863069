//! The rules of contract.md §3, each in a real Chromium, with the real server and the real panel:
//! what Laurel costs the page it lives in, under which policies it works, and what it lets a page
//! and a stranger do.
//!
//! The host page is on another site than Laurel (`localhost` and `127.0.0.1`), so the panel runs in
//! a process of its own, as it does in every shop.

mod calls;
mod cost;
mod inline;
mod once;
mod pages;
mod panel;
mod policy;
mod shopper;
mod strangers;

use std::sync::Arc;

use serde_json::{Value, json};
use server::domain::program_file;
use thirtyfour::prelude::*;

use crate::support::browser::Browser;
use crate::support::world::{Database, World, eventually};
use pages::{CUSTOMER, Page, Shop};

/// The frame of the panel, and those of the inline views.
const PANEL: &str = "laurel-host iframe";
const BALANCE: &str = "laurel-widget[view=balance] iframe";
const TASKS: &str = "laurel-widget[view=tasks] iframe";

/// What a test may choose besides the page.
struct Setup {
    width: u32,
    height: u32,
    /// The programme's origins; `{host}` is the shop's.
    origins: &'static [&'static str],
    /// For Chromium.
    arguments: &'static [&'static str],
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 800,
            origins: &["{host}"],
            arguments: &[],
        }
    }
}

/// A browser at a merchant's site that embeds Laurel.
struct Host {
    browser: Browser,
    shop: Arc<Shop>,
    world: World,
}

impl Host {
    /// Starts everything and goes to the page.
    async fn open(page: Page) -> Self {
        let host = Self::start(Setup::default()).await;
        host.visit(page).await;
        host
    }

    /// Starts everything, with no page yet.
    async fn start(setup: Setup) -> Self {
        let world = World::open(Database::Sqlite).await;
        let shop = Shop::start(world.app.clone(), &world.url, world.secret).await;
        let browser = Browser::open(setup.width, setup.height, setup.arguments).await;
        let probe = json!({ "source": include_str!("probe.js") });
        browser
            .devtools("Page.addScriptToEvaluateOnNewDocument", probe)
            .await;
        let host = Self {
            browser,
            shop,
            world,
        };
        host.programme(setup.origins).await;
        host
    }

    /// Gives the programme these origins.
    async fn programme(&self, origins: &[&str]) {
        let origins: Vec<_> = origins.iter().map(|it| self.shop.filled(it)).collect();
        let source = server::demo::PROGRAM
            .replace(r#"["http://localhost:8081"]"#, &json!(origins).to_string());
        let program = program_file::parse(&source).unwrap();
        let app = &self.world.app;
        let import = app.programs.import(&source, &program, self.world.now());
        import.await.unwrap();
    }

    /// Puts the page on the shop's site and goes there.
    async fn visit(&self, page: Page) {
        self.shop.show(page);
        self.browser.goto(&self.shop.origin).await.unwrap();
    }

    /// Waits for Laurel to be there.
    async fn ready(&self) {
        self.until("laurel", "probe.events.some(([name]) => name === 'ready')")
            .await;
    }

    /// Runs a script in the shop's page.
    async fn run(&self, script: &str) -> Value {
        let answer = self.browser.execute(script, vec![]).await;
        answer
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// The value of an expression in the shop's page.
    async fn ask(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}")).await
    }

    /// Waits until an expression in the shop's page holds, and gives its value.
    async fn until(&self, what: &str, expression: &str) -> Value {
        eventually(what, async || {
            Some(self.ask(expression).await).filter(truthy)
        })
        .await
    }

    /// The value of an expression in a frame, if the frame is there.
    async fn ask_in(&self, frame: &str, expression: &str) -> Option<Value> {
        let element = self.browser.find(By::Css(frame)).await.ok()?;
        element.enter_frame().await.ok()?;
        let answer = self
            .browser
            .execute(format!("return {expression}"), vec![])
            .await;
        self.browser.enter_default_frame().await.unwrap();
        Some(answer.ok()?.json().clone())
    }

    /// Waits until an expression in a frame holds, and gives its value.
    async fn until_in(&self, frame: &str, what: &str, expression: &str) -> Value {
        eventually(what, async || {
            self.ask_in(frame, expression).await.filter(truthy)
        })
        .await
    }

    /// Waits until the frame and the loader talk.
    async fn connected(&self, frame: &str) {
        self.until(frame, &format!("!!document.querySelector('{frame}')?.port"))
            .await;
    }

    /// Runs a script that makes the document in a frame come anew, and waits until it talks.
    async fn reconnected(&self, frame: &str, script: &str) {
        let port = format!("document.querySelector('{frame}').port");
        self.run(&format!("window.port = {port}; {script}")).await;
        self.until(frame, &format!("window.port !== {port}")).await;
    }

    /// Clicks as a finger does.
    async fn click(&self, selector: &str) {
        let element = self.browser.find(By::Css(selector)).await.unwrap();
        element.click().await.unwrap();
    }

    /// Clicks in a frame.
    async fn click_in(&self, frame: &str, selector: &str) {
        let element = self.browser.find(By::Css(frame)).await.unwrap();
        element.enter_frame().await.unwrap();
        self.click(selector).await;
        self.browser.enter_default_frame().await.unwrap();
    }

    /// The launcher's button, which is in a shadow root.
    async fn launcher(&self) -> WebElement {
        let root = self.browser.find(By::Tag("laurel-host")).await.unwrap();
        let root = root.get_shadow_root().await.unwrap();
        root.find(By::Tag("button")).await.unwrap()
    }

    /// Opens the panel by its launcher and waits for it.
    async fn open_panel(&self) {
        self.launcher().await.click().await.unwrap();
        self.connected(PANEL).await;
    }

    /// Presses a key, wherever the focus is.
    async fn press(&self, key: Key) {
        let chain = self.browser.action_chain();
        let chain = chain.key_down(key.value()).key_up(key.value());
        chain.perform().await.unwrap();
    }

    /// Presses a key while another one is held.
    async fn press_with(&self, held: Key, key: Key) {
        let chain = self.browser.action_chain().key_down(held.value());
        let chain = chain.key_down(key.value()).key_up(key.value());
        chain.key_up(held.value()).perform().await.unwrap();
    }

    /// What the events of this name carried, in their order.
    async fn events(&self, name: &str) -> Vec<Value> {
        let all = self.ask("probe.events").await;
        let all = all.as_array().unwrap().iter();
        all.filter(|event| event[0] == name)
            .map(|event| event[1].clone())
            .collect()
    }

    /// What the page would show in its console as a fault.
    async fn faults(&self) -> Value {
        self.ask("[...probe.faults, ...probe.said]").await
    }

    /// Lets the shop's customer join; gives a bearer of theirs.
    async fn member(&self) -> String {
        self.member_of(CUSTOMER).await
    }

    /// Lets a customer join; gives a bearer of theirs.
    async fn member_of(&self, customer: &str) -> String {
        let bearer = self.world.session_of(&self.shop.sign(customer)).await;
        let (_, program) = self.world.get("/api/v1/programs/demo", "").await;
        let join = json!({ "version": program["version"] });
        let (status, me) = self.world.post("/api/v1/me/join", &bearer, &join).await;
        assert!(status.is_success(), "{me}");
        bearer
    }

    /// Lets the member earn the 500 points of the newsletter, which are available at once.
    async fn earn(&self, bearer: &str) {
        let start = json!({ "email": "anna@example.com", "consent": true });
        let path = "/api/v1/tasks/tsk_newsletter/attempts";
        let (status, attempt) = self.world.post(path, bearer, &start).await;
        assert!(status.is_success(), "{attempt}");
        let letter = self.world.letter("anna@example.com", 0).await;
        let link = letter.link().unwrap();
        let page = self.world.http.post(link).send().await.unwrap();
        assert!(page.status().is_success());
    }
}

/// As JavaScript sees it.
fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
