//! What a person looks at beside the list.

use crate::store::{Query, StoreError, Tx, params};
use app::api::{MemberId, PhotoId, ProgramId};

/// A photo of a review, whatever has become of that: a JPEG.
pub struct Photo {
    /// The programme it has to be of.
    pub program: ProgramId,
    /// The photo.
    pub id: PhotoId,
}

impl Query for Photo {
    type Output = Option<Vec<u8>>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select bytes from review_photo where id = $1 and program_id = $2";
        let row = tx.query_one(SQL, params![self.id, self.program]).await?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// What a member is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Called {
    /// The member's name.
    pub name: Option<String>,
    /// The member's address.
    pub email: Option<String>,
}

/// What members of a programme are called, in the order that was asked for. Who is not of it, or gone, has no name.
pub struct People {
    /// The programme.
    pub program: ProgramId,
    /// The members, a page of them at most.
    pub members: Vec<MemberId>,
}

impl Query for People {
    type Output = Vec<Called>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select p.name, p.email from person p join member m on m.id = p.member_id
            where p.member_id = $1 and m.program_id = $2";
        let mut people = Vec::with_capacity(self.members.len());
        for member in &self.members {
            let row = tx.query_one(SQL, params![*member, self.program]).await?;
            people.push(match row {
                Some(row) => Called {
                    name: row.get(0)?,
                    email: row.get(1)?,
                },
                None => Called::default(),
            });
        }
        Ok(people)
    }
}
