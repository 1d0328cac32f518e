//! The signature of a delivery: HMAC-SHA256 over the body as received, in hexadecimal digits.

use hmac::{Hmac, KeyInit, Mac};
use jogg_api::Secret;
use sha2::{Digest, Sha256};

/// The header that has the signature of a delivery: `X-Webhook-Signature`.
pub const SIGNATURE_HEADER: &str = "x-webhook-signature";

/// The header that names the event of a delivery: `X-Webhook-Event`. It isn't signed, so that only
/// the name in the body counts.
pub const EVENT_HEADER: &str = "x-webhook-event";

/// Signs a body as the API does, for tests of receivers: returns the value of
/// `X-Webhook-Signature`.
///
/// To check a signature, use a [`Verifier`](super::Verifier): comparing strings takes a time that
/// tells others how much of a forged one is right.
///
/// ```
/// use jogg_api_ext::Secret;
/// use jogg_api_ext::webhooks::{Verifier, sign};
///
/// let secret = Secret::from("whsec_7c1e");
/// let body = br#"{"event":"generated_motion_success","data":{"motion_id":"motion_7f3a"}}"#;
/// let event = Verifier::new([secret.clone()])?.verify(body, &sign(&secret, body))?;
/// assert_eq!(event.job().unwrap().id, "motion_7f3a");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[expect(clippy::disallowed_methods, reason = "the tag is returned here, and compared nowhere")]
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    hex::encode(Key::new(secret).0.chain_update(body).finalize().into_bytes())
}

/// A secret that is ready to be used.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    pub(super) fn new(secret: &Secret) -> Self {
        let mac = Hmac::new_from_slice(secret.expose().as_bytes());
        Self(mac.expect("HMAC takes keys of any length"))
    }

    /// Returns whether this key signed the body. Takes the same time whatever the signature is.
    pub(super) fn has_signed(&self, body: &[u8], signature: &Signature) -> bool {
        self.0.clone().chain_update(body).verify_slice(&signature.0).is_ok()
    }
}

/// A signature as it was received.
pub(super) struct Signature(Vec<u8>);

impl Signature {
    /// Reads the header's value: digits in either case, and white space around them. `None` if they
    /// are not those of an HMAC-SHA256.
    pub(super) fn read(header: &str) -> Option<Self> {
        let bytes = hex::decode(header.trim()).ok()?;
        (bytes.len() == Sha256::output_size()).then_some(Self(bytes))
    }
}
