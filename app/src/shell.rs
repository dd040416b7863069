//! The HTML documents, whole. They are drawn in one go from plain data, so the first answer is
//! the real content and nothing is filled in later.

use crate::{
    islands::Live,
    pages::{
        self, ConfirmPage, HandedPage, LandingPage, LinkingPage, LinkingState, OwnerPage, TillPage,
    },
    panel::{Form, Panel, Theme},
    text::Text,
};
use leptos::prelude::*;

/// The style sheets, in the order of their layers. The server may minify them.
pub const CSS: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/components.css"),
    include_str!("../../style/sections.css"),
    include_str!("../../style/thread.css"),
    include_str!("../../style/reviews.css"),
    include_str!("../../style/spend.css"),
    include_str!("../../style/refer.css"),
);

/// What the owner's pages add to it. The panel does without.
const OWNER_CSS: &str = include_str!("../../style/owner.css");

/// What the page at a till adds to it.
const TILL_CSS: &str = include_str!("../../style/till.css");

/// What the page behind a member's link adds to it.
const LANDING_CSS: &str = include_str!("../../style/landing.css");

/// What the documents need besides their content.
#[derive(Debug, Clone, Copy)]
pub struct Assets<'a> {
    /// The style sheet: [`CSS`], minified or not.
    pub css: &'a str,
    /// Where the panel's code lies, without a slash at the end: `/s/{build-id}/pkg`.
    pub pkg: &'a str,
    /// The nonce that the answer's Content-Security-Policy grants to one style and one script.
    pub nonce: &'a str,
}

/// The brand colour of a programme that gives none, or not a colour.
const COLOR_DEFAULT: &str = "#2f5d50";

/// The whole document of a panel, from `<!DOCTYPE html>`.
#[must_use]
pub fn document(panel: &Panel, assets: &Assets<'_>) -> String {
    let text = panel.text();
    let program = &panel.program;
    let html = drawn(|| {
        view! {
            <html
                lang=text.tag
                dir=text.dir
                data-theme=panel.theme.name()
                data-host=panel.host.clone()
                data-program=program.slug.clone()
                data-form=panel.form.name()
            >
                <head>
                    {head(&program.name)}
                    {panel.session.as_ref().map(|bearer| view! { <meta name="laurel-session" content=bearer.clone() /> })}
                    <style nonce=assets.nonce.to_owned() inner_html=STYLE></style>
                    <script type="module" nonce=assets.nonce.to_owned() inner_html=script(assets.pkg)></script>
                </head>
                <body>
                    {(panel.form == Form::Panel).then(|| top(panel))}
                    {(panel.form != Form::Panel)
                        .then(|| view! { <header class="hidden"><h1>{program.name.clone()}</h1></header> })}
                    <main
                        id="panel"
                        data-viewer=panel.viewer.name()
                        data-cursor=panel.viewer.cursor().to_string()
                        data-failed=text.failed
                        tabindex="-1"
                    >
                        {pages::panel(panel)}
                    </main>
                    <noscript>
                        <p class="notice">{text.no_script}</p>
                    </noscript>
                    <p class="notice" id="offline" role="status" hidden>{text.offline}</p>
                    <Live />
                    {(panel.form == Form::Panel)
                        .then(|| view! { <span class="sentinel" data-sentinel="end"></span> })}
                </body>
            </html>
        }
        .to_html()
    });
    with_style(&html, &program.brand.color, assets.css)
}

/// The inner HTML of `<main id="panel">`, for an open panel to take over what changed.
#[must_use]
pub fn fragment(panel: &Panel) -> String {
    drawn(|| pages::panel(panel).to_html())
}

/// The page that the link of a confirming mail opens. It uses no script.
#[must_use]
pub fn confirm(page: &ConfirmPage<'_>, assets: &Assets<'_>) -> String {
    let title = format!("{} · {}", pages::confirm_title(page), page.program);
    let content = || pages::confirm_page(page);
    letter(page.locale, &title, page.color, assets, (), content)
}

/// The page in the window in which somebody signs in elsewhere. On the way there it goes on by itself, by
/// a header of its own kind rather than a redirection: a browser would hold the panel's policy against that.
/// When all is done it closes itself.
#[must_use]
pub fn linking(page: &LinkingPage<'_>, assets: &Assets<'_>) -> String {
    let title = format!("{} · {}", pages::linking_title(page), page.program);
    let more = match page.state {
        LinkingState::Going { url } | LinkingState::Visiting { url } => {
            Some(view! { <meta http-equiv="refresh" content=format!("0;url={url}") /> }.into_any())
        }
        LinkingState::Done { .. } | LinkingState::SignedIn { .. } => Some(
            view! { <script nonce=assets.nonce.to_owned()>"setTimeout(()=>close(),2500)"</script> }
                .into_any(),
        ),
        LinkingState::Writing { .. }
        | LinkingState::Failed { .. }
        | LinkingState::NotSignedIn { .. } => None,
    };
    let content = || pages::linking_page(page);
    letter(page.locale, &title, page.color, assets, more, content)
}

/// A page on which people of the shop decide. It uses no script.
#[must_use]
pub fn owner(page: &OwnerPage<'_>, assets: &Assets<'_>) -> String {
    let title = format!("{} · {}", pages::owner_title(page), page.program);
    let css = [assets.css, OWNER_CSS].concat();
    let assets = Assets {
        css: &css,
        ..*assets
    };
    let content = || pages::owner_page(page);
    letter(page.locale, &title, page.color, &assets, (), content)
}

/// The page behind a link that is passed on or gives a file. It uses no script.
#[must_use]
pub fn handed(page: &HandedPage<'_>, assets: &Assets<'_>) -> String {
    let title = format!("{} · {}", pages::handed_title(page), page.program);
    let content = || pages::handed_page(page);
    let preview = pages::handed_preview(page);
    letter(page.locale, &title, page.color, assets, preview, content)
}

/// The page behind a link by which a member brings friends. It uses no script.
#[must_use]
pub fn landing(page: &LandingPage<'_>, assets: &Assets<'_>) -> String {
    let program = page.program;
    let title = format!("{} · {}", pages::landing_title(page), program.name);
    let css = [assets.css, LANDING_CSS].concat();
    let assets = Assets {
        css: &css,
        ..*assets
    };
    let content = || pages::landing_page(page);
    let preview = pages::landing_preview(page);
    let color = &program.brand.color;
    letter(&program.locale, &title, color, &assets, preview, content)
}

/// The page that stands at a till. It uses no script, and is loaded anew by itself.
#[must_use]
pub fn till(page: &TillPage<'_>, assets: &Assets<'_>) -> String {
    let title = format!("{} · {}", page.task, page.program);
    let css = [assets.css, TILL_CSS].concat();
    let assets = Assets {
        css: &css,
        ..*assets
    };
    let again = view! { <meta http-equiv="refresh" content="10" /> };
    let content = || pages::till_page(page);
    letter(page.locale, &title, page.color, &assets, again, content)
}

/// A page beside the panel.
fn letter<V: IntoView>(
    locale: &str,
    title: &str,
    color: &str,
    assets: &Assets<'_>,
    more: impl IntoView,
    content: impl FnOnce() -> V,
) -> String {
    let text = Text::by_locale(locale);
    let html = drawn(|| {
        view! {
            <html lang=text.tag dir=text.dir data-theme=Theme::Auto.name()>
                <head>
                    {head(title)}
                    {more}
                    <style nonce=assets.nonce.to_owned() inner_html=STYLE></style>
                </head>
                <body>{content()}</body>
            </html>
        }
        .to_html()
    });
    with_style(&html, color, assets.css)
}

/// Draws under an owner of its own, which goes away with everything that hangs on it.
fn drawn(view: impl FnOnce() -> String) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(view);
    owner.unset_with_forced_cleanup();
    html
}

fn head(title: &str) -> impl IntoView {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{title.to_owned()}</title>
    }
}

/// The top of the panel: whose programme it is, and the way out where there is a page around it.
fn top(panel: &Panel) -> impl IntoView {
    let close = panel.text().close;
    view! {
        <span class="sentinel" data-sentinel="start"></span>
        <header class="top">
            <h1>{panel.program.name.clone()}</h1>
            {panel
                .host
                .is_some()
                .then(|| {
                    view! {
                        <button type="button" class="close" id="close" data-close aria-label=close>
                            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                                <path d="M3 3l10 10M13 3L3 13"></path>
                            </svg>
                        </button>
                    }
                })}
        </header>
    }
}

/// Where the style sheet goes: it is half of the document, and drawing would copy it again and again.
/// No text can say this, since in a text the first letter is written otherwise.
const STYLE: &str = "<style/>";

/// The document with its style sheet, the owner's colour in front. A colour that is not `#rrggbb` is
/// not let into the style sheet.
fn with_style(html: &str, color: &str, css: &str) -> String {
    let digits = color.strip_prefix('#').unwrap_or_default();
    let good = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let color = if good { color } else { COLOR_DEFAULT };
    let (before, after) = html.split_once(STYLE).unwrap_or((html, ""));
    [
        "<!DOCTYPE html>",
        before,
        ":root{--brand:",
        color,
        "}",
        css,
        after,
    ]
    .concat()
}

/// Starts the islands once the first frame is on the screen, fetching both files side by side.
/// Leptos' own script would fetch one after the other and preload both before the first paint.
/// Forms that are sent before the islands are there wait for them.
fn script(pkg: &str) -> String {
    let pkg: String = pkg
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "/-_.:".contains(*c))
        .collect();
    format!(
        "const p=\"{pkg}/app\";let s=async()=>{{s=()=>{{}};const w=fetch(p+\"_bg.wasm\"),\
         m=await import(p+\".js\");await m.default({{module_or_path:w}});m.hydrate();\
         for(const e of document.querySelectorAll(\"leptos-island\"))m[e.dataset.component]?.(e)}};\
         addEventListener(\"submit\",e=>{{if(e.target.dataset.api)e.target.dataset.early=\"\"}});\
         requestAnimationFrame(()=>setTimeout(()=>s()));setTimeout(()=>s(),300)"
    )
}
