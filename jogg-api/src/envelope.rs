//! The envelope of every response: `{code, msg, data, rid}`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::lenient;
use crate::redact::one_line;

/// The envelope of every response of the API.
///
/// It is decoded in one pass. `data` is read as `T` only if `code` is 0, so that the `[]`, `null`
/// or `""` of an error can't hide the code.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Envelope<T> {
    /// 0, or an error code.
    pub code: i64,
    /// The server's message, `msg` on the wire.
    pub message: String,
    /// The request id, `rid` on the wire; `None` if absent or empty.
    pub request_id: Option<String>,
    /// The result; `None` if absent, null or empty, and whenever `code` is not 0.
    pub data: Option<T>,
    /// Whether `data` is empty but there are other members: the result may be at top level.
    pub(crate) flat: bool,
}

impl<T: fmt::Debug> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("code", &self.code)
            .field("message", &one_line(&self.message))
            .field("request_id", &self.request_id.as_deref().map(one_line))
            .field("data", &self.data)
            .finish()
    }
}

/// An envelope that ignores `data`, so that its content can't make the rest undecodable.
pub(crate) struct Outside(pub(crate) Envelope<NoData>);

impl<'de> Deserialize<'de> for Outside {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = EnvelopeVisitor { keep_early_data: false, data: PhantomData };
        deserializer.deserialize_map(visitor).map(Self)
    }
}

/// The `data` of an operation without a result.
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
        deserializer.deserialize_map(EnvelopeVisitor { keep_early_data: true, data: PhantomData })
    }
}

/// A member of an envelope, by its name.
enum Member {
    Code,
    Message,
    RequestId,
    Data,
    Other,
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(MemberVisitor)
    }
}

struct MemberVisitor;

impl Visitor<'_> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Member, E> {
        Ok(match name {
            "code" => Member::Code,
            "msg" => Member::Message,
            "rid" => Member::RequestId,
            "data" => Member::Data,
            _ => Member::Other,
        })
    }
}

struct EnvelopeVisitor<T> {
    /// Whether `data` before the code is kept until the code is known.
    keep_early_data: bool,
    data: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for EnvelopeVisitor<T> {
    type Value = Envelope<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `code` and `msg`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut code: Option<i64> = None;
        let mut message = None;
        let mut request_id = None;
        let mut data = None;
        let mut early_data: Option<Value> = None;
        let mut others = false;
        while let Some(key) = map.next_key::<Member>()? {
            match key {
                Member::Code => code = map.next_value::<lenient::Integer>()?.0,
                Member::Message => message = map.next_value::<lenient::LooseText>()?.0,
                Member::RequestId => request_id = map.next_value::<lenient::LooseText>()?.0,
                Member::Data => match code {
                    Some(0) => data = map.next_value::<lenient::Data<T>>()?.0,
                    // The code, which says whether this is a result, is not known yet.
                    None if self.keep_early_data => early_data = Some(map.next_value()?),
                    _ => drop(map.next_value::<IgnoredAny>()?),
                },
                Member::Other => {
                    others = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let code = code.ok_or_else(|| A::Error::missing_field("code"))?;
        if let (0, Some(value)) = (code, early_data) {
            // Errors of `serde_json::Value` have no position that could be lost.
            data = lenient::Data::<T>::deserialize(value).map_err(A::Error::custom)?.0;
        }
        let flat = code == 0 && data.is_none() && others;
        Ok(Envelope { code, message: message.unwrap_or_default(), request_id, data, flat })
    }
}

impl<T> Envelope<T> {
    /// Returns the envelope without its `data`.
    pub(crate) fn without_data(self) -> Envelope<NoData> {
        let Self { code, message, request_id, flat, .. } = self;
        Envelope { code, message, request_id, data: None, flat }
    }
}
