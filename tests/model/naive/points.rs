//! Points come in, are spent, taken back, given back.

use super::calendar;
use super::{End, Hold, Lot, Micros, Number, Programme};
use app::api::Expiry;
use jiff::ToSpan as _;

/// What was taken from each lot and has not come back.
pub(crate) type Taken = Vec<(Number, i64)>;

impl Programme {
    /// Points come in, now or on their day. What is owed is paid first.
    pub(super) fn credit(
        &mut self,
        who: usize,
        at: Micros,
        points: i64,
        due_at: Option<Micros>,
        counts: bool,
    ) -> Number {
        let number = self.next();
        let rule = self.rules.expiry;
        let member = &mut self.members[who];
        let end = calendar::end(rule, due_at.unwrap_or(at), member.zone);
        member.active_at = at;
        if let Some(due_at) = due_at {
            member.held += points;
            let left = points;
            member.holds.push(Hold {
                number,
                left,
                due_at,
                end,
            });
        } else {
            self.open_lot(who, number, points, counts, end, at);
        }
        number
    }

    pub(super) fn open_lot(
        &mut self,
        who: usize,
        number: Number,
        amount: i64,
        counts: bool,
        end: End,
        opened_at: Micros,
    ) {
        let member = &mut self.members[who];
        let owed = (-member.available).max(0);
        *self.seen.entry("debt paid by what came in").or_insert(0) += u64::from(owed > 0);
        member.available += amount;
        member.lots.push(Lot {
            number,
            amount,
            left: (amount - owed).max(0),
            expired: 0,
            taken_back: 0,
            counts,
            opened_at,
            end,
            late: false,
        });
    }

    /// The lots with something left: what runs out first goes first, of equals the older one.
    fn in_order(&self, who: usize) -> Vec<usize> {
        let member = &self.members[who];
        let mut order: Vec<usize> = (0..member.lots.len())
            .filter(|lot| member.lots[*lot].left > 0)
            .collect();
        order.sort_by_key(|lot| {
            let lot = &member.lots[*lot];
            let end = member.end_of(lot).unwrap_or(Micros::MAX);
            (end, lot.opened_at, lot.number)
        });
        order
    }

    /// Takes points away; what the lots do not have is owed.
    pub(super) fn take_from_lots(&mut self, who: usize, points: i64) -> Taken {
        let order = self.in_order(who);
        let member = &mut self.members[who];
        member.available -= points;
        let mut missing = points;
        let mut taken = Taken::new();
        for lot in order {
            let lot = &mut member.lots[lot];
            let part = lot.left.min(missing);
            if part > 0 {
                lot.left -= part;
                missing -= part;
                taken.push((lot.number, part));
            }
        }
        taken
    }

    /// Takes back what an earning gave (§3.7): from its hold, from its own lot, from the others; what
    /// has run out is let go, and the rest is owed.
    /// Answers how much was taken.
    pub(super) fn reverse(&mut self, who: usize, earning: Number, points: i64) -> i64 {
        if points == 0 {
            return 0;
        }
        let member = &mut self.members[who];
        let (mut rest, mut moved) = (points, 0);
        if let Some(hold) = member.holds.iter_mut().find(|hold| hold.number == earning) {
            let part = hold.left.min(rest);
            hold.left -= part;
            member.held -= part;
            rest -= part;
            moved += part;
        }
        member.holds.retain(|hold| hold.left > 0);
        if let Some(own) = member.lots.iter_mut().find(|lot| lot.number == earning) {
            let not_gone = (own.amount - own.expired - own.taken_back).max(0);
            own.taken_back += rest;
            let wanted = not_gone.min(rest);
            let seen = &mut self.seen;
            *seen.entry("refund of points that had run out").or_insert(0) +=
                u64::from(wanted < rest);
            moved += wanted;
            let part = own.left.min(wanted);
            own.left -= part;
            member.available -= part;
            self.take_from_lots(who, wanted - part);
        } else {
            assert_eq!(rest, 0, "more is taken back than was earned");
        }
        self.forgive(who);
        moved
    }

    /// A programme may choose that nobody owes it anything but what they have set aside, which may come back.
    pub(super) fn forgive(&mut self, who: usize) {
        let member = &mut self.members[who];
        let owed = -member.available;
        let beyond = owed - member.reserved;
        let forgives = self.rules.forgives && beyond > 0;
        if forgives {
            member.available += beyond;
        }
        self.saw("debt", owed > 0);
        self.saw("debt forgiven", forgives);
        self.saw(
            "debt kept for what is set aside",
            self.rules.forgives && owed > 0 && beyond < owed,
        );
    }

    /// Points come back into the lots they were taken from, the longest-lived first; a lot that has run
    /// out meanwhile gets a few days of grace. What is owed is paid first.
    pub(super) fn give_back(&mut self, who: usize, at: Micros, taken: &mut Taken, points: i64) {
        let grace = if self.rules.expiry == Expiry::Never {
            End::Never
        } else {
            let days = self.rules.grace_days.days();
            End::At(calendar::end_after(at, days, self.members[who].zone))
        };
        let member = &mut self.members[who];
        member.available += points;
        let mut rest = member.available.clamp(0, points);
        let ends: Vec<_> = member
            .lots
            .iter()
            .map(|lot| (lot.number, member.end_of(lot), lot.opened_at))
            .collect();
        let key = |number: Number| {
            let (_, end, opened_at) = ends.iter().find(|lot| lot.0 == number).unwrap();
            (end.unwrap_or(Micros::MAX), *opened_at, number)
        };
        taken.sort_by_key(|(number, _)| key(*number));
        let (mut late, mut for_ever) = (0, 0);
        for (number, missing) in taken.iter_mut().rev() {
            let part = rest.min(*missing);
            rest -= part;
            *missing -= part;
            let lot = member.lots.iter_mut().find(|lot| lot.number == *number);
            let lot = lot.unwrap();
            let is_over = lot.late || key(*number).0 <= at;
            if part == 0 {
                continue;
            }
            if is_over {
                late += part;
            }
            if is_over && grace == End::Never {
                for_ever += part;
                continue;
            }
            lot.left += part;
            if is_over {
                (lot.end, lot.late) = (grace, true);
            }
        }
        let new = for_ever + rest;
        self.saw("given back into what had run out", late > 0);
        self.saw("given back what had been borrowed", rest > 0);
        if new > 0 {
            let number = self.next();
            let member = &mut self.members[who];
            member.available -= new;
            self.open_lot(who, number, new, false, grace, at);
        }
    }
}
