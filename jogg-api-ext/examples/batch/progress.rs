//! What is shown while a batch runs: bars on a terminal, and otherwise lines.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jogg_api_ext::batch::{Batch, Counts};
use jogg_api_ext::policy::{Attempt, AttemptOutcome, Observer};

/// How often the counts are read.
const INTERVAL: Duration = Duration::from_millis(250);

/// Where people see what happens. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Progress {
    bars: Option<Arc<Bars>>,
}

struct Bars {
    all: MultiProgress,
    videos: ProgressBar,
    saved: ProgressBar,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let is_terminal = std::io::stderr().is_terminal() && std::io::stdout().is_terminal();
        Self { bars: is_terminal.then(|| Arc::new(Bars::new())) }
    }

    /// Prints a line to standard output. Without a panic, as others are on their way.
    pub(crate) fn say(&self, line: &str) {
        let print = || {
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        };
        match &self.bars {
            Some(bars) => bars.all.suspend(print),
            None => print(),
        }
    }

    /// Prints a line to standard error, unless there are bars.
    fn log(&self, line: &str) {
        if self.bars.is_none() {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }

    /// Shows the counts of a batch until all has ended.
    pub(crate) async fn watch(self, batch: Batch) {
        let mut progress = batch.progress(INTERVAL);
        while let Some(counts) = progress.next().await {
            match counts {
                Ok(counts) => self.show(&counts),
                Err(error) => self.log(&format!("the counts can't be read: {error}")),
            }
        }
    }

    fn show(&self, counts: &Counts) {
        let Some(bars) = &self.bars else { return self.log(&format!("now {counts}")) };
        bars.videos.set_length(counts.total());
        bars.videos.set_position(counts.ended());
        bars.videos.set_message(counts.to_string());
        bars.saved.set_length(counts.total());
        bars.saved.set_position(counts.settled);
    }

    pub(crate) fn end(&self) {
        if let Some(bars) = &self.bars {
            bars.videos.finish_and_clear();
            bars.saved.finish_and_clear();
        }
    }
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let bar = |name: &str| {
            let template = format!("{name} [{{bar:40}}] {{pos}}/{{len}}  {{msg}}");
            let style = ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            all.add(ProgressBar::new(0).with_style(style.progress_chars("=> ")))
        };
        let (videos, saved) = (bar("ended"), bar("taken"));
        Self { all, videos, saved }
    }
}

/// What happens to requests; polls and downloads aren't shown.
impl Observer for Progress {
    fn on_attempt(&self, attempt: &Attempt) {
        if let Some(key) = &attempt.label {
            self.log(&format!("{key}: sent"));
        }
    }

    fn on_outcome(&self, attempt: &Attempt, outcome: &AttemptOutcome) {
        let Some(key) = &attempt.label else { return };
        let what = match (outcome.error, outcome.retry_in) {
            (None, _) => "accepted".to_owned(),
            (Some(kind), None) => format!("{kind:?}"),
            (Some(kind), Some(delay)) => format!("{kind:?}, retried in {delay:.0?}"),
        };
        self.log(&format!("{key}: {what}"));
    }
}
