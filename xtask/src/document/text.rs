//! The text of a file, as the parser reads it.

use std::borrow::Cow;
use std::io::ErrorKind;

/// Says why a file can't be read, and what to do.
pub(crate) fn reading(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => "this is a folder; name a file in it".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns the text of a file, or says what the file is instead.
pub(crate) fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let wide = |encoding: &str| {
        Err(format!("this is {encoding}; convert it with `iconv -f {encoding} -t UTF-8`"))
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0, ..] | [0, _, 0, _, ..] => {
            return wide("UTF-16");
        }
        [0x1f, 0x8b, ..] => return Err("this is compressed; unpack it with `gunzip`".to_owned()),
        _ => {}
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        format!("this isn't UTF-8 (byte {place}); name a spec or a printed surface")
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    match text.trim_start().starts_with('<') {
        true => Err("this is a page of HTML or XML; name the spec itself".to_owned()),
        false => Ok(text),
    }
}

/// Replaces pairs of surrogate escapes, such as `\ud83d\ude00`, by the characters they stand for.
/// JSON has them, YAML doesn't. No line becomes another one.
pub(super) fn with_surrogates(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with(['{', '[']) || !text.contains("\\u") {
        return text.into();
    }
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let mut output = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        output.push_str(&rest[..start]);
        rest = &rest[start..];
        let units = [unit(rest), rest.get(6..).and_then(unit)].map(Option::unwrap_or_default);
        let character = char::decode_utf16(units).next().and_then(Result::ok);
        let length = match character.filter(|letter| letter.len_utf16() == 2) {
            Some(letter) => {
                output.push(letter);
                12
            }
            // The backslash and the character it escapes.
            None => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                output.push_str(&rest[..length]);
                length
            }
        };
        rest = &rest[length..];
    }
    (output + rest).into()
}
