//! Places in JSON: which value a byte belongs to.

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Writes a path after a prefix, such as `data.voices[3].name`.
pub(crate) fn display<'s>(prefix: &str, path: impl IntoIterator<Item = &'s Step>) -> String {
    let mut text = prefix.to_owned();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// Returns the path of the innermost value that has begun before this offset and ends at or after
/// it: the one a reader that has come so far is in. `json` is compact: it has no white space
/// between its tokens.
pub(crate) fn path_at(json: &[u8], offset: usize) -> Vec<Step> {
    let mut search = Search { json, position: 0, offset, path: Vec::new() };
    match search.value() {
        true => search.path,
        false => Vec::new(),
    }
}

struct Search<'j> {
    json: &'j [u8],
    position: usize,
    offset: usize,
    /// The path of the current value.
    path: Vec<Step>,
}

impl Search<'_> {
    /// Reads a value. Returns whether the offset is in it; the path is that of the innermost then.
    fn value(&mut self) -> bool {
        let start = self.position;
        let found = match self.peek() {
            Some(b'{') => self.members(),
            Some(b'[') => self.items(),
            Some(b'"') => {
                self.text();
                false
            }
            _ => {
                while self.peek().is_some_and(|byte| !b",]}".contains(&byte)) {
                    self.position += 1;
                }
                false
            }
        };
        found || (start + 1..=self.position).contains(&self.offset)
    }

    fn members(&mut self) -> bool {
        self.position += 1;
        while self.peek().is_some_and(|byte| byte != b'}') {
            let key = self.text();
            self.position += 1;
            self.path.push(Step::Key(key));
            if self.value() {
                return true;
            }
            self.path.pop();
            self.skip(b',');
        }
        self.skip(b'}');
        false
    }

    fn items(&mut self) -> bool {
        self.position += 1;
        let mut index = 0;
        while self.peek().is_some_and(|byte| byte != b']') {
            self.path.push(Step::Index(index));
            if self.value() {
                return true;
            }
            self.path.pop();
            self.skip(b',');
            index += 1;
        }
        self.skip(b']');
        false
    }

    /// Reads a string.
    fn text(&mut self) -> String {
        let start = self.position;
        self.position += 1;
        while let Some(byte) = self.peek().filter(|byte| *byte != b'"') {
            // An escaped character is never the end.
            self.position += if byte == b'\\' { 2 } else { 1 };
        }
        self.position = (self.position + 1).min(self.json.len());
        serde_json::from_slice(&self.json[start..self.position]).unwrap_or_default()
    }

    fn skip(&mut self, byte: u8) {
        if self.peek() == Some(byte) {
            self.position += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.position).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str, offset: usize) -> String {
        let steps = path_at(json.as_bytes(), offset).into_iter().map(|step| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Index(index) => format!("[{index}]"),
        });
        steps.collect()
    }

    #[test]
    fn a_reader_is_in_the_innermost_value_that_it_has_begun() {
        let json = r#"{"a":[1,{"b\"}":"]\\"}],"c":null}"#;
        for (part, path) in [
            ("\"a", ""),
            ("1,", ".a"),
            (",{", ".a[0]"),
            ("{\"b", ".a"),
            ("\"b", ".a[1]"),
            ("\"]", ".a[1]"),
            ("]\\", ".a[1].b\"}"),
            ("}]", ".a[1].b\"}"),
            ("],\"c", ".a[1]"),
            (",\"c", ".a"),
            ("ull", ".c"),
        ] {
            assert_eq!(shown(json, json.find(part).unwrap()), path, "{part}");
        }
        assert_eq!(shown(json, json.len() - 1), ".c");
        assert_eq!(shown(json, json.len()), "");
        assert_eq!(shown(json, json.len() + 1), "");
    }

    #[test]
    fn what_is_no_json_ends_too() {
        for json in ["", "{", "[", "\"", "\"\\", "{\"a", "{\"a\"", "[1", "{x", "[,", "}"] {
            for offset in 0..=json.len() + 1 {
                path_at(json.as_bytes(), offset);
            }
        }
    }
}
