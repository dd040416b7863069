//! What follows from the answer of an outside service about an attempt.

use super::{DAY, HOUR, Instant, MINUTE, SECOND};

/// A *no* may be early: services take a moment to know what was just done there. Asked again after these.
const AGAIN: [i64; 2] = [5 * SECOND, 30 * SECOND];
/// The first wait after a question that was not answered; it doubles.
const WAIT_MIN: i64 = 5 * SECOND;
/// The longest.
const WAIT_MAX: i64 = HOUR;
/// How long a service that does not answer is asked.
pub const PATIENCE: i64 = 7 * DAY;
/// How long a member has to put right what a second look has found wanting.
pub const NOTICE: i64 = 3 * DAY;
/// How long a shop's broken connection is left alone.
pub const BROKEN_WAIT: i64 = 10 * MINUTE;

/// The reason of an attempt that pays only new follows, where the account followed before.
pub const ALREADY_FOLLOWED: &str = "already_followed";

/// Why it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Whether it was done.
    Done,
    /// Whether it is still so.
    Kept,
}

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Yes.
    Yes,
    /// No; the code of the reason.
    No(&'static str),
    /// Nothing; how long to wait at least.
    Nothing(i64),
}

/// What is known of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Why it is asked.
    pub purpose: Purpose,
    /// How often it was, this time among them.
    pub tries: i64,
    /// How often the answer was no, before this time.
    pub denials: i64,
    /// Since when.
    pub since: Instant,
    /// Until when the member can put it right, once they were told.
    pub notice_until: Option<Instant>,
    /// Whether the task takes points back.
    pub clawback: bool,
    /// Whether it pays only what is new, and nobody has looked yet whether it is: this is the first look.
    pub first: bool,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It was done: it is paid.
    Pay,
    /// It was not done before. From here on the member can do it.
    Open,
    /// It is still so, or nothing will be done about it: it stands.
    Stand,
    /// To be asked again then; whether the answer was no; the code of what the member is told meanwhile.
    Again(Instant, bool, Option<&'static str>),
    /// It was not done.
    Reject(&'static str),
    /// The member is told that it is no longer so, and has until then.
    Notice(Instant),
    /// It is no longer so, and they were told: the points are taken back.
    TakeBack(&'static str),
}

/// What follows from an answer. `chance` is from 0 to 255: it keeps those who wait for the same service from
/// asking all at once.
pub fn decide(asked: &Asked, heard: Heard, now: Instant, chance: u8) -> Decision {
    match (asked.purpose, heard) {
        (Purpose::Done, Heard::Yes) if asked.first => Decision::Reject(ALREADY_FOLLOWED),
        (Purpose::Done, Heard::No("not_followed")) if asked.first => Decision::Open,
        (Purpose::Done, Heard::Yes) => Decision::Pay,
        (Purpose::Kept, Heard::Yes) => Decision::Stand,
        (purpose, Heard::Nothing(wait)) => {
            if now - asked.since >= PATIENCE {
                // In doubt for the member, once they were paid.
                return match purpose {
                    Purpose::Done => Decision::Reject("could_not_check"),
                    Purpose::Kept => Decision::Stand,
                };
            }
            let doubled = WAIT_MIN << (asked.tries - 1).clamp(0, 20);
            let wait = wait.max(doubled.min(WAIT_MAX));
            let say = (purpose == Purpose::Done).then_some("not_now");
            Decision::Again(now + spread(wait, chance), false, say)
        }
        (Purpose::Done, Heard::No(reason)) => {
            let again = usize::try_from(asked.denials)
                .ok()
                .and_then(|n| AGAIN.get(n));
            match again.filter(|_| matches!(reason, "not_followed" | "not_subscribed")) {
                Some(wait) => Decision::Again(now + wait, true, None),
                None => Decision::Reject(reason),
            }
        }
        (Purpose::Kept, Heard::No(_)) if !asked.clawback => Decision::Stand,
        (Purpose::Kept, Heard::No(reason)) => match asked.notice_until {
            None => Decision::Notice(now + NOTICE),
            Some(until) if until > now => Decision::Again(until, true, None),
            Some(_) if reason == "not_followed" => Decision::TakeBack("not_kept"),
            Some(_) => Decision::TakeBack(reason),
        },
    }
}

/// A wait, made longer by up to a quarter.
fn spread(wait: i64, chance: u8) -> i64 {
    wait + wait / 4 * i64::from(chance) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: Asked = Asked {
        purpose: Purpose::Done,
        tries: 1,
        denials: 0,
        since: 0,
        notice_until: None,
        clawback: true,
        first: false,
    };
    const KEPT: Asked = Asked {
        purpose: Purpose::Kept,
        ..DONE
    };

    #[test]
    fn a_no_is_asked_again_twice_and_then_believed() {
        let no = |denials| decide(&Asked { denials, ..DONE }, Heard::No("not_followed"), 0, 9);
        assert_eq!(no(0), Decision::Again(5 * SECOND, true, None));
        assert_eq!(no(1), Decision::Again(30 * SECOND, true, None));
        assert_eq!(no(2), Decision::Reject("not_followed"));
        assert_eq!(
            decide(&DONE, Heard::No("account_gone"), 0, 0),
            Decision::Reject("account_gone"),
            "nobody comes back from there within a minute"
        );
    }

    #[test]
    fn a_first_look_pays_nothing_and_opens_the_task_to_those_who_do_not_follow() {
        let first = |heard| {
            let asked = Asked {
                first: true,
                ..DONE
            };
            decide(&asked, heard, 0, 0)
        };
        assert_eq!(first(Heard::Yes), Decision::Reject(ALREADY_FOLLOWED));
        assert_eq!(first(Heard::No("not_followed")), Decision::Open, "at once");
        assert_eq!(
            first(Heard::No("account_gone")),
            Decision::Reject("account_gone")
        );
        assert_eq!(
            first(Heard::Nothing(0)),
            Decision::Again(5 * SECOND, false, Some("not_now"))
        );
    }

    #[test]
    fn whoever_does_not_answer_is_asked_ever_less_often_for_a_week() {
        let wait = |tries, wait, chance| match decide(
            &Asked { tries, ..DONE },
            Heard::Nothing(wait),
            0,
            chance,
        ) {
            Decision::Again(at, false, Some("not_now")) => at / SECOND,
            other => panic!("{other:?}"),
        };
        assert_eq!([1, 2, 3, 4].map(|tries| wait(tries, 0, 0)), [5, 10, 20, 40]);
        assert_eq!(wait(1, 60 * SECOND, 0), 60, "as long as it asks for");
        assert_eq!([wait(30, 0, 0), wait(i64::MAX, 0, 0)], [3600, 3600]);
        assert_eq!(wait(30, 0, 255), 4500, "and up to a quarter more");
        let late = |asked| decide(asked, Heard::Nothing(0), PATIENCE, 0);
        assert_eq!(late(&DONE), Decision::Reject("could_not_check"));
        assert_eq!(late(&KEPT), Decision::Stand);
        let not_yet = late(&Asked { since: 1, ..DONE });
        assert!(matches!(not_yet, Decision::Again(..)), "{not_yet:?}");
    }

    #[test]
    fn a_yes_pays_and_what_is_promised_is_in_days() {
        assert_eq!(decide(&DONE, Heard::Yes, 0, 0), Decision::Pay);
        let minutes = [PATIENCE, NOTICE, BROKEN_WAIT].map(|time| time / MINUTE);
        assert_eq!(minutes, [7 * 24 * 60, 3 * 24 * 60, 10]);
    }

    #[test]
    fn points_are_taken_back_only_after_a_notice() {
        let no = |notice_until, now| {
            decide(
                &Asked {
                    notice_until,
                    ..KEPT
                },
                Heard::No("not_followed"),
                now,
                0,
            )
        };
        assert_eq!(no(None, 5), Decision::Notice(5 + NOTICE));
        assert_eq!(no(Some(9), 5), Decision::Again(9, true, None));
        assert_eq!(no(Some(9), 9), Decision::TakeBack("not_kept"));
        let gone = Asked {
            notice_until: Some(9),
            ..KEPT
        };
        assert_eq!(
            decide(&gone, Heard::No("unlinked"), 9, 0),
            Decision::TakeBack("unlinked")
        );
        assert_eq!(decide(&gone, Heard::Yes, 9, 0), Decision::Stand);
        let mild = Asked {
            clawback: false,
            ..KEPT
        };
        assert_eq!(
            decide(&mild, Heard::No("not_followed"), 9, 0),
            Decision::Stand
        );
    }
}
