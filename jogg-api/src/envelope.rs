//! The envelope of every response: `{code, msg, data, rid}`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::lenient;

/// The envelope of every response of the API.
///
/// It is decoded in one pass. `data` is read as `T` only if `code` is 0, so that the `[]`, `null`
/// or `""` of an error can't hide the code.
#[derive(Debug)]
pub(crate) struct Envelope<T> {
    /// 0, or an error code.
    pub(crate) code: i64,
    /// The server's message, `msg` on the wire; `message` where that is missing.
    pub(crate) message: String,
    /// The request id, `rid` on the wire; `None` if absent or empty.
    pub(crate) request_id: Option<String>,
    /// The result; `None` if absent, null or empty, and whenever `code` is not 0.
    pub(crate) data: Option<T>,
    /// `data` is empty, but the result may be elsewhere: before the code, or at the top level; or
    /// the code or `data` is repeated.
    pub(crate) incomplete: bool,
    /// There are members that no envelope has.
    pub(crate) others: bool,
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
        deserializer.deserialize_map(EnvelopeVisitor(PhantomData))
    }
}

/// A member of an envelope, by its name.
enum Member {
    Code,
    Message,
    /// `message`, which is the message only where the usual one is missing.
    OtherMessage,
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
            "message" => Member::OtherMessage,
            "rid" => Member::RequestId,
            "data" => Member::Data,
            _ => Member::Other,
        })
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
        let (mut message, mut other_message) = (None, None);
        let mut request_id = None;
        let mut data = None;
        let (mut data_was_skipped, mut others, mut repeated) = (false, false, false);
        while let Some(key) = map.next_key::<Member>()? {
            match key {
                Member::Code => {
                    repeated |= code.is_some();
                    code = map.next_value::<lenient::Integer>()?.0.or(code);
                }
                Member::Message => message = map.next_value::<lenient::LooseText>()?.0,
                Member::OtherMessage => {
                    others = true;
                    other_message = map.next_value::<lenient::LooseText>()?.0;
                }
                Member::RequestId => request_id = map.next_value::<lenient::LooseText>()?.0,
                Member::Data => match code {
                    Some(0) => {
                        repeated |= data.is_some();
                        data = map.next_value::<lenient::Data<T>>()?.0.or(data);
                    }
                    _ => {
                        // Before the code it isn't known whether this is a result.
                        data_was_skipped = true;
                        map.next_value::<IgnoredAny>()?;
                    }
                },
                Member::Other => {
                    others = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let code = code.ok_or_else(|| A::Error::missing_field("code"))?;
        // A code that comes twice, the last time with an error.
        let data = data.filter(|_| code == 0);
        let elsewhere = data.is_none() && (others || data_was_skipped);
        let incomplete = code == 0 && (elsewhere || repeated);
        let message = message.or(other_message).unwrap_or_default();
        Ok(Envelope { code, message, request_id, data, incomplete, others })
    }
}

impl<T> Envelope<T> {
    /// Returns the envelope with this `data` instead of the one it has.
    pub(crate) fn with_data<U>(self, data: Option<U>) -> Envelope<U> {
        let Self { code, message, request_id, incomplete, others, .. } = self;
        Envelope { code, message, request_id, data, incomplete, others }
    }

    /// Returns the envelope with something made of its `data`.
    pub(crate) fn map<U>(mut self, make: impl FnOnce(T) -> U) -> Envelope<U> {
        let data = self.data.take().map(make);
        self.with_data(data)
    }

    /// Returns the envelope without its `data`.
    pub(crate) fn without_data(self) -> Envelope<NoData> {
        self.with_data(None)
    }
}
