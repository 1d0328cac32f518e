//! The files that drift is about, and the commands that name them.

use std::path::{Path, PathBuf};

use super::ledger::Ledger;
use super::pin::{PINNED, Pin};
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::text::quoted;
use crate::workspace::{SPEC, read_if_exists, root};

/// The ledger of intended differences, from the root of the workspace.
const LEDGER: &str = "openapi/drift.toml";

/// The arguments that name files.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Inputs {
    /// The vendor's spec or a surface of it: a file, `-` for standard input, or `REV:path`
    #[arg(long, value_name = "FILE")]
    pub(super) upstream: String,
    /// Our spec [default: openapi/jogg.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The ledger of intended differences [default: openapi/drift.toml]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// The surface of upstream that was reviewed last [default: openapi/upstream.surface]
    #[arg(long, value_name = "FILE")]
    pinned: Option<PathBuf>,
}

impl Inputs {
    /// The pinned upstream beside a spec, with the files of the workspace for all others.
    pub(super) fn of_pinned(spec: Option<PathBuf>) -> Self {
        Self { upstream: PINNED.to_owned(), spec, ledger: None, pinned: None }
    }

    pub(super) fn spec(&self) -> Result<Source, Failure> {
        let Some(path) = &self.spec else {
            let mut source = Source::read(&root().join(SPEC).display().to_string())?;
            SPEC.clone_into(&mut source.name);
            source.file = Some(SPEC.to_owned());
            return Ok(source);
        };
        Source::read(&path.display().to_string())
    }

    /// Reads the ledger. `None` if there is no such file.
    pub(super) fn ledger(&self) -> Result<Option<Ledger>, Failure> {
        let name = self.ledger_name();
        let text = read_if_exists(&self.ledger_path(), &name)?;
        text.map(|text| Ledger::parse(&name, &text)).transpose()
    }

    /// Reads the pin. `None` if there is no such file.
    pub(super) fn pin(&self) -> Result<Option<Pin>, Failure> {
        Pin::read(&self.pin_path(), &self.pin_name())
    }

    pub(super) fn ledger_path(&self) -> PathBuf {
        self.ledger.clone().unwrap_or_else(|| root().join(LEDGER))
    }

    pub(super) fn ledger_name(&self) -> String {
        shown(self.ledger.as_deref(), LEDGER)
    }

    pub(super) fn spec_name(&self) -> String {
        shown(self.spec.as_deref(), SPEC)
    }

    pub(super) fn pin_path(&self) -> PathBuf {
        self.pinned.clone().unwrap_or_else(|| root().join(PINNED))
    }

    pub(super) fn pin_name(&self) -> String {
        shown(self.pinned.as_deref(), PINNED)
    }

    /// Returns the argument for upstream in a command to run next.
    pub(super) fn upstream_argument(&self) -> String {
        match self.upstream.as_str() {
            "-" => "FILE".to_owned(),
            name => quoted(name),
        }
    }

    pub(super) fn drift_command(&self) -> String {
        format!("cargo xtask spec drift {}", self.options())
    }

    pub(super) fn accept_command(&self) -> String {
        format!("cargo xtask spec accept {}", self.options())
    }

    /// Returns the command that pins upstream as reviewed.
    pub(super) fn pin_command(&self) -> String {
        format!("{} --pin YYYY-MM-DD", self.accept_command())
    }

    fn options(&self) -> String {
        let mut options = format!("--upstream {}", self.upstream_argument());
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
