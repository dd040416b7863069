//! What happens by itself, each at its own moment.

use super::{Micros, Number, Programme};

/// What falls due. At the same moment, what comes first here happens first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    RunsOut(Number),
    ManualTierEnds,
    Review,
    Posts(Number),
    Lapses(String),
}

impl Programme {
    /// Lets everything happen that has fallen due by `now`. Answers to whom something has happened.
    pub(crate) fn settle(&mut self, now: Micros) -> Vec<usize> {
        let mut happened = Vec::new();
        for who in 0..self.members.len() {
            while let Some((at, due)) = self.next_of(who).filter(|(at, _)| *at <= now) {
                self.happens(who, at, &due);
                happened.push(who);
            }
        }
        happened
    }

    /// The next moment at which something happens by itself.
    pub(crate) fn next_due(&self) -> Option<Micros> {
        let next = (0..self.members.len()).filter_map(|who| self.next_of(who));
        next.map(|(at, _)| at).min()
    }

    fn next_of(&self, who: usize) -> Option<(Micros, Due)> {
        let member = &self.members[who];
        let lots = member.lots.iter().filter(|lot| lot.left > 0);
        let mut due: Vec<(Micros, Due)> = lots
            .filter_map(|lot| Some((member.end_of(lot)?, Due::RunsOut(lot.number))))
            .collect();
        let manual = member.standing.manual;
        due.extend(manual.map(|(_, until)| (until, Due::ManualTierEnds)));
        due.extend(self.review_at(who).map(|at| (at, Due::Review)));
        due.extend(
            member
                .holds
                .iter()
                .map(|hold| (hold.due_at, Due::Posts(hold.number))),
        );
        let coupons = self.coupons.values().filter(|coupon| coupon.member == who);
        let waiting = coupons.filter(|coupon| coupon.has_points_set_aside());
        due.extend(waiting.map(|coupon| (coupon.due_at, Due::Lapses(coupon.code.clone()))));
        due.into_iter().min()
    }

    fn happens(&mut self, who: usize, at: Micros, due: &Due) {
        let before = self.metric(who);
        let member = &mut self.members[who];
        match due {
            Due::RunsOut(number) => {
                let lot = member
                    .lots
                    .iter_mut()
                    .find(|lot| lot.number == *number)
                    .unwrap();
                member.available -= lot.left;
                lot.expired += lot.left;
                lot.left = 0;
            }
            Due::ManualTierEnds => self.end_manual(who),
            Due::Review => self.review(who, at),
            Due::Posts(number) => {
                let place = member.holds.iter().position(|hold| hold.number == *number);
                let hold = member.holds.remove(place.unwrap());
                member.held -= hold.left;
                member.active_at = at;
                self.open_lot(who, hold.number, hold.left, true, hold.end, at);
            }
            Due::Lapses(code) => self.lapse(code, at),
        }
        self.move_tier(who, before, at);
    }
}
