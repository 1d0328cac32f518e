//! Characters that are escaped: percent-encoded, once or more often, as in strings of JSON, which
//! may be in other strings of JSON, or as in HTML.

/// How many backslashes are read as those of one escaped character.
const MOST_BACKSLASHES: usize = 8;

/// Returns the first character of a text, if it is ASCII, else its first byte, and how long it is
/// there: `%2d`, `%252d`, `\u002d`, `\\u002d`, `\x2d`, `&#45;` and `&#x2d;` are one.
pub(crate) fn character(text: &[u8]) -> Option<(u8, usize)> {
    let first = *text.first()?;
    let escaped = match first {
        b'%' => percent(text),
        b'\\' => backslash(text),
        b'&' => entity(text),
        _ => None,
    };
    Some(escaped.unwrap_or((first, 1)))
}

fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let mut at = 1;
    while text[at..].starts_with(b"25") && value(text, at + 2).is_some() {
        at += 2;
    }
    Some((value(text, at)?, at + 2))
}

fn backslash(text: &[u8]) -> Option<(u8, usize)> {
    let at = text.iter().take(MOST_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    let rest = text.get(at..)?;
    match rest.first()? {
        b'/' => Some((b'/', at + 1)),
        b'u' if rest.starts_with(b"u00") => Some((value(text, at + 3)?, at + 5)),
        b'x' => Some((value(text, at + 1)?, at + 3)),
        _ => None,
    }
}

fn entity(text: &[u8]) -> Option<(u8, usize)> {
    if text.starts_with(b"&amp;") {
        return Some((b'&', 5));
    }
    // No character of ASCII has more than three digits.
    let end = text.iter().take(8).position(|byte| *byte == b';')?;
    let digits = text.get(2..end).filter(|digits| digits.iter().all(u8::is_ascii_alphanumeric))?;
    let number = std::str::from_utf8(digits).ok().filter(|_| text[1] == b'#')?;
    let value = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => number.parse(),
    };
    Some((value.ok().filter(u8::is_ascii)?, end + 1))
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
            (r"\/a", Some((b'/', 2))),
            (r"\\\/a", Some((b'/', 4))),
            (r"\\u002fa", Some((b'/', 7))),
            (r"\x3Fa", Some((b'?', 4))),
            (r"\x3", Some((b'\\', 1))),
            ("&#43;a", Some((b'+', 5))),
            ("&#x3D;a", Some((b'=', 6))),
            ("&#x3D", Some((b'&', 1))),
            ("&#300;", Some((b'&', 1))),
            ("&#;", Some((b'&', 1))),
            ("&#+3;", Some((b'&', 1))),
            ("&amp;a", Some((b'&', 5))),
            ("&é;", Some((b'&', 1))),
            ("", None),
        ] {
            assert_eq!(character(text.as_bytes()), expected, "{text}");
        }
    }
}
