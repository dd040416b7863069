//! How much is tried, and where chance begins: the one place that asks the environment.

use proptest::test_runner::{RngAlgorithm, TestRng};

/// How much is tried; `make property` sets it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Commands on each database, or what is usual for a test.
    pub(crate) commands: u64,
    pub(crate) seed: u64,
    /// The one simulation to replay.
    pub(crate) replay: Option<u64>,
}

impl Effort {
    /// What is asked for, or this many commands.
    pub(crate) fn or(usual: u64) -> Self {
        let number = |name: &str| {
            let text = std::env::var(name).ok().filter(|text| !text.is_empty());
            text.map(|text| text.parse::<u64>().expect("a number"))
        };
        Self {
            commands: number("PROPERTY_COMMANDS").unwrap_or(usual),
            seed: number("PROPERTY_SEED").unwrap_or(1),
            replay: number("SIMULATION_SEED"),
        }
    }
}

/// Chance that begins with a seed.
pub(crate) fn chance(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
