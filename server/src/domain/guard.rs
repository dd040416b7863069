//! The compliance guard: what platforms and laws do not let a programme reward, as data.
//!
//! [`RULES`] says what is forbidden, why, where that is written and when somebody last looked there;
//! [`check`] finds the rules that a task falls under. An address is judged by its host and a text by its
//! words, so the guard knows what a task says and not what its author means. It speaks where the wording
//! is plain and keeps quiet where it is not: whoever wants to get round it can, and answers for that.

mod names;
mod reading;
mod rules;
#[cfg(test)]
mod tests;
mod words;

pub use rules::RULES;

use app::api::TaskKind;
use reading::Reading;

/// Something that is not to be rewarded.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name.
    pub id: &'static str,
    /// What falls under it.
    pub applies: Applies,
    /// Why, and what to do instead, for whoever owns the shop.
    pub why: &'static str,
    /// Where that is written.
    pub source: &'static str,
    /// The day on which somebody last looked there: `YYYY-MM-DD`.
    pub as_of: &'static str,
    /// Whether a programme may do it all the same, if it says why.
    pub overridable: bool,
}

/// What falls under a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Applies {
    /// The countries whose rule it is, one of which the programme has to name; the whole world's if empty.
    pub audience: &'static [&'static str],
    /// One of these is enough.
    pub signs: &'static [Sign],
}

/// By what a task is known. All that is named here has to hold; what is left empty always does.
#[derive(Debug, PartialEq, Eq)]
pub struct Sign {
    /// Kinds of task. Never empty.
    pub kinds: &'static [TaskKind],
    /// Kinds of connection. Where hosts are named too, either is enough.
    pub services: &'static [&'static str],
    /// Hosts that the address leads to, with all that is under them. `name.*` is that name in any country.
    pub hosts: &'static [&'static str],
    /// Hosts among those that are something else.
    pub not_hosts: &'static [&'static str],
    /// Of these, one stands in what follows the host.
    pub paths: &'static [&'static str],
    /// Of each row, one is said in one of the texts.
    pub words: &'static [&'static [Wording]],
}

/// Ways to say one thing.
///
/// Phrases are words in small letters with `е` for `ё`, and single blanks. A word that ends in `*` stands
/// for all that begin so, and `*` alone for any word.
#[derive(Debug, PartialEq, Eq)]
pub struct Wording {
    /// One of these says it.
    pub says: &'static [&'static str],
    /// What was found within one of these does not count.
    pub unless: &'static [&'static str],
}

/// A task, as the guard looks at it.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// How it is proven.
    pub kind: TaskKind,
    /// The connection's kind, if it is done at one.
    pub service: Option<&'a str>,
    /// Where a visit or a follow leads.
    pub url: Option<&'a str>,
    /// Titles and summaries in all languages.
    pub texts: Vec<&'a str>,
    /// The programme's languages. No rule asks for them so far: a language is no country.
    pub locales: &'a [String],
    /// The countries that the programme names, such as `RU`.
    pub audience: &'a [String],
}

/// The rules that a task falls under, in the order of [`RULES`].
pub fn check(asked: &Asked<'_>) -> Vec<&'static Rule> {
    let read = Reading::of(asked);
    let hit = |rule: &&Rule| rule.applies.hold(asked, &read);
    RULES.iter().filter(hit).collect()
}

/// What the check of a programme says about a task that falls under a rule.
pub fn advice(rule: &Rule) -> String {
    let Rule {
        why, source, as_of, ..
    } = rule;
    let keep = if rule.overridable {
        "; to keep it anyway, add guard_note = \"why\" to the task"
    } else {
        ""
    };
    format!("{why} ({source}, as of {as_of}){keep}")
}

impl Applies {
    fn hold(&self, asked: &Asked<'_>, read: &Reading) -> bool {
        let is_named = |country: &str| {
            let mut named = asked.audience.iter();
            named.any(|named| named.eq_ignore_ascii_case(country))
        };
        let there = self.audience.is_empty() || self.audience.iter().any(|own| is_named(own));
        there && self.signs.iter().any(|sign| sign.shows(asked, read))
    }
}

impl Sign {
    fn shows(&self, asked: &Asked<'_>, read: &Reading) -> bool {
        let anywhere = self.hosts.is_empty() && self.services.is_empty();
        let at_service = asked
            .service
            .is_some_and(|kind| self.services.contains(&kind));
        let at_host = read.leads_to(self.hosts) && !read.leads_to(self.not_hosts);
        self.kinds.contains(&asked.kind)
            && (anywhere || at_service || at_host)
            && (self.paths.is_empty() || read.asks_for(self.paths))
            && self
                .words
                .iter()
                .all(|row| row.iter().any(|wording| read.says(wording)))
    }
}
