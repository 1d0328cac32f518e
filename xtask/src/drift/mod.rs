//! `cargo xtask spec drift`: how the vendor's published spec differs from ours beyond the intended
//! differences in `openapi/drift.toml`; and `spec accept`, which writes that ledger.
//!
//! The order of the modules: `inputs` names the files, `difference` compares, `ledger` reads and
//! edits the ledger, `review` checks the differences against it, `pin` is the state of upstream
//! that was reviewed last, `render` prints, `accept` writes.

mod accept;
mod difference;
mod inputs;
mod ledger;
pub(crate) mod pin;
mod render;
mod review;

use crate::diff::Format;
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::output::print;
use difference::Comparison;
use inputs::Inputs;
use pin::SincePin;
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

/// Prints how upstream differs from our spec beyond what is acknowledged, and fails if it does.
pub(crate) fn run(arguments: &DriftArguments) -> Result<(), Failure> {
    let DriftArguments { inputs, format } = arguments;
    let (upstream, spec) = (Source::read(&inputs.upstream)?, inputs.spec()?);
    let Some(ledger) = inputs.ledger()? else {
        return Err(Failure::nothing_compared(
            &format!("{}: there is no such file", inputs.ledger_name()),
            &format!("`{}` writes it", inputs.accept_command()),
        ));
    };
    let comparison = Comparison::of(&upstream, &spec)?;
    let review = Review::of(&comparison, &ledger);
    let since = SincePin::of(inputs.pin()?, &upstream)?;
    let report = DriftReport {
        inputs,
        names: [&upstream.name, &spec.name],
        spec: &spec,
        common: comparison.common.len(),
        ledger: &ledger,
        review: &review,
        since: &since,
    };
    let text = match format {
        Format::Text => report.text(),
        Format::Markdown => report.markdown(),
        Format::Json => format!("{:#}\n", report.json()),
        Format::Github => report.github(),
    };
    print(format_args!("{text}"));
    match review.problems.len() {
        0 => Ok(()),
        1 => Err(Failure::new("drift: 1 problem; see above how to fix it")),
        count => Err(Failure::new(format!("drift: {count} problems; see above how to fix each"))),
    }
}
