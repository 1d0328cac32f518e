//! Finds members in what a server sent, wherever they are: at any depth, repeated, inside of a text
//! that is JSON itself, and in a body that is cut or has something around it. Where a paid request
//! would be retried, its response is read like this, and not by where things should be.

use jogg_api::raw_text;
use serde_json::Value;

/// How deep texts inside of texts are read. Each level doubles the backslashes.
const TEXTS: usize = 16;
/// How deep the value of a member is read.
const LEVELS: usize = 8;

/// The value of a member.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// A text or a number, or the first one in a list or an object.
    Plain(String),
    /// `true`, `false` or `null`.
    Word(&'static str),
    /// An empty text, list or object.
    Nothing,
    /// The body ends before the value does, or the value is too deep.
    Unread,
}

/// Calls `visit` with each member: its name as [`letters`], its value, and whether it is at top
/// level.
pub(super) fn members(body: &[u8], visit: &mut dyn FnMut(&str, Found, bool)) {
    walk(&String::from_utf8_lossy(body), 0, visit);
}

/// Returns the letters and digits of a name or a word, in lower case: `video_id` and `videoId` are
/// the same.
pub(super) fn letters(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn walk(text: &str, texts: usize, visit: &mut dyn FnMut(&str, Found, bool)) {
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some(start) = rest.find('"') {
        for byte in rest[..start].bytes() {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let (string, Some(after)) = string(&rest[start..]) else { return };
        let string = unescaped(string);
        if let Some(value) = after.trim_start().strip_prefix(':') {
            visit(&letters(&string), found(value), texts == 0 && depth == 1);
        } else if texts < TEXTS && string.contains('"') {
            walk(&string, texts + 1, visit);
        }
        rest = after;
    }
}

/// Reads the value that a text begins with.
fn found(text: &str) -> Found {
    let (mut rest, mut depth) = (text.trim_start(), 0_usize);
    while let Some(first) = rest.bytes().next() {
        let after = match first {
            b'{' | b'[' => {
                depth += 1;
                &rest[1..]
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                &rest[1..]
            }
            b',' | b':' if depth > 0 => &rest[1..],
            b'"' => {
                let (string, Some(after)) = string(rest) else { return Found::Unread };
                let is_name = depth > 0 && after.trim_start().starts_with(':');
                let string = if is_name { String::new() } else { unescaped(string) };
                if !string.trim().is_empty() {
                    return Found::Plain(string);
                }
                after
            }
            _ => {
                let Some(end) = rest.find(is_delimiter) else { return Found::Unread };
                let word = ["true", "false", "null"].into_iter().find(|word| **word == rest[..end]);
                match word {
                    Some(word) if depth == 0 => return Found::Word(word),
                    Some(_) => {}
                    None if end > 0 => return Found::Plain(number(&rest[..end])),
                    None => {}
                }
                &rest[end..]
            }
        };
        match depth {
            0 => return Found::Nothing,
            1..=LEVELS => rest = after.trim_start(),
            _ => return Found::Unread,
        }
    }
    Found::Unread
}

/// As ids are read elsewhere: `1500.0` is 1500.
fn number(text: &str) -> String {
    let number = serde_json::from_str::<Value>(text).ok();
    number.as_ref().and_then(raw_text).unwrap_or_else(|| text.to_owned())
}

fn is_delimiter(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ',' | ':' | '"' | '[' | ']' | '{' | '}')
}

/// Divides a text after the string that it begins with; `None` if that has no end.
fn string(text: &str) -> (&str, Option<&str>) {
    let mut end = 1;
    while let Some(byte) = text.as_bytes().get(end) {
        match byte {
            b'"' => return (&text[..=end], Some(&text[end + 1..])),
            // An escaped character is never the end.
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    (text, None)
}

fn unescaped(string: &str) -> String {
    serde_json::from_str(string).unwrap_or_else(|_| {
        // A half of a surrogate, or a control character: what matters is plain text.
        let inside = string.trim_matches('"');
        inside.replace("\\\"", "\"").replace("\\\\", "\\")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str, name: &str) -> Vec<(Found, bool)> {
        let mut all = Vec::new();
        members(body.as_bytes(), &mut |member, value, is_top| {
            if member == name {
                all.push((value, is_top));
            }
        });
        all
    }

    #[test]
    fn members_are_found_wherever_they_are() {
        let deep = format!("{}{{\"videoId\": 7}}", "[".repeat(3000));
        for (body, expected) in [
            (r#"{"video_id": "J"}"#, "J"),
            (r#"{"a": [{"VIDEO-ID" : "J"}]}"#, "J"),
            (r#"{"videoId": 1500.0, "code": 1}"#, "1500"),
            (r#"{"video_id": ["", null, {"id": "J"}]}"#, "J"),
            (r#"{"a": "{\"video_id\": \"J\"}"}"#, "J"),
            (r#"["{\"a\": \"[{\\\"video_id\\\": \\\"J\\\"}]\"}"]"#, "J"),
            (r#"{"vid\u0065o_id": "\u004a"}"#, "J"),
            (r#"{"a": "\ud83d", "video_id": "J"}"#, "J"),
            (")]}',\n{\"video_id\": \"J\"}", "J"),
            (r#"{"video_id": "J", "x": {"#, "J"),
            (&deep, "7"),
        ] {
            let found = of(body, "videoid");
            assert_eq!(found.len(), 1, "{body}: {found:?}");
            assert_eq!(found[0].0, Found::Plain(expected.to_owned()), "{body}");
        }
    }

    #[test]
    fn values_that_are_no_id_and_values_that_are_cut_are_told_apart() {
        for (value, expected) in [
            ("\"\"", Found::Nothing),
            ("\" \"", Found::Nothing),
            ("[]", Found::Nothing),
            ("{\"a\": [null, true]}", Found::Nothing),
            ("null", Found::Word("null")),
            ("true", Found::Word("true")),
            (",", Found::Nothing),
        ] {
            let body = format!("{{\"video_id\": {value}}}");
            assert_eq!(of(&body, "videoid"), [(expected, true)], "{body}");
        }
        for body in ["{\"video_id\":", "{\"video_id\":\"J", "{\"video_id\":12", "{\"video_id\":[\""]
        {
            assert_eq!(of(body, "videoid"), [(Found::Unread, true)], "{body}");
        }
        let body = r#"{"video_id": "a", "data": {"video_id": "b"}, "t": "{\"video_id\": 1}"}"#;
        let tops: Vec<bool> = of(body, "videoid").into_iter().map(|(_, is_top)| is_top).collect();
        assert_eq!(tops, [true, false, false]);
    }

    #[test]
    fn texts_inside_of_texts_are_read_up_to_a_level() {
        let mut body = r#"{"video_id": "J"}"#.to_owned();
        for level in 1..=TEXTS + 2 {
            body = serde_json::to_string(&[body]).unwrap();
            let expected = (level <= TEXTS).then(|| (Found::Plain("J".to_owned()), false));
            assert_eq!(of(&body, "videoid"), Vec::from_iter(expected), "{level}");
        }
    }

    /// As in a body that lacks something.
    #[test]
    fn a_text_that_is_no_member_of_the_value_is_the_value() {
        assert_eq!(found(r#""J": 1}"#), Found::Plain("J".to_owned()));
        assert_eq!(found(r#"{"J": null}"#), Found::Nothing);
    }

    #[test]
    fn the_work_is_linear_in_size() {
        for part in
            ["{\"video_id\":", "[", "\"video_id\":[", "\\\"", "\"a\\\\\\\"", "{\"a\":\"\\\""]
        {
            let body = part.repeat(2_000_000 / part.len());
            members(body.as_bytes(), &mut |_, _, _| {});
            members(format!("\"{body}\"").as_bytes(), &mut |_, _, _| {});
        }
    }
}
