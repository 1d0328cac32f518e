//! `{code, msg, data, rid}`: the form of every answer.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::lenient;

/// The form of every answer of the API.
///
/// Decoded in one pass: `data` is read as `T` only if `code` is 0, so that the `[]`, `null` or
/// `""` an error carries there cannot hide the code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Envelope<T> {
    /// 0, or an error code.
    pub code: i64,
    /// What the server says about it.
    pub msg: String,
    /// Request id; `None` where absent or empty.
    pub rid: Option<String>,
    /// The result; `None` where absent, null or empty, and always when `code` is not 0.
    pub data: Option<T>,
    /// There is no `data`, but there are other members: the result may stand at the top level.
    pub(crate) flat: bool,
}

/// The `data` of an operation that has none to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoData;

impl<'de> Deserialize<'de> for NoData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny)?;
        Ok(Self)
    }
}

impl serde::Serialize for NoData {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor(PhantomData))
    }
}

struct EnvelopeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EnvelopeVisitor<T> {
    type Value = Envelope<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `code` and `msg`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut code: Option<i64> = None;
        let mut msg = None;
        let mut rid = None;
        let mut data = None;
        let mut early_data: Option<Value> = None;
        let (mut data_seen, mut others) = (false, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "code" => code = map.next_value::<lenient::Integer>()?.0,
                "msg" => msg = map.next_value::<lenient::Text>()?.0,
                "rid" => rid = map.next_value::<lenient::Text>()?.0,
                "data" => {
                    data_seen = true;
                    match code {
                        Some(0) => data = map.next_value::<lenient::Data<T>>()?.0,
                        Some(_) => drop(map.next_value::<IgnoredAny>()?),
                        // Not known yet whether this is a result.
                        None => early_data = Some(map.next_value()?),
                    }
                }
                _ => {
                    others = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let code = code.ok_or_else(|| A::Error::missing_field("code"))?;
        if let (0, Some(value)) = (code, early_data) {
            // Errors of `serde_json::Value` carry no position worth keeping.
            data = lenient::Data::<T>::deserialize(value).map_err(A::Error::custom)?.0;
        }
        let flat = code == 0 && !data_seen && others;
        Ok(Envelope { code, msg: msg.unwrap_or_default(), rid, data, flat })
    }
}

impl<T> Envelope<T> {
    /// Code, message and request id alone.
    pub(crate) fn without_data(self) -> Envelope<NoData> {
        Envelope { code: self.code, msg: self.msg, rid: self.rid, data: None, flat: self.flat }
    }
}
