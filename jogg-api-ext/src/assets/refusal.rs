//! Responses of file hosts that are no success: read for what they say.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::HeaderMap;

use super::patience::Patience;
use super::transfer::{Transfer, permanent, transient};
use crate::call::retry_after;
use crate::error::Error;
use crate::host_response::{HostResponse, MAX_BODY};

/// How long the body of a refusal may take: it explains what is known already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the begin of a response's body, after what came of it before.
pub(crate) async fn read(
    transfer: &Transfer,
    mut response: Response,
    before: Bytes,
) -> HostResponse {
    let mut patience = Patience::new(transfer, PATIENCE, PATIENCE);
    let mut body = BytesMut::from(before);
    while body.len() < MAX_BODY {
        // Whatever ends the body, its begin says enough.
        match patience.wait(transfer, response.chunk()).await {
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            _ => break,
        }
    }
    body.truncate(MAX_BODY);
    HostResponse::new(response.status().as_u16(), body.freeze())
}

/// Creates the error of such a response, which ends with what the host calls the reason, and has
/// the wait that it asks for.
pub(crate) fn error(
    transfer: &Transfer,
    message: String,
    retryable: bool,
    host: HostResponse,
    headers: &HeaderMap,
) -> Error {
    let message = match host.quoted() {
        Some(reason) => format!("{message}: {}", transfer.client().api().redact_key(&reason)),
        None => message,
    };
    let error = if retryable { transient(message) } else { permanent(message) };
    error
        .with_host_response(host)
        .with_retry_after(retry_after::of_headers(headers).filter(|_| retryable))
}
