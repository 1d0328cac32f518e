//! What headers say of the part of a file that a response has.

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue};

/// The part of a file that a 206 response has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) start: u64,
    /// How many bytes it has.
    pub(crate) length: u64,
    /// The size of the whole file, unless the host doesn't know it.
    pub(crate) total: Option<u64>,
}

/// Reads `Content-Range: bytes 5-9/10`; `None` unless the numbers fit together.
pub(crate) fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    let (range, total) = only(headers, CONTENT_RANGE.as_str())?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end) = (number(start)?, number(end)?);
    let total = match total.trim() {
        "*" => None,
        total => Some(number(total)?),
    };
    let length = end.checked_sub(start)?.checked_add(1)?;
    total.is_none_or(|total| end < total).then_some(ContentRange { start, length, total })
}

/// Reads the size of the whole file from a response that has no part of it: `bytes */10`.
pub(crate) fn unsatisfied(headers: &HeaderMap) -> Option<u64> {
    number(only(headers, CONTENT_RANGE.as_str())?.strip_prefix("*/")?)
}

/// Returns the entity tag, if it is a strong one: what has the same tag has the same bytes.
pub(crate) fn strong_etag(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut values = headers.get_all(ETAG).iter();
    let (tag, None) = (values.next()?, values.next()) else { return None };
    let bytes = tag.as_bytes();
    let is_strong = bytes.len() > 2 && bytes.starts_with(b"\"") && bytes.ends_with(b"\"");
    is_strong.then(|| tag.clone())
}

/// Returns the range of the only header with this name, behind its unit.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (unit, range) = value.to_str().ok()?.trim().split_once(' ')?;
    unit.eq_ignore_ascii_case("bytes").then(|| range.trim())
}

/// Only digits, while `u64::from_str` takes a sign, too.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &'static str, values: &[&'static str]) -> HeaderMap {
        let name = reqwest::header::HeaderName::from_static(name);
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn ranges_whose_numbers_fit_are_read() {
        let range = |start, length, total| Some(ContentRange { start, length, total });
        for (value, expected) in [
            ("bytes 4-9/10", range(4, 6, Some(10))),
            ("Bytes  4 - 9 / 10 ", range(4, 6, Some(10))),
            ("bytes 0-0/*", range(0, 1, None)),
            ("bytes 4-10/10", None),
            ("bytes 9-4/10", None),
            ("bytes +4-9/10", None),
            ("bytes 4-/10", None),
            ("bytes 4-9", None),
            ("bytes */10", None),
            ("bytes=4-9/10", None),
            ("items 4-9/10", None),
            ("bytes 4-99999999999999999999/*", None),
            ("bytes 0-18446744073709551615/*", None),
            ("", None),
        ] {
            assert_eq!(content_range(&header("content-range", &[value])), expected, "{value}");
        }
        let twice = header("content-range", &["bytes 4-9/10", "bytes 4-9/10"]);
        assert_eq!(content_range(&twice), None);
        assert_eq!(unsatisfied(&header("content-range", &["bytes */10"])), Some(10));
        assert_eq!(unsatisfied(&header("content-range", &["bytes 4-9/10"])), None);
    }

    #[test]
    fn only_a_strong_tag_is_used() {
        for (values, strong) in [
            (["\"a\""].as_slice(), true),
            (&["W/\"a\""], false),
            (&["w/\"a\""], false),
            (&["a"], false),
            (&["\"\""], false),
            (&["\""], false),
            (&[""], false),
            (&[], false),
            (&["\"a\"", "\"b\""], false),
        ] {
            assert_eq!(strong_etag(&header("etag", values)).is_some(), strong, "{values:?}");
        }
    }
}
