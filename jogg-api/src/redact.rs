//! Makes texts from the server safe to show in messages.

use crate::escape::character;

/// The longest text that a message quotes, in characters.
const MAX_CHARACTERS: usize = 500;

/// Makes a text from the server safe to quote in a message: on one line, at most 500 characters,
/// and with URLs redacted as by [`redact_urls`].
pub fn one_line(text: &str) -> String {
    // Redacts first: truncating before an `@` would leave a password that isn't recognized as one.
    let redacted = redact_urls(text);
    let mut characters = redacted.chars().map(|letter| if is_plain(letter) { letter } else { ' ' });
    let mut line: String = characters.by_ref().take(MAX_CHARACTERS - 1).collect();
    match (characters.next(), characters.next()) {
        (None, _) => {}
        (Some(last), None) => line.push(last),
        _ => line.push('…'),
    }
    line
}

/// Returns whether a character neither controls the output, breaks the line nor changes its
/// direction.
fn is_plain(letter: char) -> bool {
    let layout = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}');
    !letter.is_control() && !layout && !matches!(letter, '\u{2066}'..='\u{2069}')
}

/// Replaces the queries of all URLs in a text, as a signed URL grants access until it expires: also
/// those of URLs without a scheme, parameters after `;` or `&`, and escaped ones. User names and
/// passwords before an `@` are replaced too, and so are credentials after `Basic` or `Bearer`.
///
/// A URL ends only at white space, `"`, `<` or `>`: redacting too much does no harm.
pub fn redact_urls(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut names_scheme = false;
    for piece in text.split_inclusive(ends_url) {
        let last = piece.chars().next_back().filter(|letter| ends_url(*letter));
        let word = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
        match names_scheme && is_credential(word) {
            true => output.push_str("[redacted]"),
            false => redact_word(word, &mut output),
        }
        if !word.is_empty() {
            names_scheme = ["basic", "bearer"].iter().any(|scheme| ends_with(word, scheme));
        }
        output.extend(last);
    }
    output
}

fn ends_url(letter: char) -> bool {
    letter.is_whitespace() || "\"<>".contains(letter)
}

/// Whether it seems random, other than a word.
fn is_credential(word: &str) -> bool {
    let is_odd = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'=';
    word.len() >= 6 && word.bytes().skip(1).any(is_odd)
}

/// Whether a word ends with this, in whatever case.
fn ends_with(word: &str, end: &str) -> bool {
    let start = word.len().checked_sub(end.len());
    start.and_then(|start| word.get(start..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Redacts a word, in which a URL extends to the end.
fn redact_word(word: &str, output: &mut String) {
    let letters = Letters::new(word);
    let first = letters.authority(0);
    let start = letters.secret_start(first);
    let secret = start.map_or(word.len(), |(secret, _)| secret);
    // There are several authorities if a URL is part of another URL's path. Without a scheme, a
    // user name before an `@` is taken for that of a mail address.
    let (mut written, mut next) = (0, Some(0));
    while let Some(start) = next.filter(|start| *start <= secret) {
        let end = letters.find(start, |letter| letter == b'/').unwrap_or(secret).min(secret);
        let login = letters.find_last(start, end, |letter| letter == b'@');
        let login = login.map(|at| &word[start..at]);
        if let Some(login) = login.filter(|login| start > 0 || login.contains(':')) {
            output.push_str(&word[written..start]);
            output.push_str("[redacted]");
            written = start + login.len();
        }
        next = letters.authority(start);
    }
    output.push_str(&word[written..secret]);
    match start {
        Some((_, b'=')) => output.push_str("=[redacted]"),
        Some(_) => output.push_str("?[redacted]"),
        None => {}
    }
}

/// What values are secret by the end of their names.
const SECRET_NAMES: [&str; 6] = ["signature", "sig", "token", "password", "secret", "credential"];

/// The characters of a word that may begin or end a part of a URL, and where they are: as such, or
/// escaped.
struct Letters<'w> {
    word: &'w str,
    found: Vec<(usize, u8, usize)>,
}

impl<'w> Letters<'w> {
    fn new(word: &'w str) -> Self {
        let bytes = word.as_bytes();
        let (mut found, mut at) = (Vec::new(), 0);
        // Most words have none of these.
        while let Some(next) = bytes[at..].iter().position(|byte| b"/@?#;&=%\\".contains(byte)) {
            at += next;
            let Some((letter, length)) = character(&bytes[at..]) else { break };
            found.push((at, letter, length));
            at += length;
        }
        Self { word, found }
    }

    /// Returns where such a character begins, at the earliest at `from`.
    fn find(&self, from: usize, is_one: impl Fn(u8) -> bool) -> Option<usize> {
        let first = self.found.partition_point(|(at, ..)| *at < from);
        let found = self.found[first..].iter().find(|(_, letter, _)| is_one(*letter));
        found.map(|(at, ..)| *at)
    }

    fn find_last(&self, from: usize, end: usize, is_one: impl Fn(u8) -> bool) -> Option<usize> {
        let first = self.found.partition_point(|(at, ..)| *at < from);
        let last = self.found.partition_point(|(at, ..)| *at < end);
        let found = self.found.get(first..last)?.iter().rfind(|(_, letter, _)| is_one(*letter));
        found.map(|(at, ..)| *at)
    }

    /// Returns where the host of the next URL begins: after `//`, which may be escaped.
    fn authority(&self, from: usize) -> Option<usize> {
        let first = self.found.partition_point(|(at, ..)| *at < from);
        self.found[first..].windows(2).find_map(|pair| match *pair {
            [(at, b'/', length), (next, b'/', end)] if at + length == next => Some(next + end),
            _ => None,
        })
    }

    /// Returns where a query, a fragment or a parameter begins. Outside of a URL with a host of its
    /// own these are punctuation, unless a `=` follows.
    fn secret_start(&self, authority: Option<usize>) -> Option<(usize, u8)> {
        let last_value = self.find_last(0, self.word.len(), |letter| letter == b'=');
        let last_value = last_value.unwrap_or_default();
        let last_name = self.find_last(0, last_value, |letter| b";&".contains(&letter));
        let is_start = |(at, letter, _): &&(usize, u8, usize)| {
            let in_url = authority.is_some_and(|authority| *at >= authority);
            let is_json = || self.word[*at..].trim_start_matches('\\').starts_with('u');
            match letter {
                b'?' | b'#' if in_url => true,
                b'?' | b'#' | b';' | b'&' if *at < last_value => true,
                b'=' if last_name.is_some_and(|name| *at < name) => true,
                b'=' => SECRET_NAMES.iter().any(|name| ends_with(&self.word[..*at], name)),
                _ => in_url && self.word[*at..].starts_with('\\') && is_json(),
            }
        };
        self.found.iter().find(is_start).map(|(at, letter, _)| (*at, *letter))
    }
}

/// Removes the value that an error message of serde quotes, as a received value may be a secret.
pub(crate) fn without_values(message: &str) -> String {
    let (Some(first), Some(last)) = (message.find(['"', '`']), message.rfind(['"', '`'])) else {
        return message.to_owned();
    };
    // Names of fields and expected types come from our code.
    let ours =
        ["missing field `", "duplicate field `"].iter().any(|ours| message.starts_with(ours));
    if ours || message[..first].contains(", expected ") {
        return message.to_owned();
    }
    // The value may contain these words as well; the last occurrence is serde's.
    let expected = message.rfind(", expected ").filter(|_| message.starts_with("invalid "));
    format!("{}{}", message[..first].trim_end(), &message[expected.unwrap_or(last + 1)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_user_names_are_redacted() {
        for (text, redacted) in [
            ("plain: a/b ://", "plain: a/b ://"),
            ("see https://a.b/c", "see https://a.b/c"),
            ("get \"HTTPS://a.b/c?sig=1&x=2\" twice", "get \"HTTPS://a.b/c?[redacted]\" twice"),
            ("http://a/?k=1 https://b/#f", "http://a/?[redacted] https://b/?[redacted]"),
            ("http://me:pw@a/b", "http://[redacted]@a/b"),
            ("http://me:p@w@a/b@c", "http://[redacted]@a/b@c"),
            ("é https://a?s", "é https://a?[redacted]"),
            ("https://a?x=1|2'3`4{5}6\\7^8", "https://a?[redacted]"),
            ("https://a?x=1\\u0026sig=2", "https://a?[redacted]"),
            ("https://a/b\\u003fsig=2", "https://a/b?[redacted]"),
            ("https://a/b\\u0026sig", "https://a/b?[redacted]"),
            (r"https:\/\/a\/b?sig=1 c", r"https:\/\/a\/b?[redacted] c"),
            (r"HttpS:\/\/me:pw@a\/b", r"HttpS:\/\/[redacted]@a\/b"),
            (r"https:\\/\\/me:pw@a?b", r"https:\\/\\/[redacted]@a?[redacted]"),
            ("socks5://me:pw@a", "socks5://[redacted]@a"),
            ("<a href=https://a?b>c</a>", "<a href=https://a?[redacted]>c</a>"),
            ("why?(http://a/b?c)\td", "why?(http://a/b?[redacted]\td"),
            ("http://a/https://me:pw@b?c", "http://a/https://[redacted]@b?[redacted]"),
            ("http://a,https://me:pw@b", "http://a,https://[redacted]@b"),
            // Without a scheme.
            ("host.example/path?sig=1", "host.example/path?[redacted]"),
            ("//host.example/path?sig=1", "//host.example/path?[redacted]"),
            ("(//me:pw@host/path?sig", "(//[redacted]@host/path?[redacted]"),
            (r"\/\/host\/path?sig", r"\/\/host\/path?[redacted]"),
            ("me:pw@host/path#sig=1", "[redacted]@host/path?[redacted]"),
            ("/path?sig=1&next=https://me:pw@b", "/path?[redacted]"),
            ("host/path\\u003fsig\\u003d1", "host/path?[redacted]"),
            ("?sig=1", "?[redacted]"),
            // Parameters of a path.
            ("https://a/b;sig=1?x", "https://a/b?[redacted]"),
            ("/path;sig=1", "/path?[redacted]"),
            ("see https://a/b; then", "see https://a/b; then"),
            // Percent-encoded, once or twice.
            ("https://a/b%3Fsig%3D1", "https://a/b?[redacted]"),
            ("https://a/b%3fsig", "https://a/b?[redacted]"),
            ("https://a/https%3A%2F%2Fb%3Fsig%3D1", "https://a/https%3A%2F%2Fb?[redacted]"),
            ("host/path%253Fsig%253D1", "host/path?[redacted]"),
            ("/path%3Bsig%3D1", "/path?[redacted]"),
            ("/path%23sig=1", "/path?[redacted]"),
            ("/path&sig=1", "/path?[redacted]"),
            ("https://a/b&sig=1", "https://a/b?[redacted]"),
            ("https:%2F%2Fme:pw%40a%2Fb", "https:%2F%2F[redacted]%40a%2Fb"),
            (r"https:\\\/\\\/me:pw@a\\\/b?c", r"https:\\\/\\\/[redacted]@a\\\/b?[redacted]"),
            (r"host/path\x3fsig=1", "host/path?[redacted]"),
            ("host/path&#63;sig=1&amp;x=2", "host/path?[redacted]"),
            // Parameters alone.
            ("Signature=1&Expires=2", "Signature=[redacted]"),
            ("x=1&y=2", "x=[redacted]"),
            ("X-Amz-Signature=1 code=10104", "X-Amz-Signature=[redacted] code=10104"),
            // Headers.
            ("Proxy-Authorization: Basic bWU6cHc=", "Proxy-Authorization: Basic [redacted]"),
            ("a:Bearer  aB3defg, b", "a:Bearer  [redacted] b"),
            ("the basic subscription of bearer tokens", "the basic subscription of bearer tokens"),
            // No URL.
            ("why? item #1; me@host.example, 50%", "why? item #1; me@host.example, 50%"),
            ("is a/b? or a=b? a;b a=1; é%3é%", "is a/b? or a=b? a;b a=1; é%3é%"),
        ] {
            assert_eq!(redact_urls(text), redacted);
            assert_eq!(redact_urls(redacted), redacted, "twice");
        }
    }

    /// A search over the whole rest for each URL would take hours here.
    #[test]
    fn long_texts_are_redacted_quickly() {
        for part in [
            "http://a ",
            "http://a",
            "http://me@a/",
            "http:",
            ":\\",
            "a:/",
            "@?",
            "\\u",
            "//",
            "//:@",
            "%25",
            "%",
            ";=",
            "?",
            "/\\",
            "me:pw@",
        ] {
            let text = part.repeat(512 * 1024 / part.len());
            assert!(!redact_urls(&text).is_empty());
            assert!(one_line(&text).chars().count() <= MAX_CHARACTERS);
        }
    }

    #[test]
    fn a_text_from_the_server_stays_on_one_line() {
        let long = "é".repeat(600);
        let whole = "a".repeat(500);
        let password = format!("http://me:{}@a", "p".repeat(600));
        for (text, shown) in [
            ("plain é", "plain é".to_owned()),
            ("a\r\nb\u{1b}[31mc\0", "a  b [31mc ".to_owned()),
            ("a\u{202e}b\u{2028}c\u{2066}d\u{85}", "a b c d ".to_owned()),
            ("get https://a/b?sig=1", "get https://a/b?[redacted]".to_owned()),
            // A control character does not end a URL.
            ("https://a?x=\u{1}sig", "https://a?[redacted]".to_owned()),
            (&long, "é".repeat(499) + "…"),
            (&whole, whole.clone()),
            (&password, "http://[redacted]@a".to_owned()),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }

    #[test]
    fn messages_of_serde_lose_the_values_they_quote() {
        for (message, shown) in [
            (
                "invalid type: string \"planted\", expected an object",
                "invalid type: string, expected an object",
            ),
            (
                "invalid value: string \"planted, expected \\\"planted\", expected an integer",
                "invalid value: string, expected an integer",
            ),
            (
                "invalid value: floating point `1.5`, expected an integer at line 1 column 2",
                "invalid value: floating point, expected an integer at line 1 column 2",
            ),
            ("invalid type: map, expected a string", "invalid type: map, expected a string"),
            ("missing field `code` at line 1", "missing field `code` at line 1"),
            (
                "unknown variant `planted, expected `, expected `a` at line 1",
                "unknown variant at line 1",
            ),
            (
                "invalid type: sequence, expected an object with `code` and `msg`",
                "invalid type: sequence, expected an object with `code` and `msg`",
            ),
            (
                "`planted` is not a valid Word; expected one of a",
                " is not a valid Word; expected one of a",
            ),
            ("expected value at line 1 column 1", "expected value at line 1 column 1"),
        ] {
            assert_eq!(without_values(message), shown);
        }
    }
}
