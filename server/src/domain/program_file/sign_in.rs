//! What a programme's file says about signing in elsewhere, checked.

use super::check::Check;
use crate::connections::{self, Asks, By};
use crate::domain::program::{Connection, SignIn};

/// Where accounts are shown for tasks alone. Servers that anybody may run say whose accounts theirs are: whoever has
/// such a server next would come in as its people. And of X each look is paid for.
const NOT_HERE: &[&str] = &["mastodon", "bluesky", "x-com"];

impl Check {
    /// The connections by which shoppers become known here.
    pub(super) fn sign_in(&mut self, ids: &[String], connections: &[Connection]) -> Vec<SignIn> {
        let mut all: Vec<SignIn> = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let field = format!("sign_in[{index}]");
            if all.iter().any(|known| known.connection == *id) {
                self.fault(field, "name each connection once");
                continue;
            }
            let connection = connections.iter().find(|known| known.id == *id);
            let Some(connection) = connection else {
                self.fault(field, "name the id of one of this file's connections");
                continue;
            };
            // What is wrong with its kind is said there.
            let Some(service) = connections::service(&connection.kind) else {
                continue;
            };
            let is_named = NOT_HERE.contains(&service.about().kind);
            if service.about().knows != By::Account || service.greets().is_some() || is_named {
                let remedy =
                    "nobody can sign in at this service from here: name another connection";
                self.fault(field, remedy);
                continue;
            }
            all.push(SignIn {
                connection: id.clone(),
                service: service.about().name,
                asks: service.about().asks.map(Asks::name),
            });
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::program::Program;
    use crate::domain::program_file::{Fault, parse};

    /// The demo's file with these connections to sign in at, and some to choose from.
    fn read(ids: &str) -> Result<Program, Vec<Fault>> {
        const CONNECTIONS: &str = "
            [[connection]]\nid = \"tg\"\nkind = \"telegram\"\n[connection.settings]\nclient_id = \"1\"\n
            [[connection]]\nid = \"mastodon\"\nkind = \"mastodon\"\n
            [[connection]]\nid = \"hooks\"\nkind = \"webhooks\"\n
            [[connection]]\nid = \"list\"\nkind = \"brevo\"\n
            [[connection]]\nid = \"insta\"\nkind = \"instagram\"\n";
        parse(&format!(
            "sign_in = [{ids}]\n{}\n{CONNECTIONS}",
            crate::demo::PROGRAM
        ))
    }

    /// What is said of these, for a field that begins so.
    fn said(ids: &str) -> Vec<String> {
        let faults = read(ids).err().unwrap_or_default();
        let own = faults
            .iter()
            .filter(|fault| fault.field.starts_with("sign_in"));
        own.map(ToString::to_string).collect()
    }

    #[test]
    fn people_sign_in_where_they_have_an_account_and_a_page_to_do_so() {
        const NOBODY: &str =
            "nobody can sign in at this service from here: name another connection";
        for (ids, expected) in [
            ("", vec![]),
            (r#""tg""#, vec![]),
            (
                r#""telegram""#,
                vec![
                    "line 1: sign_in[0]: name the id of one of this file's connections".to_owned(),
                ],
            ),
            (
                r#""tg", "tg""#,
                vec!["line 1: sign_in[1]: name each connection once".to_owned()],
            ),
            (
                r#""hooks", "list", "insta", "mastodon""#,
                (0..4)
                    .map(|index| format!("line 1: sign_in[{index}]: {NOBODY}"))
                    .collect(),
            ),
        ] {
            assert_eq!(said(ids), expected, "{ids}");
        }
    }

    #[test]
    fn the_panel_is_told_where_in_the_order_of_the_file() {
        const CONNECTIONS: &str = "
            [[connection]]\nid = \"first\"\nkind = \"telegram\"\n[connection.settings]\nclient_id = \"1\"\n
            [[connection]]\nid = \"second\"\nkind = \"github\"\n[connection.settings]\nclient_id = \"2\"\n";
        let program = crate::demo::PROGRAM;
        let file = format!("sign_in = [\"second\", \"first\"]\n{program}\n{CONNECTIONS}");
        let program = parse(&file).unwrap();
        let shown = program.view(1, "en").sign_in;
        let shown: Vec<_> = shown
            .iter()
            .map(|shown| (shown.connection.as_str(), shown.service.as_str()))
            .collect();
        assert_eq!(shown, [("second", "GitHub"), ("first", "Telegram")]);
        assert!(program.signs_in("first") && !program.signs_in("third"));
    }
}
