//! What crosses into PostgreSQL and back: parameters, rows, and what its errors mean here.

use super::tls;
use crate::store::{Row, StoreError, Value};
use bytes::BytesMut;
use deadpool_postgres::PoolError;
use std::error::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

pub(super) fn as_sql(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

pub(super) fn owned(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let columns = row.columns().iter().enumerate();
    let values = columns.map(|(index, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.into(),
            Type::BOOL => row.try_get::<_, Option<bool>>(index)?.into(),
            Type::TEXT => row.try_get::<_, Option<String>>(index)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.into(),
            Type::UUID => row.try_get::<_, Option<Uuid>>(index)?.map(|id| id.0).into(),
            ref other => return Err(StoreError::internal(format!("a column of type {other}"))),
        })
    });
    Ok(Row(values.collect::<Result<_, _>>()?))
}

/// What a domain restricts; any other type is its own.
fn base(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(of) => base(of),
        _ => ty,
    }
}

/// The 16 bytes of a `uuid` column.
struct Uuid(Vec<u8>);

impl<'a> tokio_postgres::types::FromSql<'a> for Uuid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, base(ty)) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => n.to_sql(&Type::INT8, out),
            (Self::Bool(b), &Type::BOOL) => b.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT) => text.to_sql(&Type::TEXT, out),
            (Self::Bytes(bytes), &Type::UUID | &Type::BYTEA) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            (_, ty) => Err(format!("a parameter does not fit {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(code) = error.code() else {
            // Without a code it is the connection that failed, not a statement.
            return Self::Unavailable(tls::why(&error));
        };
        let text = said(&error, code);
        if matches!(
            *code,
            SqlState::T_R_DEADLOCK_DETECTED
                | SqlState::T_R_SERIALIZATION_FAILURE
                | SqlState::LOCK_NOT_AVAILABLE
        ) {
            Self::Retry(text)
        } else if matches!(&code.code()[..2], "08" | "53" | "57") {
            Self::Unavailable(text)
        } else {
            Self::Internal(text)
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        // A server that turns a connection away is no more there than one that does not answer.
        Self::Unavailable(match error {
            PoolError::Backend(error) => match error.code() {
                Some(code) => said(&error, code),
                None => tls::why(&error),
            },
            error => error.to_string(),
        })
    }
}

/// An error's code and message. Its detail would quote the row, and with it what people entrusted to us.
fn said(error: &tokio_postgres::Error, code: &SqlState) -> String {
    let message = error.as_db_error().map_or("", |error| error.message());
    format!("{} {message}", code.code())
}
