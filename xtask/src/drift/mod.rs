//! `cargo xtask spec drift`: how the vendor's published spec differs from ours beyond what
//! `openapi/drift.toml` says is meant; and `spec accept`, which writes that ledger.
//!
//! The order of things: `difference` compares, `ledger` reads and is written to, `review` holds one
//! against the other, `pin` is the state that was reviewed last, `render` prints, `accept` writes.

mod accept;
mod difference;
mod ledger;
pub(crate) mod pin;
mod render;
mod review;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::diff::Format;
use crate::diff::report::Report;
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::text::quoted;
use crate::workspace::{SPEC, root};
use difference::Comparison;
use ledger::Ledger;
use pin::Pin;
use review::Review;

pub(crate) use accept::{Arguments as AcceptArguments, run as accept};

const LEDGER: &str = "openapi/drift.toml";
/// The state of upstream that was reviewed last.
pub(crate) const PINNED: &str = "openapi/upstream.surface";

/// What to compare, and how to say it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    sides: Sides,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The files that drift is about.
#[derive(Clone, Debug, clap::Args)]
struct Sides {
    /// The vendor's spec, or a surface of it: a file, `-` for standard input, or `REV:path`
    #[arg(long, value_name = "FILE")]
    upstream: String,
    /// Our spec [default: openapi/jogg.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The differences that are meant [default: openapi/drift.toml]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Upstream as it was last reviewed [default: openapi/upstream.surface]
    #[arg(long, value_name = "FILE")]
    pinned: Option<PathBuf>,
}

/// Prints how upstream differs from our spec beyond what is acknowledged, and fails if it does.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { sides, format } = arguments;
    let (upstream, spec) = (Source::read(&sides.upstream)?, sides.spec()?);
    let Some(ledger) = sides.ledger()? else {
        return Err(Failure::nothing_compared(
            &format!("{}: there is no such file", sides.ledger_name()),
            &format!("`{}` writes it", sides.accept()),
        ));
    };
    let comparison = Comparison::of(&upstream, &spec)?;
    let review = Review::of(&comparison, &ledger);
    let since = Since::of(sides, &upstream)?;
    let outcome = render::Outcome {
        sides,
        names: [&upstream.name, &spec.name],
        spec: &spec,
        common: comparison.common.len(),
        ledger: &ledger,
        review: &review,
        since: &since,
    };
    let text = match format {
        Format::Text => outcome.text(),
        Format::Markdown => outcome.markdown(),
        Format::Json => format!("{:#}\n", outcome.json()),
        Format::Github => outcome.github(),
    };
    // Whoever closed the pipe has seen enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    match review.problems.len() {
        0 => Ok(()),
        1 => Err(Failure::new("drift: 1 problem; what to do about it stands above")),
        count => Err(Failure::new(format!(
            "drift: {count} problems; what to do about each stands above"
        ))),
    }
}

/// What the vendor changed since the pinned state.
#[derive(Debug)]
struct Since {
    /// None where nothing was pinned yet.
    pin: Option<(Pin, Report)>,
    /// Whether the vendor's text is the one that was pinned, where there is a text.
    same_text: Option<bool>,
}

impl Since {
    fn of(sides: &Sides, upstream: &Source) -> Result<Self, Failure> {
        let (path, name) = sides.pinned();
        let Some(text) = read(&path, &name)? else {
            return Ok(Self { pin: None, same_text: None });
        };
        let pin = Pin::parse(&name, &text)?;
        let report = Report::of(&pin.source, upstream)?;
        let same_text = upstream.document.as_ref().map(|document| document.sha256 == pin.sha256);
        Ok(Self { pin: Some((pin, report)), same_text })
    }
}

impl Sides {
    fn spec(&self) -> Result<Source, Failure> {
        let Some(path) = &self.spec else {
            let mut source = Source::read(&root().join(SPEC).display().to_string())?;
            SPEC.clone_into(&mut source.name);
            source.file = Some(SPEC.to_owned());
            return Ok(source);
        };
        Source::read(&path.display().to_string())
    }

    fn ledger(&self) -> Result<Option<Ledger>, Failure> {
        let name = self.ledger_name();
        let text = read(&self.ledger_path(), &name)?;
        text.map(|text| Ledger::parse(&name, &text)).transpose()
    }

    fn ledger_path(&self) -> PathBuf {
        self.ledger.clone().unwrap_or_else(|| root().join(LEDGER))
    }

    fn ledger_name(&self) -> String {
        shown(self.ledger.as_deref(), LEDGER)
    }

    fn spec_name(&self) -> String {
        shown(self.spec.as_deref(), SPEC)
    }

    fn pinned(&self) -> (PathBuf, String) {
        let path = self.pinned.clone().unwrap_or_else(|| root().join(PINNED));
        (path, shown(self.pinned.as_deref(), PINNED))
    }

    /// The upstream side as the next command is to name it.
    fn upstream(&self) -> String {
        match self.upstream.as_str() {
            "-" => "FILE".to_owned(),
            name => quoted(name),
        }
    }

    fn drift(&self) -> String {
        format!("cargo xtask spec drift {}", self.options())
    }

    fn accept(&self) -> String {
        format!("cargo xtask spec accept {}", self.options())
    }

    fn options(&self) -> String {
        let mut options = format!("--upstream {}", self.upstream());
        let others = [("spec", &self.spec), ("ledger", &self.ledger), ("pinned", &self.pinned)];
        for (name, path) in others {
            if let Some(path) = path {
                options.push_str(&format!(" --{name} {}", quoted(&path.display().to_string())));
            }
        }
        options
    }
}

fn shown(path: Option<&Path>, default: &str) -> String {
    path.map_or_else(|| default.to_owned(), |path| path.display().to_string())
}

/// A file, none where there is no such file. Anything else in the way is a failure.
fn read(path: &Path, name: &str) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::nothing_compared(
            &format!("{name}: {error}"),
            "name a file that can be read",
        )),
    }
}
