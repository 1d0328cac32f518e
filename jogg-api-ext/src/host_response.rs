//! What a file host says instead of taking or returning a file.

use std::fmt;

use bytes::Bytes;
use jogg_api::one_line;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The most that is kept of a file host's body, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;
/// The longest code or title that a message quotes, in characters.
const MAX_QUOTED: usize = 100;

/// A response of a file host that isn't the file, or isn't a plain success of an upload. `Debug`
/// shows neither message nor body.
///
/// Storage refuses in XML, with codes such as `SignatureDoesNotMatch` or `AccessDenied`; proxies
/// in HTML, with a title; APIs in JSON.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostResponse {
    /// The HTTP status.
    pub status: u16,
    /// The host's error code, such as `AccessDenied`, if the body has one; a number as text.
    pub code: Option<String>,
    /// The host's message, or the title of a page, if the body has one. Not redacted.
    pub message: Option<String>,
    /// The first 64 KiB of the body. Not redacted.
    pub body: Bytes,
}

impl HostResponse {
    /// Reads code and message from a body, whatever its content type says.
    pub(crate) fn new(status: u16, body: Bytes) -> Self {
        let text = String::from_utf8_lossy(&body);
        let (code, message) = match envelope(&text) {
            Some(members) => of_json(&Value::Object(members)),
            None => (element(&text, "Code"), element(&text, "Message").or_else(|| title(&text))),
        };
        Self { status, code, message, body }
    }

    /// Returns whether the body refuses what the status accepts. A code that means success doesn't.
    pub(crate) fn refuses(&self) -> bool {
        let is_success = |code: &str| {
            let word = ["ok", "success"].iter().any(|word| code.eq_ignore_ascii_case(word));
            word || code
                .parse()
                .is_ok_and(|number: f64| number == 0.0 || (200.0..300.0).contains(&number))
        };
        match &self.code {
            Some(code) => !is_success(code),
            None => has_error(&self.body),
        }
    }

    /// Returns whether what it refuses is a signature that is no longer valid.
    pub(crate) fn says_expired(&self) -> bool {
        let texts = [&self.code, &self.message];
        texts.into_iter().flatten().any(|text| text.to_ascii_lowercase().contains("expired"))
    }

    /// Returns the code, or else the title or message, to be quoted in an error: on one line and
    /// without signed URLs.
    pub(crate) fn quoted(&self) -> Option<String> {
        let text = self.code.as_deref().or(self.message.as_deref())?;
        Some(one_line(text).chars().take(MAX_QUOTED).collect())
    }
}

impl fmt::Debug for HostResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostResponse")
            .field("status", &self.status)
            .field("code", &self.code.as_deref().map(one_line))
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The members of an envelope that say how a request ended.
const MEMBERS: [&str; 9] =
    ["code", "Code", "error", "error_message", "error_msg", "message", "Message", "msg", "success"];

/// Reads [`MEMBERS`] of a JSON object, as far as it goes: it may be cut, and something may follow.
/// Returns `None` if there is no object.
fn envelope(text: &str) -> Option<Map<String, Value>> {
    struct Members<'m>(&'m mut Option<Map<String, Value>>);

    impl<'de> Visitor<'de> for Members<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let members = self.0.get_or_insert_default();
            while let Some(name) = map.next_key::<String>()? {
                match MEMBERS.contains(&name.as_str()) {
                    true => drop(members.insert(name, map.next_value()?)),
                    // However deep it is.
                    false => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(())
        }
    }

    let mut members = None;
    let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    // What came before a fault is known all the same.
    let _ = json.deserialize_map(Members(&mut members));
    members
}

/// Reads an envelope of an API, whose error may be an object of its own.
fn of_json(value: &Value) -> (Option<String>, Option<String>) {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let first = |names: &[&str]| names.iter().find_map(|name| value.pointer(name).and_then(text));
    let code = first(&["/code", "/Code", "/error/code", "/error/status"]);
    let names = ["/msg", "/message", "/Message", "/error_msg", "/error_message", "/error/message"];
    let message = first(&names).or_else(|| first(&["/error"]));
    (code, message)
}

/// Returns whether a body without a code names an error all the same.
fn has_error(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let Some(members) = envelope(&text) else {
        return ["<Error>", "<Error "].iter().any(|tag| text.contains(tag));
    };
    let is_given = |name: &&str| match members.get(*name) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(error) => error.as_str() != Some(""),
    };
    let fails = members.get("success") == Some(&Value::Bool(false));
    fails || ["error", "error_message", "error_msg"].iter().any(is_given)
}

/// Returns the text of the first XML element with this name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    plain(inner)
}

/// Returns the title of a page. Tags may be in any case, and have attributes.
fn title(text: &str) -> Option<String> {
    // ASCII only: no byte moves.
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    plain(&text[start..end])
}

/// Resolves the entities that texts of storage have; `None` for an empty text.
fn plain(text: &str) -> Option<String> {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    let text = text.trim();
    let data = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>"));
    let mut output = data.unwrap_or(text).trim().to_owned();
    for (entity, letter) in entities {
        output = output.replace(entity, letter);
    }
    (!output.is_empty()).then_some(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(body: &str) -> HostResponse {
        HostResponse::new(200, Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn code_and_message_are_found_in_xml_html_and_json() {
        let deep = format!("{{\"data\":{}{},\"code\":10104}}", "[".repeat(500), "]".repeat(500));
        let xml = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>\
                   <Message>a &lt; b &amp;amp; c</Message></Error>";
        for (body, code, message, refuses) in [
            (xml, Some("AccessDenied"), Some("a < b &amp; c"), true),
            ("<Error><Detail/></Error>", None, None, true),
            ("<Error><Code></Code></Error>", None, None, true),
            ("<HTML><Title lang=en> Sorry\n</TITLE>", None, Some("Sorry"), false),
            ("<title>", None, None, false),
            (r#"{"code":10104,"msg":"no"}"#, Some("10104"), Some("no"), true),
            ("\u{feff}{\"code\":10104}", Some("10104"), None, true),
            (r#"{"code":0,"msg":"Success"}"#, Some("0"), Some("Success"), false),
            (r#"{"code":200,"message":"ok"}"#, Some("200"), Some("ok"), false),
            (r#"{"code":"OK"}"#, Some("OK"), None, false),
            (r#"{"Code":"InvalidObject"}"#, Some("InvalidObject"), None, true),
            (r#"{"error":{"code":403,"message":"no"}}"#, Some("403"), Some("no"), true),
            (r#"{"error":"quota"}"#, None, Some("quota"), true),
            (r#"{"error":{}}"#, None, None, true),
            (r#"{"error":null}"#, None, None, false),
            (r#"{"Status":"OK"}"#, None, None, false),
            (r#"{"code":0.0}"#, Some("0.0"), None, false),
            (r#"{"success":true,"error_msg":""}"#, None, None, false),
            (r#"{"success":false,"message":"no"}"#, None, Some("no"), true),
            (r#"{"error_message":"quota"}"#, None, Some("quota"), true),
            ("\u{feff}{\"error\":{}}", None, None, true),
            ("<Error xmlns=\"x\"><Detail/></Error>", None, None, true),
            ("<Error><Code><![CDATA[Denied]]></Code></Error>", Some("Denied"), None, true),
            // What is cut, deep, or followed by something.
            (r#"{"code":10104,"msg":"no"}<!-- proxy -->"#, Some("10104"), Some("no"), true),
            (r#"{"code":10104,"data":"it is cu"#, Some("10104"), None, true),
            (r#"{"code":0,"data":"it is cu"#, Some("0"), None, false),
            (&deep, Some("10104"), None, true),
            ("", None, None, false),
            ("stored", None, None, false),
        ] {
            let response = response(body);
            assert_eq!((response.code.as_deref(), response.message.as_deref()), (code, message));
            assert_eq!(response.refuses(), refuses, "{body}");
        }
    }

    #[test]
    fn what_is_quoted_is_short_and_without_signed_urls() {
        let quoted = |body: &str| response(body).quoted();
        assert_eq!(quoted("<Code>A\nB</Code><Message>m</Message>").as_deref(), Some("A B"));
        let title = quoted("<title>see https://a/f?sig=planted</title>");
        assert_eq!(title.as_deref(), Some("see https://a/f?[redacted]"));
        assert_eq!(quoted(&format!("<Code>{}</Code>", "x".repeat(300))).unwrap().len(), MAX_QUOTED);
        assert_eq!(quoted("film"), None);
    }
}
