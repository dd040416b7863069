//! Looking for barriers: axe-core in the page, and the page at 400 % zoom.

use super::browser::Browser;
use super::shopper::picture;
use super::world::eventually;
use app::panel::Theme;
use serde_json::json;
use thirtyfour::By;

const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/node_modules/axe-core/axe.min.js"
);
/// A phone.
pub(crate) const SCREEN: (u32, u32) = (390, 844);
/// What is left of a screen of 1280 by 1024 pixels at 400 % zoom.
const ZOOMED: (u32, u32) = (320, 256);

/// The guidelines, and what those who know them recommend besides.
pub(crate) const EVERY_RULE: &[&str] = &[
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// What axe finds in the page: for each fault its name, the place, and what to do.
const FIND: &str = "
    for (const folded of document.querySelectorAll('details')) folded.open = true;
    const found = await axe.run(document, {
        iframes: false,
        resultTypes: ['violations'],
        runOnly: rules,
        rules: {'target-size': {enabled: true}},
    });
    return found.violations.flatMap(fault => fault.nodes.map(node =>
        `${fault.id}: ${node.html.slice(0, 200)} (${node.failureSummary})`));";
/// How far the page can be scrolled sideways, in CSS pixels.
const SIDEWAYS: &str =
    "const page = document.documentElement; return page.scrollWidth - page.clientWidth";

/// A browser in one language and one theme, and what was wrong so far.
pub(crate) struct Audit {
    pub(crate) browser: Browser,
    axe: String,
    /// The rules that are applied, by their tags.
    pub(crate) rules: &'static [&'static str],
    suffix: String,
    faults: Vec<String>,
}

impl Audit {
    /// Opens a phone in this language and theme.
    pub(crate) async fn open(language: &str, theme: Theme) -> Self {
        let browser =
            Browser::open(SCREEN.0, SCREEN.1, &[&format!("--accept-lang={language}")]).await;
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme.name()}]});
        browser.devtools("Emulation.setEmulatedMedia", media).await;
        Self {
            browser,
            axe: std::fs::read_to_string(AXE).expect("`make test` has installed axe-core"),
            rules: EVERY_RULE,
            suffix: format!("{language}-{}", theme.name()),
            faults: Vec::new(),
        }
    }

    /// Goes to a page and looks at it.
    pub(crate) async fn visit(&mut self, name: &str, address: &str) {
        self.browser.goto(address).await.unwrap();
        self.look(name).await;
    }

    /// Looks at what is open now, with everything unfolded.
    pub(crate) async fn look(&mut self, name: &str) {
        picture(&self.browser, &format!("{name}-{}", self.suffix)).await;
        self.browser.execute(&*self.axe, vec![]).await.unwrap();
        let find = format!("return (async rules => {{ {FIND} }})(arguments[0])");
        let found = self
            .browser
            .execute(find, vec![json!(self.rules)])
            .await
            .unwrap();
        let found = found.json().as_array().expect("a list of faults").clone();
        let place = format!("{name} ({})", self.suffix);
        let said = found
            .iter()
            .map(|fault| format!("{place}: {}", fault.as_str().unwrap()));
        self.faults.extend(said);
        self.browser.device(ZOOMED.0, ZOOMED.1, 1.0).await;
        let aside = self.browser.execute(SIDEWAYS, vec![]).await.unwrap();
        if aside.json() != 0 {
            self.faults.push(format!(
                "{place}: at 400 % it is {} pixels too wide",
                aside.json()
            ));
        }
        self.browser.device(SCREEN.0, SCREEN.1, 1.0).await;
    }

    /// Presses what leads to another page, and waits for it.
    pub(crate) async fn go(&self, selector: &str) {
        let script = async |script: &str| {
            let answer = self.browser.execute(script, vec![]).await;
            answer.is_ok_and(|answer| answer.json() == true)
        };
        script("window.before = true").await;
        self.browser
            .find(By::Css(selector))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        eventually(selector, async || {
            let arrived = "return !window.before && document.readyState === 'complete'";
            script(arrived).await.then_some(())
        })
        .await;
    }

    /// Fails with all that was found.
    pub(crate) fn end(self) {
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n\n"));
    }
}
