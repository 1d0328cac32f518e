//! How long a server asks to wait before the next request.

use std::time::{Duration, SystemTime};

use jogg_api::http::header::{HeaderMap, RETRY_AFTER};
use jogg_api::raw_json;

/// How long to wait after a refusal that doesn't say.
const DEFAULT: Duration = Duration::from_secs(60);

/// Returns how long to wait after a refusal for too many requests: what the header says, else the
/// body, else a minute.
pub(crate) fn of_refusal(error: &jogg_api::Error) -> Duration {
    let wait = of_headers(error.headers()).or_else(|| of_body(error.body()));
    wait.unwrap_or(DEFAULT)
}

/// Returns how long to wait after any other failure, if the server says so.
pub(super) fn of_failure(error: &jogg_api::Error) -> Option<Duration> {
    of_headers(error.headers())
}

/// Reads `Retry-After`, in seconds, fractions allowed, or as a date.
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return duration(seconds);
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn of_body(body: &[u8]) -> Option<Duration> {
    let body = raw_json(body);
    let places = ["/retryAfter", "/retry_after", "/data/retryAfter", "/data/retry_after"];
    let value = places.iter().find_map(|place| body.pointer(place))?;
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    duration(seconds)
}

/// Returns a wait, the longest there is if this is longer: whoever asks for it means no retry.
fn duration(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::now();
        let hour = Duration::from_secs(3600);
        for (text, least, most) in [
            ("30", Some(30), Some(30)),
            (" 0 ", Some(0), Some(0)),
            (&httpdate::fmt_http_date(now + hour), Some(3590), Some(3600)),
            (&httpdate::fmt_http_date(now - hour), Some(0), Some(0)),
            ("-1", None, None),
            ("soon", None, None),
            ("99999999999999999999999", Some(u64::MAX), Some(u64::MAX)),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            let found = of_headers(&headers).map(|wait| wait.as_secs());
            assert!(least <= found && found <= most, "{text}: {found:?}");
        }
        assert_eq!(of_headers(&HeaderMap::new()), None);
    }
}
