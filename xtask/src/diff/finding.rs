//! One difference between two surfaces.

use sha2::{Digest, Sha256};

use super::rules::{Direction, Effect, Rule};
use crate::surface::Operation;

/// A change, where it is, and what kind of change it is.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// None for the API as a whole. An operation that moved goes by its new path.
    pub(crate) operation: Option<Operation>,
    pub(crate) direction: Direction,
    /// The place within the operation, as a surface has it.
    pub(crate) at: String,
    pub(crate) rule: &'static Rule,
    /// What was there, or a few words on it.
    pub(crate) old: Option<String>,
    /// What is there now, or a few words on it.
    pub(crate) new: Option<String>,
    /// Everything that was there, where `old` is but a few words on it; so for `new`.
    pub(super) structure: [Vec<String>; 2],
}

impl Finding {
    /// What the change does, and why.
    pub(crate) fn effect(&self) -> &'static Effect {
        self.rule.effect(self.direction)
    }

    /// `GET /v2/voices`, or `api`.
    pub(crate) fn operation(&self) -> String {
        self.operation.as_ref().map_or_else(|| "api".to_owned(), Operation::to_string)
    }

    /// Sixteen hexadecimal digits that stand for this very change: not only for its place and kind,
    /// but for all that was added or removed there. Whoever acknowledged an added field is asked
    /// again when it comes to hold something else.
    pub(crate) fn fingerprint(&self) -> String {
        let mut parts = vec![self.operation()];
        parts.extend(self.change_parts());
        fingerprint(parts)
    }

    /// The same for the change alone, wherever else it is found.
    pub(crate) fn change_fingerprint(&self) -> String {
        fingerprint(self.change_parts())
    }

    fn change_parts(&self) -> Vec<String> {
        let mut parts = vec![self.direction.to_string(), self.at.clone(), self.rule.id.to_owned()];
        for (value, structure) in [(&self.old, &self.structure[0]), (&self.new, &self.structure[1])]
        {
            // The words on a subtree may be put another way some day; what it holds stays.
            match structure.as_slice() {
                [] => parts.push(value.clone().unwrap_or_default()),
                lines => parts.extend(lines.iter().cloned()),
            }
            parts.push(String::new());
        }
        parts
    }

    /// What is the same in findings about several operations that share a component.
    pub(super) fn change(&self) -> impl Ord + use<'_> {
        (self.direction, &self.at, self.rule.id, &self.old, &self.new, &self.structure)
    }

    /// The order of reports: by path, then by method and place.
    pub(super) fn key(&self) -> impl Ord + use<'_> {
        let operation =
            self.operation.as_ref().map(|operation| (&operation.path, &operation.method));
        (operation, self.direction, &self.at, self.rule.id, &self.old, &self.new)
    }
}

/// Sixteen hexadecimal digits for some texts in their order.
pub(crate) fn fingerprint(parts: impl IntoIterator<Item = String>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
