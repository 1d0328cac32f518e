//! One line of a surface: a place, and a fact about it.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A place and a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    pub(crate) place: Place,
    pub(crate) fact: Fact,
}

/// The place that a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// `None` for the API as a whole.
    pub(crate) operation: Option<OperationName>,
    pub(crate) part: Part,
    /// The steps into the schema, if the fact is about one.
    pub(crate) schema: Option<Vec<Step>>,
}

/// The method of an operation, and its path with `{}` for each parameter.
#[derive(Clone, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OperationName {
    pub(crate) method: Arc<str>,
    pub(crate) path: Arc<str>,
}

/// A part of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Whole,
    /// The location is `path`, `query`, `header` or `cookie`. In a path, the name is the position.
    Parameter {
        location: String,
        name: String,
        media_type: Option<String>,
    },
    Request {
        media_type: Option<String>,
    },
    Response {
        status: String,
        media_type: Option<String>,
    },
    ResponseHeader {
        status: String,
        name: String,
        media_type: Option<String>,
    },
}

/// One step into a schema.
#[derive(Clone, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Property(Arc<str>),
    Items,
    Values,
    /// The group counts alternatives that apply at the same time.
    Branch {
        keyword: Arc<str>,
        group: usize,
        index: usize,
    },
    /// Another keyword that holds schemas. The name is empty if it holds one.
    Sub {
        keyword: Arc<str>,
        name: Arc<str>,
    },
}

/// A keyword and its value. A keyword that says everything has an empty value.
#[derive(Clone, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fact {
    pub(crate) keyword: String,
    pub(crate) value: String,
}

impl Fact {
    /// Returns the values that some facts have for a keyword, in their order.
    pub(crate) fn values<'f>(
        facts: impl IntoIterator<Item = &'f Self>,
        keyword: &str,
    ) -> impl Iterator<Item = &'f str> {
        let facts = facts.into_iter().filter(move |fact| fact.keyword == keyword);
        facts.map(|fact| fact.value.as_str())
    }
}

/// Returns a path with `{}` for its parameters, and their names.
pub(crate) fn template(path: &str) -> (String, Vec<&str>) {
    let mut parts = path.split('{');
    let mut template = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                names.push(name);
                template.push_str("{}");
                template.push_str(rest);
            }
            None => {
                template.push('{');
                template.push_str(part);
            }
        }
    }
    (template, names)
}

impl OperationName {
    /// Returns the path that stands for a webhook, which the API calls.
    pub(super) fn webhook(name: &str) -> String {
        format!("webhook {name}")
    }

    /// Returns the path that stands for a callback of an operation.
    pub(super) fn callback(path: &str, name: &str, expression: &str) -> String {
        format!("{path} callback {name} {expression}")
    }

    /// Whether the API calls this: it is a webhook or a callback, whose request is received.
    pub(crate) fn is_received(&self) -> bool {
        self.path.starts_with("webhook ") || self.path.contains(" callback ")
    }
}

impl Place {
    /// Returns the place within its operation. It is empty for the operation itself.
    pub(crate) fn within(&self) -> String {
        Within(self).to_string().trim_start().to_owned()
    }
}

impl Part {
    fn media_type(&self) -> Option<&str> {
        match self {
            Self::Whole => None,
            Self::Parameter { media_type, .. }
            | Self::Request { media_type }
            | Self::Response { media_type, .. }
            | Self::ResponseHeader { media_type, .. } => media_type.as_deref(),
        }
    }
}

impl Fact {
    /// A keyword without a value.
    pub(crate) fn flag(keyword: &str) -> Self {
        Self { keyword: keyword.to_owned(), value: String::new() }
    }

    /// A keyword with a word.
    pub(crate) fn word(keyword: &str, value: &str) -> Self {
        Self { keyword: keyword.to_owned(), value: Word(value).to_string() }
    }

    /// A keyword with a JSON value.
    pub(crate) fn json(keyword: &str, value: impl Serialize) -> Self {
        // Nothing that a document can hold fails to be written.
        let value = serde_json::to_string(&value).unwrap_or_default();
        Self { keyword: keyword.to_owned(), value }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, Word(&self.fact.keyword))?;
        match self.fact.value.is_empty() {
            true => Ok(()),
            false => write!(f, " {}", self.fact.value),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.operation {
            None => f.write_str("api")?,
            Some(operation) => operation.fmt(f)?,
        }
        Within(self).fmt(f)
    }
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Word(&self.method), Word(&self.path))
    }
}

/// A place without its operation: empty for the operation itself, else with a leading space.
struct Within<'p>(&'p Place);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { part, schema, .. } = self.0;
        match part {
            Part::Whole => {}
            Part::Parameter { location, name, .. } => write!(f, " {location} {}", Word(name))?,
            Part::Request { .. } => f.write_str(" request")?,
            Part::Response { status, .. } => write!(f, " response {}", Word(status))?,
            Part::ResponseHeader { status, name, .. } => {
                write!(f, " response {} header {}", Word(status), Word(name))?;
            }
        }
        if let Some(media_type) = part.media_type() {
            write!(f, " {}", MediaType(media_type))?;
        }
        match schema {
            Some(steps) => write!(f, " {}", Steps(steps)),
            None => Ok(()),
        }
    }
}

/// The steps into a schema, from its `$`.
pub(crate) struct Steps<'s>(pub(crate) &'s [Step]);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in self.0 {
            match step {
                Step::Property(name) if is_plain_name(name) => write!(f, ".{name}")?,
                Step::Property(name) => write!(f, ".{}", Quoted(name))?,
                Step::Items => f.write_str("[]")?,
                Step::Values => f.write_str("{}")?,
                Step::Branch { keyword, group: 0, index } => write!(f, "<{keyword} {index}>")?,
                Step::Branch { keyword, group, index } => write!(f, "<{keyword} {group}.{index}>")?,
                Step::Sub { keyword, name } if name.is_empty() => write!(f, "<{keyword}>")?,
                Step::Sub { keyword, name } => write!(f, "<{keyword} {}>", Quoted(name))?,
            }
        }
        Ok(())
    }
}

/// A word, or a JSON string if the word has unusual characters.
struct Word<'w>(&'w str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>#$\\".contains(&byte);
        match !self.0.is_empty() && self.0.bytes().all(plain) {
            true => f.write_str(self.0),
            false => Quoted(self.0).fmt(f),
        }
    }
}

/// A media type. It is recognised by its slash, or else by its quotes.
struct MediaType<'w>(&'w str);

impl fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.contains('/') {
            true => Word(self.0).fmt(f),
            false => Quoted(self.0).fmt(f),
        }
    }
}

struct Quoted<'w>(&'w str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        serde_json::Value::from(self.0).fmt(f)
    }
}

fn is_plain_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    !name.is_empty() && name.bytes().all(plain)
}
