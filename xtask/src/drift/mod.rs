//! `cargo xtask spec drift`: how the vendor's published spec differs from ours beyond the intended
//! differences in `openapi/drift.toml`; and `spec accept`, which writes that ledger.
//!
//! The order of the modules: `inputs` names the files, `difference` compares, `ledger` reads and
//! edits the ledger, `review` checks the differences against it, `pin` is the state of upstream
//! that was reviewed last, `kinds` and `render` print, `accept` writes.

mod accept;
mod difference;
mod inputs;
mod kinds;
mod ledger;
pub(crate) mod pin;
mod render;
mod review;

use std::path::PathBuf;

use crate::diff::Format;
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::output::print;
use difference::Comparison;
use inputs::Inputs;
use ledger::Ledger;
use pin::{Pin, SincePin};
use render::DriftReport;
use review::Review;

pub(crate) use accept::{AcceptArguments, run as accept};

/// The arguments of `spec drift`.
#[derive(Debug, clap::Args)]
pub(crate) struct DriftArguments {
    #[command(flatten)]
    inputs: Inputs,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Prints how upstream differs from our spec beyond what is acknowledged, and from what was
/// reviewed last. Fails if it does.
pub(crate) fn run(arguments: &DriftArguments) -> Result<(), Failure> {
    let DriftArguments { inputs, format } = arguments;
    let (upstream, spec) = (Source::read(&inputs.upstream)?, inputs.spec()?);
    let Some(ledger) = inputs.ledger()? else {
        return Err(Failure::nothing_compared(
            &format!("{}: there is no such file", inputs.ledger_name()),
            &format!("`{}` writes it", inputs.accept_command()),
        ));
    };
    let Some(pin) = inputs.pin()? else {
        return Err(Failure::nothing_compared(
            &format!("{}: there is no such file, so nobody knows what is new", inputs.pin_name()),
            &format!("review {}, then run `{}`", inputs.upstream, inputs.pin_command()),
        ));
    };
    let sides = [&upstream, &spec];
    let (text, problems, is_pinned) = compare(inputs, &ledger, &pin, sides, |report| {
        let text = match format {
            Format::Text => report.text(),
            Format::Markdown => report.markdown(),
            Format::Json => format!("{:#}\n", report.json()),
            Format::Github => report.github(),
        };
        (text, report.review.problems.len(), report.since.is_same())
    })?;
    print(format_args!("{text}"));
    match problems {
        0 if is_pinned => Ok(()),
        0 => Err(Failure::new("drift: upstream isn't what was pinned; see above what to do")),
        count => Err(failure(count)),
    }
}

/// Compares the pinned upstream with a spec. Returns a summary, and a line for each problem.
pub(crate) fn with_pinned(spec: Option<PathBuf>) -> Result<(String, Vec<String>), Failure> {
    let inputs = Inputs::of_pinned(spec);
    let (Some(ledger), Some(pin)) = (inputs.ledger()?, inputs.pin()?) else {
        return Ok(("drift: there is no ledger or no pin to compare with".to_owned(), Vec::new()));
    };
    let sides = [&pin.source, &inputs.spec()?];
    compare(&inputs, &ledger, &pin, sides, |report| (report.summary(), report.left()))
}

/// Compares upstream with our spec, and with the pin, and passes on what that comes to.
fn compare<R>(
    inputs: &Inputs,
    ledger: &Ledger,
    pin: &Pin,
    [upstream, spec]: [&Source; 2],
    read: impl FnOnce(&DriftReport<'_>) -> R,
) -> Result<R, Failure> {
    let comparison = Comparison::of(upstream, spec)?;
    let review = Review::of(&comparison, ledger);
    let since = SincePin::of(pin, upstream, spec)?;
    Ok(read(&DriftReport {
        inputs,
        names: [&upstream.name, &spec.name],
        spec,
        common: comparison.common.len(),
        ledger,
        review: &review,
        since: &since,
    }))
}

fn failure(count: usize) -> Failure {
    Failure::new(match count {
        1 => "drift: 1 problem; see above how to fix it".to_owned(),
        count => format!("drift: {count} problems; see above how to fix each"),
    })
}
