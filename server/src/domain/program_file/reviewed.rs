//! What a programme's file says about reviews that are written on another service, which tells of them.

use super::check::Check;
use super::tables::TaskTable;
use crate::connections;
use crate::domain::program::Connection;
use crate::domain::task::Elsewhere;
use app::api::TaskKind;

/// Whether a task is done by reviewing on another service.
pub(super) fn is_reviewed(table: &TaskTable) -> bool {
    table.kind == TaskKind::Review && table.connection.is_some()
}

impl Check {
    /// Where a review is written: the page is the shop's own, and the service tells of it by itself.
    pub(super) fn reviewed(
        &mut self,
        at: &str,
        table: &TaskTable,
        connections: &[Connection],
    ) -> Option<Elsewhere> {
        let named = [
            ("target", table.target.is_some()),
            ("recheck_days", table.recheck_days.is_some()),
            ("clawback", table.clawback.is_some()),
            ("min_age_days", table.min_age_days.is_some()),
            ("new_only", table.new_only.is_some()),
        ];
        for (name, _) in named.iter().filter(|(_, is_there)| *is_there) {
            let remedy = "the service tells of reviews by itself: leave it out";
            self.fault(format!("{at}.{name}"), remedy);
        }
        let url = self.page(at, table);
        let wanted = table.connection.as_deref().unwrap_or_default();
        let found = connections.iter().find(|known| known.id == wanted);
        let service = found.and_then(|known| connections::service(&known.kind));
        let service = service.filter(|service| service.tells_of_reviews());
        let (Some(connection), Some(service)) = (found, service) else {
            let remedy = "name one of this file's connections whose service tells of reviews, such as kind = \"judgeme\"";
            self.fault(format!("{at}.connection"), remedy);
            return None;
        };
        Some(Elsewhere {
            connection: connection.id.clone(),
            service: service.about().name,
            by_address: false,
            asks: None,
            target: String::new(),
            url,
            recheck_days: 0,
            clawback: false,
            min_age_days: 0,
            new_only: false,
        })
    }
}
