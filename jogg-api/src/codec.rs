//! Bodies and answers, knowing only the operation: for the simulator, for tests, and for tools
//! that look at captured answers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode::decode;
use crate::{Operation, Skipped};

pub use crate::generated::codecs::CODECS;

/// How one operation's request and answer are read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Codec {
    /// The operation.
    pub operation: &'static Operation,
    pub(crate) body: Option<CheckBody>,
    pub(crate) answer: fn(&[u8]) -> Result<Decoded, String>,
}

type CheckBody = fn(&[u8]) -> Result<(), BodyError>;

/// An answer as its typed value, written as JSON again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// 0, or an error code.
    pub code: i64,
    /// The server's message.
    pub msg: String,
    /// The request id.
    pub rid: Option<String>,
    /// The typed `data`, or null.
    pub data: Value,
    /// Parts that did not have their type.
    pub skipped: Vec<Skipped>,
}

/// Why a request body is not what the operation takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyError {
    /// The field, such as `voice.voice_id`; empty for the body as a whole.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Codec {
    /// The codec of an operation, by its id.
    pub fn of(id: &str) -> Option<&'static Self> {
        CODECS.iter().find(|codec| codec.operation.id == id)
    }

    /// Whether the operation takes a body.
    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// Checks a request body: required fields, types, closed sets.
    ///
    /// # Errors
    /// [`BodyError`] names the field.
    pub fn check_body(&self, body: &[u8]) -> Result<(), BodyError> {
        self.body.map_or(Ok(()), |check| check(body))
    }

    /// Decodes an answer the way the client does.
    ///
    /// # Errors
    /// Why it cannot be decoded, without quoting it.
    pub fn decode_answer(&self, body: &[u8]) -> Result<Decoded, String> {
        (self.answer)(body)
    }
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.reason),
            field => write!(f, "{field}: {}", self.reason),
        }
    }
}

impl std::error::Error for BodyError {}

pub(crate) fn body<T: DeserializeOwned>(body: &[u8]) -> Result<(), BodyError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize::<_, T>(&mut deserializer);
    let error = match parsed {
        Ok(_) => match deserializer.end() {
            Ok(()) => return Ok(()),
            Err(error) => BodyError { field: String::new(), reason: error.to_string() },
        },
        Err(error) => {
            let field = error.path().to_string();
            let field = if field == "." { String::new() } else { field };
            // The position belongs to the error's text, not to the field.
            let text = error.into_inner().to_string();
            let reason = text.split(" at line ").next().unwrap_or_default().to_owned();
            BodyError { field, reason }
        }
    };
    Err(error)
}

pub(crate) fn answer<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<Decoded, String> {
    let (envelope, skipped) = decode::<T>(body).map_err(|error| error.reason)?;
    let data = serde_json::to_value(&envelope.data).map_err(|error| error.to_string())?;
    let crate::Envelope { code, msg, rid, .. } = envelope;
    Ok(Decoded { code, msg, rid, data, skipped })
}
