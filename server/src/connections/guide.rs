//! The page about connections, made from what the services say of themselves.

use super::{About, SERVICES};
use std::fmt::Write;

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# Connections\n\n\
         Which outside services Laurel can ask, what each of them proves, and how it is set up. This page is made\n\
         by `laurel connection guide`; a test compares it.\n",
    );
    for service in SERVICES {
        section(&mut page, service.about());
    }
    page
}

fn section(page: &mut String, about: &About) {
    let About {
        name,
        kind,
        proves,
        target,
        limits,
        source,
        ..
    } = about;
    // Writing to a text cannot fail.
    let _ = write!(
        page,
        "\n## {name}\n\n{proves}\n\n- In the programme file: `kind = \"{kind}\"`.\n- Target of a task: {target}\n\
         - Limits and costs: {limits}\n- Documented at <{source}>.\n",
    );
    if !about.settings.is_empty() {
        page.push_str("\n| setting | where | needed | what |\n|---|---|---|---|\n");
    }
    for setting in about.settings {
        let place = if setting.secret { "sealed" } else { "file" };
        let needed = if setting.required { "yes" } else { "no" };
        let _ = writeln!(
            page,
            "| `{}` | {place} | {needed} | {} |",
            setting.name, setting.what
        );
    }
    page.push('\n');
    for (number, step) in about.steps.iter().enumerate() {
        let _ = writeln!(page, "{}. {step}", number + 1);
    }
}
