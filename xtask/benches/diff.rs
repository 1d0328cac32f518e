//! Measures how long a diff takes, including process start: `cargo bench -p xtask`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The budget for a diff of two specs of the vendor's size.
const BUDGET: Duration = Duration::from_millis(60);
const RUNS: usize = 30;

fn main() {
    // `cargo test --benches` only checks that it runs.
    let runs = if std::env::args().any(|argument| argument == "--bench") { RUNS } else { 1 };
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let fixture = |date: &str| crate_folder.join(format!("fixtures/upstream-{date}.surface"));

    let spec = crate_folder.join("../openapi/jogg.yaml");
    let text = std::fs::read_to_string(&spec).unwrap_or_default();
    let changed = folder.join("changed.yaml");
    write(&changed, &text.replace("type: integer", "type: number"));
    let large =
        [large(&folder, "large-old.yaml", "string"), large(&folder, "large-new.yaml", "integer")];

    println!("{runs} runs each, including process start; the budget for two specs is {BUDGET:?}");
    measure("two surfaces", &fixture("2025-12-16"), &fixture("2026-03-30"), runs);
    measure("two equal specs", &spec, &spec, runs);
    measure("two different specs", &spec, &changed, runs);
    measure("two specs of 1000 operations", &large[0], &large[1], runs.min(5));
}

fn measure(what: &str, old: &Path, new: &Path, runs: usize) {
    let mut times = Vec::new();
    for _ in 0..runs {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["spec", "diff", "--format", "json"]).args([old, new]).stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status();
        times.push(start.elapsed());
        assert!(status.is_ok_and(|status| status.success()), "{what}: the diff failed");
    }
    times.sort_unstable();
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len() / 1024);
    let median = times[times.len() / 2];
    println!(
        "{what:<30} {:>5} + {:>5} KiB: median {:>6.1} ms, slowest {:>6.1} ms",
        size(old),
        size(new),
        median.as_secs_f64() * 1000.0,
        times[times.len() - 1].as_secs_f64() * 1000.0
    );
}

/// Writes a spec of a thousand operations, each with its own body and response.
fn large(folder: &Path, name: &str, kind: &str) -> PathBuf {
    let mut text = "openapi: 3.0.3\npaths:\n".to_owned();
    let mut schemas = String::new();
    for index in 0..1000 {
        let _ = write!(
            text,
            "  /v1/things{index}/{{id}}:\n    post:\n      parameters:\n      - {{name: id, in: path, \
             required: true, schema: {{type: string}}}}\n      requestBody:\n        content:\n          \
             application/json: {{schema: {{$ref: '#/components/schemas/T{index}'}}}}\n      \
             responses:\n        '200':\n          description: Found\n          content:\n            \
             application/json: {{schema: {{$ref: '#/components/schemas/T{index}'}}}}\n"
        );
        let _ = writeln!(schemas, "    T{index}:\n      type: object\n      properties:");
        for property in 0..20 {
            let kind = if property == index % 20 { kind } else { "string" };
            let _ = writeln!(schemas, "        p{property}: {{type: {kind}, description: P}}");
        }
    }
    let path = folder.join(name);
    write(&path, &format!("{text}components:\n  schemas:\n{schemas}"));
    path
}

fn write(path: &Path, text: &str) {
    if let Err(error) = std::fs::write(path, text) {
        panic!("{}: {error}", path.display());
    }
}
