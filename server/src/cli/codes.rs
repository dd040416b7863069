//! `laurel codes add`.

use super::program::find;
use super::{Database, said};
use crate::clock::Clock;
use crate::domain::order;
use crate::domain::program_file;
use crate::domain::reward::Codes;
use crate::store::coupons::{AddCodes, CODES_MAX};
use clap::Subcommand;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What to do with codes that rewards give out.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Upload codes, one a line. Known ones are passed over, so the same file may be given again.
    Add {
        /// The programme's slug.
        program: String,
        /// The reward's id in the programme file.
        reward: String,
        /// The file; - for what is typed or piped in.
        file: PathBuf,
        #[command(flatten)]
        database: Database,
    },
}

pub(super) async fn run(command: Command) -> Result<String, String> {
    let Command::Add {
        program,
        reward,
        file,
        database,
    } = command;
    let codes = read(&file)?;
    let store = database.open().await?;
    let stored = find(&store, &program).await?;
    let rules = program_file::parse(&stored.source)
        .map_err(|_| format!("the rules of {program} cannot be read by this version"))?;
    let found = rules.reward(&reward);
    let found = found.ok_or_else(|| format!("{program} has no reward \"{reward}\""))?;
    if found.codes != Codes::Pool {
        return Err(format!(
            "the codes of \"{reward}\" are made here; write codes = \"pool\" in the programme file to upload them"
        ));
    }
    let (mut added, mut left) = (0, 0);
    for codes in codes.chunks(CODES_MAX) {
        let add = AddCodes {
            program: stored.id,
            reward: reward.clone(),
            codes: codes.to_vec(),
            now: Clock::System.now(),
        };
        let done = store.write(add).await.map_err(said)?;
        added += done.added;
        left = done.left;
    }
    let known = i64::try_from(codes.len()).unwrap_or(i64::MAX) - added;
    Ok(format!(
        "{added} added, {known} known already, {left} left\n"
    ))
}

/// Reads codes, as they are shown.
fn read(file: &Path) -> Result<Vec<String>, String> {
    let shown = file.display();
    let unreadable = |error: std::io::Error| format!("{shown} cannot be read: {error}");
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(unreadable)?;
    } else {
        text = std::fs::read_to_string(file).map_err(unreadable)?;
    }
    codes(&text).map_err(|line| format!("{shown}: line {line} is not a code of at most 255 bytes"))
}

/// The codes of a text, one a line; empty lines are none. `Err` is the number of a line that is not one.
fn codes(text: &str) -> Result<Vec<String>, usize> {
    let mut codes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.trim();
        if code.is_empty() {
            continue;
        }
        if !order::is_text(code) {
            return Err(index + 1);
        }
        codes.push(code.to_owned());
    }
    if codes.is_empty() { Err(1) } else { Ok(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_one_a_line_as_they_are_written() {
        let read = codes("  aBc-1\r\n\nDEF 2\n");
        assert_eq!(read, Ok(vec!["aBc-1".to_owned(), "DEF 2".to_owned()]));
        assert_eq!(codes("\n \n"), Err(1), "there is none");
        assert_eq!(codes(&format!("A\n\n{}\n", "B".repeat(256))), Err(3));
        assert_eq!(codes("A\nB\u{7}"), Err(2));
    }
}
