//! Encodes ids as path segments.

use crate::{Error, Operation};

/// Encodes an id as one segment of a path.
///
/// All characters except unreserved ones are percent-encoded. That isn't enough for three values:
/// an empty segment turns `/v2/endpoint/{id}` into the path of the list, and URL parsers remove `.`
/// and `..`, so that a deletion would reach another operation. These are rejected, and so are ids
/// with control characters, which no id of this API has.
///
/// # Errors
/// [`ErrorKind::Argument`](crate::ErrorKind::Argument) names the parameter and says why it can't
/// be sent.
pub fn path_segment(
    operation: &'static Operation,
    name: &'static str,
    value: impl std::fmt::Display,
) -> Result<String, Error> {
    let value = value.to_string();
    let reason = match value.as_str() {
        "" => "is empty",
        "." | ".." => "is a relative path",
        _ if value.chars().any(char::is_control) => "contains a control character",
        _ => return Ok(encode(&value)),
    };
    Err(Error::argument(operation, name, reason))
}

fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::DELETE_WEBHOOK_ENDPOINT;

    #[test]
    fn ids_stay_one_segment() {
        for (id, encoded) in [
            ("wh_1", "wh_1"),
            ("..\\user\\whoami", "..%5Cuser%5Cwhoami"),
            ("../user/whoami", "..%2Fuser%2Fwhoami"),
            ("a?b#c%2e", "a%3Fb%23c%252e"),
            ("...", "..."),
            ("é", "%C3%A9"),
        ] {
            let segment = path_segment(&DELETE_WEBHOOK_ENDPOINT, "endpoint_id", id).unwrap();
            assert_eq!(segment, encoded);
            let base = format!("http://localhost/v2/endpoint/{segment}");
            let url = reqwest::Url::parse(&base).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 3, "{url}");
            assert!(url.path().starts_with("/v2/endpoint/"), "{url}");
        }
    }

    #[test]
    fn ids_that_change_the_path_are_rejected() {
        for id in ["", ".", "..", "a\nb", "a\0"] {
            let error = path_segment(&DELETE_WEBHOOK_ENDPOINT, "endpoint_id", id).unwrap_err();
            assert!(error.to_string().contains("endpoint_id"), "{error}");
        }
    }
}
