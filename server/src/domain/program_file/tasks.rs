//! What a programme's file says about tasks, and about the services where some of them are done, checked.

use super::check::{Check, is_slug};
use super::tables::{ConnectionTable, TaskTable};
use crate::connections::{self, Asks};
use crate::domain::program::{Connection, Elsewhere, Task};
use app::api::TaskKind;

/// The longest that points may wait, or a second look: ten years.
const DAYS_MAX: u32 = 3650;
/// Days until somebody's follow is looked at again, if the file does not say.
const RECHECK_DAYS: u32 = 14;
const SLUG: &str = "use small letters, digits and hyphens, each id once";

impl Check {
    pub(super) fn hold_days(&mut self, field: &str, days: u32) {
        if days > DAYS_MAX {
            self.fault(field, format!("give a number from 0 to {DAYS_MAX}"));
        }
    }

    pub(super) fn connections(&mut self, tables: Vec<ConnectionTable>) -> Vec<Connection> {
        let mut connections: Vec<Connection> = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let at = format!("connection[{index}]");
            if !is_slug(&table.id) || connections.iter().any(|known| known.id == table.id) {
                self.fault(format!("{at}.id"), SLUG);
            }
            self.settings(&at, &table);
            connections.push(Connection {
                id: table.id,
                kind: table.kind,
                settings: table.settings,
            });
        }
        connections
    }

    fn settings(&mut self, at: &str, table: &ConnectionTable) {
        let Some(service) = connections::service(&table.kind) else {
            let known = connections::SERVICES.iter();
            let known: Vec<_> = known.map(|service| service.about().kind).collect();
            self.fault(
                format!("{at}.kind"),
                format!("use one of {}", known.join(", ")),
            );
            return;
        };
        let known = service.about().settings;
        for name in table.settings.keys() {
            let field = format!("{at}.settings.{name}");
            match known.iter().find(|setting| setting.name == name) {
                None => self.fault(field, "this service has no such setting: leave it out"),
                Some(setting) if setting.secret => {
                    let remedy = "a secret does not belong into this file: give it to `laurel connection secret`";
                    self.fault(field, remedy);
                }
                Some(_) => {}
            }
        }
        let needed = known
            .iter()
            .filter(|setting| setting.required && !setting.secret);
        for setting in needed.filter(|setting| !table.settings.contains_key(setting.name)) {
            self.fault(
                format!("{at}.settings"),
                format!("add {}: {}", setting.name, setting.what),
            );
        }
    }

    pub(super) fn tasks(
        &mut self,
        tables: Vec<TaskTable>,
        connections: &[Connection],
    ) -> Vec<Task> {
        let mut ids: Vec<String> = Vec::new();
        let mut joins = 0;
        let mut tasks = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let at = format!("task[{index}]");
            if !is_slug(&table.id) || ids.contains(&table.id) {
                self.fault(format!("{at}.id"), SLUG);
            }
            self.points(&at, table.points);
            joins += usize::from(table.kind == TaskKind::Join);
            if table.kind == TaskKind::Join && joins > 1 {
                let remedy = "everybody joins once: keep one task of this kind";
                self.fault(format!("{at}.kind"), remedy);
            }
            self.hold_days(&format!("{at}.hold_days"), table.hold_days);
            self.localized(&format!("{at}.title"), &table.title);
            if !table.summary.0.is_empty() {
                self.localized(&format!("{at}.summary"), &table.summary);
            }
            if table.kind == TaskKind::Subscribe {
                self.localized(&format!("{at}.consent"), &table.consent);
            } else if !table.consent.0.is_empty() {
                self.fault(
                    format!("{at}.consent"),
                    "only a subscription asks for consent: leave it out",
                );
            }
            let elsewhere = self.elsewhere(&at, &table, connections);
            ids.push(table.id.clone());
            tasks.push(Task {
                id: table.id,
                kind: table.kind,
                points: table.points,
                hold_days: table.hold_days,
                title: table.title,
                summary: table.summary,
                consent: table.consent,
                elsewhere,
            });
        }
        tasks
    }

    fn elsewhere(
        &mut self,
        at: &str,
        table: &TaskTable,
        connections: &[Connection],
    ) -> Option<Elsewhere> {
        if table.kind != TaskKind::Follow {
            let named = [
                ("connection", table.connection.is_some()),
                ("target", table.target.is_some()),
                ("recheck_days", table.recheck_days.is_some()),
                ("clawback", table.clawback.is_some()),
            ];
            for (name, _) in named.iter().filter(|(_, is_there)| *is_there) {
                let remedy = "this task is done here: leave it out";
                self.fault(format!("{at}.{name}"), remedy);
            }
            return None;
        }
        let recheck_days = table.recheck_days.unwrap_or(RECHECK_DAYS);
        self.hold_days(&format!("{at}.recheck_days"), recheck_days);
        let wanted = table.connection.as_deref().unwrap_or_default();
        let Some(connection) = connections.iter().find(|known| known.id == wanted) else {
            let remedy = "name one of this file's connections: connection = \"…\"";
            self.fault(format!("{at}.connection"), remedy);
            return None;
        };
        let service = connections::service(&connection.kind)?;
        let target = table.target.clone().unwrap_or_default();
        let url = service.page(connection, &target).unwrap_or_else(|remedy| {
            self.fault(format!("{at}.target"), remedy);
            String::new()
        });
        Some(Elsewhere {
            connection: connection.id.clone(),
            service: service.about().name,
            asks: service.about().asks.map(Asks::name),
            target,
            url,
            recheck_days,
            clawback: table.clawback.unwrap_or(true),
        })
    }
}
