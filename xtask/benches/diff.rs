//! Measures what a diff costs, as a separate process: `cargo bench -p xtask`.
//!
//! The specs are generated: 1,000 operations, and components that refer to each other densely, so
//! that their schemas written out would have no end. Sizes are of one side; the other is as large,
//! and differs in a few components that all operations reach.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const OPERATIONS: usize = 1_000;
/// The sizes in bytes.
const SIZES: [usize; 4] = [100_000, 1_000_000, 3_000_000, 20_000_000];
/// The goals for one megabyte of the larger side.
const SECONDS_PER_MB: f64 = 0.25;
const MEMORY_PER_MB: f64 = 30.0;
const RUNS: usize = 3;

fn main() {
    // `cargo test --benches` only checks that it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (sizes, runs) = if is_bench { (&SIZES[..], RUNS) } else { (&SIZES[..1], 1) };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    println!(
        "{OPERATIONS} operations and dense references; the best of {runs} runs, with process start"
    );
    println!(
        "goals: {SECONDS_PER_MB} s and {MEMORY_PER_MB:.0} MB per MB of the larger side\n\n\
         | size | format | time | s per MB | memory | MB per MB | goals |\n|---|---|---|---|---|---|---|"
    );
    for size in sizes {
        for format in ["json", "yaml"] {
            let sides = ["old", "new"].map(|side| {
                let path = folder.join(format!("generated-{side}-{size}.{format}"));
                write(&path, &Spec::of(*size, side == "new").text(format));
                path
            });
            let cost = (0..runs).map(|_| Cost::of(&sides)).reduce(Cost::least);
            print_row(&sides[1], format, &cost.unwrap_or_default());
            sides.iter().for_each(|path| drop(std::fs::remove_file(path)));
        }
    }
    println!();
    let fixture = |date: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/upstream-{date}.surface"))
    };
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/jogg.yaml");
    for (what, sides) in [
        ("two surfaces of the vendor's spec", [fixture("2025-12-16"), fixture("2026-03-30")]),
        ("our spec with itself, and its generated code", [spec.clone(), spec]),
    ] {
        let cost = (0..runs).map(|_| Cost::of(&sides)).reduce(Cost::least).unwrap_or_default();
        println!("{what}: {:.0} ms, {:.0} MB", cost.seconds * 1000.0, cost.megabytes);
    }
}

fn print_row(path: &Path, format: &str, cost: &Cost) {
    #[expect(clippy::cast_precision_loss, reason = "a size in megabytes")]
    let size = std::fs::metadata(path).map_or(1, |file| file.len()) as f64 / 1e6;
    let (time, memory) = (cost.seconds / size, cost.megabytes / size);
    let reached = time <= SECONDS_PER_MB && memory <= MEMORY_PER_MB;
    println!(
        "| {size:.1} MB | {format} | {:.3} s | {time:.3} | {:.0} MB | {memory:.1} | {} |",
        cost.seconds,
        cost.megabytes,
        if reached { "reached" } else { "missed" }
    );
}

/// What a process took.
#[derive(Default)]
struct Cost {
    seconds: f64,
    megabytes: f64,
}

impl Cost {
    fn of(sides: &[PathBuf; 2]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["spec", "diff", "--format", "json"]).args(sides).stdout(Stdio::null());
        let start = Instant::now();
        let (status, megabytes) = match command.spawn() {
            Ok(mut child) => wait(&mut child),
            Err(error) => panic!("xtask can't be run: {error}"),
        };
        assert!(status.success(), "{sides:?}: the diff failed");
        Self { seconds: start.elapsed().as_secs_f64(), megabytes }
    }

    fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            megabytes: self.megabytes.max(other.megabytes),
        }
    }
}

/// Waits for a process, and returns the peak of its memory in megabytes. Only Linux tells it.
fn wait(child: &mut Child) -> (ExitStatus, f64) {
    let file = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        let status = std::fs::read_to_string(&file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() / 1000.0);
        match child.try_wait() {
            Ok(Some(status)) => return (status, peak),
            Ok(None) => sleep(Duration::from_millis(1)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A generated spec.
struct Spec {
    components: usize,
    is_new: bool,
    seed: u64,
}

impl Spec {
    /// The length of an operation, and of a component.
    const LENGTHS: [usize; 2] = [70, 900];

    fn of(size: usize, is_new: bool) -> Self {
        let components = size.saturating_sub(OPERATIONS * Self::LENGTHS[0]) / Self::LENGTHS[1];
        Self { components: components.max(10), is_new, seed: 1 }
    }

    fn random(&mut self, below: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.seed >> 33).unwrap_or_default() % below
    }

    /// Writes the spec in flow style: with quotes it is JSON, without it is YAML.
    fn text(&mut self, format: &str) -> String {
        let json = format == "json";
        let mut text = match json {
            true => "{\"openapi\":\"3.0.3\",\n\"paths\":{\n".to_owned(),
            false => "openapi: 3.0.3\npaths:\n".to_owned(),
        };
        for index in 0..OPERATIONS {
            let target = self.random(self.components);
            let end = if index + 1 == OPERATIONS { "" } else { "," };
            let _ = match json {
                true => writeln!(
                    text,
                    "\"/p{index}\":{{\"get\":{{\"responses\":{{\"200\":{{\"$ref\":\
                     \"#/components/responses/C{target}\"}}}}}}}}{end}"
                ),
                false => writeln!(
                    text,
                    "  /p{index}: {{get: {{responses: {{'200': {{$ref: \
                     '#/components/responses/C{target}'}}}}}}}}"
                ),
            };
        }
        let (mut schemas, mut responses) = (String::new(), String::new());
        for index in 0..self.components {
            let end = if index + 1 == self.components { "" } else { "," };
            self.component(index, json, end, &mut schemas);
            let _ = match json {
                true => writeln!(
                    responses,
                    "\"C{index}\":{{\"content\":{{\"application/json\":{{\"schema\":{{\"$ref\":\
                     \"#/components/schemas/C{index}\"}}}}}}}}{end}"
                ),
                false => writeln!(
                    responses,
                    "    C{index}: {{content: {{application/json: {{schema: {{$ref: \
                     '#/components/schemas/C{index}'}}}}}}}}"
                ),
            };
        }
        match json {
            true => format!(
                "{text}}},\n\"components\":{{\"responses\":{{\n{responses}}},\n\"schemas\":{{\n\
                 {schemas}}}}}}}\n"
            ),
            false => {
                format!("{text}components:\n  responses:\n{responses}  schemas:\n{schemas}")
            }
        }
    }

    /// Writes an object with eight properties, and eight references to other components.
    fn component(&mut self, index: usize, json: bool, end: &str, text: &mut String) {
        // One in a hundred has a property of another type.
        let kind = if self.is_new && index % 100 == 7 { "integer" } else { "string" };
        let _ = match json {
            true => writeln!(text, "\"C{index}\":{{\"type\":\"object\",\"properties\":{{"),
            false => writeln!(text, "    C{index}:\n      type: object\n      properties:"),
        };
        for property in 0..8 {
            let kind = if property == 3 { kind } else { "string" };
            let target = self.random(self.components);
            let last = if property == 7 { "" } else { "," };
            let _ = match json {
                true => writeln!(
                    text,
                    "\"name_{property}\":{{\"type\":\"{kind}\",\"description\":\"Text {index}\"}},\
                     \"to_{property}\":{{\"$ref\":\"#/components/schemas/C{target}\"}}{last}"
                ),
                false => writeln!(
                    text,
                    "        name_{property}: {{type: {kind}, description: Text {index}}}\n        \
                     to_{property}:\n          $ref: '#/components/schemas/C{target}'"
                ),
            };
        }
        if json {
            let _ = writeln!(text, "}}}}{end}");
        }
    }
}

fn write(path: &Path, text: &str) {
    if let Err(error) = std::fs::write(path, text) {
        panic!("{}: {error}", path.display());
    }
}
