//! `cargo xtask spec surface`: what a spec says about the wire, as sorted lines.
//!
//! The surface is the normal form that snapshots, diffs and the pinned state of upstream share. Two
//! specs that describe the same wire have the same surface, however they are written: references
//! are followed, `allOf` is merged, explicit defaults of OpenAPI are dropped, and no prose, tag,
//! operationId, extension or component name remains.
//!
//! # Format
//!
//! The first line is `# jogg surface 1`. Lines directly after it that begin with `#` say where the
//! surface is from, and are ignored. Every other line is a place and one fact about it. The lines
//! are sorted by their bytes:
//!
//! ```text
//! api server "https://api.jogg.ai"
//! api scheme "apiKey header x-api-key"
//! GET /v2/endpoint/{} declared
//! GET /v2/endpoint/{} security ["apiKey header x-api-key"]
//! GET /v2/endpoint/{} path 0 name endpoint_id
//! GET /v2/endpoint/{} path 0 $ type string
//! GET /v2/voices query page $ minimum 1
//! POST /v2/photo_avatar/add_motion request declared
//! POST /v2/photo_avatar/add_motion request required
//! POST /v2/photo_avatar/add_motion request application/json $.model enum "1.0"
//! POST /v2/photo_avatar/add_motion request application/json $.model required
//! POST /v2/photo_avatar/add_motion response 200 declared
//! POST /v2/photo_avatar/add_motion response 200 header x-rate-limit $ type integer
//! POST /v2/photo_avatar/add_motion response 200 application/json $.data.status type string
//! ```
//!
//! - **Words** are plain, or JSON strings if they have unusual characters. Values of `enum`,
//!   `default`, `pattern`, bounds and unknown keywords are compact JSON, and whole numbers have no
//!   fraction: `"1"` and `1` differ, `1` and `1.0` don't.
//! - **Paths** have `{}` for each parameter. A path parameter is given by its position, from 0, and
//!   its name is a fact, so that renaming it changes one line.
//! - **Places in schemas** begin with `$`: `$.name`, `$.list[]`, `$.map{}`, `$<oneOf 0>`. Branches
//!   are numbered in the order of their discriminator values, then of their content, regardless of
//!   their order in the file. `$<oneOf 1.0>` belongs to a second `oneOf` that applies at the same
//!   time.
//! - **`declared`** says that an operation, a body or a response exists.
//! - **`required`** is a fact about the property, and `any` about a schema without keywords.
//! - **`security`** has one line for each alternative, including inherited ones. `[]` means that no
//!   key is needed. Schemes are given by kind, location and name.
//! - **`open`** is a fact about an enum whose values may grow: an `anyOf` of the known values and
//!   their type alone.
//! - **Recursion** ends with `returns $.node`, the place above with the same schema. Schemas are
//!   the same if they admit the same trees, even if one is written out a few levels deep.
//! - **`allOf`**: properties and `required` are united, enums intersected, bounds tightened, and a
//!   flag of any part counts. Other keywords that disagree have one line each.
//! - **OpenAPI 3.1**: `type: [string, 'null']`, `anyOf: [X, {type: 'null'}]` and numeric exclusive
//!   bounds are printed like their counterparts in 3.0. A list of types is `type integer|string`.
//!
//! - **Other keywords that hold schemas** are steps too: `$<prefixItems "0">`, `$<if>`. Schemas
//!   that extend one with a discriminator are `$<subtype "cat">`, by the discriminator's value.
//! - **Webhooks and callbacks** are operations whose paths have spaces: `POST "webhook done"`.
//!
//! Links are skipped: they aren't on the wire.

mod access;
mod api;
mod beside;
mod branches;
mod bundle;
mod expand;
mod graph;
mod keywords;
mod line;
mod open_sets;
mod parse;
mod schema;
mod subschemas;
mod subtypes;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::output::print;
use crate::spec;
use expand::Expansion;

pub(crate) use api::Api;
pub(crate) use beside::read_beside;
pub(crate) use bundle::{Bundle, Node, ReadBeside, References, Unread, nothing_beside};
pub(crate) use line::{Fact, Line, OperationName, Part, Place, Step, Steps, template};
pub(crate) use schema::Schema;

/// The first line. It distinguishes a surface from a spec, and this format from later ones.
pub(crate) const HEADER: &str = "# jogg surface 1";

/// The limit for written-out schemas: more than a real spec has, but a few lines can ask for more.
const MAX_WRITTEN: usize = 200_000;

/// Prints the surface of a spec. A printed surface is checked and sorted.
pub(crate) fn run(file: Option<PathBuf>) -> Result<(), Failure> {
    let surface = Surface::open(file)?;
    print(format_args!("{surface}"));
    Ok(())
}

/// What a spec says about the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Surface {
    pub(crate) lines: BTreeSet<Line>,
}

impl Surface {
    /// Reads a spec or a printed surface. Without a file it is the API's own spec.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<Self, Failure> {
        if let Some(path) = &file
            && let Ok(text) = std::fs::read_to_string(path)
            && Self::is_printed(&text)
        {
            return Self::parse(&path.display().to_string(), &text).map_err(Failure::unreadable);
        }
        let path = file.clone().unwrap_or_default();
        let document = spec::open(file)?;
        let beside = |other: &str| read_beside(&path, other);
        Self::of_bundle(&Bundle::read(&document, &beside)).map_err(Failure::unreadable)
    }

    /// Whether a text is a printed surface, in this format or another.
    pub(crate) fn is_printed(text: &str) -> bool {
        text.starts_with("# jogg surface")
    }

    /// Returns the surface of a spec that has no files beside it. The error names the place that
    /// is wrong.
    #[cfg(test)]
    pub(crate) fn of(document: &crate::document::Document) -> Result<Self, String> {
        Self::of_bundle(&Bundle::read(document, &nothing_beside))
    }

    /// Returns the surface of a spec and the files beside it.
    fn of_bundle(bundle: &Bundle<'_>) -> Result<Self, String> {
        Self::of_api(&Api::of(bundle)?).map_err(|reason| match reason {
            Unwritable::Unread(message) => message,
            reason @ Unwritable::TooLarge(_) => {
                format!("{}: {reason}", bundle.location(bundle.root(), "paths"))
            }
        })
    }

    /// Writes out what a spec says. Fails if it is too large for that, or wasn't read as a whole.
    pub(crate) fn of_api(api: &Api) -> Result<Self, Unwritable> {
        if let Some(unread) = api.unread.first() {
            return Err(Unwritable::Unread(unread.message.clone()));
        }
        let mut lines = api.lines.clone();
        let mut expansion =
            Expansion::new(&api.schemas, MAX_WRITTEN).map_err(Unwritable::TooLarge)?;
        for (place, root) in &api.roots {
            for (steps, fact) in expansion.facts(*root).map_err(Unwritable::TooLarge)? {
                let place = Place { schema: Some(steps), ..place.clone() };
                lines.insert(Line { place, fact });
            }
        }
        Ok(Self { lines })
    }

    /// Parses the lines that [`Display`](fmt::Display) prints, in any order.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut numbered = text.lines().enumerate();
        if numbered.next().map(|(_, line)| line) != Some(HEADER) {
            return Err(format!(
                "{name}:1:1: the first line must be `{HEADER}`; print the surface again with \
                 `cargo xtask spec surface`"
            ));
        }
        let mut lines = BTreeSet::new();
        let numbered = numbered.skip_while(|(_, text)| text.starts_with('#'));
        for (index, text) in numbered.filter(|(_, text)| !text.is_empty()) {
            let line = Line::parse(text)
                .map_err(|reason| format!("{name}:{}:1: `{text}`: {reason}", index + 1))?;
            lines.insert(line);
        }
        Ok(Self { lines })
    }
}

/// Why a surface can't be written out.
#[derive(Debug)]
pub(crate) enum Unwritable {
    /// Something wasn't read, with its place.
    Unread(String),
    TooLarge(String),
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(message) | Self::TooLarge(message) => f.write_str(message),
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.lines.iter().map(Line::to_string).collect();
        lines.sort_unstable();
        writeln!(f, "{HEADER}")?;
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
pub(crate) mod tests;
