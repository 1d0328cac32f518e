//! Measures what a diff costs, as a separate process: `cargo bench -p xtask`.
//!
//! The specs are generated: 1,000 operations, and components that refer to each other densely, so
//! that their schemas written out would have no end. Sizes are of one side; the other is as large,
//! and differs in a few components that all operations reach. The smallest has little but its
//! operations, and misses the goals for that: ARCHITECTURE.md says why.

use std::ffi::OsStr;
use std::fmt::{self, Write as _};
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
    let process = (0..runs).map(|_| Cost::of(&["--help".as_ref()])).reduce(Cost::least);
    println!("the process alone: {}", process.unwrap_or_default());
    println!(
        "goals: {SECONDS_PER_MB} s and {MEMORY_PER_MB:.0} MB per MB of the larger side\n\n\
         | size | format | time | s per MB | CPU | CPU s per MB | memory | MB per MB | goals |\n\
         |---|---|---|---|---|---|---|---|---|"
    );
    for size in sizes {
        for format in ["json", "yaml"] {
            let sides = ["old", "new"].map(|side| {
                let path = folder.join(format!("generated-{side}-{size}.{format}"));
                write(&path, &Spec::of(*size, side == "new").text(format));
                path
            });
            let cost = (0..runs).map(|_| Cost::of_diff(&sides)).reduce(Cost::least);
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
        let cost = (0..runs).map(|_| Cost::of_diff(&sides)).reduce(Cost::least);
        println!("{what}: {}", cost.unwrap_or_default());
    }
}

fn print_row(path: &Path, format: &str, cost: &Cost) {
    #[expect(clippy::cast_precision_loss, reason = "a size in megabytes")]
    let size = std::fs::metadata(path).map_or(1, |file| file.len()) as f64 / 1e6;
    let Cost { seconds, cpu_seconds, megabytes } = cost;
    let (time, cpu, memory) = (seconds / size, cpu_seconds / size, megabytes / size);
    let reached = time <= SECONDS_PER_MB && memory <= MEMORY_PER_MB;
    println!(
        "| {size:.1} MB | {format} | {seconds:.3} s | {time:.3} | {cpu_seconds:.2} s | {cpu:.3} \
         | {megabytes:.0} MB | {memory:.1} | {} |",
        if reached { "reached" } else { "missed" }
    );
}

/// What a process took.
#[derive(Default)]
struct Cost {
    seconds: f64,
    /// Of all its threads. It grows less than the time does on a busy machine.
    cpu_seconds: f64,
    megabytes: f64,
}

impl Cost {
    fn of_diff([old, new]: &[PathBuf; 2]) -> Self {
        let [old, new] = [old, new].map(|side| side.as_os_str());
        Self::of(&["spec".as_ref(), "diff".as_ref(), "--format=json".as_ref(), old, new])
    }

    fn of(arguments: &[&OsStr]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).stdout(Stdio::null());
        let (start, cpu_before) = (Instant::now(), cpu_of_children());
        let (status, megabytes) = match command.spawn() {
            Ok(mut child) => wait(&mut child),
            Err(error) => panic!("xtask can't be run: {error}"),
        };
        assert!(status.success(), "{arguments:?}: failed");
        let cpu_seconds = cpu_of_children() - cpu_before;
        Self { seconds: start.elapsed().as_secs_f64(), cpu_seconds, megabytes }
    }

    fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            cpu_seconds: self.cpu_seconds.min(other.cpu_seconds),
            megabytes: self.megabytes.max(other.megabytes),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.seconds * 1000.0;
        write!(f, "{milliseconds:.0} ms, {:.0} MB", self.megabytes)
    }
}

/// Returns the CPU time of all processes that were waited for. Only Linux tells it, in hundredths
/// of a second.
fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, which comes second, may have spaces.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
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
