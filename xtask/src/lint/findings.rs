//! What the checks find.

/// Something in the spec that breaks a convention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LintFinding {
    /// The JSON pointer of the node to fix.
    pub(super) pointer: String,
    /// What is wrong, and how to fix it.
    pub(super) message: String,
}

/// What the checks have found so far.
#[derive(Debug, Default)]
pub(super) struct LintFindings(pub(super) Vec<LintFinding>);

impl LintFindings {
    pub(super) fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push(LintFinding { pointer: pointer.into(), message: message.into() });
    }
}
