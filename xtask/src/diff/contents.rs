//! What an added or removed object holds: the paths of its properties.

use super::change::Change;

/// Returns the paths of the properties of what was added or removed, relative to it: `id`,
/// `items[].name`. Empty for a change of another kind.
pub(super) fn properties(change: &Change) -> Vec<String> {
    let [old, new] = &change.structure;
    let ((lines, []) | ([], lines)) = (old.as_slice(), new.as_slice()) else {
        return Vec::new();
    };
    let mut paths: Vec<String> = Vec::new();
    for path in lines.iter().filter_map(|line| path(line)) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Returns the path of the property that a line of a structure is about, such as
/// `/Step(Property("items"))/Step(Items)/Step(Property("name")) type string`.
fn path(line: &str) -> Option<String> {
    let mut path = String::new();
    let mut is_property = false;
    for key in keys(line) {
        is_property = false;
        if let Some(name) = inner(key, "Step(Property(", "))") {
            let name = serde_json::from_str(name).unwrap_or_else(|_| name.to_owned());
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&name);
            is_property = true;
        } else if key == "Step(Items)" {
            path.push_str("[]");
        } else if key == "Step(Values)" {
            path.push_str("{}");
        }
    }
    is_property.then_some(path)
}

fn inner<'k>(key: &'k str, start: &str, end: &str) -> Option<&'k str> {
    key.strip_prefix(start)?.strip_suffix(end)
}

/// Splits the place at the beginning of a line into its keys. A slash or space within quotes or
/// brackets doesn't end a key.
fn keys(line: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let (mut keys, mut start) = (Vec::new(), 0);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            // What describes a parameter is in braces.
            b' ' if line[at..].starts_with(" {") && &line[start..at] == "Parameter" => {}
            b'/' | b' ' if depth == 0 => {
                if start < at {
                    keys.push(&line[start..at]);
                }
                if byte == b' ' {
                    return keys;
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_leads_through_lists_and_maps() {
        for (line, expected) in [
            (" type object", None),
            ("/Schema/Step(Property(\"a\")) type string", Some("a")),
            (
                "/Step(Property(\"a\"))/Step(Items)/Step(Property(\"b c/d\")) required ",
                Some("a[].b c/d"),
            ),
            ("/Step(Property(\"a\"))/Step(Items) type string", None),
            (
                "/Step(Values)/Step(Property(\"\\\"\")) enum \"/Step(Property(\\\"x\\\"))\"",
                Some("{}.\""),
            ),
            ("/Step(Property(\"a(b\"))/Step(Property(\"c\")) type string", Some("a(b.c")),
            ("/Step(Property(\"a)\"))/Step(Property(\"c\")) type string", Some("a).c")),
            (
                "/Parameter { location: \"query\", name: \"a b\" }/Schema/Step(Property(\"c\")) \
                 any ",
                Some("c"),
            ),
            (
                "/Response(\"200\")/MediaType(\"application/json\")/Schema/\
                 Step(Property(\"code\")) type integer",
                Some("code"),
            ),
        ] {
            assert_eq!(path(line).as_deref(), expected, "{line}");
        }
    }
}
