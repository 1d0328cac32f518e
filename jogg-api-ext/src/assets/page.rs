//! Pages: HTML, XML or JSON where a media file was requested.

/// How many bytes at most are needed to tell.
pub(crate) const ENOUGH: usize = 1024;

/// What the first bytes of a body are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// Of anything but a page.
    Media,
    /// Of a page, in the format of this name.
    Page(&'static str),
    /// Too few to tell.
    Undecided,
}

/// Returns the format of a page with this content type; `None` if it isn't one.
pub(crate) fn of_content_type(content_type: &str) -> Option<&'static str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "image/svg+xml" => None,
        "text/html" | "application/xhtml+xml" => Some("HTML"),
        "text/xml" | "application/xml" => Some("XML"),
        "text/json" | "application/json" => Some("JSON"),
        other if other.ends_with("+xml") => Some("XML"),
        other if other.ends_with("+json") => Some("JSON"),
        _ => None,
    }
}

/// Tells by the first bytes, as hosts send errors under the content type of the file. No format of
/// images, audio or video begins like a tag or a JSON object.
pub(crate) fn of_first_bytes(bytes: &[u8]) -> Beginning {
    let is_wide = match bytes {
        [0xff, 0xfe, letter, 0, ..] | [0xfe, 0xff, 0, letter, ..] => letter.is_ascii(),
        _ => false,
    };
    // UTF-16: every other byte of ASCII is zero.
    let narrowed: Vec<u8>;
    let bytes = match is_wide {
        true => {
            narrowed = bytes[2..].iter().copied().filter(|byte| *byte != 0).take(ENOUGH).collect();
            &narrowed
        }
        false => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
    };
    let text = bytes.trim_ascii_start();
    let undecided = match bytes.len() < ENOUGH {
        true => Beginning::Undecided,
        false => Beginning::Media,
    };
    let [first, rest @ ..] = text else { return undecided };
    let second = rest.trim_ascii_start().first();
    match (first, second) {
        (b'<' | b'{' | b'[', None) => undecided,
        (b'<', Some(b'?')) => Beginning::Page("XML"),
        (b'<', Some(b'!')) => Beginning::Page("HTML"),
        (b'<', Some(letter)) if letter.is_ascii_alphabetic() => match is_html(rest) {
            true => Beginning::Page("HTML"),
            false => Beginning::Page("XML"),
        },
        (b'{', Some(b'"' | b'}')) => Beginning::Page("JSON"),
        (b'[', Some(b'"' | b'{' | b'[' | b']')) => Beginning::Page("JSON"),
        _ => Beginning::Media,
    }
}

fn is_html(tag: &[u8]) -> bool {
    [b"html".as_slice(), b"head", b"body"]
        .iter()
        .any(|name| tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_pages_from_media() {
        for (bytes, expected) in [
            (b"<?xml version=\"1.0\"?>".as_slice(), Beginning::Page("XML")),
            (b"<Error><Code>", Beginning::Page("XML")),
            (b"\xef\xbb\xbf \r\n<!DOCTYPE html>", Beginning::Page("HTML")),
            (b"<HTML lang=en>", Beginning::Page("HTML")),
            (b"\xff\xfe<\0?\0x\0", Beginning::Page("XML")),
            (b"\xfe\xff\0<\0h\0t\0m\0l", Beginning::Page("HTML")),
            (b"\xff\xfe\n\0{\0\"\0", Beginning::Page("JSON")),
            (b"\xff\xfea\0", Beginning::Media),
            (b"{\n \"code\": 1}", Beginning::Page("JSON")),
            (b"{}", Beginning::Page("JSON")),
            (b"[{\"a\": 1}]", Beginning::Page("JSON")),
            (b"[Script Info]", Beginning::Media),
            (b"{0}{25}Hello", Beginning::Media),
            (b"< 5", Beginning::Media),
            (b"\0\0\0\x18ftypmp42", Beginning::Media),
            (b"RIFF", Beginning::Media),
            (b"ID3", Beginning::Media),
            (b"\xff\xfb\x90", Beginning::Media),
            (b"0123456789", Beginning::Media),
            (b"WEBVTT", Beginning::Media),
            (b"", Beginning::Undecided),
            (b" \n", Beginning::Undecided),
            (b"<", Beginning::Undecided),
            (b"{ ", Beginning::Undecided),
            (&[b' '; ENOUGH], Beginning::Media),
        ] {
            assert_eq!(of_first_bytes(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn content_types_tell_pages_from_media() {
        for (content_type, page) in [
            ("Text/HTML; charset=utf-8", Some("HTML")),
            ("application/xhtml+xml", Some("HTML")),
            (" application/xml", Some("XML")),
            ("application/soap+xml", Some("XML")),
            ("application/json", Some("JSON")),
            ("application/problem+json;a=b", Some("JSON")),
            ("image/svg+xml", None),
            ("video/mp4", None),
            ("application/octet-stream", None),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(of_content_type(content_type), page, "{content_type}");
        }
    }
}
