//! Somebody in front of a browser: what a person does with a mouse, with keys alone or with a
//! finger, in the shop's pages and in the panel that stands in them.

use super::browser::Browser;
use super::world::{PATIENCE, World, eventually};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::time::Duration;
use thirtyfour::{By, Key, WebElement};

/// Where the panel is, seen from the shop's page.
pub(crate) const PANEL: &str = "laurel-host > iframe";
/// More stops of the Tab key than any page has.
const STOPS_MAX: usize = 90;

/// What the shopper works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hand {
    Mouse,
    Keys,
    Finger,
}

/// A shopper with a browser of their own.
pub(crate) struct Shopper<'w> {
    pub(crate) browser: Browser,
    pub(crate) world: &'w World,
    hand: Hand,
    in_panel: Cell<bool>,
}

impl<'w> Shopper<'w> {
    /// Opens a browser of this size that asks for pages in this language, with more `arguments`
    /// for Chromium.
    pub(crate) async fn open(
        world: &'w World,
        hand: Hand,
        (width, height): (u32, u32),
        language: &str,
        arguments: &[&str],
    ) -> Self {
        let language = format!("--accept-lang={language}");
        let arguments: Vec<&str> = arguments.iter().copied().chain([&*language]).collect();
        let browser = Browser::open(width, height, &arguments).await;
        // Two tabs, and several browsers at once: each page believes that it is the one in use.
        browser
            .devtools(
                "Emulation.setFocusEmulationEnabled",
                json!({"enabled": true}),
            )
            .await;
        if hand == Hand::Finger {
            let touch = json!({"enabled": true, "maxTouchPoints": 1});
            browser
                .devtools("Emulation.setTouchEmulationEnabled", touch)
                .await;
        }
        Self {
            browser,
            world,
            hand,
            in_panel: Cell::new(false),
        }
    }

    /// Goes to a page of the shop.
    pub(crate) async fn visit(&self, path: &str) {
        self.leave_panel().await;
        let address = format!("{}{path}", self.world.shop);
        self.browser.goto(address).await.unwrap();
    }

    /// Runs a script with `arguments[0]`, `[1]`… in the page, or in the panel while inside.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.browser.execute(script, arguments).await;
        answer
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// From now on all happens inside the panel, once it is there and alive.
    pub(crate) async fn enter_panel(&self) {
        self.leave_panel().await;
        eventually("the panel's answer", async || {
            let alive = "return !!document.querySelector('laurel-host')?.frame?.port";
            self.run(alive, vec![])
                .await
                .as_bool()
                .filter(|alive| *alive)
        })
        .await;
        let frame = self.browser.find(By::Css(PANEL)).await.unwrap();
        frame.enter_frame().await.unwrap();
        self.in_panel.set(true);
    }

    /// From now on all happens in the shop's page.
    pub(crate) async fn leave_panel(&self) {
        self.browser.enter_default_frame().await.unwrap();
        self.in_panel.set(false);
    }

    /// Opens the panel of a member on the shop's first page.
    pub(crate) async fn open_as_member(&self) {
        self.visit("/").await;
        self.open_panel().await;
        self.see("main[data-viewer=member]").await;
    }

    /// Opens the panel by its launcher and goes in.
    pub(crate) async fn open_panel(&self) {
        match self.hand {
            Hand::Keys => {
                let focused = "return document.querySelector('laurel-host')?.shadowRoot.activeElement?.matches('button')";
                self.tab_until("the launcher", focused, vec![]).await;
                self.key(Key::Enter).await;
            }
            Hand::Mouse | Hand::Finger => {
                let button = eventually("the launcher", async || {
                    let host = self.browser.find(By::Css("laurel-host")).await.ok()?;
                    let root = host.get_shadow_root().await.ok()?;
                    root.find(By::Css("button")).await.ok()
                })
                .await;
                self.point(&button).await;
            }
        }
        self.enter_panel().await;
    }

    /// Closes the panel, each hand in its own way, and goes on in the shop's page.
    pub(crate) async fn close_panel(&self) {
        match self.hand {
            Hand::Keys => self.key(Key::Escape).await,
            Hand::Mouse | Hand::Finger => self.press("#close").await,
        }
        self.leave_panel().await;
        eventually("the panel's end", async || {
            (!self.panel_is_open().await).then_some(())
        })
        .await;
    }

    /// Whether the shop's page shows the panel.
    pub(crate) async fn panel_is_open(&self) -> bool {
        let open = "return !document.querySelector('laurel-host').shadowRoot.querySelector('[role=dialog]').hidden";
        self.run(open, vec![]).await == true
    }

    /// The first element that matches, once it can be seen.
    pub(crate) async fn see(&self, selector: &str) -> WebElement {
        eventually(selector, async || {
            let found = self.browser.find(By::Css(selector)).await.ok()?;
            found.is_displayed().await.ok()?.then_some(found)
        })
        .await
    }

    /// Waits until the first element that matches says this, blanks of any kind counting as plain.
    pub(crate) async fn read(&self, selector: &str, wanted: &str) {
        let seen = RefCell::default();
        let reading = async {
            loop {
                let text = self.text(selector).await;
                if text.as_ref().is_some_and(|text| text.contains(wanted)) {
                    return;
                }
                seen.replace(text);
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, reading).await;
        assert!(
            found.is_ok(),
            "{selector} says {:?} and not {wanted:?}",
            seen.take()
        );
    }

    /// What the first element that matches says, with plain blanks; nothing if there is none.
    pub(crate) async fn text(&self, selector: &str) -> Option<String> {
        let element = self.browser.find(By::Css(selector)).await.ok()?;
        Some(plain(&element.text().await.ok()?))
    }

    /// Clicks, taps, or goes there by Tab and presses Enter (Space for what Enter would not do).
    pub(crate) async fn press(&self, selector: &str) {
        let element = self.see(selector).await;
        if self.hand == Hand::Keys {
            self.reach(selector).await;
            let kind = element.attr("type").await.unwrap().unwrap_or_default();
            let by_space = matches!(kind.as_str(), "checkbox" | "radio");
            self.key(if by_space { Key::Space } else { Key::Enter })
                .await;
        } else {
            self.point(&element).await;
        }
    }

    /// Opens a section of the panel by its tab.
    pub(crate) async fn section(&self, name: &str) {
        let tab = format!("#tab-{name}");
        if self.hand == Hand::Keys {
            // One stop for all of them; the arrows go from one to the next.
            self.reach("input[name=view]:checked").await;
            for _ in 0..8 {
                if self.holds(&tab).await {
                    break;
                }
                self.key(Key::Right).await;
            }
            assert!(self.holds(&tab).await, "the arrows do not reach {tab}");
        } else {
            self.press(&format!(".tabs label[for=tab-{name}]")).await;
        }
        self.see(&format!("[data-view~={name}]")).await;
    }

    /// Puts a text into a field in place of what is there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.see(selector).await;
        if self.hand == Hand::Keys {
            self.reach(selector).await;
            self.run("document.activeElement.select()", vec![]).await;
            let keys = self.browser.action_chain().send_keys(text);
            keys.perform().await.unwrap();
        } else {
            field.clear().await.unwrap();
            field.send_keys(text).await.unwrap();
        }
    }

    /// Goes from stop to stop until this one has the focus, and can be seen to have it.
    pub(crate) async fn reach(&self, selector: &str) {
        let focused = "return !!document.activeElement?.matches(arguments[0])";
        self.tab_until(selector, focused, vec![selector.into()])
            .await;
        let visible = "const stop = document.activeElement, ring = getComputedStyle(
                stop.type === 'radio' ? stop.nextElementSibling : stop);
            return stop.matches(':focus-visible') && ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2";
        assert_eq!(
            self.run(visible, vec![]).await,
            true,
            "the focus on {selector} cannot be seen"
        );
    }

    async fn tab_until(&self, what: &str, script: &str, arguments: Vec<Value>) {
        for _ in 0..STOPS_MAX {
            if self.run(script, arguments.clone()).await == true {
                return;
            }
            self.key(Key::Tab).await;
        }
        panic!("Tab does not reach {what}");
    }

    /// Presses and releases one key, wherever the focus is.
    pub(crate) async fn key(&self, key: Key) {
        let keys = self.browser.action_chain().send_keys(key);
        keys.perform().await.unwrap();
    }

    async fn holds(&self, selector: &str) -> bool {
        let script = "return document.activeElement.matches(arguments[0])";
        self.run(script, vec![selector.into()]).await == true
    }

    async fn point(&self, element: &WebElement) {
        if self.hand == Hand::Mouse {
            element.scroll_into_view().await.unwrap();
            return element.click().await.unwrap();
        }
        // The middle of what the element shows of itself, in the page's own pixels.
        let middle = "const [target] = arguments; target.scrollIntoView({block: 'center'});
            const {x, y, width, height} = target.getBoundingClientRect();
            return [x + width / 2, y + height / 2]";
        let target = element.to_json().unwrap();
        let mut at = pair(&self.run(middle, vec![target]).await);
        if self.in_panel.get() {
            self.leave_panel().await;
            let corner = "const {x, y} = document.querySelector(arguments[0]).getBoundingClientRect(); return [x, y]";
            let corner = pair(&self.run(corner, vec![PANEL.into()]).await);
            at = [at[0] + corner[0], at[1] + corner[1]];
            self.touch(at).await;
            // The touch may have closed the panel.
            if self.panel_is_open().await {
                self.enter_panel().await;
            }
        } else {
            self.touch(at).await;
        }
    }

    async fn touch(&self, [x, y]: [f64; 2]) {
        for (kind, points) in [
            ("touchStart", json!([{"x": x, "y": y}])),
            ("touchEnd", json!([])),
        ] {
            let event = json!({"type": kind, "touchPoints": points});
            self.browser
                .devtools("Input.dispatchTouchEvent", event)
                .await;
        }
    }

    /// Saves what is on the screen, if `LAUREL_SCREENSHOTS` names a folder to save it in.
    pub(crate) async fn picture(&self, name: &str) {
        let hand = format!("{:?}", self.hand).to_lowercase();
        picture(&self.browser, &format!("{hand}-{name}")).await;
    }
}

/// Saves what is on the screen, if `LAUREL_SCREENSHOTS` names a folder to save it in.
pub(crate) async fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("LAUREL_SCREENSHOTS") {
        let png = browser.screenshot_as_png().await.unwrap();
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        std::fs::write(path, png).unwrap();
    }
}

/// A text with plain blanks alone, one between words.
pub(crate) fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn pair(value: &Value) -> [f64; 2] {
    [0, 1].map(|i| value[i].as_f64().unwrap())
}
