//! What a programme's file says about tasks, and about the services where some of them are done, checked.

use super::check::{Check, is_slug};
use super::reviewed::is_reviewed;
use super::tables::{ConnectionTable, PerName, TaskTable};
use crate::connections::{self, Asks, By};
use crate::domain::guard;
use crate::domain::program::Connection;
use crate::domain::task::{Elsewhere, Limit, Per, Task, Visit};
use app::api::TaskKind;

/// The longest that points may wait, or a second look, or that anything of a reward lasts: ten years.
pub(super) const DAYS_MAX: u32 = 3650;
/// Days until somebody's follow is looked at again, if the file does not say.
const RECHECK_DAYS: u32 = 14;
/// Days that an account has to have been open when it is shown, or a person looks first, if the file does not say.
const MIN_AGE_DAYS: u32 = 30;
/// How long a visit takes at least, if the file does not say, and the longest that it may say.
const VISIT_SECONDS: u32 = 15;
const VISIT_SECONDS_MAX: u32 = 600;
/// The most that a limit allows.
pub(super) const TIMES_MAX: u32 = 1000;
pub(super) const SLUG: &str = "use small letters, digits and hyphens, each id once";

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
        for (name, value) in &table.settings {
            let field = format!("{at}.settings.{name}");
            match known.iter().find(|setting| setting.name == name) {
                None => self.fault(field, "this service has no such setting: leave it out"),
                Some(setting) if setting.secret => {
                    let remedy = "a secret does not belong into this file: give it to `laurel connection secret`";
                    self.fault(field, remedy);
                }
                // All that may be left out says where a service is, and browsers are sent there. Only Bluesky can do
                // without one.
                Some(setting)
                    if !setting.required
                        && !is_address(value)
                        && (table.kind.as_str(), name.as_str(), value.as_str())
                            != ("bluesky", "appview", "none") =>
                {
                    self.fault(field, "write the address: https://…");
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
            if table.kind == TaskKind::Subscribe && table.connection.is_none() {
                self.localized(&format!("{at}.consent"), &table.consent);
            } else if !table.consent.0.is_empty() {
                self.fault(
                    format!("{at}.consent"),
                    "only a subscription asks for consent: leave it out",
                );
            }
            let elsewhere = self.elsewhere(&at, &table, connections);
            let visit = self.visit(&at, &table);
            let limit = self.limit(&at, &table);
            let own = self.own(&at, &table);
            self.guard(&at, &table, connections, elsewhere.as_ref(), visit.as_ref());
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
                visit,
                survey: own.survey,
                share: own.share,
                file: own.file,
                streak: own.streak,
                limit,
            });
        }
        tasks
    }

    /// Asks the guard (`spec/product.md` §17).
    fn guard(
        &mut self,
        at: &str,
        table: &TaskTable,
        connections: &[Connection],
        elsewhere: Option<&Elsewhere>,
        visit: Option<&Visit>,
    ) {
        let named = elsewhere.and_then(|there| {
            connections
                .iter()
                .find(|known| known.id == there.connection)
        });
        let followed = elsewhere.map(|there| there.url.as_str());
        let texts = table.title.0.values().chain(table.summary.0.values());
        let rules = guard::check(&guard::Asked {
            kind: table.kind,
            service: named.map(|connection| connection.kind.as_str()),
            url: visit.map(|visit| visit.url.as_str()).or(followed),
            texts: texts.map(String::as_str).collect(),
            locales: &self.locales,
            audience: &self.audience,
        });
        let note = table.guard_note.as_deref().map(str::trim);
        let noted = note.is_some_and(|note| !note.is_empty());
        if note == Some("") {
            self.refused
                .push((format!("{at}.guard_note"), "say why it is kept".into()));
        } else if noted && !rules.iter().any(|rule| rule.overridable) {
            let remedy = "nothing here can be kept by a note: leave it out";
            self.refused
                .push((format!("{at}.guard_note"), remedy.into()));
        }
        for rule in rules
            .into_iter()
            .filter(|rule| !(noted && rule.overridable))
        {
            self.refused.push((at.to_owned(), guard::advice(rule)));
        }
    }

    fn limit(&mut self, at: &str, table: &TaskTable) -> Limit {
        let repeats = matches!(
            table.kind,
            TaskKind::Daily
                | TaskKind::InStore
                | TaskKind::Event
                | TaskKind::Custom
                | TaskKind::Review
        );
        let Some(limit) = table.limit else {
            return match table.kind {
                TaskKind::Daily | TaskKind::InStore => Limit {
                    times: 1,
                    per: Per::Day,
                },
                // Each product once: that alone is limit enough.
                TaskKind::Review => Limit {
                    times: TIMES_MAX,
                    per: Per::Ever,
                },
                _ => Limit::ONCE,
            };
        };
        if !repeats {
            self.fault(
                format!("{at}.limit"),
                "a task of this kind is done once: leave it out",
            );
        }
        if !(1..=TIMES_MAX).contains(&limit.times) {
            let remedy = format!("give a number from 1 to {TIMES_MAX}");
            self.fault(format!("{at}.limit.times"), remedy);
        }
        let per = match limit.per {
            PerName::Ever => Per::Ever,
            PerName::Day => Per::Day,
            PerName::Week => Per::Week,
            PerName::Month => Per::Month,
            PerName::Year => Per::Year,
        };
        Limit {
            times: limit.times,
            per,
        }
    }

    /// The address of a page.
    pub(super) fn page(&mut self, at: &str, table: &TaskTable) -> String {
        let url = table.url.clone().unwrap_or_default();
        if !url.starts_with("https://") || !is_address(&url) {
            self.fault(format!("{at}.url"), "write the page's address: https://…");
        }
        url
    }

    fn visit(&mut self, at: &str, table: &TaskTable) -> Option<Visit> {
        if table.kind != TaskKind::Visit {
            let (shares, asks) = (
                table.kind == TaskKind::Share,
                table.kind == TaskKind::Survey,
            );
            let named = [
                ("url", table.url.is_some() && !shares && !is_reviewed(table)),
                ("seconds", table.seconds.is_some() && !asks),
            ];
            for (name, _) in named.iter().filter(|(_, is_there)| *is_there) {
                self.fault(
                    format!("{at}.{name}"),
                    "a task of this kind does not have this: leave it out",
                );
            }
            return None;
        }
        let url = self.page(at, table);
        let seconds = table.seconds.unwrap_or(VISIT_SECONDS);
        if !(1..=VISIT_SECONDS_MAX).contains(&seconds) {
            let remedy = format!("give a number from 1 to {VISIT_SECONDS_MAX}");
            self.fault(format!("{at}.seconds"), remedy);
        }
        if table.hold_days == 0 {
            let remedy = "a visit is only observed, so its points wait: hold_days = 7, or another number above 0";
            self.fault(format!("{at}.hold_days"), remedy);
        }
        Some(Visit { url, seconds })
    }

    fn elsewhere(
        &mut self,
        at: &str,
        table: &TaskTable,
        connections: &[Connection],
    ) -> Option<Elsewhere> {
        if is_reviewed(table) {
            return self.reviewed(at, table, connections);
        }
        let is_list = table.kind == TaskKind::Subscribe && table.connection.is_some();
        if table.kind != TaskKind::Follow && !is_list {
            let named = [
                ("connection", table.connection.is_some()),
                ("target", table.target.is_some()),
                ("recheck_days", table.recheck_days.is_some()),
                ("clawback", table.clawback.is_some()),
                ("min_age_days", table.min_age_days.is_some()),
                ("new_only", table.new_only.is_some()),
            ];
            for (name, _) in named.iter().filter(|(_, is_there)| *is_there) {
                let remedy = "this task is done here: leave it out";
                self.fault(format!("{at}.{name}"), remedy);
            }
            return None;
        }
        // A consent must be free: whoever takes it back later keeps what it earned.
        let recheck_days = table
            .recheck_days
            .unwrap_or(if is_list { 0 } else { RECHECK_DAYS });
        if is_list && recheck_days > 0 {
            let remedy = "consent has to be free, so it is not looked at again: leave it out, and use hold_days";
            self.fault(format!("{at}.recheck_days"), remedy);
        }
        self.hold_days(&format!("{at}.recheck_days"), recheck_days);
        let min_age_days = self.min_age_days(at, table, is_list);
        let wanted = table.connection.as_deref().unwrap_or_default();
        let Some(connection) = connections.iter().find(|known| known.id == wanted) else {
            let remedy = "name one of this file's connections: connection = \"…\"";
            self.fault(format!("{at}.connection"), remedy);
            return None;
        };
        let service = connections::service(&connection.kind)?;
        let by_address = service.about().knows == By::Address;
        if by_address != is_list && service.about().knows != By::Nobody {
            let remedy = if is_list {
                "this service keeps no mailing list: name another, or make the task kind = \"follow\""
            } else {
                "this service keeps mailing lists: make the task kind = \"subscribe\""
            };
            self.fault(format!("{at}.connection"), remedy);
        }
        let target = table.target.clone().unwrap_or_default();
        let url = service.page(connection, &target).unwrap_or_else(|remedy| {
            self.fault(format!("{at}.target"), remedy);
            String::new()
        });
        Some(Elsewhere {
            connection: connection.id.clone(),
            service: service.about().name,
            by_address,
            asks: service.about().asks.map(Asks::name),
            target,
            url,
            recheck_days,
            clawback: table.clawback.unwrap_or(true),
            min_age_days,
            new_only: table.new_only.unwrap_or(false),
        })
    }

    /// How old an account has to be. What is about accounts says nothing of a list of addresses.
    fn min_age_days(&mut self, at: &str, table: &TaskTable, is_list: bool) -> u32 {
        let named = [
            ("min_age_days", table.min_age_days.is_some()),
            ("new_only", table.new_only.is_some()),
        ];
        for (name, _) in named.iter().filter(|(_, is_there)| is_list && *is_there) {
            let remedy = "an address on a list has no account: leave it out";
            self.fault(format!("{at}.{name}"), remedy);
        }
        let days = table.min_age_days.unwrap_or(MIN_AGE_DAYS);
        self.hold_days(&format!("{at}.min_age_days"), days);
        days
    }
}

/// Whether a browser can be sent there: not to a `javascript:`, and with nothing that ends an address early.
fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>".contains(c))
}
