//! Servers from npm that the tests start for real: scripts in `tests/outside`, each of which prints where it is.

use super::after_exit::after_exit;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// Starts a script, with these variables; what it said of itself. It ends with this process.
pub(crate) fn start(script: &str, variables: &[(&str, &str)]) -> Value {
    let mut node = Command::new("node")
        .arg(script)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/outside"))
        .env("LOG_ENABLED", "false")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // It tells of everything that it refuses.
        .stderr(Stdio::null())
        .spawn()
        .expect("Node is installed");
    after_exit("kill -s KILL -- \"$1\"", &[&node.id().to_string()]);
    let output = BufReader::new(node.stdout.take().expect("its output was asked for"));
    let mut lines = output.lines().map_while(Result::ok);
    let said = lines.find_map(|line| serde_json::from_str(&line).ok());
    // Dropping them would end the server: at the end of its input, or when it says one thing more.
    std::mem::forget((node, lines));
    said.unwrap_or_else(|| panic!("{script} does not start; `make test` installs what it needs"))
}
