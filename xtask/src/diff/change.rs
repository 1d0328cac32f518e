//! One change from one surface to another.

use std::fmt;

use sha2::{Digest, Sha256};

use super::rules::{Direction, Effect, Rule, Verdict};
use crate::surface::OperationName;
use crate::text::counted;

/// What changed, where, and by which rule it is judged.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// `None` for the API as a whole. An operation that moved has its new path.
    pub(crate) operation: Option<OperationName>,
    pub(crate) direction: Direction,
    /// The place within the operation, as a surface writes it.
    pub(crate) at: String,
    pub(crate) rule: &'static Rule,
    /// The old value, or a short description of it.
    pub(crate) old: Option<String>,
    /// The new value, or a short description of it.
    pub(crate) new: Option<String>,
    /// Everything that was there and everything that is there now, where `old` and `new` are
    /// descriptions.
    pub(super) structure: [Vec<String>; 2],
    /// The places that have the change too, where they are too many to list.
    pub(crate) elsewhere: Option<Elsewhere>,
    /// Whether it is about a property that is never sent this way: one that is read-only in a
    /// request, or write-only in a response.
    pub(super) is_hidden: bool,
    /// Whether it is about a header of a response.
    pub(super) is_header: bool,
}

/// How often a change occurs that is listed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// How many places have the change. Beyond the largest number, it is that.
    pub(crate) places: u64,
    /// How many operations they belong to.
    pub(crate) operations: usize,
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.places {
            u64::MAX => f.write_str("first of countless places")?,
            places => write!(f, "first of {places} places")?,
        }
        write!(f, " in {}", counted(self.operations, "operation"))
    }
}

impl Change {
    /// Returns what the change does, and why.
    pub(crate) fn effect(&self) -> Effect {
        let effect = *self.rule.effect(self.direction);
        match (self.is_hidden, self.is_header && effect.source != Verdict::Ok) {
            (true, _) => Effect { wire: Verdict::Ok, why: "It is never sent this way.", ..effect },
            (_, true) => Effect {
                source: Verdict::Ok,
                why: "Code that reads it may find another value; headers have no generated types.",
                ..effect
            },
            _ => effect,
        }
    }

    /// Returns the worse of its verdicts, for the wire and for source code.
    pub(crate) fn severity(&self) -> Verdict {
        let Effect { wire, source, .. } = self.effect();
        wire.max(source)
    }

    /// Returns `GET /v2/voices`, or `api`.
    pub(crate) fn operation_name(&self) -> String {
        self.operation.as_ref().map_or_else(|| "api".to_owned(), OperationName::to_string)
    }

    /// Returns sixteen hexadecimal digits that identify this change: its place, its rule, and
    /// everything that was added or removed. An added field that comes to hold something else has
    /// another fingerprint, so that an acknowledgement doesn't cover it.
    pub(crate) fn fingerprint(&self) -> String {
        let mut parts = vec![self.operation_name()];
        parts.extend(self.parts());
        fingerprint(parts)
    }

    /// Returns the fingerprint of the change without its operation. Operations that share a
    /// component share it.
    pub(crate) fn shared_fingerprint(&self) -> String {
        fingerprint(self.parts())
    }

    fn parts(&self) -> Vec<String> {
        let mut parts = vec![self.direction.to_string(), self.at.clone(), self.rule.id.to_owned()];
        for (value, structure) in [(&self.old, &self.structure[0]), (&self.new, &self.structure[1])]
        {
            // Descriptions may be reworded; what they describe stays the same.
            match structure.as_slice() {
                [] => parts.push(value.clone().unwrap_or_default()),
                lines => parts.extend(lines.iter().cloned()),
            }
            parts.push(String::new());
        }
        parts
    }

    /// Returns a key that is equal for operations that share the change.
    pub(super) fn shared_key(&self) -> impl Ord + use<'_> {
        (self.direction, &self.at, self.rule.id, &self.old, &self.new, &self.structure)
    }

    /// Returns a key that sorts reports by path, then by method and place.
    pub(super) fn report_key(&self) -> impl Ord + use<'_> {
        let operation =
            self.operation.as_ref().map(|operation| (&operation.path, &operation.method));
        (operation, self.direction, &self.at, self.rule.id, &self.old, &self.new)
    }
}

/// Returns sixteen hexadecimal digits that identify some texts in their order.
pub(crate) fn fingerprint(parts: impl IntoIterator<Item = String>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
