//! What the API said about a job, as received.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use bytes::Bytes;
use jogg_api::raw_data;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The `data` of the last report on a job, as received. `Debug` doesn't show it; it isn't redacted.
///
/// It is parsed when it is read for the first time.
///
/// ```
/// # fn demo(video: jogg_api_ext::Video) {
/// println!("{}", video.raw["a_field_that_is_new"]);
/// # }
/// ```
#[derive(Clone)]
pub struct Raw {
    body: Bytes,
    value: OnceLock<Value>,
}

impl Raw {
    /// Takes the `data` in the body of a response.
    pub(crate) fn of_body(body: Bytes) -> Self {
        Self { body, value: OnceLock::new() }
    }

    /// Takes the value out.
    pub fn into_value(self) -> Value {
        let Self { body, value } = self;
        value.into_inner().unwrap_or_else(|| raw_data(&body))
    }
}

impl Deref for Raw {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value.get_or_init(|| raw_data(&self.body))
    }
}

impl From<Value> for Raw {
    fn from(value: Value) -> Self {
        Self { body: Bytes::new(), value: OnceLock::from(value) }
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_received_is_compared_by_its_data() {
        let received = |text: &'static str| Raw::of_body(Bytes::from_static(text.as_bytes()));
        let one = Raw::from(json!({"a": 1}));
        assert_eq!(received(r#"{"code": 0, "data": {"a": 1}}"#), one);
        assert_ne!(received(r#"{"code": 0, "data": {"a": 2}}"#), one);
        assert_ne!(Raw::from(json!({"a": 2})), one);
    }
}
