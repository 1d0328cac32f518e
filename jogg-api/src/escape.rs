//! Characters that are escaped: percent-encoded, once or more often, or as in strings of JSON.

/// Returns the first character of a text, if it is ASCII, else its first byte, and how long it is
/// there: `%2d`, `%252d` and `\u002d` are one.
pub(crate) fn character(text: &[u8]) -> Option<(u8, usize)> {
    let first = *text.first()?;
    let mut at = 1;
    match first {
        b'%' => {
            while text[at..].starts_with(b"25") && value(text, at + 2).is_some() {
                at += 2;
            }
        }
        b'\\' if text.starts_with(b"\\u00") => at = 4,
        _ => return Some((first, 1)),
    }
    Some(value(text, at).map_or((first, 1), |value| (value, at + 2)))
}

/// Returns what two hexadecimal digits stand for; `None` if there are other bytes.
fn value(text: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_character_is_one() {
        for (text, expected) in [
            ("a%", Some((b'a', 1))),
            ("%2dx", Some((b'-', 3))),
            ("%2D", Some((b'-', 3))),
            ("%252d", Some((b'-', 5))),
            ("%25252dx", Some((b'-', 7))),
            ("%25", Some((b'%', 3))),
            ("%2525", Some((b'%', 5))),
            ("%25zz", Some((b'%', 3))),
            ("%zz", Some((b'%', 1))),
            ("%2", Some((b'%', 1))),
            ("%", Some((b'%', 1))),
            ("%+1", Some((b'%', 1))),
            (r"\u003fa", Some((b'?', 6))),
            (r"\u013f", Some((b'\\', 1))),
            (r"\u00", Some((b'\\', 1))),
            (r"\n", Some((b'\\', 1))),
            ("", None),
        ] {
            assert_eq!(character(text.as_bytes()), expected, "{text}");
        }
    }
}
