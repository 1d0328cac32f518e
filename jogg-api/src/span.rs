//! Parts of compact JSON as spans of its text, so that nothing has to be built of them. Compact
//! JSON has no white space between its tokens.

use std::ops::Range;

use crate::place::Step;

/// Returns the length of the string that a text begins with, with its quotes.
pub(crate) fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 1;
    while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
        // An escaped character is never the end.
        end += if *byte == b'\\' { 2 } else { 1 };
    }
    (end + 1).min(bytes.len())
}

/// Returns the length of the object or list that a text begins with.
pub(crate) fn container_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut end, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'"' => end += string_length(&text[end..]) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        end += 1;
        if depth == 0 {
            break;
        }
    }
    end
}

/// Returns the length of the value that a text begins with.
fn value_length(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'{' | b'[') => container_length(text),
        Some(b'"') => string_length(text),
        _ => text.find([',', '}', ']']).unwrap_or(text.len()),
    }
}

/// A member of an object.
pub(crate) struct Member {
    pub(crate) name: String,
    /// The whole member, without a comma.
    pub(crate) span: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// Returns the members of the object that begins here, one after the other.
pub(crate) fn members(json: &str, start: usize) -> impl Iterator<Item = Member> {
    let mut position = start + 1;
    std::iter::from_fn(move || {
        position += usize::from(json[position..].starts_with(','));
        if !json[position..].starts_with('"') {
            return None;
        }
        let start = position;
        let name_end = start + string_length(&json[start..]);
        let name = serde_json::from_str(&json[start..name_end]).unwrap_or_default();
        let value = (name_end + 1).min(json.len());
        position = value + value_length(&json[value..]);
        Some(Member { name, span: start..position, value: value..position })
    })
}

/// Returns the spans of the items of a list, one after the other.
pub(crate) fn items(list: &str) -> impl Iterator<Item = Range<usize>> {
    let mut position = 1;
    std::iter::from_fn(move || {
        position += usize::from(list[position..].starts_with(','));
        let start = position;
        position += value_length(list.get(start..)?);
        (position > start).then_some(start..position)
    })
}

/// Returns the span of the value at a path.
pub(crate) fn span(json: &str, path: &[Step]) -> Option<Range<usize>> {
    path.iter().try_fold(0..json.len(), |span, step| match step {
        Step::Key(key) if json[span.clone()].starts_with('{') => {
            members(json, span.start).find(|member| member.name == *key).map(|member| member.value)
        }
        Step::Index(index) if json[span.clone()].starts_with('[') => {
            let item = items(&json[span.clone()]).nth(*index)?;
            Some(span.start + item.start..span.start + item.end)
        }
        _ => None,
    })
}

/// Removes a member, and the comma beside it.
pub(crate) fn remove(json: &mut String, member: &Range<usize>) {
    let (before, after) = (&json[..member.start], &json[member.end..]);
    let range = match (before.ends_with(','), after.starts_with(',')) {
        (_, true) => member.start..member.end + 1,
        (true, false) => member.start - 1..member.end,
        (false, false) => member.clone(),
    };
    json.replace_range(range, "");
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"a":[1,{"b\"}":"]\\"},[],"x"],"c":null,"d":{}}"#;

    #[test]
    fn a_value_is_found_by_its_path() {
        let (key, index) = (|key: &str| Step::Key(key.to_owned()), Step::Index);
        for (path, value) in [
            (vec![], Some(JSON)),
            (vec![key("c")], Some("null")),
            (vec![key("d")], Some("{}")),
            (vec![key("a"), index(0)], Some("1")),
            (vec![key("a"), index(1), key("b\"}")], Some(r#""]\\""#)),
            (vec![key("a"), index(2)], Some("[]")),
            (vec![key("a"), index(3)], Some("\"x\"")),
            (vec![key("a"), index(4)], None),
            (vec![key("e")], None),
            (vec![index(0)], None),
            (vec![key("d"), key("a")], None),
            (vec![key("c"), key("a")], None),
        ] {
            assert_eq!(span(JSON, &path).map(|span| &JSON[span]), value, "{path:?}");
        }
        assert_eq!(items("[]").count(), 0);
    }

    #[test]
    fn a_member_is_removed_with_one_comma() {
        for (name, rest) in [
            ("a", r#"{"c":null,"d":{}}"#),
            ("c", r#"{"a":[1,{"b\"}":"]\\"},[],"x"],"d":{}}"#),
            ("d", r#"{"a":[1,{"b\"}":"]\\"},[],"x"],"c":null}"#),
        ] {
            let mut json = JSON.to_owned();
            let member = members(JSON, 0).find(|member| member.name == name).unwrap();
            remove(&mut json, &member.span);
            assert_eq!(json, rest);
        }
        let mut json = r#"{"a":1}"#.to_owned();
        remove(&mut json, &(1..6));
        assert_eq!(json, "{}");
    }

    #[test]
    fn what_is_no_json_ends_too() {
        for json in
            ["{", "[", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[1", "[,", "{x", "[\"\\", "{\"é"]
        {
            members(json, 0).for_each(drop);
            items(json).for_each(drop);
        }
    }
}
