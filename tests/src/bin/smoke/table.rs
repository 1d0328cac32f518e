//! The table: a line an operation, and a summary.

use std::io::Write;
use std::time::Duration;

use jogg_api_ext::jogg_api::operations::OPERATIONS;
use jogg_api_ext::jogg_api::{Client, Operation, one_line};

/// What came of an operation.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// It was called: whether the server took the request, if that is known, and whether its
    /// response could be read.
    Called { accepted: Option<bool>, decoded: bool, elapsed: Duration },
    /// Nothing on the server has an id to call it with. That is no surprise where nothing was made.
    NoId { is_surprise: bool },
    /// It takes credits or creates something, which the caller did not allow.
    Paid,
}

impl Verdict {
    fn passes(self) -> bool {
        match self {
            Self::Called { accepted, decoded, .. } => accepted == Some(true) && decoded,
            Self::NoId { is_surprise } => !is_surprise,
            Self::Paid => true,
        }
    }

    /// The texts for accepted, decoded and milliseconds.
    fn cells(self) -> [String; 3] {
        match self {
            Self::Called { accepted, decoded, elapsed } => {
                let accepted = accepted.map_or("?", word).to_owned();
                [accepted, word(decoded).to_owned(), elapsed.as_millis().to_string()]
            }
            Self::NoId { .. } | Self::Paid => ["-".to_owned(), "-".to_owned(), "-".to_owned()],
        }
    }
}

fn word(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// Prints the lines as they come.
pub(crate) struct Table {
    api: Client,
    verdicts: Vec<(&'static Operation, Verdict)>,
}

impl Table {
    /// An empty one. The key of the client is taken out of everything that is printed.
    pub(crate) fn new(api: Client) -> Self {
        let table = Self { api, verdicts: Vec::new() };
        let [operation, accepted, decoded, elapsed, remark] =
            ["operation", "accepted", "decoded", "ms", "remark"];
        table.print(operation, [accepted, decoded, elapsed], remark);
        table
    }

    /// One operation's line. The remark may hold what the server said.
    pub(crate) fn row(&mut self, operation: &'static Operation, verdict: Verdict, remark: &str) {
        let [accepted, decoded, elapsed] = verdict.cells();
        self.print(operation.id, [&accepted, &decoded, &elapsed], remark);
        self.verdicts.push((operation, verdict));
    }

    /// The operations that have no line yet.
    pub(crate) fn missing(&self) -> Vec<&'static Operation> {
        let has_line =
            |operation: &&Operation| self.verdicts.iter().any(|(listed, _)| listed == operation);
        OPERATIONS.iter().copied().filter(|operation| !has_line(operation)).collect()
    }

    /// Prints the summary. Returns whether all passed.
    pub(crate) fn finish(self) -> bool {
        let count = |wanted: fn(&Verdict) -> bool| {
            self.verdicts.iter().filter(|(_, verdict)| wanted(verdict)).count()
        };
        let called = count(|verdict| matches!(verdict, Verdict::Called { .. }));
        let passed = count(|verdict| matches!(verdict, Verdict::Called { .. }) && verdict.passes());
        let paid = count(|verdict| *verdict == Verdict::Paid);
        let no_id = count(|verdict| matches!(verdict, Verdict::NoId { .. }));
        let all = self.verdicts.iter().all(|(_, verdict)| verdict.passes());
        let word = if all { "passed" } else { "FAILED" };
        let operations = self.verdicts.len();
        write(&format!(
            "{word}: {operations} operations, {called} called, {passed} accepted and decoded, \
             {paid} skipped as paid, {no_id} without an id"
        ));
        all
    }

    fn print(&self, operation: &str, [accepted, decoded, elapsed]: [&str; 3], remark: &str) {
        let remark = one_line(&self.api.redact_key(remark));
        let line = format!("{operation:<31} {accepted:<8} {decoded:<7} {elapsed:>6}  {remark}");
        write(line.trim_end());
    }
}

/// A reader that has gone away is no reason to stop half-way.
fn write(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
