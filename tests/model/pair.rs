//! One programme on both sides: the real ledger and the model, asked the same and compared.

use super::action::{Action, Answer};
use super::faults::is_crash;
use super::look::{Holdings, same, same_rows};
use super::naive::{Micros, Programme};
use super::real::{Call, Real};
use super::rules::Rules;
use app::api::{MemberId, NewRefund, Order};
use std::collections::{BTreeMap, BTreeSet};

/// A programme twice.
pub(crate) struct Pair {
    pub(crate) real: Real,
    pub(crate) model: Programme,
    /// Orders as they were told, by their numbers.
    pub(super) told: BTreeMap<String, Order>,
    pub(super) refunds: Vec<NewRefund>,
    pub(super) codes: usize,
    /// Members to whom something happened by itself that the real ledger need not know of yet.
    behind: BTreeSet<usize>,
    /// What was asked under which key, and the answer.
    log: Vec<(Action, String, Answer)>,
    answers: BTreeMap<String, Answer>,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// As the model says.
    Answered,
    /// The server crashed; nothing has changed.
    Crashed,
}

impl Pair {
    pub(crate) fn new(real: Real, model: Programme) -> Self {
        Self {
            real,
            model,
            told: BTreeMap::new(),
            refunds: Vec::new(),
            codes: 0,
            behind: BTreeSet::new(),
            log: Vec::new(),
            answers: BTreeMap::new(),
        }
    }

    /// From now on there are other rules. How tiers are measured stays, since nobody looks at the tier of
    /// a member who does nothing only because the window is another one now.
    pub(crate) fn change_rules(&mut self, rules: &Rules) {
        let before = &self.model.rules;
        let rules = Rules {
            zone: before.zone,
            metric: before.metric,
            window: before.window,
            tier_grace_days: before.tier_grace_days,
            ..rules.clone()
        };
        self.real.change_rules(&rules);
        self.model.rules = rules;
    }

    /// Everything that is due by now happens to the model.
    pub(crate) fn settle(&mut self, now: Micros) {
        let happened = self.model.settle(now);
        self.behind.extend(happened);
    }

    /// Asks both sides the same; says where answers or holdings differ. What crashes leaves no trace.
    pub(crate) async fn ask(&mut self, action: &Action, call: &Call) -> Result<Asked, String> {
        let now = call.stamp.at;
        self.settle(now);
        let known = call.key.as_ref().and_then(|key| self.answers.get(key));
        let repeated = known.is_some();
        let mut ahead = self.model.clone();
        let expected = match known {
            Some(answer) => answer.clone(),
            None => ahead.carry_out(action, now),
        };
        let refused = is_refusal(&expected) && self.behind.is_empty() && !repeated;
        let stays = refused || repeated || call.crash_at.is_some();
        let untouched = if stays {
            self.real.everything().await
        } else {
            Vec::new()
        };
        let answer = match self.real.carry_out(action, call).await {
            Ok(answer) => answer,
            Err(error) if is_crash(&error) => {
                let what = format!("after {action:?} crashed, something");
                same_rows(&what, &self.real.everything().await, &untouched)?;
                return Ok(Asked::Crashed);
            }
            Err(error) => return Err(format!("the ledger failed: {error}")),
        };
        same(&format!("the answer to {action:?}"), &answer, &expected)?;
        if repeated {
            let what = format!("after asking {action:?} again, something");
            same_rows(&what, &self.real.everything().await, &untouched)?;
            return Ok(Asked::Answered);
        }
        if refused {
            let after = self.real.everything().await;
            let what = format!("after the refusal of {action:?}, something");
            same_rows(&what, &after[..after.len() - 2], &untouched)?;
        }
        self.follow(action, &answer, ahead, now);
        if let Some(key) = &call.key {
            self.answers.insert(key.clone(), answer.clone());
            self.log.push((action.clone(), key.clone(), answer));
        }
        self.compare(now)
            .await
            .map_err(|error| format!("after {action:?}: {error}"))?;
        Ok(Asked::Answered)
    }

    /// Takes over what the model has come to. Whoever was changed is up to date, and so is whoever spends:
    /// that applies what is due inside its own command.
    fn follow(&mut self, action: &Action, answer: &Answer, ahead: Programme, now: Micros) {
        let before = self.all_holdings(now);
        self.model = ahead;
        let after = self.all_holdings(now);
        let spends = match action {
            Action::Redeem { member, .. } | Action::Adjust { member, .. } => Some(*member),
            _ => None,
        };
        let spends = spends.filter(|_| !matches!(answer, Answer::Unknown | Answer::Refused));
        let changed = (0..after.len()).filter(|who| before.get(*who) != after.get(*who));
        for who in changed.chain(spends) {
            self.behind.remove(&who);
        }
    }

    /// A worker has settled this member.
    pub(crate) fn is_up_to_date(&mut self, member: MemberId) {
        let who = self.real.members.iter().position(|known| *known == member);
        self.behind.remove(&who.unwrap());
    }

    fn all_holdings(&self, now: Micros) -> Vec<Holdings> {
        (0..self.model.members.len())
            .map(|who| self.model.holdings(who, now))
            .collect()
    }

    /// Compares all members that are not behind.
    pub(crate) async fn compare(&self, now: Micros) -> Result<(), String> {
        let real = self.real.holdings(now).await;
        for (who, real) in real.iter().enumerate() {
            if !self.behind.contains(&who) {
                same(
                    &format!("member {who}"),
                    real,
                    &self.model.holdings(who, now),
                )?;
            }
        }
        Ok(())
    }

    /// The workers have done everything: nobody is behind.
    pub(crate) async fn compare_all(&mut self, now: Micros) -> Result<(), String> {
        self.behind.clear();
        self.compare(now).await?;
        self.real.compare_views(&self.model, now).await
    }

    /// Asks once more under an earlier key: the same again answers the same, something else is refused,
    /// and nothing changes.
    pub(crate) async fn ask_again(
        &mut self,
        back: usize,
        other: bool,
        call: Call,
    ) -> Result<(), String> {
        let Some(place) = self.log.len().checked_sub(back + 1) else {
            return Ok(());
        };
        let (action, key, answer) = self.log[place].clone();
        let (asked, expected) = match (other, action) {
            (true, Action::Adjust { member, amount }) => (
                Action::Adjust {
                    member,
                    amount: amount + 1,
                },
                Answer::OtherRequest,
            ),
            (true, Action::Refund(mut refund)) => {
                refund.amount += 1;
                (Action::Refund(refund), Answer::OtherRequest)
            }
            (_, action) => (action, answer),
        };
        let before = self.real.everything().await;
        let call = Call {
            key: Some(key),
            ..call
        };
        let answer = self.real.carry_out(&asked, &call).await;
        let answer = answer.map_err(|error| format!("the ledger failed: {error}"))?;
        same(
            &format!("the second answer to {asked:?}"),
            &answer,
            &expected,
        )?;
        let what = format!("after asking {asked:?} again, something");
        same_rows(&what, &self.real.everything().await, &before)
    }
}

fn is_refusal(answer: &Answer) -> bool {
    use Answer::{Differs, NotOpen, TooFew, Unknown, ZoneStands};
    matches!(
        answer,
        Differs | NotOpen(_) | TooFew(_) | Unknown | ZoneStands(_)
    )
}
