//! The values that are bound to a statement.

use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

/// A value of a statement.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Real(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// Creates a statement from its text and values.
pub(super) fn bound(
    statement: &str,
    values: impl IntoIterator<Item = Value>,
) -> Query<'_, Any, AnyArguments<'_>> {
    values.into_iter().fold(sqlx::query(statement), |query, value| match value {
        // PostgreSQL has no NUL in texts.
        Value::Text(text) => query.bind(text.map(|text| text.replace('\0', ""))),
        Value::Integer(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
    })
}
