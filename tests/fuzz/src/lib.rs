//! What the targets share: deliveries of hooks with the proof of a test's secret, and what holds for everything
//! that one of them tells.

pub mod delivery;
pub mod standard;
pub mod told;

/// An input in two parts: its first line, which stands for what a request says beside its body, and the rest.
pub fn parts(input: &[u8]) -> (&[u8], &[u8]) {
    cut(input, b'\n')
}

/// What stands before a letter, and what stands behind; nothing where it is missing.
pub fn cut(input: &[u8], letter: u8) -> (&[u8], &[u8]) {
    let at = input.iter().position(|byte| *byte == letter);
    at.map_or((input, &[]), |at| (&input[..at], &input[at + 1..]))
}
