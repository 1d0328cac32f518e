//! Finds the API key in texts, as servers and proxies repeat what they receive, and not always in
//! the form in which it was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::escape::character;

/// A shorter key isn't searched for: it would be found in ordinary words.
const SHORTEST_KEY: usize = 8;

/// Finds a key in texts: as it was sent, in another case, percent-encoded, escaped as in JSON or
/// HTML, or in base64 (of either alphabet, with other bytes around it or not, over several lines).
#[derive(Clone)]
pub(crate) struct KeySearch {
    forms: Vec<Form>,
    /// The length of the shortest form.
    shortest: usize,
    /// By byte, whether a form may begin with it. Most bytes of a text need nothing but this.
    begins: [bool; 256],
}

impl KeySearch {
    /// Returns what finds this key; `None` if it is too short to be searched for.
    pub(crate) fn new(key: &str) -> Option<Self> {
        if key.len() < SHORTEST_KEY {
            return None;
        }
        let mut forms = vec![Form::plain(key)];
        forms.extend((0..3).map(|before| Form::base64(key, before)));
        let mut begins = [false; 256];
        for escape in [b'%', b'\\', b'&'] {
            begins[usize::from(escape)] = true;
        }
        for byte in 0..=u8::MAX {
            let begins_one = |form: &Form| form.bytes.first() == Some(&form.folded(byte));
            begins[usize::from(byte)] |= forms.iter().any(begins_one);
        }
        let shortest = forms.iter().map(|form| form.bytes.len()).min().unwrap_or_default();
        Some(Self { forms, shortest, begins })
    }

    /// Returns the text without the key; `None` if it isn't in it.
    pub(crate) fn redacted(&self, text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let (mut output, mut written, mut position) = (String::new(), 0, 0);
        while position + self.shortest <= bytes.len() {
            match self.found(bytes, position, written) {
                None => position += 1,
                Some((start, end)) => {
                    // Both are at ASCII characters.
                    output.push_str(&text[written..start]);
                    output.push_str("[redacted]");
                    (written, position) = (end, end);
                }
            }
        }
        (written > 0).then(|| output + &text[written..])
    }

    /// Returns where a form that begins here starts, at the earliest at `from`, and where it ends.
    fn found(&self, text: &[u8], position: usize, from: usize) -> Option<(usize, usize)> {
        if !self.begins[usize::from(text[position])] {
            return None;
        }
        self.forms.iter().find_map(|form| {
            let end = form.end(text, position)?;
            let start = if form.shares_first { before(text, position, from) } else { position };
            Some((start, form.end_of_shared(text, end)))
        })
    }
}

/// A form of the key, of which any case counts.
#[derive(Clone)]
struct Form {
    bytes: Vec<u8>,
    is_base64: bool,
    /// Whether the character before also depends on the key.
    shares_first: bool,
    /// Whether the character after also depends on the key.
    shares_last: bool,
}

impl Form {
    fn plain(key: &str) -> Self {
        let bytes = key.to_ascii_lowercase().into_bytes();
        Self { bytes, is_base64: false, shares_first: false, shares_last: false }
    }

    /// The characters that depend on nothing but the key, if it comes after so many bytes.
    fn base64(key: &str, before: usize) -> Self {
        let mut bytes = vec![0; before];
        bytes.extend(key.as_bytes());
        let (first, bits) = ((before * 8).div_ceil(6), bytes.len() * 8);
        let encoded = STANDARD_NO_PAD.encode(&bytes);
        Self {
            bytes: encoded[first..bits / 6].to_ascii_lowercase().into_bytes(),
            is_base64: true,
            shares_first: before > 0,
            shares_last: bits % 6 > 0,
        }
    }

    /// Returns where the form ends, if it begins here.
    fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        let rest = &text[start..];
        let is_same = |(found, expected): (&u8, &u8)| self.folded(*found) == *expected;
        if rest.len() >= self.bytes.len() && rest.iter().zip(&self.bytes).all(is_same) {
            return Some(start + self.bytes.len());
        }
        self.bytes.iter().try_fold(start, |position, expected| {
            let wraps = self.is_base64 && position > start;
            let position = if wraps { position + line_end(&text[position..]) } else { position };
            let (found, length) = character(&text[position..])?;
            (self.folded(found) == *expected).then_some(position + length)
        })
    }

    /// Returns where what depends on the key ends: after a character that holds its last bits, and
    /// the padding.
    fn end_of_shared(&self, text: &[u8], end: usize) -> usize {
        if !self.is_base64 {
            return end;
        }
        let of_base64 = |found: u8| found.is_ascii_alphanumeric() || b"+/-_".contains(&found);
        let skip = |end: usize, is_skipped: &dyn Fn(u8) -> bool| match character(&text[end..]) {
            Some((found, length)) if is_skipped(found) => end + length,
            _ => end,
        };
        let end = if self.shares_last { skip(end, &of_base64) } else { end };
        (0..2).fold(end, |end, _| skip(end, &|found| found == b'='))
    }

    /// The same byte for those that count as one: both cases, and both alphabets of base64.
    fn folded(&self, byte: u8) -> u8 {
        match byte {
            b'-' if self.is_base64 => b'+',
            b'_' if self.is_base64 => b'/',
            byte => byte.to_ascii_lowercase(),
        }
    }
}

/// Returns the length of the end of a line that a text begins with, if there is one: as such, or
/// as written in strings of JSON.
fn line_end(text: &[u8]) -> usize {
    let ends: [&[u8]; 4] = [b"\r\n", b"\n", br"\r\n", br"\n"];
    ends.iter().find(|end| text.starts_with(end)).map_or(0, |end| end.len())
}

/// Returns where the character of base64 before this one starts, at the earliest at `from`.
fn before(text: &[u8], position: usize, from: usize) -> usize {
    let is_one = |length: &usize| {
        let start = position.checked_sub(*length).filter(|start| *start >= from);
        start.and_then(|start| character(&text[start..])).is_some_and(|(_, end)| end == *length)
    };
    // The longest that is escaped counts.
    let length = (2..=9).rev().find(is_one).unwrap_or(1);
    let start = position.saturating_sub(length).max(from);
    if text[start].is_ascii() { start } else { position }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

    use super::*;

    const KEYS: [&str; 4] = ["planted-key-1f0c", "Planted+Key/2=", "pl%25nt%3d", "~~~>>>???"];

    /// The same, percent-encoded throughout.
    fn percent(text: &str, mark: &str) -> String {
        text.bytes().map(|byte| format!("{mark}{byte:02x}")).collect()
    }

    #[test]
    fn the_key_is_found_in_every_form_and_nothing_else_is_lost() {
        for key in KEYS {
            let search = KeySearch::new(key).unwrap();
            let mut forms = vec![
                key.to_owned(),
                key.to_ascii_uppercase(),
                key.to_ascii_lowercase(),
                percent(key, "%"),
                percent(key, "%").to_uppercase(),
                percent(key, "%25"),
                percent(key, "%2525"),
                key.replace('-', "%2D").replace('/', "%2f"),
                percent(&STANDARD.encode(key), "%"),
                percent(key, "\\u00"),
                percent(&URL_SAFE.encode(key), "\\u00"),
                percent(key, "\\\\u00"),
                percent(key, "\\x"),
                key.replace('/', "\\/"),
                key.replace('/', "\\\\\\/").replace('=', "\\u003d"),
                key.replace('&', "&amp;").replace('=', "&#61;").replace('+', "&#x2B;"),
                key.bytes().map(|byte| format!("&#{byte};")).collect(),
            ];
            let encoded = STANDARD.encode(key);
            let (start, end) = encoded.split_at(7);
            forms.extend(["\n", "\r\n", "\\n", "\\r\\n"].map(|line| [start, end].join(line)));
            for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
                forms.push(engine.encode(key));
            }
            for form in forms {
                for (before, after) in [("", ""), ("é", "é"), ("a ", " b"), ("%", "%"), ("\"", "=")]
                {
                    let redacted = search.redacted(&format!("{before}{form}{after}"));
                    let rest = after.trim_start_matches('=');
                    let redacted = redacted.unwrap_or_else(|| panic!("{key} as {form}"));
                    let shown = redacted.trim_end_matches('=');
                    assert_eq!(shown, format!("{before}[redacted]{rest}"), "{key} as {form}");
                }
            }
        }
    }

    /// As in a header of basic authentication, `user:key`.
    #[test]
    fn no_bit_of_the_key_is_left_of_base64_with_other_bytes_around_it() {
        for key in KEYS {
            let search = KeySearch::new(key).unwrap();
            for before in ["", "u", "us", "use", "user:"] {
                for after in ["", ":", ":p", ":pw"] {
                    for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
                        let encoded = engine.encode(format!("{before}{key}{after}"));
                        let redacted = search.redacted(&format!("Basic {encoded}")).unwrap();
                        let (start, end) = redacted.split_once("[redacted]").unwrap();
                        // What is left is that of the bytes around the key.
                        assert_eq!(start.len() - 6, before.len() * 8 / 6, "{redacted}");
                        assert!(end.trim_end_matches('=').len() <= (after.len() * 8).div_ceil(6));
                        assert!(encoded.starts_with(&start[6..]) && encoded.ends_with(end));
                    }
                }
            }
        }
    }

    /// The character before the key holds some of its bits, also if it is escaped.
    #[test]
    fn no_bit_of_the_key_is_left_of_escaped_base64() {
        for key in KEYS {
            let search = KeySearch::new(key).unwrap();
            for (before, mark) in ["u", "us", "user"].iter().zip(["%", "%25", "\\u00"]) {
                let encoded = percent(&STANDARD.encode(format!("{before}{key}")), mark);
                let redacted = search.redacted(&encoded).unwrap();
                let (start, _) = redacted.split_once("[redacted]").unwrap();
                let left = before.len() * 8 / 6 * (mark.len() + 2);
                assert_eq!(start, &encoded[..left], "{key} after {before}");
            }
        }
    }

    #[test]
    fn a_short_key_is_not_searched_for_and_other_texts_stay() {
        assert!(KeySearch::new("remark1").is_none());
        let search = KeySearch::new(KEYS[0]).unwrap();
        for text in ["", "Success", "planted-key-1f0", "planted key 1f0c", "%", "%2", "ü%zz%%"] {
            assert_eq!(search.redacted(text), None, "{text}");
        }
        let twice = format!("{0}{0} {0}", KEYS[0]);
        assert_eq!(search.redacted(&twice).unwrap(), "[redacted][redacted] [redacted]");
    }

    /// Each byte of a text is compared with a few forms of bounded length.
    #[test]
    fn long_texts_are_searched_quickly() {
        let search = KeySearch::new(KEYS[0]).unwrap();
        for part in ["planted-key-1f0", "%", "%25", "%70", "p", "=", "é", KEYS[0]] {
            let text = part.repeat(512 * 1024 / part.len());
            assert_eq!(search.redacted(&text).is_some(), part == KEYS[0], "{part}");
        }
    }
}
