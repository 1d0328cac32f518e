//! Repairs JSON whose strings contain what JSON doesn't allow.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Parses JSON. If that fails, replaces what a JSON string can't contain, and parses it again.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body).or_else(|error| match error.is_syntax() {
        true => serde_json::from_str(&repaired(body)).map_err(|_| error),
        false => Err(error),
    })
}

/// Replaces bytes that aren't UTF-8, unpaired surrogate escapes (`\ud83d` alone), and control
/// characters.
fn repaired(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut output = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(start) = rest.find('\\') {
        output.push_str(&without_control_characters(&rest[..start]));
        rest = &rest[start..];
        // A surrogate pair is one character.
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                output.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // The backslash and the character it escapes.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        output.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    output.push_str(&without_control_characters(rest));
    output
}

/// Returns the code unit of an escape such as `\ud83d` at the start of a text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` accepts a sign as well.
    let digits =
        Some(digits).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    u32::from_str_radix(digits?, 16).ok()
}

/// Replaces control characters by spaces. Those that JSON allows outside of strings are white space
/// too, so replacing them changes nothing.
fn without_control_characters(text: &str) -> Cow<'_, str> {
    match text.contains(|letter: char| letter < ' ') {
        true => text.replace(|letter: char| letter < ' ', " ").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_a_json_string_cannot_contain_is_replaced() {
        for (body, value) in [
            (&b"{\"a\": \"x\xffy\"}"[..], json!({"a": "x\u{fffd}y"})),
            (br#"{"a": "\ud83d"}"#, json!({"a": "\u{fffd}"})),
            (br#"{"a": "\ude00\ud83d\uD83D\uDE00\u0041\ud83dx"}"#, json!({"a": "��😀A�x"})),
            (br#"{"a": "\\ud83d\"\n", "b": "\ud83d"}"#, json!({"a": "\\ud83d\"\n", "b": "�"})),
            (b"{\n\"a\": \"1\n2\t3\x014\"}\r\n", json!({"a": "1 2 3 4"})),
        ] {
            assert!(serde_json::from_slice::<Value>(body).is_err(), "{value}");
            assert_eq!(parse::<Value>(body).unwrap(), value);
        }
        // Valid JSON is unchanged, and other texts don't become JSON.
        assert_eq!(parse::<Value>(b"{\"a\":\n1}").unwrap(), json!({"a": 1}));
        for body in
            [&br#"{"a": "\ud83"#[..], br#""\u+123""#, b"\"\\", b"\"\\\xff", b"{\"a\"", b"\\u"]
        {
            parse::<Value>(body).unwrap_err();
        }
    }
}
