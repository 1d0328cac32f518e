//! Redirects, followed by hand, so that each address is as safe as the first.

use jogg_api::is_rejected;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, StatusCode, Url};

use super::patience::Patience;
use super::transfer::{Transfer, check_url, permanent, transient};
use crate::client::Jogg;
use crate::error::Result;

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
        let request =
            transfer.client().connected()?.http().get(url.clone()).headers(headers.clone());
        let sent = patience.wait(transfer, request.send()).await?;
        let response = sent.map_err(|error| {
            let passes = !error.is_builder() && !is_rejected(&error);
            let error = transient("the file host could not be reached").with_http(error);
            error.with_retryable(passes)
        })?;
        if !is_redirect(response.status()) {
            return Ok(response);
        }
        let status = response.status().as_u16();
        url = next(transfer.client(), &url, response.headers()).map_err(|why| {
            let message =
                format!("the file host redirects (HTTP {status}) to an address that {why}");
            permanent(message).with_http_status(status)
        })?;
    }
    Err(permanent(format!("the file host redirects more than {MAX_REDIRECTS} times")))
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Returns where a redirect leads, or why it isn't followed.
fn next(jogg: &Jogg, from: &Url, headers: &HeaderMap) -> Result<Url, &'static str> {
    let location = headers.get(LOCATION).ok_or("is missing")?;
    let location = std::str::from_utf8(location.as_bytes()).ok();
    let url = location.and_then(|location| from.join(location).ok()).ok_or("is not a URL")?;
    // Also to this machine: a host elsewhere has no say over what runs here.
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err("is plain http, which is never followed from https");
    }
    check_url(jogg, &url).map(|()| url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_redirect_leads_from_https_to_plain_http() {
        let jogg = Jogg::builder("k").base_url("http://127.0.0.1:9").allow_plain_http(true).build();
        let jogg = jogg.unwrap();
        for (from, to, followed) in [
            ("https://a.example/f", "https://b.example/g", Some("https://b.example/g")),
            ("https://a.example/f", "g?h", Some("https://a.example/g?h")),
            ("https://a.example/f", "//b.example/g", Some("https://b.example/g")),
            ("https://a.example/f", "http://b.example/g", None),
            ("https://a.example/f", "http://127.0.0.1/g", None),
            ("http://127.0.0.1/f", "http://127.0.0.1/g", Some("http://127.0.0.1/g")),
            ("http://127.0.0.1/f", "https://b.example/g", Some("https://b.example/g")),
        ] {
            let headers = HeaderMap::from_iter([(LOCATION, to.parse().unwrap())]);
            let url = next(&jogg, &from.parse().unwrap(), &headers);
            assert_eq!(url.ok().as_ref().map(Url::as_str), followed, "{from} {to}");
        }
    }
}
