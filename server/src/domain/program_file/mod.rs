//! A programme as a TOML file: read, checked, with errors that name line, field and remedy.

mod check;
mod own;
mod reviewed;
mod rewards;
mod shop_codes;
mod sign_in;
mod tables;
mod tasks;
#[cfg(test)]
mod tests;
mod time;

pub(crate) use check::is_slug;

pub use check::{POINTS_MAX, is_origin};
pub use own::is_file_name;

use super::program::Program;
use std::fmt;

/// What is wrong with one place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// `tier[1].threshold`; empty for the file as a whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.remedy)
    }
}

/// Reads a programme that is to be stored, and checks it, also against what platforms and the law forbid.
///
/// # Errors
/// Every fault that was found, in the order of the file.
pub fn check(source: &str) -> Result<Program, Vec<Fault>> {
    read(source, true)
}

/// Reads a programme that was stored. What has been forbidden since then is not held against it: it would stop
/// all the rest of it.
///
/// # Errors
/// Every fault that was found, in the order of the file.
pub fn parse(source: &str) -> Result<Program, Vec<Fault>> {
    read(source, false)
}

fn read(source: &str, guarded: bool) -> Result<Program, Vec<Fault>> {
    let reader = toml::Deserializer::parse(source)
        .map_err(|error| vec![syntax_fault(source, String::new(), &error)])?;
    let file: tables::File = serde_path_to_error::deserialize(reader).map_err(|error| {
        let field = error.path().to_string();
        let field = if field == "." { String::new() } else { field };
        vec![syntax_fault(source, field, error.inner())]
    })?;
    let (program, mut found, refused) = check::build(file);
    if guarded {
        found.extend(refused);
    }
    if found.is_empty() {
        return Ok(program);
    }
    let places = Places::of(source);
    let mut faults: Vec<Fault> = found
        .drain(..)
        .map(|(field, remedy)| Fault {
            line: places.line(&field),
            field,
            remedy,
        })
        .collect();
    faults.sort_by_key(|fault| fault.line);
    Err(faults)
}

fn syntax_fault(source: &str, field: String, error: &toml::de::Error) -> Fault {
    Fault {
        line: line_at(source, error.span().unwrap_or(0..0).start),
        field,
        remedy: error.message().to_owned(),
    }
}

fn line_at(source: &str, offset: usize) -> usize {
    source
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// Where each field stands.
struct Places<'s> {
    source: &'s str,
    root: Option<toml::Spanned<toml::de::DeValue<'s>>>,
}

impl<'s> Places<'s> {
    fn of(source: &'s str) -> Self {
        let root = toml::de::DeTable::parse(source).ok();
        let root = root.map(|table| {
            let span = table.span();
            toml::Spanned::new(span, toml::de::DeValue::Table(table.into_inner()))
        });
        Self { source, root }
    }

    /// The line of `tier[1].threshold`, or of the nearest thing around it.
    fn line(&self, field: &str) -> usize {
        let Some(mut at) = self.root.as_ref() else {
            return 1;
        };
        let steps = field.split(['.', '[', ']']).filter(|step| !step.is_empty());
        for step in steps {
            let inner = match step.parse::<usize>() {
                Ok(index) => at.get_ref().get(index),
                Err(_) => at.get_ref().get(step),
            };
            match inner {
                Some(inner) => at = inner,
                None => break,
            }
        }
        line_at(self.source, at.span().start)
    }
}
