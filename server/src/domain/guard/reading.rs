//! A task's address and texts, made comparable.

use super::{Asked, Wording};
use std::ops::Range;

/// What there is to judge of a task.
pub(super) struct Reading {
    /// Where its address leads.
    host: Option<String>,
    /// What follows the host there.
    path: String,
    /// The words of each of its texts.
    texts: Vec<Vec<String>>,
}

impl Reading {
    pub(super) fn of(asked: &Asked<'_>) -> Self {
        let url = asked.url.unwrap_or_default();
        let path = split(url).map_or("", |(_, path)| path);
        Self {
            host: host_of(url),
            path: path.to_lowercase(),
            texts: asked.texts.iter().map(|text| words_of(text)).collect(),
        }
    }

    /// Whether the address leads to one of these hosts, or to something under one.
    pub(super) fn leads_to(&self, hosts: &[&str]) -> bool {
        let Some(host) = self.host.as_deref() else {
            return false;
        };
        hosts.iter().any(|pattern| fits(host, pattern))
    }

    /// Whether one of these stands in what follows the host.
    pub(super) fn asks_for(&self, paths: &[&str]) -> bool {
        paths.iter().any(|part| self.path.contains(*part))
    }

    /// Whether one of the texts says this.
    pub(super) fn says(&self, wording: &Wording) -> bool {
        self.texts.iter().any(|words| is_said(words, wording))
    }
}

/// The host that a web address leads to, in small letters; none if it cannot be read.
pub(super) fn host_of(url: &str) -> Option<String> {
    let (authority, _) = split(url)?;
    // Before the last @ stands whoever signs in, who may be called like a host.
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (host, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    let is_label = |label: &str| {
        let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(plain)
    };
    let is_host = host.split('.').all(is_label) && port.bytes().all(|byte| byte.is_ascii_digit());
    is_host.then_some(host)
}

/// A web address without its scheme: host with port and user, and what follows. As browsers read it: any
/// number of slashes, and either kind.
fn split(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.trim().split_once(':')?;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let rest = rest.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    is_web.then(|| rest.split_at(end))
}

/// Whether a host is one that a pattern names.
pub(super) fn fits(host: &str, pattern: &str) -> bool {
    let Some(name) = pattern.strip_suffix(".*") else {
        return is_under(host, pattern);
    };
    let mut dots = host.match_indices('.');
    dots.any(|(dot, _)| is_country(&host[dot + 1..]) && is_under(&host[..dot], name))
}

fn is_under(host: &str, whole: &str) -> bool {
    host == whole
        || host
            .strip_suffix(whole)
            .is_some_and(|before| before.ends_with('.'))
}

/// Whether a host's end is one that large services have in a country: `com`, `de`, `co.uk`, `com.tr`. Not
/// just any end, or somebody else's `google.shop.example` would be taken for Google's.
fn is_country(end: &str) -> bool {
    let second = end.strip_prefix("co.").or_else(|| end.strip_prefix("com."));
    let last = second.unwrap_or(end);
    let two_letters = last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_lowercase());
    two_letters || matches!(end, "com" | "cat")
}

/// A text's words in small letters. Stars count as words, since "5★" is said like "5 stars".
pub(super) fn words_of(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('ё', "е");
    let text = text.replace(['★', '⭐', '🌟'], " star ");
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_said(words: &[String], wording: &Wording) -> bool {
    let excused = places(words, wording.unless);
    places(words, wording.says).iter().any(|place| {
        let covers = |wider: &Range<usize>| wider.start <= place.start && place.end <= wider.end;
        !excused.iter().any(covers)
    })
}

/// Where one of these phrases stands.
fn places(words: &[String], phrases: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for phrase in phrases {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        for (at, window) in words.windows(wanted.len()).enumerate() {
            let mut pairs = window.iter().zip(&wanted);
            if pairs.all(|(word, wanted)| is_word(word, wanted)) {
                found.push(at..at + wanted.len());
            }
        }
    }
    found
}

fn is_word(word: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == wanted,
    }
}
