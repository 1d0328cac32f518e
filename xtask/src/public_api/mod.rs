//! The public API of the generated code, and what a change of it means for code that uses it.
//!
//! Two versions of the generated files are compared item by item: names, types, signatures, derives
//! and `non_exhaustive`, and the tables that decide how calls behave. Prose and private code don't
//! count. So a version bump says what users of the crates will feel, whichever change of the spec
//! or of the generator is behind it.

mod items;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The items that the generated files make public.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PublicApi {
    items: BTreeMap<Name, Item>,
}

/// The name of an item. A member belongs to an owner, and comes and goes with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    owner: String,
    member: String,
}

/// What is known about an item, and what it is for.
#[derive(Debug, PartialEq, Eq)]
struct Item {
    text: String,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Code can name it, or depend on its type.
    Code,
    /// A field or variant, which may be added only if its owner is `non_exhaustive`.
    Part,
    /// Forbids code to rely on the fields or variants being complete.
    NonExhaustive,
    /// It decides what calls do, and code compiles without it.
    Behavior,
}

/// One change of the public API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiChange {
    pub(crate) item: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    pub(crate) effect: ApiEffect,
}

/// What a change does to code that uses the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ApiEffect {
    /// Code that compiled may no longer do so.
    Break,
    /// The same code compiles, and does something else.
    Behavior,
    /// Something is there that wasn't.
    Addition,
}

impl PublicApi {
    /// Reads the generated files: names such as `types.rs`, and their texts. Files of other kinds
    /// are skipped.
    pub(crate) fn of<'f>(
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Result<Self, String> {
        let mut api = Self::default();
        for (name, text) in files {
            if let Some(module) = name.strip_suffix(".rs") {
                items::read(&mut api, module, text).map_err(|error| format!("{name}: {error}"))?;
            }
        }
        Ok(api)
    }

    /// Returns what changed from this API to another, breaks first.
    pub(crate) fn changes_to(&self, new: &Self) -> Vec<ApiChange> {
        let names: BTreeSet<&Name> = self.items.keys().chain(new.items.keys()).collect();
        let mut changes: Vec<ApiChange> =
            names.into_iter().filter_map(|name| self.change(new, name)).collect();
        changes.sort_by_key(|change| change.effect);
        changes
    }

    fn change(&self, new: &Self, name: &Name) -> Option<ApiChange> {
        let (was, is) = (self.items.get(name), new.items.get(name));
        let role = was.or(is)?.role;
        let owner_moves = self.has(&name.owner) != new.has(&name.owner);
        let effect = match (was, is) {
            (Some(was), Some(is)) if was == is => return None,
            // A member goes and comes with its owner, which is a change already.
            _ if !name.member.is_empty() && owner_moves => return None,
            _ if role == Role::Behavior => ApiEffect::Behavior,
            (None, Some(_)) => match role {
                Role::NonExhaustive => ApiEffect::Break,
                Role::Part if !self.is_non_exhaustive(&name.owner) => ApiEffect::Break,
                _ => ApiEffect::Addition,
            },
            (Some(_), None) if role == Role::NonExhaustive => ApiEffect::Addition,
            _ => ApiEffect::Break,
        };
        let text = |item: Option<&Item>| item.map(|item| item.text.clone());
        Some(ApiChange { item: name.to_string(), old: text(was), new: text(is), effect })
    }

    fn has(&self, owner: &str) -> bool {
        self.items.contains_key(&Name { owner: owner.to_owned(), member: String::new() })
    }

    fn is_non_exhaustive(&self, owner: &str) -> bool {
        let member = items::NON_EXHAUSTIVE.to_owned();
        self.items.contains_key(&Name { owner: owner.to_owned(), member })
    }

    fn add(&mut self, owner: &str, member: &str, text: String, role: Role) {
        let name = Name { owner: owner.to_owned(), member: member.to_owned() };
        self.items.insert(name, Item { text, role });
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.owner, self.member)
    }
}

impl fmt::Display for ApiEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Break => "break",
            Self::Behavior => "behavior",
            Self::Addition => "addition",
        })
    }
}

impl fmt::Display for ApiChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.effect, self.item)?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, " was `{old}`, is `{new}`"),
            (Some(old), None) => write!(f, " removed (`{old}`)"),
            (None, Some(new)) => write!(f, " added (`{new}`)"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares two versions of one file, and the changes with the expected.
    #[track_caller]
    fn check(file: &str, old: &str, new: &str, expected: &[&str]) {
        let [old, new] = [old, new].map(|text| PublicApi::of([(file, text)]).unwrap());
        let changes: Vec<String> = old.changes_to(&new).iter().map(ApiChange::to_string).collect();
        assert_eq!(changes, expected);
    }

    const OPEN: &str = "#[derive(Clone, Debug)] #[non_exhaustive] pub struct A { pub a: String }";

    #[test]
    fn structs_are_compared_field_by_field() {
        check("types.rs", OPEN, OPEN, &[]);
        let more = OPEN.replace("pub a: String", "pub a: Option<String>, pub b: u8");
        check(
            "types.rs",
            OPEN,
            &more,
            &[
                "break: types::A.a was `String`, is `Option<String>`",
                "addition: types::A.b added (`u8`)",
            ],
        );
        let closed = OPEN.replace("#[non_exhaustive]", "");
        check("types.rs", &closed, OPEN, &["break: types::A #[non_exhaustive] added (`yes`)"]);
        let more = closed.replace("pub a: String", "pub a: String, pub b: u8");
        check("types.rs", &closed, &more, &["break: types::A.b added (`u8`)"]);
        let fewer = OPEN.replace("Clone, ", "");
        check("types.rs", OPEN, &fewer, &["break: types::A derive Clone removed (`yes`)"]);
        check("types.rs", &fewer, OPEN, &["addition: types::A derive Clone added (`yes`)"]);
        check("types.rs", OPEN, "", &["break: types::A removed (`struct`)"]);
        check("types.rs", "", OPEN, &["addition: types::A added (`struct`)"]);
        let renamed = OPEN.replace("pub a:", "#[serde(rename = \"A\")] pub a:");
        check("types.rs", OPEN, &renamed, &["behavior: types::A.a serde added (`rename = \"A\"`)"]);
    }

    #[test]
    fn names_of_arguments_and_prose_are_not_api() {
        let method = |arguments: &str| {
            format!("/// Text.\nimpl Client {{ pub async fn a(&self, {arguments}) -> B {{ 1 }} }}")
        };
        check("client.rs", &method("b: u8"), &method("c: u8").replace("Text", "Else"), &[]);
        check(
            "client.rs",
            &method("b: u8"),
            &method("b: u8, c: u8"),
            &["break: Client::a was `async fn(&self, u8) -> B`, is `async fn(&self, u8, u8) -> B`"],
        );
        check(
            "client.rs",
            &method("b: u8"),
            "",
            &["break: Client::a removed (`async fn(&self, u8) -> B`)"],
        );
    }

    #[test]
    fn enums_are_compared_by_variant_and_value() {
        let words = "closed_string_enum! { /// A.\n pub enum A { /// B.\n B = \"b\" } }";
        check(
            "enums.rs",
            words,
            &words.replace("B = \"b\"", "B = \"b\", C = \"c\""),
            &[
                "addition: enums::A::C added (`variant`)",
                "behavior: enums::A::C value added (`\"c\"`)",
            ]
            .iter()
            .rev()
            .copied()
            .collect::<Vec<_>>(),
        );
        check(
            "enums.rs",
            words,
            &words.replace("\"b\"", "\"d\""),
            &["behavior: enums::A::B value was `\"b\"`, is `\"d\"`"],
        );
        check(
            "enums.rs",
            words,
            &words.replace("closed_", "open_"),
            &["break: enums::A was `closed_string_enum`, is `open_string_enum`"],
        );
        check(
            "enums.rs",
            words,
            &words.replace("B =", "C ="),
            &[
                "break: enums::A::B removed (`variant`)",
                "behavior: enums::A::B value removed (`\"b\"`)",
                "behavior: enums::A::C value added (`\"b\"`)",
                "addition: enums::A::C added (`variant`)",
            ],
        );
    }

    #[test]
    fn tables_decide_how_calls_behave() {
        let table = "pub static A: Operation = Operation { id: \"a\", summary: \"b\", retry: C };";
        check("operations.rs", table, &table.replace("\"b\"", "\"other\""), &[]);
        check(
            "operations.rs",
            table,
            &table.replace("retry: C", "retry: D"),
            &["behavior: operations::A retry was `C`, is `D`"],
        );
        let rows = "pub static JOBS: &[JobRule] = &[JobRule { a: b }];";
        check(
            "jobs.rs",
            rows,
            &rows.replace("a: b", "a: c"),
            &[
                "behavior: jobs::JOBS row `JobRule { a: b }` removed (`yes`)",
                "behavior: jobs::JOBS row `JobRule { a: c }` added (`yes`)",
            ],
        );
    }

    #[test]
    fn implementations_of_traits_count() {
        let old = "impl Endpoint for A { type Response = B; const OPERATION: C = &C::D; \
                   fn prepare(&self) -> E { 1 } }";
        check(
            "endpoints.rs",
            old,
            &old.replace("= B;", "= F;").replace("{ 1 }", "{ 2 }"),
            &["break: endpoints::A: Endpoint::Response was `B`, is `F`"],
        );
        check(
            "endpoints.rs",
            old,
            &old.replace("C::D", "C::E"),
            &["behavior: endpoints::A: Endpoint::OPERATION was `&C::D`, is `&C::E`"],
        );
        check("endpoints.rs", old, "", &["break: endpoints::A: Endpoint removed (`impl`)"]);
    }
}
