//! Redirects, followed by hand, so that each address is as safe as the first.

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, StatusCode, Url};

use super::patience::Patience;
use super::transfer::{Transfer, check_url, permanent, transient};
use crate::error::{Error, Result};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

/// Sends a GET request with the bare HTTP client, whose key goes to the API alone, and follows
/// redirects. Returns the response that isn't one.
pub(crate) async fn get(
    transfer: &Transfer,
    patience: &mut Patience,
    mut url: Url,
    headers: HeaderMap,
) -> Result<Response> {
    for _ in 0..=MAX_REDIRECTS {
        let request = transfer.client().api().http().get(url.clone()).headers(headers.clone());
        let sent = patience.wait(transfer, request.send()).await?;
        let response = sent.map_err(|error| {
            let passes = !error.is_builder();
            let error = transient("the file host could not be reached").with_http(error);
            error.with_retryable(passes)
        })?;
        if !is_redirect(response.status()) {
            return Ok(response);
        }
        url = next(transfer, &url, &response)?;
    }
    Err(permanent(format!("the file host redirects more than {MAX_REDIRECTS} times")))
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Returns where a redirect leads, if that is followed.
fn next(transfer: &Transfer, from: &Url, response: &Response) -> Result<Url> {
    let status = response.status().as_u16();
    let refused = |why: &str| -> Error {
        let message = format!("the file host redirects (HTTP {status}) to an address that {why}");
        permanent(message).with_http_status(status)
    };
    let location = response.headers().get(LOCATION).ok_or_else(|| refused("is missing"))?;
    let location = std::str::from_utf8(location.as_bytes()).ok();
    let url = location.and_then(|location| from.join(location).ok());
    let url = url.ok_or_else(|| refused("is not a URL"))?;
    // Also to this machine: a host elsewhere has no say over what runs here.
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(refused("is plain http, which is not followed from https"));
    }
    check_url(transfer.client(), &url).map_err(refused)?;
    Ok(url)
}
