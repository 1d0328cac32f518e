//! The items, and how two versions of them differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The member that says that an item is `non_exhaustive`.
pub(super) const NON_EXHAUSTIVE: &str = " #[non_exhaustive]";

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
pub(super) enum Role {
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
        let member = NON_EXHAUSTIVE.to_owned();
        self.items.contains_key(&Name { owner: owner.to_owned(), member })
    }

    pub(super) fn add(&mut self, owner: &str, member: &str, text: String, role: Role) {
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
