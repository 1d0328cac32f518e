//! Which texts are accepted as an API key. What is wrong with one never quotes it.

use http::HeaderValue;

use crate::BuildError;

/// Checks a key, and returns the value of its header. White space and a byte order mark around it
/// are cut: they come with files and terminals.
pub(crate) fn key_header(text: &str) -> Result<HeaderValue, BuildError> {
    let key = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let header = match fault(key) {
        None => HeaderValue::from_str(key).map_err(|_| UNSENDABLE),
        Some(reason) => Err(reason),
    };
    let mut header = header.map_err(|reason| BuildError::Key { reason })?;
    header.set_sensitive(true);
    Ok(header)
}

const UNSENDABLE: &str =
    "contains a character that a header can't; copy it again from the JoggAI dashboard";

/// Says what is wrong with a key, and how to fix it. Completes "the API key …".
fn fault(key: &str) -> Option<&'static str> {
    let blank = |letter: char| letter.is_whitespace();
    let quote = |letter: char| "\"'`\u{2018}\u{2019}\u{201c}\u{201d}\u{ab}\u{bb}".contains(letter);
    let reason = if key.is_empty() {
        "is empty; copy it from the JoggAI dashboard"
    } else if key.starts_with(quote) || key.ends_with(quote) {
        "has a quote around it; remove the quotes"
    } else if has_scheme(key) {
        "begins with the name of an authentication scheme, such as `Bearer`; set the key alone"
    } else if has_name(key) {
        "begins with a name, such as `JOGG_API_KEY=`; set only what follows it"
    } else if key.split(blank).skip(1).any(|word| word.starts_with('#')) {
        "is followed by a comment; remove the comment"
    } else if key.contains(blank) {
        "contains white space; copy it again from the JoggAI dashboard, and nothing beside it"
    } else if key.contains(char::is_control) {
        "contains a control character; copy it again from the JoggAI dashboard"
    } else if !key.is_ascii() {
        "contains a character that isn't visible ASCII, such as a zero-width space; \
         copy it again from the JoggAI dashboard"
    } else {
        return None;
    };
    Some(reason)
}

/// Returns whether the value of an `Authorization` header was taken for the key.
fn has_scheme(key: &str) -> bool {
    let scheme = key.split(char::is_whitespace).next().unwrap_or_default();
    let is_alone = scheme.len() == key.len();
    !is_alone && ["basic", "bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Returns whether a line of a settings file or a whole header was taken for the key. A key may end
/// with `=`, as base64 does.
fn has_name(key: &str) -> bool {
    let Some(end) = key.find(['=', ':']) else { return false };
    let name = key[..end].trim_end();
    let name = name.strip_prefix("export ").unwrap_or(name).trim_start();
    let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    match key[end..].starts_with(':') {
        true => name.eq_ignore_ascii_case("x-api-key"),
        false => is_name && !key[end..].trim_matches('=').is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) -> Result<String, String> {
        match key_header(text) {
            Ok(header) => Ok(header.to_str().unwrap().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn what_surrounds_a_key_is_cut() {
        for key in
            ["k", "0f9a-81_b.c~d", "c2VjcmV0", "c2VjcmU=", "c2VjcmV0cw==", "a=", "a:b", "%2F"]
        {
            for text in [
                key.to_owned(),
                format!("  {key}\r\n"),
                format!("\u{feff}{key}\n"),
                format!("\u{a0}\t{key}\u{2003} "),
                format!(" \u{feff} {key}"),
            ] {
                assert_eq!(check(&text).as_deref(), Ok(key), "{text:?}");
            }
        }
    }

    #[test]
    fn each_fault_of_a_key_is_named_and_the_key_is_not() {
        for (text, part) in [
            ("", "is empty"),
            (" \n\u{feff}", "is empty"),
            ("\"planted\"", "quote"),
            ("'planted'", "quote"),
            ("`planted`", "quote"),
            ("\u{201c}planted\u{201d}", "quote"),
            ("planted\"", "quote"),
            ("Bearer planted", "`Bearer`"),
            ("bearer\tplanted", "`Bearer`"),
            ("Token planted", "`Bearer`"),
            ("JOGG_API_KEY=planted", "`JOGG_API_KEY=`"),
            ("export JOGG_API_KEY=planted", "`JOGG_API_KEY=`"),
            ("JOGG_API_KEY = planted", "`JOGG_API_KEY=`"),
            ("key=\"planted", "`JOGG_API_KEY=`"),
            ("x-api-key:planted", "`JOGG_API_KEY=`"),
            ("X-Api-Key: planted", "`JOGG_API_KEY=`"),
            ("planted # of the test account", "comment"),
            ("planted\t#planted", "comment"),
            ("planted planted", "white space"),
            ("planted\nplanted", "white space"),
            ("planted\u{a0}planted", "white space"),
            ("planted\u{7f}planted", "control character"),
            ("planted\0", "control character"),
            ("planted\u{200b}", "zero-width"),
            ("\u{200b}planted", "zero-width"),
            ("plan\u{ad}ted-planted", "zero-width"),
            ("plan\u{feff}ted-planted", "zero-width"),
            ("plänted-planted", "zero-width"),
            ("\u{43e}planted", "zero-width"),
        ] {
            let error = check(text).unwrap_err();
            assert!(error.starts_with("the API key ") && error.contains(part), "{text:?}: {error}");
            assert!(!error.contains("planted"), "{error}");
        }
    }
}
