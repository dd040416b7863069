//! Codes of members: unique on the server, in small letters.

use super::lock_advocate;
use crate::clock::Stamp;
use crate::crypto::{hex, sha256};
use crate::domain::program::Rules;
use crate::domain::{DAY, Instant, referral};
use crate::store::{Command, Query, StoreError, Tx, codes, params};
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

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        // Whoever has left brings nobody any more.
        const SQL: &str = "select c.program_id, c.member_id, c.shown
            from referral_code c join member m on m.id = c.member_id where c.code = $1";
        let code = referral::folded(self.code);
        if code.len() > referral::CODE_LETTERS_MAX || code.contains('\0') {
            return Ok(None);
        }
        let row = tx.query_one(SQL, params![code]).await?;
        row.map(|row| {
            Ok(Owner {
                program: row.get(0)?,
                member: row.get(1)?,
                shown: row.get(2)?,
            })
        })
        .transpose()
    }
}

/// A member's newest code.
pub struct OfMember {
    /// The member.
    pub member: MemberId,
}

impl Query for OfMember {
    type Output = Option<String>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        newest(tx, self.member).await
    }
}

async fn newest<T: Tx>(tx: &mut T, member: MemberId) -> Result<Option<String>, StoreError> {
    const SQL: &str = "select shown from referral_code where member_id = $1
        order by created_at desc, code desc limit 1";
    let row = tx.query_one(SQL, params![member]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Gives a member a code: the one that they choose, or one that is made.
pub struct Choose {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The wish, already checked; empty: one of these, made by chance, of which the first that is free is taken,
    /// unless the member has one.
    pub wish: Option<String>,
    /// Codes made by chance.
    pub made: Vec<String>,
    /// Where the member is, as a keyed digest that is forgotten within days. Empty: that is not known.
    pub source: Option<Vec<u8>>,
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
        if lock_advocate(tx, self.rules.id, self.member)
            .await?
            .is_none()
        {
            return Err(StoreError::internal("a code for nobody"));
        }
        if let Some(source) = &self.source {
            was_at(tx, self.member, source, self.stamp.at).await?;
        }
        if let Some(wish) = &self.wish {
            return self.take(tx, wish).await;
        }
        if let Some(own) = newest(tx, self.member).await? {
            return Ok(Chosen::Done(own));
        }
        for code in &self.made {
            if self.insert(tx, code).await? {
                return Ok(Chosen::Done(code.clone()));
            }
        }
        Ok(Chosen::Taken)
    }
}

impl Choose {
    async fn take<T: Tx>(&self, tx: &mut T, wish: &str) -> Result<Chosen, StoreError> {
        // An old one that is chosen again is the newest.
        const AGAIN: &str =
            "update referral_code set created_at = $1 where code = $2 and member_id = $3";
        const HAS: &str = "select count(*) from referral_code where member_id = $1";
        let again = params![self.stamp.at, wish, self.member];
        if tx.execute(AGAIN, again).await? == 1 {
            return Ok(Chosen::Done(wish.to_owned()));
        }
        let row = tx.query_one(HAS, params![self.member]).await?;
        if row.map_or(Ok(0), |row| row.get::<i64>(0))? >= referral::CODES_MAX {
            return Ok(Chosen::TooMany);
        }
        Ok(if self.insert(tx, wish).await? {
            Chosen::Done(wish.to_owned())
        } else {
            Chosen::Taken
        })
    }

    /// Answers whether the code was free.
    async fn insert<T: Tx>(&self, tx: &mut T, code: &str) -> Result<bool, StoreError> {
        let row = params![code, self.rules.id, self.member, self.stamp.at];
        Ok(tx.execute(INSERT, row).await? == 1)
    }
}

/// Whoever comes second is told so by the key.
const INSERT: &str = "insert into referral_code (code, program_id, member_id, shown, created_at)
    values ($1, $2, $3, $1, $4) on conflict (code) do nothing";

/// Gives somebody who has just joined a code, where the programme rewards bringing friends. The one code in billions
/// that is taken already is made anew when it is first looked at.
pub(in crate::store) async fn furnish<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    member: MemberId,
) -> Result<(), StoreError> {
    if rules.program.referral.is_none() {
        return Ok(());
    }
    let chance = sha256(&[stamp.salt.as_slice(), b"a referral code", &member.0].concat());
    match referral::made(&chance).first() {
        Some(code) => {
            let row = params![code, rules.id, member, stamp.at];
            tx.later(INSERT, row).await
        }
        None => Ok(()),
    }
}

/// The name under which it is counted that a member was somewhere.
fn place(member: MemberId, source: &[u8]) -> String {
    format!("day/place/{member}/{}", hex(source))
}

/// Remembers, for a day or two, where a member chose their code.
async fn was_at<T: Tx>(
    tx: &mut T,
    member: MemberId,
    source: &[u8],
    now: Instant,
) -> Result<(), StoreError> {
    codes::tally(tx, &place(member, source), now, DAY, i64::MAX).await?;
    Ok(())
}

/// Whether a member lately chose their code from there.
pub(super) async fn has_been_at<T: Tx>(
    tx: &mut T,
    member: MemberId,
    source: &[u8],
) -> Result<bool, StoreError> {
    const SQL: &str = "select name from tally where name = $1 limit 1";
    let row = tx.query_one(SQL, params![place(member, source)]).await?;
    Ok(row.is_some())
}
