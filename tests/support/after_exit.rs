//! Cleaning up after the test process, whichever way it ends.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// Runs a shell script, with `arguments` as `$1`, `$2`…, once this process has ended.
///
/// Rust drops no statics, and a killed process drops nothing at all. So the script waits at the end
/// of a pipe that only this process holds open: the system closes it, whatever happened.
pub(crate) fn after_exit(script: &str, arguments: &[&str]) {
    let shell = Command::new("sh")
        .args(["-c", &format!("read -r _; {script}"), "after-exit"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C goes to the whole group of the terminal; the one who tidies up must outlive it.
        .process_group(0)
        .spawn()
        .expect("`sh` starts");
    // Dropping it would close the pipe now.
    std::mem::forget(shell);
}
