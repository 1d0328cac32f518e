//! Which responses of a file host have the file.

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};

use super::page;
use super::refusal;
use super::transfer::{Transfer, is_transient, permanent};
use crate::error::{Error, Result};

/// Refuses a 200 or 206 response that isn't of the file. A page in its place would replace what the
/// caller has.
pub(crate) async fn expect_media(transfer: &Transfer, response: Response) -> Result<Response> {
    expect_identity(&response)?;
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match page::of_content_type(content_type) {
        Some(format) => Err(page(transfer, response, Bytes::new(), format).await),
        None => Ok(response),
    }
}

/// Refuses an encoded body, which could be neither measured nor resumed.
fn expect_identity(response: &Response) -> Result<()> {
    let headers = response.headers();
    let is_encoded = |value: &&HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"chunked");
    // The HTTP client decodes what is chunked last, and nothing else.
    let all = headers.get_all(TRANSFER_ENCODING).iter().filter(is_encoded);
    for value in all.chain(headers.get_all(CONTENT_ENCODING)) {
        let encoding = String::from_utf8_lossy(value.as_bytes());
        if !encoding.trim().is_empty() && !encoding.trim().eq_ignore_ascii_case("identity") {
            let message = format!(
                "the file host sends the file encoded as `{}`, though `identity` was requested",
                jogg_api::one_line(&encoding)
            );
            return Err(permanent(message).with_http_status(response.status().as_u16()));
        }
    }
    Ok(())
}

/// Creates the error of a page in place of the file, with what came of it already. A host responds
/// like this while the file isn't there yet.
pub(crate) async fn page(
    transfer: &Transfer,
    response: Response,
    before: Bytes,
    format: &str,
) -> Error {
    let headers = response.headers().clone();
    let host = refusal::read(transfer, response, before).await;
    let message = format!("the file host returns {format} instead of the file");
    refusal::error(transfer, message, true, host, &headers)
}

/// Creates the error of a response with another status than expected.
pub(crate) async fn refused(transfer: &Transfer, response: Response) -> Error {
    let (status, headers) = (response.status(), response.headers().clone());
    let host = refusal::read(transfer, response, Bytes::new()).await;
    let code = status.as_u16();
    // A host responds like this while the file isn't there yet.
    let early = matches!(code, 202 | 204 | 403 | 404 | 425);
    let message = format!("the file host doesn't return the file: HTTP {code}");
    refusal::error(transfer, message, early || is_transient(status), host, &headers)
}
