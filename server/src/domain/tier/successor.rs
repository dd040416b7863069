//! New rules keep what was earned under the old ones: a tier that went away becomes what stands in its place.

use super::{Held, Program, Tier};

/// Whether the rules have a tier.
pub fn has(program: &Program, id: &str) -> bool {
    program.tiers.iter().any(|tier| tier.id == id)
}

impl Held {
    /// The tiers by their ids: the earned one, the one that was left, the one given by hand.
    pub fn tiers_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let manual = self.manual.as_mut().map(|manual| &mut manual.tier);
        [&mut self.tier, &mut self.kept].into_iter().chain(manual)
    }

    /// Whether the rules have all tiers that this names.
    pub fn is_of(&self, program: &Program) -> bool {
        let manual = self.manual.as_ref().map(|manual| &manual.tier);
        let mut named = [&self.tier, &self.kept].into_iter().chain(manual);
        named.all(|id| has(program, id))
    }
}

/// What a tier of the rules of `then` is under others: itself while it is there, else what now stands in its place
/// between the neighbours that remain, be it higher than it was; if nothing does, the lower neighbour.
pub fn successor<'a>(then: &Program, id: &str, now: &'a Program) -> &'a Tier {
    let place = |tier: &Tier| now.tiers.iter().position(|now| now.id == tier.id);
    let Some(at) = then.tiers.iter().position(|tier| tier.id == id) else {
        return &now.tiers[0];
    };
    if let Some(same) = place(&then.tiers[at]) {
        return &now.tiers[same];
    }
    let remains = |tier: &Tier| has(now, &tier.id);
    let low = then.tiers[..at].iter().rposition(remains);
    let high = then.tiers[at..].iter().position(remains);
    let gone = low.map_or(0, |low| low + 1)..high.map_or(then.tiers.len(), |high| at + high);
    let below = low.and_then(|low| place(&then.tiers[low]));
    let above = then.tiers.get(gone.end).and_then(place);
    let came = below.map_or(0, |below| below + 1)..above.unwrap_or(now.tiers.len());
    let came = now.tiers.get(came).unwrap_or_default();
    let in_place = came
        .get(at - gone.start)
        .filter(|_| came.len() == gone.len());
    // Thresholds of another metric say nothing.
    let threshold = then.tiers[at].threshold;
    let as_high = came.iter().rev().find(|tier| tier.threshold <= threshold);
    let as_high = as_high.filter(|_| then.metric == now.metric);
    let lower = below.map(|below| &now.tiers[below]);
    let found = in_place.or(as_high).or(came.first()).or(lower);
    found.unwrap_or(&now.tiers[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program_file;
    use crate::domain::tier::Manual;

    /// Rules with these tiers.
    fn rules(tiers: &[(&str, i64)]) -> Program {
        let mut program = program_file::parse(crate::demo::PROGRAM).unwrap();
        let model = program.tiers[0].clone();
        let tier = |&(id, threshold): &(&str, i64)| Tier {
            id: id.into(),
            threshold,
            ..model.clone()
        };
        program.tiers = tiers.iter().map(tier).collect();
        program
    }

    #[test]
    fn a_tier_becomes_what_stands_in_its_place() {
        let then = rules(&[("bronze", 0), ("silver", 500), ("gold", 2_000)]);
        for (now, successors) in [
            (
                vec![("bronze", 0), ("silver", 900), ("gold", 9_000)],
                ["bronze", "silver", "gold"],
            ),
            (
                vec![("bronze", 0), ("steel", 500), ("gold", 2_000)],
                ["bronze", "steel", "gold"],
            ),
            (
                vec![("bronze", 0), ("steel", 900), ("gold", 2_000)],
                ["bronze", "steel", "gold"],
            ),
            (
                vec![("tin", 0), ("silver", 500), ("gold", 2_000)],
                ["tin", "silver", "gold"],
            ),
            (
                vec![("bronze", 0), ("silver", 500), ("ruby", 5_000)],
                ["bronze", "silver", "ruby"],
            ),
            (
                vec![("bronze", 0), ("gold", 2_000)],
                ["bronze", "bronze", "gold"],
            ),
            (
                vec![("bronze", 0), ("silver", 500)],
                ["bronze", "silver", "silver"],
            ),
            (
                vec![("bronze", 0), ("tin", 100), ("steel", 400), ("gold", 2_000)],
                ["bronze", "steel", "gold"],
            ),
            (
                vec![
                    ("bronze", 0),
                    ("steel", 500),
                    ("ruby", 900),
                    ("gold", 2_000),
                ],
                ["bronze", "steel", "gold"],
            ),
            (
                vec![("bronze", 0), ("steel", 900), ("ruby", 3_000)],
                ["bronze", "steel", "ruby"],
            ),
            (
                vec![("one", 0), ("two", 400), ("three", 2_000), ("four", 3_000)],
                ["one", "two", "three"],
            ),
            (
                vec![("one", 0), ("two", 400), ("three", 3_000)],
                ["one", "two", "three"],
            ),
            (
                vec![("gold", 0), ("bronze", 10)],
                ["bronze", "bronze", "gold"],
            ),
        ] {
            let now = rules(&now);
            for (tier, successor_id) in then.tiers.iter().zip(successors) {
                let found = &successor(&then, &tier.id, &now).id;
                assert_eq!(found, successor_id, "{} under {:?}", tier.id, now.tiers);
            }
            assert_eq!(successor(&then, "nobody", &now).id, now.tiers[0].id);
        }
    }

    #[test]
    fn thresholds_of_another_metric_are_not_compared() {
        let then = rules(&[("bronze", 0), ("silver", 500)]);
        let mut now = rules(&[("bronze", 0), ("steel", 2), ("ruby", 5)]);
        assert_eq!(successor(&then, "silver", &now).id, "ruby");
        now.metric = app::api::Metric::Orders;
        assert_eq!(successor(&then, "silver", &now).id, "steel");
    }

    #[test]
    fn every_tier_that_a_member_has_is_looked_for() {
        let now = rules(&[("bronze", 0), ("silver", 500)]);
        let held = |tier: &str, kept: &str, manual: Option<&str>| Held {
            tier: tier.into(),
            kept: kept.into(),
            since: 1,
            grace_from: None,
            manual: manual.map(|tier| Manual {
                tier: tier.into(),
                until: 2,
            }),
        };
        assert!(held("silver", "bronze", None).is_of(&now));
        assert!(held("bronze", "bronze", Some("silver")).is_of(&now));
        for mut other in [
            held("gold", "bronze", None),
            held("bronze", "gold", None),
            held("silver", "bronze", Some("gold")),
        ] {
            assert!(!other.is_of(&now));
            let gone = other.tiers_mut().find(|id| !has(&now, id));
            "silver".clone_into(gone.unwrap());
            assert!(other.is_of(&now));
        }
    }
}
