//! What drift found, for people, for machines, and for GitHub.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::difference::Change;
use super::ledger::{Entry, Ledger};
use super::review::{Problem, Review};
use super::{Sides, Since};
use crate::diff::render;
use crate::diff::source::Source;
use crate::text::{self, code, counted, escaped};

/// So many of the operations that share a change are named in a terminal.
const NAMED: usize = 3;

/// All that is to be said.
#[derive(Debug)]
pub(super) struct Outcome<'r> {
    pub(super) sides: &'r Sides,
    pub(super) names: [&'r str; 2],
    pub(super) spec: &'r Source,
    pub(super) common: usize,
    pub(super) ledger: &'r Ledger,
    pub(super) review: &'r Review<'r>,
    pub(super) since: &'r Since,
}

impl Outcome<'_> {
    pub(super) fn text(&self) -> String {
        let mut output = String::new();
        for kind in Kind::ALL {
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
            let _ = writeln!(output, "  next: {}\n", self.next(kind));
        }
        let _ = writeln!(output, "{}", self.summary());
        let _ = writeln!(output, "\n{}", self.since_words());
        if let Some((_, report)) = &self.since.pin
            && !report.findings.is_empty()
        {
            output.push_str(&render::text(report));
        }
        output
    }

    pub(super) fn markdown(&self) -> String {
        let [upstream, spec] = self.names.map(code);
        let mut output = format!("### Drift of {upstream} from {spec}\n\n");
        let _ = writeln!(output, "{}\n", escaped(&self.summary()));
        for kind in Kind::ALL {
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
            let _ = writeln!(output, "\nNext: {}\n", self.next(kind));
        }
        let _ = writeln!(output, "#### Since the pinned state\n\n{}\n", self.since_words());
        if let Some((_, report)) = &self.since.pin
            && !report.findings.is_empty()
        {
            output.push_str(&render::markdown(report));
        }
        output
    }

    pub(super) fn json(&self) -> Value {
        let [upstream, spec] = self.names;
        let of = |kind| -> Vec<Value> {
            self.problems(kind).into_iter().map(|problem| self.problem_json(problem)).collect()
        };
        let pinned = self.since.pin.as_ref().map(|(pin, report)| {
            json!({
                "date": pin.date,
                "sha256": pin.sha256,
                "same_text": self.since.same_text,
                "changes": render::json(report),
            })
        });
        json!({
            "upstream": upstream,
            "spec": spec,
            "operations": self.common,
            "entries": self.ledger.entries.len(),
            "acknowledged": self.review.acknowledged,
            "unacknowledged": of(Kind::Unacknowledged),
            "stale": of(Kind::Stale),
            "unfinished": of(Kind::Unfinished),
            "misleading": of(Kind::Misleading),
            "repeated": of(Kind::Repeated),
            "pinned": pinned,
        })
    }

    /// Annotations: at the operation where our spec is one, else at the entry in the ledger.
    pub(super) fn github(&self) -> String {
        let mut output = String::new();
        for problem in &self.review.problems {
            let kind = Kind::of(problem);
            let (file, line) = match problem {
                Problem::Unacknowledged { differences, .. } => {
                    let findings =
                        differences.first().and_then(|difference| difference.findings.first());
                    let line = findings.and_then(|finding| render::line(finding, self.spec));
                    (self.sides.spec_name(), line)
                }
                Problem::Stale { entry, .. }
                | Problem::Unfinished { entry }
                | Problem::Misleading { entry, .. }
                | Problem::Repeated { entry, .. } => (self.ledger.name.clone(), Some(entry.line)),
            };
            let line = line.map(|line| format!("line={line},")).unwrap_or_default();
            let mut message = self.place(problem, str::to_owned, NAMED);
            for text in self.lines(problem, str::to_owned) {
                let _ = write!(message, "\n{text}");
            }
            let _ = write!(message, "\n{}", self.next(kind));
            let _ = writeln!(
                output,
                "::error file={},{line}title={}::{}",
                text::command_property(&file),
                text::command_property(kind.title()),
                text::command_message(&message)
            );
        }
        let _ = writeln!(output, "{}\n{}", self.summary(), self.since_words());
        output
    }

    fn problems(&self, kind: Kind) -> Vec<&Problem<'_>> {
        self.review.problems.iter().filter(|problem| Kind::of(problem) == kind).collect()
    }

    /// Where a problem is: the entry, or the operations.
    fn place(&self, problem: &Problem<'_>, put: fn(&str) -> String, named: usize) -> String {
        let at = |entry: &Entry| put(&format!("{}:{}", self.ledger.name, entry.line));
        match problem {
            Problem::Unacknowledged { differences, .. } => {
                let operations: BTreeSet<String> =
                    differences.iter().map(|difference| difference.operation.clone()).collect();
                names(&operations, put, named)
            }
            Problem::Stale { entry, operations } | Problem::Repeated { entry, operations } => {
                format!("{}: {}", at(entry), names(operations, put, named))
            }
            Problem::Unfinished { entry } | Problem::Misleading { entry, .. } => at(entry),
        }
    }

    /// What a problem is.
    fn lines(&self, problem: &Problem<'_>, put: fn(&str) -> String) -> Vec<String> {
        let shown =
            |change: &Change| format!("{} {}: {}", change.rule, put(&change.at), change.words(put));
        match problem {
            Problem::Unacknowledged { change, was, .. } => {
                let mut lines = vec![shown(change)];
                for entry in was {
                    lines.push(format!(
                        "{} acknowledges something else there: {}",
                        put(&format!("{}:{}", self.ledger.name, entry.line)),
                        entry.change.words(put)
                    ));
                }
                lines
            }
            Problem::Misleading { entry, change } => vec![
                format!("the entry says {}", shown(&entry.change)),
                format!("its fingerprint stands for {}", shown(change)),
            ],
            Problem::Stale { entry, .. }
            | Problem::Unfinished { entry }
            | Problem::Repeated { entry, .. } => vec![shown(&entry.change)],
        }
    }

    fn next(&self, kind: Kind) -> String {
        let (spec, sides) = (self.sides.spec_name(), self.sides);
        match kind {
            Kind::Unacknowledged => format!(
                "where upstream is right, change {spec} and run `cargo xtask regen`; where the \
                 difference is meant, run `{}` and write the reason",
                sides.accept()
            ),
            Kind::Stale => format!(
                "if {spec} lost it by mistake, put it back there; if upstream has come round, run \
                 `{} --prune`",
                sides.accept()
            ),
            Kind::Unfinished => {
                format!("write the reason in {}, then run `{}`", self.ledger.name, sides.drift())
            }
            Kind::Misleading => format!(
                "remove the entry from {}, run `{}`, and put the reason back",
                self.ledger.name,
                sides.accept()
            ),
            Kind::Repeated => format!(
                "remove these operations, or the entry, from {}, then run `{}`",
                self.ledger.name,
                sides.drift()
            ),
        }
    }

    fn summary(&self) -> String {
        let [upstream, spec] = self.names;
        let open: usize = self
            .review
            .problems
            .iter()
            .map(|problem| match problem {
                Problem::Unacknowledged { differences, .. } => {
                    differences.iter().map(|difference| difference.findings.len()).sum()
                }
                _ => 0,
            })
            .sum();
        let entries = match self.ledger.entries.len() {
            1 => "1 entry".to_owned(),
            count => format!("{count} entries"),
        };
        format!(
            "drift: {} between {upstream} and {spec} in {} on both sides: {} acknowledged by \
             {entries} of {}, {open} not; {} in all",
            counted(self.review.acknowledged + open, "difference"),
            counted(self.common, "operation"),
            self.review.acknowledged,
            self.ledger.name,
            counted(self.review.problems.len(), "problem"),
        )
    }

    /// What the vendor changed since somebody looked, in a sentence.
    fn since_words(&self) -> String {
        let sides = self.sides;
        let (_, pinned) = sides.pinned();
        let Some((pin, report)) = &self.since.pin else {
            return format!(
                "upstream was never pinned; once it is reviewed, run `{} --pin YYYY-MM-DD`",
                sides.accept()
            );
        };
        let date = &pin.date;
        match (report.findings.len(), self.since.same_text) {
            (0, Some(true)) => format!("upstream is the text that was pinned on {date}"),
            (0, Some(false)) => format!(
                "upstream has the facts that were pinned on {date}, but its text is another: limits \
                 may hide in prose; once it is read, run `{} --pin YYYY-MM-DD`",
                sides.accept()
            ),
            (0, None) => format!("upstream has the facts that were pinned on {date}"),
            (count, _) => format!(
                "upstream has {} since the state pinned on {date}, which \
                 `cargo xtask spec diff {pinned} {}` shows alone; once it is reviewed, run \
                 `{} --pin YYYY-MM-DD`",
                counted(count, "change"),
                sides.upstream(),
                sides.accept()
            ),
        }
    }

    fn problem_json(&self, problem: &Problem<'_>) -> Value {
        let (change, operations, entry): (&Change, Vec<&String>, Option<&Entry>) = match problem {
            Problem::Unacknowledged { change, differences, .. } => {
                (change, differences.iter().map(|difference| &difference.operation).collect(), None)
            }
            Problem::Stale { entry, operations } | Problem::Repeated { entry, operations } => {
                (&entry.change, operations.iter().collect(), Some(entry))
            }
            Problem::Unfinished { entry } => (&entry.change, Vec::new(), Some(entry)),
            Problem::Misleading { entry, change } => (change, Vec::new(), Some(entry)),
        };
        json!({
            "operations": operations,
            "at": change.at,
            "rule": change.rule,
            "upstream": change.upstream,
            "ours": change.ours,
            "fingerprint": change.fingerprint,
            "line": entry.map(|entry| entry.line),
            "reason": entry.map(|entry| &entry.reason),
        })
    }
}

/// What is the same about problems of one kind: its title, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unacknowledged,
    Stale,
    Unfinished,
    Misleading,
    Repeated,
}

impl Kind {
    const ALL: [Self; 5] =
        [Self::Unacknowledged, Self::Stale, Self::Unfinished, Self::Misleading, Self::Repeated];

    fn of(problem: &Problem<'_>) -> Self {
        match problem {
            Problem::Unacknowledged { .. } => Self::Unacknowledged,
            Problem::Stale { .. } => Self::Stale,
            Problem::Unfinished { .. } => Self::Unfinished,
            Problem::Misleading { .. } => Self::Misleading,
            Problem::Repeated { .. } => Self::Repeated,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Unacknowledged => "Not acknowledged",
            Self::Stale => "Stale: acknowledged, but no longer so",
            Self::Unfinished => "Without a reason",
            Self::Misleading => "Described as something else",
            Self::Repeated => "Acknowledged twice",
        }
    }
}

/// Some names, and how many more there are.
fn names(operations: &BTreeSet<String>, put: fn(&str) -> String, named: usize) -> String {
    let shown: Vec<String> = operations.iter().take(named).map(|name| put(name)).collect();
    match operations.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
