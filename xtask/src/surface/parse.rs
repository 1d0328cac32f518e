//! Parses the lines of a surface.

use super::line::{Fact, Line, OperationName, Part, Place, Step};
use super::subschemas;

impl Line {
    /// Parses one line. Only the printed form is accepted, so that lines can be compared as texts.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens { rest: text };
        let place = Place::parse(&mut tokens)?;
        let keyword = word(tokens.next().ok_or("the keyword is missing; complete the line")?)?;
        let line = Self { place, fact: Fact { keyword, value: tokens.rest.to_owned() } };
        let normal = line.to_string();
        if normal != text {
            return Err(format!("this isn't the normal form; write `{normal}`"));
        }
        Ok(line)
    }
}

impl Place {
    fn parse(tokens: &mut Tokens<'_>) -> Result<Self, String> {
        let first = tokens.next().ok_or("the line is empty; remove it")?;
        if first == "api" {
            return Ok(Self { operation: None, part: Part::Whole, schema: None });
        }
        let path = tokens.next().ok_or("the path is missing; complete the line")?;
        let operation = OperationName { method: word(first)?.into(), path: word(path)?.into() };
        let part = Part::parse(tokens)?;
        let schema = match tokens.peek() {
            Some(token) if token.starts_with('$') => {
                tokens.next();
                Some(steps(token)?)
            }
            _ => None,
        };
        Ok(Self { operation: Some(operation), part, schema })
    }
}

impl Part {
    fn parse(tokens: &mut Tokens<'_>) -> Result<Self, String> {
        let Some(kind @ ("path" | "query" | "header" | "cookie" | "request" | "response")) =
            tokens.peek()
        else {
            return Ok(Self::Whole);
        };
        tokens.next();
        if kind == "request" {
            return Ok(Self::Request { media_type: tokens.media_type()? });
        }
        let name = word(tokens.next().ok_or("the name or status is missing; complete the line")?)?;
        if kind != "response" {
            let media_type = tokens.media_type()?;
            return Ok(Self::Parameter { location: kind.to_owned(), name, media_type });
        }
        if tokens.peek() == Some("header") {
            tokens.next();
            let header =
                word(tokens.next().ok_or("the name of the header is missing; complete the line")?)?;
            let media_type = tokens.media_type()?;
            return Ok(Self::ResponseHeader { status: name, name: header, media_type });
        }
        Ok(Self::Response { status: name, media_type: tokens.media_type()? })
    }
}

/// The limit for nesting, so that a hostile file can't overflow the stack.
const MAX_STEPS: usize = 300;

/// The words of a line. Spaces within quotes or angle brackets don't separate words.
struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    fn peek(&self) -> Option<&'t str> {
        let (mut quoted, mut escaped, mut branch) = (false, false, false);
        let end = self.rest.bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'<' if !quoted => branch = true,
                b'>' if !quoted => branch = false,
                b' ' => return !quoted && !branch,
                _ => {}
            }
            false
        });
        let token = &self.rest[..end.unwrap_or(self.rest.len())];
        (!token.is_empty()).then_some(token)
    }

    fn next(&mut self) -> Option<&'t str> {
        let token = self.peek()?;
        let rest = &self.rest[token.len()..];
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        Some(token)
    }

    fn media_type(&mut self) -> Result<Option<String>, String> {
        match self.peek() {
            Some(token) if token.starts_with('"') || token.contains('/') => {
                // `$."a/b"` is a step into a schema.
                if token.starts_with('$') {
                    return Ok(None);
                }
                self.next();
                word(token).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn word(token: &str) -> Result<String, String> {
    match token.starts_with('"') {
        true => serde_json::from_str(token)
            .map_err(|error| format!("{token} isn't a JSON string ({error}); correct it")),
        false => Ok(token.to_owned()),
    }
}

fn steps(token: &str) -> Result<Vec<Step>, String> {
    let wrong = || format!("`{token}` isn't a place in a schema; write it like `$.list[]`");
    let mut steps = Vec::new();
    let mut rest = token.strip_prefix('$').ok_or_else(wrong)?;
    while !rest.is_empty() {
        let (step, after) = step(rest).ok_or_else(wrong)?;
        if steps.len() == MAX_STEPS {
            return Err(format!("nested more than {MAX_STEPS} deep; simplify the spec"));
        }
        steps.push(step);
        rest = after;
    }
    Ok(steps)
}

fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix("[]") {
        return Some((Step::Items, rest));
    }
    if let Some(rest) = text.strip_prefix("{}") {
        return Some((Step::Values, rest));
    }
    if let Some(rest) = text.strip_prefix('<') {
        if let Some(found) = subschema(rest) {
            return Some(found);
        }
        let (branch, rest) = rest.split_once('>')?;
        let (keyword, place) = branch.split_once(' ')?;
        let (group, index) = place.split_once('.').unwrap_or(("0", place));
        let (group, index) = (group.parse().ok()?, index.parse().ok()?);
        return Some((Step::Branch { keyword: keyword.into(), group, index }, rest));
    }
    let name = text.strip_prefix('.')?;
    if name.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(name).into_iter::<String>();
        let property = values.next()?.ok()?;
        return Some((Step::Property(property.into()), &name[values.byte_offset()..]));
    }
    let end = name.find(['.', '[', '{', '<']).unwrap_or(name.len());
    (end > 0).then(|| (Step::Property(name[..end].into()), &name[end..]))
}

/// Parses the rest of a step by a keyword that holds schemas.
fn subschema(text: &str) -> Option<(Step, &str)> {
    let end = text.find([' ', '>'])?;
    let (keyword, rest) = text.split_at(end);
    if !subschemas::is_step(keyword) {
        return None;
    }
    let step = |name: String| Step::Sub { keyword: keyword.into(), name: name.into() };
    if let Some(rest) = rest.strip_prefix('>') {
        return Some((step(String::new()), rest));
    }
    let name = rest.strip_prefix(' ')?;
    let mut values = serde_json::Deserializer::from_str(name).into_iter::<String>();
    let found = values.next()?.ok()?;
    Some((step(found), name[values.byte_offset()..].strip_prefix('>')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        assert_eq!(Line::parse(text).unwrap().to_string(), text);
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        let error = Line::parse(text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn lines_are_parsed_as_they_are_printed() {
        for text in [
            "api server \"https://api.example.com\" {\"a\":{\"default\":\"b c\"}}",
            "GET /v2/{}/x deprecated",
            "GET \"/a b\" declared",
            "GET /x security [\"apiKey header x-api-key\"]",
            "GET /x path 0 name id",
            "GET /x query \"odd name\" $ type string",
            "GET /x query filter application/json $.a type string",
            "POST /x request required",
            "POST /x request application/json $ any",
            "POST /x request \"json\" $ any",
            "POST /x response 2XX declared",
            "POST /x response 200 header x-limit required",
            "POST /x response 200 header x-limit $ type integer",
            "POST /x response 200 application/json;charset=utf-8 $.a[]{}<oneOf 0>.b enum \"1 <0\"",
            "POST /x request a/b $.\"a/b c\".\"\\\"\".\"\".d-1<oneOf 1.2> default {\"a\":[1,\" \"]}",
            "GET /x response 200 a/b $<patternProperties \"^x>\">.a<if>[] type string",
            "POST /x request a/b $.path.request.\"$\" \"odd keyword\" 1",
        ] {
            check(text);
        }
    }

    #[test]
    fn malformed_lines_are_errors() {
        check_error("", "the line is empty");
        check_error("api", "the keyword is missing");
        check_error("GET", "the path is missing");
        check_error("GET /x query", "the name or status is missing");
        check_error("GET /x response 200 header", "the name of the header is missing");
        check_error("GET /x request $x type string", "`$x` isn't a place in a schema");
        check_error("GET /x request $. type string", "`$.` isn't a place in a schema");
        check_error("GET /x request $<oneOf> any", "`$<oneOf>` isn't a place in a schema");
        check_error("GET /x request $<oneOf a> any", "isn't a place in a schema");
        check_error("GET /x query \"a $ any", "isn't a JSON string");
        check_error("GET /x  declared", "the keyword is missing");
        check_error(
            "GET /x query \"a\" $ any",
            "this isn't the normal form; write `GET /x query a $ any`",
        );
        check_error("GET /x request a/b $.\"a\" any", "this isn't the normal form");
        check_error("GET /x request a/b $<oneOf 0.1> any", "this isn't the normal form");
        check_error("GET /x declared ", "this isn't the normal form");
        let deep = "[]".repeat(MAX_STEPS + 1);
        check_error(&format!("GET /x query a ${deep} any"), "nested more than 300 deep");
    }
}
