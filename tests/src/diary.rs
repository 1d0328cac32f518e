//! An observer that keeps what it is notified of.

use std::sync::Mutex;

use jogg_api_ext::policy::{Attempt, AttemptOutcome, Observer};

use crate::secrets;

/// Attempts and their outcomes, a line each. None may show a secret.
#[derive(Debug, Default)]
pub struct Diary(Mutex<Vec<String>>);

impl Observer for Diary {
    fn on_attempt(&self, attempt: &Attempt) {
        self.write(attempt, "started".to_owned());
    }

    fn on_outcome(&self, attempt: &Attempt, outcome: &AttemptOutcome) {
        let AttemptOutcome { status, code, error, retry_in, .. } = outcome;
        self.write(attempt, format!("{status:?} {code:?} {error:?} {retry_in:?}"));
    }

    fn on_abandon(&self, attempt: &Attempt) {
        self.write(attempt, "abandoned".to_owned());
    }
}

impl Diary {
    fn write(&self, attempt: &Attempt, what: String) {
        secrets::assert_hidden(&secrets::debugged(attempt), attempt.operation.id);
        let line = format!("{} {} {what}", attempt.operation.id, attempt.number);
        self.0.lock().expect("no panic in a diary").push(line);
    }

    /// The lines since the last time.
    pub fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic in a diary"))
    }
}
