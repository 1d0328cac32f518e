//! Verifies that a delivery comes from the API.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jogg_api::Secret;

use super::event::{Event, NotAnEvent};
use super::signature::{Key, Signature};
use crate::error::{Error, ErrorKind, Result};

/// The longest body that is accepted by default, in bytes: 1 MiB. Bodies have been a few kilobytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Verifies deliveries to registered endpoints, with the secrets of the endpoints.
///
/// Cheap to clone a few times; `Debug` shows no secret.
#[derive(Clone)]
#[must_use]
pub struct Verifier {
    keys: Vec<Key>,
    max_body_bytes: usize,
    max_age: Option<Duration>,
}

impl Verifier {
    /// Creates a verifier that accepts what any of these secrets signed. One is the usual number.
    /// Several serve more than one endpoint, or two while an endpoint is replaced: the secret of an
    /// endpoint can't be changed.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no secret, or if one is empty or has white space
    /// around it: with an empty secret, everyone could sign.
    pub fn new(secrets: impl IntoIterator<Item = impl Into<Secret>>) -> Result<Self> {
        let keys: Vec<_> = secrets.into_iter().map(key).collect::<Result<_>>()?;
        if keys.is_empty() {
            return refuse("there is no webhook secret; pass the `secret` of the endpoint");
        }
        Ok(Self { keys, max_body_bytes: MAX_BODY_BYTES, max_age: None })
    }

    /// Sets the longest body that is accepted, in bytes. Default: [`MAX_BODY_BYTES`].
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Refuses events whose `timestamp` is older than this, or missing. Default: no limit.
    ///
    /// A delivery that fails is retried, and a retry may come late and still be wanted. What keeps
    /// an old delivery from being used again is [`Event::key`]; use a limit only if you can't keep
    /// the keys of events.
    pub fn max_age(mut self, limit: Duration) -> Self {
        self.max_age = Some(limit);
        self
    }

    /// Verifies a delivery and returns its event. `body` must be the body as received, byte for
    /// byte: JSON that was parsed and written anew has another signature. `signature` is the value
    /// of the header [`SIGNATURE_HEADER`](super::SIGNATURE_HEADER).
    ///
    /// # Errors
    /// [`Rejection`] says what to respond with. Nothing of the body is read before its signature is
    /// found to be right.
    pub fn verify(&self, body: &[u8], signature: &str) -> Result<Event, Rejection> {
        self.verify_at(body, signature, SystemTime::now())
    }

    /// Returns the longest body that is accepted, in bytes.
    pub(super) fn limit(&self) -> usize {
        self.max_body_bytes
    }

    fn verify_at(&self, body: &[u8], signature: &str, now: SystemTime) -> Result<Event, Rejection> {
        if body.len() > self.max_body_bytes {
            return Err(Rejection::TooLarge { limit: self.max_body_bytes });
        }
        let signature = Signature::read(signature).ok_or(Rejection::Signature)?;
        if !self.keys.iter().any(|key| key.has_signed(body, &signature)) {
            return Err(Rejection::Signature);
        }
        let event = Event::parse(body).map_err(|NotAnEvent { .. }| Rejection::NotAnEvent)?;
        match self.max_age {
            Some(limit) if age(&event, now).is_none_or(|age| age > limit) => {
                Err(Rejection::TooOld { limit })
            }
            _ => Ok(event),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.keys.len())
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// Why a delivery was refused. Shows nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The signature is missing, malformed, or not that of the body with any of the secrets.
    /// Respond with 401.
    Signature,
    /// The body is longer than allowed. Respond with 413.
    TooLarge {
        /// The longest body that is accepted, in bytes.
        limit: usize,
    },
    /// The event is older than allowed, or doesn't say when it happened. Respond with 400.
    TooOld {
        /// The age that is accepted.
        limit: Duration,
    },
    /// The body is not a JSON object with an `event`. Respond with 400.
    NotAnEvent,
}

impl Rejection {
    /// Returns the status to respond with.
    pub fn status(self) -> http::StatusCode {
        match self {
            Self::Signature => http::StatusCode::UNAUTHORIZED,
            Self::TooLarge { .. } => http::StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooOld { .. } | Self::NotAnEvent => http::StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature => f.write_str(
                "the signature is not that of the body: check that the secret is the endpoint's, \
                 and that the body is verified as received",
            ),
            Self::TooLarge { limit } => write!(f, "the body has more than {limit} bytes"),
            Self::TooOld { limit } => {
                write!(f, "the event has no `timestamp`, or one older than {limit:?}")
            }
            Self::NotAnEvent => f.write_str("the body is not a JSON object with an `event`"),
        }
    }
}

impl std::error::Error for Rejection {}

fn key(secret: impl Into<Secret>) -> Result<Key> {
    let secret = secret.into();
    match secret.expose() {
        "" => refuse("a webhook secret is empty: everyone could sign; pass the endpoint's"),
        text if text.trim() != text => {
            refuse("a webhook secret has white space around it; remove it, such as a final newline")
        }
        _ => Ok(Key::new(&secret)),
    }
}

/// Returns how long ago an event happened. One of the future is of now: clocks differ.
fn age(event: &Event, now: SystemTime) -> Option<Duration> {
    let time = event.timestamp?.try_into().ok()?;
    // In seconds, that would be after the year 5000.
    let happened = match time {
        ..100_000_000_000 => Duration::from_secs(time),
        _ => Duration::from_millis(time),
    };
    Some(now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(happened))
}

fn refuse<T>(reason: &'static str) -> Result<T> {
    Err(Error::new(ErrorKind::Configuration, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::NotAnEvent;

    #[test]
    fn each_rejection_says_what_is_wrong() {
        for (rejection, says) in [
            (Rejection::Signature, "the signature is not that of the body"),
            (Rejection::TooLarge { limit: 9 }, "the body has more than 9 bytes"),
            (Rejection::TooOld { limit: Duration::from_secs(9) }, "one older than 9s"),
            (Rejection::NotAnEvent, "the body is not a JSON object with an `event`"),
        ] {
            assert!(rejection.to_string().contains(says), "{rejection:?}: {rejection}");
        }
        assert_eq!(NotAnEvent {}.to_string(), Rejection::NotAnEvent.to_string());
    }
}
