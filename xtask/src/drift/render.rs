//! Prints drift: for people, for programs, and for GitHub.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::difference::{Difference, Occurrence};
use super::inputs::Inputs;
use super::kinds::ProblemKind;
use super::ledger::{Entry, Ledger};
use super::pin::{SincePin, TextSincePin};
use super::review::{Problem, Review};
use crate::diff::source::Source;
use crate::diff::{locate, render};
use crate::text::{code, command_message, command_property, counted, escaped, log_group};

/// GitHub shows at most this many annotations of a kind in a step.
const ANNOTATIONS: usize = 10;
/// At most this many operations that share a difference are named in a terminal.
const NAMED: usize = 3;

/// The result of `spec drift`.
#[derive(Debug)]
pub(super) struct DriftReport<'r> {
    pub(super) inputs: &'r Inputs,
    pub(super) names: [&'r str; 2],
    pub(super) spec: &'r Source,
    /// How many operations both sides have.
    pub(super) common: usize,
    pub(super) ledger: &'r Ledger,
    pub(super) review: &'r Review<'r>,
    pub(super) since: &'r SincePin<'r>,
}

impl DriftReport<'_> {
    pub(super) fn text(&self) -> String {
        let mut output = String::new();
        for kind in ProblemKind::ALL {
            let problems = self.problems(kind);
            if problems.is_empty() {
                continue;
            }
            let _ = writeln!(output, "{} ({})", kind.title(), problems.len());
            for problem in problems {
                let _ = writeln!(output, "  {}", self.place(problem, str::to_owned, NAMED));
                for line in self.lines(problem, str::to_owned) {
                    let _ = writeln!(output, "    {line}");
                }
            }
            let _ = writeln!(output, "  next: {}\n", self.next_step(kind));
        }
        let _ = writeln!(output, "{}", self.summary());
        let _ = writeln!(output, "\n{}", self.since_summary());
        for place in self.places(str::to_owned) {
            let _ = writeln!(output, "  {place}");
        }
        if !self.since.report.changes.is_empty() {
            let _ = write!(output, "\n{}", render::text(&self.since.report));
        }
        output
    }

    pub(super) fn markdown(&self) -> String {
        let [upstream, spec] = self.names.map(code);
        let mut output = format!("### Drift of {upstream} from {spec}\n\n");
        let _ = writeln!(output, "{}\n", escaped(&self.summary()));
        for kind in ProblemKind::ALL {
            let problems = self.problems(kind);
            if problems.is_empty() {
                continue;
            }
            let _ = writeln!(output, "#### {} ({})\n", kind.title(), problems.len());
            for problem in problems {
                let _ = writeln!(output, "- {}", self.place(problem, code, usize::MAX));
                for line in self.lines(problem, code) {
                    let _ = writeln!(output, "  - {line}");
                }
            }
            let _ = writeln!(output, "\nNext: {}\n", self.next_step(kind));
        }
        let _ = writeln!(output, "#### Since the pinned state\n\n{}\n", self.since_summary());
        let places = self.places(code);
        for place in &places {
            let _ = writeln!(output, "- {place}");
        }
        if !places.is_empty() {
            output.push('\n');
        }
        if !self.since.report.changes.is_empty() {
            output.push_str(&render::markdown(&self.since.report));
        }
        output
    }

    pub(super) fn json(&self) -> Value {
        let [upstream, spec] = self.names;
        let of =
            |kind| -> Vec<Value> { self.problems(kind).into_iter().map(problem_json).collect() };
        let SincePin { pin, report, text } = self.since;
        let texts: Vec<Value> = match text {
            Some(TextSincePin::Places(places)) => {
                places.iter().map(|(place, line)| json!({"at": place, "line": line})).collect()
            }
            _ => Vec::new(),
        };
        let pinned = json!({
            "date": pin.date,
            "sha256": pin.sha256,
            "same_text": text.as_ref().map(|text| *text == TextSincePin::Same),
            "texts": texts,
            "changes": render::json(report),
        });
        json!({
            "upstream": upstream,
            "spec": spec,
            "operations": self.common,
            "entries": self.ledger.entries.len(),
            "acknowledged": self.review.acknowledged,
            "unacknowledged": of(ProblemKind::Unacknowledged),
            "stale": of(ProblemKind::Stale),
            "unfinished": of(ProblemKind::Unfinished),
            "misleading": of(ProblemKind::Misleading),
            "repeated": of(ProblemKind::Repeated),
            "pinned": pinned,
        })
    }

    /// Returns a line for each problem: where it is, what it is, and what to do.
    pub(super) fn left(&self) -> Vec<String> {
        let line = |problem: &Problem<'_>| {
            let what = self.lines(problem, code).join("; ");
            let next = self.next_step(ProblemKind::of(problem));
            format!("{}: {what}: {next}", self.place(problem, code, NAMED))
        };
        self.review.problems.iter().map(line).collect()
    }

    /// Prints annotations: at the operation for a new difference, else at the entry in the ledger.
    pub(super) fn github(&self) -> String {
        let mut output = String::new();
        let problems = &self.review.problems;
        for problem in problems.iter().take(ANNOTATIONS) {
            let kind = ProblemKind::of(problem);
            let (file, line) = match problem {
                Problem::Unacknowledged { occurrences, .. } => {
                    let change = occurrences.first().and_then(|first| first.changes.first());
                    let line = change.and_then(|change| locate::line(change, self.spec));
                    (self.inputs.spec_name(), line.map(|line| line.to_string()))
                }
                Problem::Stale { entry, .. }
                | Problem::Unfinished { entry }
                | Problem::Misleading { entry, .. }
                | Problem::Repeated { entry, .. } => {
                    (self.ledger.name.clone(), Some(entry.line.to_string()))
                }
            };
            let line = line.map(|line| format!("line={line},")).unwrap_or_default();
            let mut message = self.place(problem, str::to_owned, NAMED);
            for text in self.lines(problem, str::to_owned) {
                let _ = write!(message, "\n{text}");
            }
            let _ = write!(message, "\n{}", self.next_step(kind));
            let _ = writeln!(
                output,
                "::error file={},{line}title={}::{}",
                command_property(&file),
                command_property(kind.title()),
                command_message(&message)
            );
        }
        if !self.since.is_same() {
            let places: String =
                self.places(str::to_owned).iter().map(|place| format!("\n{place}")).collect();
            let message = command_message(&format!("{}{places}", self.since_summary()));
            let _ = writeln!(output, "::warning title=Not pinned::{message}");
        }
        // The log has what is beyond the annotations that GitHub shows.
        output + &log_group("The whole report", &self.text())
    }

    fn problems(&self, kind: ProblemKind) -> Vec<&Problem<'_>> {
        self.review.problems.iter().filter(|problem| ProblemKind::of(problem) == kind).collect()
    }

    /// Returns where a problem is: the entry, the operations, or both.
    fn place(&self, problem: &Problem<'_>, format: fn(&str) -> String, named: usize) -> String {
        match problem {
            Problem::Unacknowledged { occurrences, .. } => {
                let operations =
                    occurrences.iter().map(|occurrence| self.called(occurrence, format));
                list(&operations.collect(), str::to_owned, named)
            }
            Problem::Stale { entry, operations } | Problem::Repeated { entry, operations } => {
                format!("{}: {}", self.entry_place(entry, format), list(operations, format, named))
            }
            Problem::Unfinished { entry } | Problem::Misleading { entry, .. } => {
                self.entry_place(entry, format)
            }
        }
    }

    /// Returns an operation, with what it is called in code.
    fn called(&self, occurrence: &Occurrence, format: fn(&str) -> String) -> String {
        let operation = format(&occurrence.operation);
        let change = occurrence.changes.first();
        match change.and_then(|change| self.since.report.call(change)) {
            Some(call) => format!("{operation} ({})", format(&call)),
            None => operation,
        }
    }

    fn entry_place(&self, entry: &Entry, format: fn(&str) -> String) -> String {
        format(&format!("{}:{}", self.ledger.name, entry.line))
    }

    /// Returns what a problem is.
    fn lines(&self, problem: &Problem<'_>, format: fn(&str) -> String) -> Vec<String> {
        let shown = |difference: &Difference| {
            let Difference { at, rule, .. } = difference;
            format!("{rule} {}: {}", format(at), difference.values(format))
        };
        match problem {
            Problem::Unacknowledged { difference, similar, .. } => {
                let mut lines = vec![shown(difference)];
                for entry in similar {
                    lines.push(format!(
                        "{} acknowledges another difference there: {}",
                        self.entry_place(entry, format),
                        entry.difference.values(format)
                    ));
                }
                lines
            }
            Problem::Misleading { entry, difference } => vec![
                format!("the entry says {}", shown(&entry.difference)),
                format!("its fingerprint stands for {}", shown(difference)),
            ],
            Problem::Stale { entry, .. }
            | Problem::Unfinished { entry }
            | Problem::Repeated { entry, .. } => vec![shown(&entry.difference)],
        }
    }

    /// Returns how to fix problems of a kind.
    fn next_step(&self, kind: ProblemKind) -> String {
        let (spec, ledger) = (self.inputs.spec_name(), &self.ledger.name);
        let (drift, accept) = (self.inputs.drift_command(), self.inputs.accept_command());
        match kind {
            ProblemKind::Unacknowledged => format!(
                "where upstream is right, change {spec} and run `cargo xtask regen`; where the \
                 difference is intended, run `{accept}` and write the reason"
            ),
            ProblemKind::Stale => format!(
                "if {spec} lost it by mistake, restore it there; if upstream now agrees, run \
                 `{accept} --prune`"
            ),
            ProblemKind::Unfinished => {
                format!("write the reason in {ledger}, then run `{drift}`")
            }
            ProblemKind::Misleading => format!(
                "remove the entry from {ledger}, run `{accept}`, and write the reason again"
            ),
            ProblemKind::Repeated => {
                format!("remove these operations, or the entry, from {ledger}, then run `{drift}`")
            }
        }
    }

    pub(super) fn summary(&self) -> String {
        let [upstream, spec] = self.names;
        let open = |problem: &Problem<'_>| match problem {
            Problem::Unacknowledged { occurrences, .. } => {
                occurrences.iter().map(|occurrence| occurrence.changes.len()).sum()
            }
            _ => 0,
        };
        let open: usize = self.review.problems.iter().map(open).sum();
        format!(
            "drift: {} between {upstream} and {spec} in {} on both sides: {} acknowledged by {} of \
             {}, {open} not; {} in all",
            counted(self.review.acknowledged + open, "difference"),
            counted(self.common, "operation"),
            self.review.acknowledged,
            counted(self.ledger.entries.len(), "entry"),
            self.ledger.name,
            counted(self.review.problems.len(), "problem"),
        )
    }

    /// Returns what the vendor changed since the pin, in a sentence.
    fn since_summary(&self) -> String {
        let SincePin { pin, report, text } = self.since;
        let (date, pin_command) = (&pin.date, self.inputs.pin_command());
        let changes = counted(report.changes.len(), "change");
        let review = format!(
            "`cargo xtask spec diff {} {}` shows them alone; review them, then run `{pin_command}`",
            self.inputs.pin_name(),
            self.inputs.upstream_argument(),
        );
        match (report.changes.len(), text) {
            (0, None) => format!("upstream has the surface that was pinned on {date}"),
            (0, Some(TextSincePin::Same)) => {
                format!("upstream is the text that was pinned on {date}")
            }
            (0, Some(TextSincePin::Layout)) => format!(
                "upstream says what was pinned on {date} in another layout; run `{pin_command}`"
            ),
            (0, Some(TextSincePin::Unknown)) => format!(
                "upstream has the surface that was pinned on {date}, but another text: prose may \
                 state limits; read it, then run `{pin_command}`"
            ),
            (0, Some(TextSincePin::Places(places))) => format!(
                "upstream has the surface that was pinned on {date}, but other texts in {}: prose \
                 may state limits; read them, then run `{pin_command}`",
                counted(places.len(), "place"),
            ),
            (_, Some(TextSincePin::Places(places))) => format!(
                "upstream has {changes} since the state pinned on {date}, and other texts in {}; \
                 {review}",
                counted(places.len(), "place"),
            ),
            _ => format!("upstream has {changes} since the state pinned on {date}; {review}"),
        }
    }

    /// Returns the places of the texts that changed since the pin, without their words.
    fn places(&self, format: fn(&str) -> String) -> Vec<String> {
        let Some(TextSincePin::Places(places)) = &self.since.text else { return Vec::new() };
        let shown = |(place, line): &(String, Option<u32>)| match line {
            Some(line) => format!("{}, line {line}", format(place)),
            None => format!("{}, which is gone", format(place)),
        };
        places.iter().map(shown).collect()
    }
}

fn problem_json(problem: &Problem<'_>) -> Value {
    let (difference, operations, entry): (&Difference, Vec<&String>, Option<&Entry>) = match problem
    {
        Problem::Unacknowledged { difference, occurrences, .. } => {
            let operations = occurrences.iter().map(|occurrence| &occurrence.operation);
            (difference, operations.collect(), None)
        }
        Problem::Stale { entry, operations } | Problem::Repeated { entry, operations } => {
            (&entry.difference, operations.iter().collect(), Some(entry))
        }
        Problem::Unfinished { entry } => (&entry.difference, Vec::new(), Some(entry)),
        Problem::Misleading { entry, difference } => (difference, Vec::new(), Some(entry)),
    };
    json!({
        "operations": operations,
        "at": difference.at,
        "rule": difference.rule,
        "upstream": difference.upstream,
        "ours": difference.ours,
        "fingerprint": difference.fingerprint,
        "line": entry.map(|entry| entry.line),
        "reason": entry.map(|entry| &entry.reason),
    })
}

/// Lists the first operations, and counts the rest.
fn list(operations: &BTreeSet<String>, format: fn(&str) -> String, named: usize) -> String {
    let shown: Vec<String> = operations.iter().take(named).map(|name| format(name)).collect();
    match operations.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
