//! Why a task ends without success.

use crate::document::DocumentError;

/// A message for standard error, and the exit code of the program.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) exit: u8,
}

impl Failure {
    /// Reports that something isn't as it should be. Exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: 1 }
    }

    /// Reports a file that can't be read or parsed, which must never pass for "nothing found".
    /// Exit code 3.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: 3 }
    }

    /// Adds that regen stopped here, and the command that shows the failure alone.
    pub(crate) fn stopping(self, command: &str) -> Self {
        let Self { message, exit } = self;
        let next = format!("fix it until `{command}` passes, then run regen again");
        Self { message: format!("{message}\nregen stopped here: {next}"), exit }
    }

    /// Reports that nothing was compared, which must never pass for "nothing changed", and what to
    /// do next. Exit code 3.
    pub(crate) fn nothing_compared(reason: &str, next: &str) -> Self {
        Self::unreadable(format!("{reason}\nnothing was compared: {next}"))
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Self::unreadable(error.to_string())
    }
}
