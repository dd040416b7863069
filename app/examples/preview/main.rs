//! Writes every state of the panel as an HTML file into the folder given as the argument, to be
//! looked at and checked without a server: `cargo run -p app --features ssr --example preview -- out`.

mod sample;

use app::{
    api::{AttemptState, ProgramView, Transfers},
    pages::{ConfirmPage, ConfirmState},
    panel::{Form, Panel, Theme, View, Viewer},
    shell::{self, Assets},
};
use sample::{DAY, NOW, States, YEAR_END, either, history, member, program, purse};
use std::{error::Error, fs, path::Path, sync::Arc};

struct Preview<'a> {
    folder: &'a Path,
    pkg: &'a str,
}

impl Preview<'_> {
    fn panel(&self, name: &str, panel: &Panel) -> std::io::Result<()> {
        let assets = Assets {
            css: shell::CSS,
            pkg: self.pkg,
            nonce: "preview",
        };
        fs::write(
            self.folder.join(format!("{name}.html")),
            shell::document(panel, &assets),
        )?;
        fs::write(
            self.folder.join(format!("{name}.fragment")),
            shell::fragment(panel),
        )
    }

    fn confirm(&self, name: &str, locale: &str, state: ConfirmState<'_>) -> std::io::Result<()> {
        let assets = Assets {
            css: shell::CSS,
            pkg: self.pkg,
            nonce: "preview",
        };
        let program = program(locale, false);
        let page = ConfirmPage {
            locale,
            program: &program.name,
            unit: &program.unit,
            color: &program.brand.color,
            time_zone: &program.time_zone,
            now: NOW,
            state,
        };
        fs::write(
            self.folder.join(format!("confirm-{name}-{locale}.html")),
            shell::confirm(&page, &assets),
        )
    }
}

fn language(preview: &Preview<'_>, locale: &str) -> std::io::Result<()> {
    use AttemptState::{Available, Earned, Expired, Held, Rejected, Started};
    let program = program(locale, false);
    let panel = |viewer: Viewer, view: View, form: Form, theme: Theme| Panel {
        program: Arc::new(program.clone()),
        prints: Arc::default(),
        viewer,
        view,
        form,
        theme,
        host: Some("http://localhost:8081".into()),
        session: None,
        reviews: None,
        quote: Some(purse::quote(450, &["max_percent", "on_sale"])),
        order: None,
        now: NOW,
    };
    let plain: States = [
        (Earned, None),
        (Available, None),
        (Available, None),
        (Available, None),
    ];
    let mixed: States = [
        (Earned, None),
        (Started, None),
        (Rejected, Some("address_used")),
        (Held, None),
    ];
    let rest: States = [
        (Earned, None),
        (Expired, Some("expired")),
        (Earned, None),
        (Started, None),
    ];
    let all: States = [
        (Earned, None),
        (Earned, None),
        (Earned, None),
        (Earned, None),
    ];
    let none = Transfers {
        items: vec![],
        next_cursor: None,
    };
    let full = || history(locale);
    let viewers = [
        ("guest", Viewer::Guest),
        (
            "signed-in",
            Viewer::SignedIn {
                name: Some(either(locale, "Anna", "Анна")),
                email: None,
            },
        ),
        ("new", member(&program, 100, 0, 100, plain, none)),
        ("member", member(&program, 740, 120, 740, mixed, full())),
        (
            "silver",
            member(&program, 1_240_500, 120, 2300, rest, full()),
        ),
        ("gold", member(&program, -60, 0, 9000, all, full())),
    ];
    for (name, viewer) in viewers {
        for view in [
            View::Home,
            View::Earn,
            View::Spend,
            View::History,
            View::How,
        ] {
            let file = format!("{name}-{}-{locale}", view.name());
            preview.panel(
                &file,
                &panel(viewer.clone(), view, Form::Panel, Theme::Light),
            )?;
            preview.panel(
                &format!("{file}-dark"),
                &panel(viewer.clone(), view, Form::Panel, Theme::Dark),
            )?;
        }
        for form in [
            Form::Balance,
            Form::Tasks,
            Form::Rewards,
            Form::Slider,
            Form::Earn,
        ] {
            let file = format!("{name}-inline-{}-{locale}", form.name());
            preview.panel(
                &file,
                &panel(viewer.clone(), View::Home, form, Theme::Light),
            )?;
        }
    }
    confirmations(preview, &program, locale)
}

/// The page that a mailed link opens.
fn confirmations(
    preview: &Preview<'_>,
    program: &ProgramView,
    locale: &str,
) -> std::io::Result<()> {
    let consent = program.tasks[1].consent.clone();
    let ask = ConfirmState::Ask {
        address: "anna@example.com",
        consent: &consent,
        points: 500,
    };
    preview.confirm("ask", locale, ask)?;
    let done = ConfirmState::Done {
        points: 500,
        available_at: Some(NOW + 7 * DAY),
    };
    preview.confirm("done", locale, done)?;
    preview.confirm("expired", locale, ConfirmState::Expired)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let pkg = std::env::args().nth(2).unwrap_or_else(|| "/pkg".to_owned());
    fs::create_dir_all(&folder)?;
    let preview = Preview {
        folder: Path::new(&folder),
        pkg: &pkg,
    };
    language(&preview, "en")?;
    language(&preview, "ru")?;
    let long = program("ru", true);
    let states = [(AttemptState::Available, None); 4];
    let mut viewer = member(&long, 1_240_500, 12_000, 2300, states, history("ru"));
    if let Viewer::Member { me, .. } = &mut viewer {
        // Somebody to whom the shop gave the tier.
        me.standing.keep = None;
        me.standing.manual_until = Some(YEAR_END.into());
    }
    let panel = Panel {
        viewer,
        program: Arc::new(long),
        prints: Arc::default(),
        view: View::Home,
        form: Form::Panel,
        theme: Theme::Light,
        host: Some("http://localhost:8081".into()),
        session: None,
        reviews: None,
        quote: Some(purse::quote(450, &["max_percent", "on_sale"])),
        order: None,
        now: NOW,
    };
    preview.panel("long-home-ru", &panel)?;
    Ok(())
}
