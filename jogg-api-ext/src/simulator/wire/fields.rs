//! The fields of a body: checking them against the spec.

use jogg_api::reqwest::Url;
use serde_json::{Map, Value};

use crate::simulator::spec::schema::{Kind, Schema};

/// How much of a wrong value is quoted, in characters.
const MAX_QUOTED: usize = 40;

/// Checks an object against a schema: presence, types, the values of closed enums, ranges and URLs.
/// Returns the fields that the schema knows; others are ignored, and so never stored.
///
/// # Errors
/// The field, such as `voice.voice_id`, and what is wrong with it.
pub(crate) fn check(
    schema: &Schema,
    body: Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let mut path = Path(String::new());
    members(schema, body, &mut path).map_err(|reason| match path.0.as_str() {
        "" => reason,
        path => format!("{path}: {reason}"),
    })
}

/// Checks whether a text is an `http` or `https` URL.
pub(crate) fn check_url(text: &str) -> Result<(), String> {
    let wrong = || format!("must be an http or https URL, not {}", quoted(text));
    // Browsers ignore white space, and servers don't.
    let url = Url::parse(text).ok().filter(|_| !text.contains(char::is_whitespace));
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && text.contains("://");
    url.filter(is_web).map(|_| ()).ok_or_else(wrong)
}

/// The path of the field that is checked. A failed check leaves it where it is.
struct Path(String);

impl Path {
    fn within<T>(
        &mut self,
        part: &str,
        check: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let before = self.0.len();
        self.0.push_str(part);
        let checked = check(self)?;
        self.0.truncate(before);
        Ok(checked)
    }

    /// Continues with a member of an object.
    fn member<T>(
        &mut self,
        name: &str,
        check: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let dot = if self.0.is_empty() { "" } else { "." };
        self.within(&format!("{dot}{name}"), check)
    }
}

fn members(
    schema: &Schema,
    mut body: Map<String, Value>,
    path: &mut Path,
) -> Result<Map<String, Value>, String> {
    let mut known = Map::new();
    for (name, property) in schema.properties() {
        match body.remove(name) {
            Some(member) => {
                let member = path.member(name, |path| {
                    let member = value(property, member, path)?;
                    if is_url(name) { check_given_url(&member) } else { Ok(()) }.map(|()| member)
                })?;
                known.insert(name.to_owned(), member);
            }
            None if schema.required.iter().any(|required| required == name) => {
                return path.member(name, |_| Err("the field is missing".to_owned()));
            }
            None => {}
        }
    }
    Ok(known)
}

/// Some URLs have no format in the spec.
fn is_url(name: &str) -> bool {
    name == "url" || name.ends_with("_url")
}

/// A field that the spec doesn't require to be a URL may be empty.
fn check_given_url(value: &Value) -> Result<(), String> {
    value.as_str().filter(|url| !url.is_empty()).map_or(Ok(()), check_url)
}

fn value(schema: &Schema, value: Value, path: &mut Path) -> Result<Value, String> {
    if value.is_null() && schema.nullable {
        return Ok(value);
    }
    if !has_type(schema, &value) {
        return Err(format!("must be {}, not {}", type_of_schema(schema), type_of(&value)));
    }
    match (&schema.kind, value) {
        (Kind::Array(item), Value::Array(items)) => {
            let items = items.into_iter().enumerate().map(|(place, one)| {
                path.within(&format!("[{place}]"), |path| self::value(item, one, path))
            });
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        (Kind::Object(_), Value::Object(body)) => Ok(Value::Object(members(schema, body, path)?)),
        (_, value) => scalar(schema, &value).map(|()| value),
    }
}

fn scalar(schema: &Schema, value: &Value) -> Result<(), String> {
    if !schema.allowed.is_empty() && !schema.open && !schema.allowed.contains(value) {
        let allowed: Vec<_> = schema.allowed.iter().map(text).collect();
        return Err(format!("must be one of {}, not {}", allowed.join(", "), quoted(&text(value))));
    }
    match (value.as_i64(), schema.range) {
        (Some(number), (Some(least), _)) if number < least => {
            return Err(format!("must be at least {least}, not {number}"));
        }
        (Some(number), (_, Some(most))) if number > most => {
            return Err(format!("must be at most {most}, not {number}"));
        }
        _ => {}
    }
    match value.as_str().filter(|_| schema.format.as_deref() == Some("uri")) {
        Some(text) => check_url(text),
        None => Ok(()),
    }
}

/// Whether a value has the type of a schema. Integers have 64 bits with a sign.
fn has_type(schema: &Schema, value: &Value) -> bool {
    schema.accepts(value) && !(matches!(schema.kind, Kind::Integer) && value.as_i64().is_none())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn quoted(text: &str) -> String {
    let mut characters = text.chars();
    let beginning: String = characters.by_ref().take(MAX_QUOTED).collect();
    let rest = if characters.next().is_some() { "…" } else { "" };
    format!("`{}{rest}`", beginning.escape_debug())
}

fn type_of_schema(schema: &Schema) -> &'static str {
    match schema.kind {
        Kind::Array(_) => "a list",
        Kind::Boolean => "a boolean",
        Kind::Integer => "an integer of 64 bits",
        Kind::Number => "a number",
        Kind::Object(_) => "an object",
        Kind::Text => "a string",
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "a list",
        Value::Bool(_) => "a boolean",
        Value::Null => "null",
        Value::Number(number) if number.is_f64() => "a number with a fraction or too many digits",
        Value::Number(_) => "a number",
        Value::Object(_) => "an object",
        Value::String(_) => "a string",
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::operations as op;
    use serde_json::json;

    use super::*;
    use crate::simulator::spec::OperationSpec;

    fn checked(operation: &jogg_api::Operation, body: Value) -> Result<Value, String> {
        let schema = OperationSpec::of(operation).body.as_ref().unwrap();
        check(schema, body.as_object().unwrap().clone()).map(Value::Object)
    }

    #[test]
    fn a_wrong_field_is_named_with_its_path_and_what_it_must_be() {
        let variable = json!({"type": "text", "name": "a", "properties": {"content": "b"}});
        let template = |second: Value| {
            let variables = [variable.clone(), second];
            json!({"template_id": 7, "voice_language": "english", "variables": variables})
        };
        let script = |language: Value, style: Value| {
            json!({"language": language, "video_length_seconds": "15", "script_style": style,
                "product_info": {"source_type": "id", "data": {}}})
        };
        let upload = |size: Value| json!({"filename": "a", "content_type": "b", "file_size": size});
        let lip_sync = |url: &str| json!({"video_url": url, "audio_url": "https://a.example"});
        for (operation, body, reason) in [
            (
                &op::CREATE_VIDEO_WITH_TEMPLATE,
                template(json!({"type": "text", "name": 5, "properties": {}})),
                "variables[1].name: must be a string, not a number",
            ),
            (
                &op::CREATE_VIDEO_WITH_TEMPLATE,
                template(json!({"type": "text", "name": "b", "properties": null})),
                "variables[1].properties: must be an object, not null",
            ),
            (
                &op::CREATE_VIDEO_WITH_TEMPLATE,
                template(json!({"type": "text", "name": "b"})),
                "variables[1].properties: the field is missing",
            ),
            // Open enums: any value of the right type.
            (
                &op::CREATE_AI_SCRIPT,
                script(json!(12345.5), json!("Data")),
                "language: must be a string, not a number with a fraction or too many digits",
            ),
            (
                &op::CREATE_AI_SCRIPT,
                script(json!("new"), json!(null)),
                "script_style: must be a string, not null",
            ),
            (&op::CREATE_ASSET_UPLOAD, upload(json!(0)), "file_size: must be at least 1, not 0"),
            (
                &op::CREATE_ASSET_UPLOAD,
                upload(json!(u64::MAX)),
                "file_size: must be an integer of 64 bits, not a number",
            ),
            (
                &op::CREATE_LIP_SYNC_VIDEO,
                lip_sync("file:///a"),
                "video_url: must be an http or https URL, not `file:///a`",
            ),
            (
                &op::CREATE_PRODUCT,
                json!({"media": [{"url": ""}, {"url": "mug.png"}]}),
                "media[1].url: must be an http or https URL, not `mug.png`",
            ),
            (
                &op::CREATE_LIP_SYNC_VIDEO,
                lip_sync(&"é\n".repeat(99)),
                "video_url: must be an http or https URL, not \
                 `é\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\né\\n…`",
            ),
        ] {
            assert_eq!(checked(operation, body).unwrap_err(), reason);
        }
    }

    #[test]
    fn urls_of_the_web_are_taken_and_no_others() {
        for (url, is_taken) in [
            ("https://a.example/b?c=d#e", true),
            ("HTTP://[::1]:80", true),
            ("https://a.example/ä%20b", true),
            ("", false),
            ("a.example", false),
            ("//a.example/b", false),
            ("https:a.example", false),
            ("https://", false),
            ("https://a b", false),
            ("https://a.example/b c", false),
            (" https://a.example", false),
            ("https://a.example:99999", false),
            ("ftp://a.example", false),
            ("data:text/plain,a://b", false),
        ] {
            assert_eq!(check_url(url).is_ok(), is_taken, "{url}");
        }
    }

    #[test]
    fn only_what_the_schema_knows_is_kept() {
        let body =
            json!({"name": "Mug", "more": 1, "media": [{"name": "m", "type": 9, "more": 1}]});
        let kept = json!({"name": "Mug", "media": [{"name": "m", "type": 9}]});
        assert_eq!(checked(&op::CREATE_PRODUCT, body), Ok(kept));
    }
}
