//! Codes of members: unique on the server, in small letters.

use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::store::{Command, Query, StoreError, Tx};
use app::api::{MemberId, ProgramId};
use std::sync::Arc;

/// A code's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The programme.
    pub program: ProgramId,
    /// The advocate.
    pub member: MemberId,
    /// The code as it is shown.
    pub shown: String,
}

/// Whose a code is.
pub struct OfCode<'a> {
    /// The code, however it was typed.
    pub code: &'a str,
}

impl Query for OfCode<'_> {
    type Output = Option<Owner>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let _ = (tx, self.code);
        Ok(None)
    }
}

/// A member's newest code.
pub struct OfMember {
    /// The member.
    pub member: MemberId,
}

impl Query for OfMember {
    type Output = Option<String>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let _ = (tx, self.member);
        Ok(None)
    }
}

/// Gives a member a code: the one that they choose, or one that is made.
pub struct Choose {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The wish, already checked; empty: one of these, made by chance, of which the first that is free is taken.
    pub wish: Option<String>,
    /// Codes made by chance.
    pub made: Vec<String>,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Chosen {
    /// The member has this code now.
    Done(String),
    /// Somebody else has it.
    Taken,
    /// The member has chosen too often.
    TooMany,
}

impl Command for Choose {
    type Output = Chosen;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Chosen, StoreError> {
        let _ = tx;
        Ok(Chosen::Taken)
    }
}
