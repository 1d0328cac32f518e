//! Repairs JSON that can't be read as it was received: strings with what JSON doesn't allow, numbers
//! that a `Value` can't hold, nesting that is too deep, and text after its end.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Deserializer;

use crate::lenient::exact;
use crate::span::{container_length, string_length};

/// How deep what is repaired is nested at most: `serde_json` reads 127 levels.
const MAX_DEPTH: usize = 100;

/// Parses JSON. If that fails, repairs it, and parses it again.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    read(body).or_else(|error| match error.is_syntax() {
        true => read(repaired(body).as_bytes()).map_err(|_| error),
        false => Err(error),
    })
}

/// Parses JSON. Whatever follows an object is no part of it: some proxies append comments.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    let mut deserializer = Deserializer::from_slice(json);
    let value = T::deserialize(&mut deserializer)?;
    match json.trim_ascii_start().first() {
        Some(b'{') => Ok(value),
        _ => deserializer.end().map(|()| value),
    }
}

/// Replaces bytes that aren't UTF-8, unpaired surrogate escapes (`\ud83d` alone), control
/// characters, numbers that a `Value` can't hold (by texts), and what is nested too deeply (by
/// null). Ends with the object that it begins with, if that is complete. The result is compact: it
/// has no white space between its tokens.
pub(crate) fn repaired(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let output = String::with_capacity(text.len());
    let mut repair = Repair { rest: &text, output, depth: 0 };
    while repair.token() {}
    repair.output
}

struct Repair<'t> {
    rest: &'t str,
    output: String,
    /// How many objects and lists are open.
    depth: usize,
}

impl<'t> Repair<'t> {
    /// Repairs a token. Returns whether another may follow.
    fn token(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        match first {
            '"' => {
                let string = self.take(string_length(self.rest));
                repair_string(string, &mut self.output);
            }
            '{' | '[' if self.depth == MAX_DEPTH => {
                self.take(container_length(self.rest));
                self.output.push_str("null");
            }
            '{' | '[' | '}' | ']' => {
                let token = self.take(1);
                self.output.push_str(token);
                let opens = matches!(first, '{' | '[');
                self.depth = if opens { self.depth + 1 } else { self.depth.saturating_sub(1) };
                return self.depth > 0 || first == ']';
            }
            '-' | '0'..='9' => {
                let is_part = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
                let length = self.rest.find(|letter| !is_part(letter));
                let number = self.take(length.unwrap_or(self.rest.len()));
                self.output.push_str(&exact(number));
            }
            ' ' | '\t' | '\n' | '\r' => self.white_space(),
            _ => {
                let other = self.take(first.len_utf8());
                self.output.push_str(&without_control_characters(other));
            }
        }
        true
    }

    /// Drops white space, unless it is what keeps two values apart, which is no JSON.
    fn white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let structure = [',', ':', '{', '}', '[', ']'];
        if !self.output.ends_with(structure) && !self.rest.starts_with(structure) {
            self.output.push(' ');
        }
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        token
    }
}

fn repair_string(text: &str, output: &mut String) {
    let mut rest = text;
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
    #[test]
    fn numbers_keep_their_digits_and_what_is_too_deep_is_cut() {
        let deep = |levels| format!("{}1{}", "[{\"a\":".repeat(levels), "}]".repeat(levels));
        let body = format!("{{\"a\": {}, \"b\": \"]}}\\\"\", \"c\": 1e999}}", deep(100));
        let value = parse::<Value>(body.as_bytes()).unwrap();
        assert_eq!((&value["b"], &value["c"]), (&json!("]}\""), &json!("1e999")));
        let mut levels = 0;
        let mut inner = &value["a"];
        while let Some(next) = inner.get(0).or(inner.get("a")) {
            (inner, levels) = (next, levels + 1);
        }
        assert_eq!((inner, levels), (&Value::Null, MAX_DEPTH - 1));
        // Cut off within what is too deep, it stays cut off.
        for end in [body.len() / 3, body.len() / 2, body.len() - 1] {
            assert!(parse::<Value>(&body.as_bytes()[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn an_object_is_whole_whatever_follows_it() {
        for rest in ["", " ", "\n<!-- proxy -->", "{\"a\": 2}", "}", "\u{1}\u{0}", "\"", "\\"] {
            for object in ["{\"a\": [{}, \"}\"]}", "{\"a\": [{}, \"\u{1}}\"]}"] {
                let value: Value = parse(format!(" {object}{rest}").as_bytes()).unwrap();
                assert_eq!(value["a"][0], json!({}), "{object}{rest}");
            }
        }
        for body in ["1 2", "[1 2\u{1}]", "[1 2, 1e999]", "\"a\" b", "502 Bad Gateway", "[1] 2"] {
            parse::<Value>(body.as_bytes()).unwrap_err();
        }
    }

    #[test]
    fn what_is_repaired_is_compact() {
        let body = " { \"a b\" :\t[ 1 , \" x \" ]\r\n, \"c\" : { } } ";
        assert_eq!(repaired(body.as_bytes()), r#" {"a b":[1," x "],"c":{}}"#.trim_start());
    }
}
