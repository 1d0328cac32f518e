//! Texts from elsewhere, made fit for messages.

/// The longest text a message repeats, in characters.
const MAX_CHARACTERS: usize = 500;

/// A text from elsewhere as a part of a message: on one line, at most 500 characters, URLs without
/// their queries.
pub fn one_line(text: &str) -> String {
    // Redacted first: a cut before an `@` would leave a password that no longer looks like one.
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

/// Neither a control character nor one that breaks a line or turns its direction.
fn is_plain(letter: char) -> bool {
    let layout = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}');
    !letter.is_control() && !layout && !matches!(letter, '\u{2066}'..='\u{2069}')
}

/// A text without the queries of the URLs in it: a signed URL is a key for as long as it lives.
///
/// A URL ends at white space, `"`, `<` or `>` and nowhere else: too much redacted is no harm. User
/// names and passwords before an `@` are taken out too.
pub fn redact_urls(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends_url) {
        let last = piece.chars().next_back().filter(|letter| ends_url(*letter));
        let word = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
        redact_word(word, &mut output);
        output.extend(last);
    }
    output
}

fn ends_url(letter: char) -> bool {
    letter.is_whitespace() || "\"<>".contains(letter)
}

/// Redacts a word, which is a URL from the first scheme in it to its end.
fn redact_word(word: &str, output: &mut String) {
    let Some(authority) = authority(word, 0) else { return output.push_str(word) };
    let secret = authority + query_start(&word[authority..]);
    let shown = &word[..secret];
    // More than one where a URL is a part of another one's path.
    let (mut written, mut next) = (0, Some(authority));
    while let Some(start) = next {
        let end = shown[start..].find('/').map_or(shown.len(), |length| start + length);
        output.push_str(&shown[written..start]);
        written = start;
        if let Some(at) = shown[start..end].rfind('@') {
            output.push_str("[redacted]");
            written = start + at;
        }
        next = self::authority(shown, start);
    }
    output.push_str(&shown[written..]);
    if secret < word.len() {
        output.push_str("?[redacted]");
    }
}

/// Where the host of the next URL begins: after `://`, whose slashes JSON may have escaped, if a
/// scheme stands before it.
fn authority(word: &str, from: usize) -> Option<usize> {
    let after_slash = |text: &str| {
        let rest = text.trim_start_matches('\\').strip_prefix('/')?;
        Some(text.len() - rest.len())
    };
    word[from..].match_indices(':').find_map(|(colon, _)| {
        let colon = from + colon;
        let first = colon + 1 + after_slash(&word[colon + 1..])?;
        let second = first + after_slash(&word[first..])?;
        word[..colon].ends_with(|letter: char| letter.is_ascii_alphanumeric()).then_some(second)
    })
}

/// Where the query or the fragment begins, also if its `?` or `#` is escaped.
fn query_start(url: &str) -> usize {
    [url.find(['?', '#']), url.find("\\u")].into_iter().flatten().min().unwrap_or(url.len())
}

/// What serde says about a value, without the value it quotes: a received one may be a secret.
pub(crate) fn without_values(message: &str) -> String {
    let (Some(first), Some(last)) = (message.find(['"', '`']), message.rfind(['"', '`'])) else {
        return message.to_owned();
    };
    // Names of fields are our own text, and so is what was expected.
    let own = ["missing field `", "duplicate field `"].iter().any(|own| message.starts_with(own));
    if own || message[..first].contains(", expected ") {
        return message.to_owned();
    }
    // The value may hold the words as well; the last of them are ours.
    let expected = message.rfind(", expected ").filter(|_| message.starts_with("invalid "));
    format!("{}{}", message[..first].trim_end(), &message[expected.unwrap_or(last + 1)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_user_names_are_cut() {
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
            (r"https:\/\/a\/b?sig=1 c", r"https:\/\/a\/b?[redacted] c"),
            (r"HttpS:\/\/me:pw@a\/b", r"HttpS:\/\/[redacted]@a\/b"),
            (r"https:\\/\\/me:pw@a?b", r"https:\\/\\/[redacted]@a?[redacted]"),
            ("socks5://me:pw@a", "socks5://[redacted]@a"),
            ("<a href=https://a?b>c</a>", "<a href=https://a?[redacted]>c</a>"),
            ("why?(http://a/b?c)\td", "why?(http://a/b?[redacted]\td"),
            ("http://a/https://me:pw@b?c", "http://a/https://[redacted]@b?[redacted]"),
            ("http://a,https://me:pw@b", "http://a,https://[redacted]@b"),
        ] {
            assert_eq!(redact_urls(text), redacted);
            assert_eq!(redact_urls(redacted), redacted, "again");
        }
    }

    /// With a search per URL over all of the rest these would take hours.
    #[test]
    fn long_texts_do_not_take_long() {
        for part in ["http://a ", "http://a", "http://me@a/", "http:", ":\\", "a:/", "@?", "\\u"] {
            let text = part.repeat(2 * 1024 * 1024 / part.len());
            assert!(!redact_urls(&text).is_empty());
            assert!(one_line(&text).chars().count() <= MAX_CHARACTERS);
        }
    }

    #[test]
    fn a_text_from_elsewhere_stays_on_one_line() {
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
    fn what_serde_says_loses_its_values() {
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
            ("`planted` is no Word; it is one of a", " is no Word; it is one of a"),
            ("expected value at line 1 column 1", "expected value at line 1 column 1"),
        ] {
            assert_eq!(without_values(message), shown);
        }
    }
}
