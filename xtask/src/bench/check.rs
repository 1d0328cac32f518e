//! The short form for CI: what must not rise, compared with what is recorded. Without TLS, which
//! would take half of the build and is the same on all sides.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use super::build_cost::size;
use super::command::{cargo, failure, not_run, output, package, target};
use super::machine;
use super::programs::CALLS;
use super::server::Server;
use crate::failure::Failure;
use crate::output::{say, write};
use crate::text::grouped;

/// By how much a ratio may be above the recorded one.
const RATIO: f64 = 0.03;
/// To how many times what is recorded the surplus may grow.
const SURPLUS: f64 = 1.05;
/// As in `tests/bench/src/lib.rs`.
const CASES: [&str; 6] = ["get", "error", "list", "post", "poll", "poll_done"];
/// The hand-written code first.
const SIDES: [&str; 3] = ["reqwest", "api", "ext"];

/// What is recorded in `tests/bench/recorded.json`.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
struct Recorded {
    /// Where it was measured; other compilers give other numbers.
    machine: String,
    /// By case and side, as ratios to the instructions of the hand-written code.
    instructions: BTreeMap<String, BTreeMap<String, f64>>,
    /// By how many bytes the small program is larger with jogg-api-ext than by hand.
    hello_surplus: i64,
}

/// Measures, and compares with what is recorded or records it.
pub(super) fn run(record: bool) -> Result<(), Failure> {
    output(Command::new("valgrind").arg("--version"))?;
    let hello = build()?;
    let now = Recorded {
        machine: machine::describe().trim_end().to_owned(),
        instructions: ratios(&counts()?)?,
        hello_surplus: hello,
    };
    let path = package().join("recorded.json");
    let in_file = |error: &dyn std::fmt::Display| failure(format!("{}: {error}", path.display()));
    if record {
        let text = serde_json::to_string_pretty(&now).map_err(|error| in_file(&error))?;
        return write(&path, &format!("{text}\n")).map_err(|error| in_file(&error));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| in_file(&error))?;
    let before: Recorded = serde_json::from_str(&text).map_err(|error| in_file(&error))?;
    say!("now: {}\nrecorded: {}\n\n{}", now.machine, before.machine, table(&before, &now));
    let risen = risen(&before, &now);
    if risen.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{}\n`cargo xtask bench --profile CASE` says which functions the instructions are in. If \
         the rise is meant, say why in the commit, and record it: `cargo xtask bench --check \
         --write`",
        risen.join("\n")
    );
    Err(Failure { message, exit: 1 })
}

/// Builds everything in one run, so that all of it shares its dependencies. Returns by how much the
/// small program is larger than by hand.
fn build() -> Result<i64, Failure> {
    let mut cargo = cargo();
    cargo.args(["build", "--release", "--locked", "--quiet", "--no-default-features"]);
    cargo.args(["--package", "jogg-bench", "--bin", "counted", "--bin", "server"]);
    for hello in HELLO {
        cargo.args(["--package", hello, "--bin", hello]);
    }
    output(&mut cargo)?;
    let sizes = HELLO.map(|hello| size(&release(hello)));
    let [by_hand, ours] = sizes;
    Ok(ours? as i64 - by_hand? as i64)
}

/// The small programs, the hand-written one first.
const HELLO: [&str; 2] = ["hello-reqwest", "hello-ext"];

fn release(program: &str) -> PathBuf {
    target().join("release").join(program)
}

/// The instructions of each case and side.
type Counts = BTreeMap<(&'static str, &'static str), u64>;

/// Counts on all cores: what others do there doesn't change the counts.
fn counts() -> Result<Counts, Failure> {
    let server = Server::start("server")?;
    let jobs: Vec<_> =
        CASES.iter().flat_map(|case| SIDES.iter().map(move |side| (*case, *side))).collect();
    let (next, counts) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((case, side)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let counted = count(&server.address, case, side).map(|count| ((*case, *side), count));
            counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(counted);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    counts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_iter().collect()
}

/// Runs one case by one side under callgrind.
fn count(server: &str, case: &str, side: &str) -> Result<u64, Failure> {
    let folder = target().join("check");
    std::fs::create_dir_all(&folder)
        .map_err(|error| failure(format!("{}: {error}", folder.display())))?;
    let file = folder.join(format!("{case}.{side}.out"));
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet", "--toggle-collect=counted::measured*"]);
    valgrind.arg(format!("--callgrind-out-file={}", file.display()));
    valgrind.arg(release("counted")).args([side, case]);
    valgrind.env("JOGG_BENCH_SERVER", server).env("JOGG_BENCH_CALLS", CALLS.to_string());
    let output = valgrind.stdin(Stdio::null()).output();
    let output = output.map_err(|error| not_run("valgrind", &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failure(format!("`{case}` by `{side}` failed: {}\n{said}", output.status)));
    }
    let text = std::fs::read_to_string(&file)
        .map_err(|error| failure(format!("{}: {error}", file.display())))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    match total {
        None | Some(0) => Err(failure(format!("callgrind counted nothing: {}", file.display()))),
        Some(total) => Ok(total),
    }
}

fn ratios(counts: &Counts) -> Result<BTreeMap<String, BTreeMap<String, f64>>, Failure> {
    let count = |case, side| {
        let count = counts.get(&(case, side)).map(|count| *count as f64);
        count.ok_or_else(|| failure(format!("`{case}` was not counted by `{side}`")))
    };
    let mut all = BTreeMap::new();
    for case in CASES {
        let baseline = count(case, SIDES[0])?;
        let mut of_case = BTreeMap::new();
        for side in &SIDES[1..] {
            let ratio = count(case, side)? / baseline;
            of_case.insert((*side).to_owned(), (ratio * 1000.0).round() / 1000.0);
        }
        all.insert(case.to_owned(), of_case);
    }
    Ok(all)
}

/// What is higher than it may be.
fn risen(before: &Recorded, now: &Recorded) -> Vec<String> {
    let mut risen = Vec::new();
    for (case, sides) in &now.instructions {
        for (side, ratio) in sides {
            let recorded = before.instructions.get(case).and_then(|sides| sides.get(side));
            match recorded {
                Some(recorded) if *ratio <= recorded + RATIO => {}
                Some(recorded) => risen.push(format!(
                    "`{case}` by jogg-{} takes {ratio:.3} times the instructions of hand-written \
                     code; {recorded:.3} is recorded, and {RATIO} more are allowed",
                    crate_of(side)
                )),
                None => risen.push(format!("nothing is recorded of `{case}` by `{side}`")),
            }
        }
    }
    let most = before.hello_surplus as f64 * SURPLUS;
    if now.hello_surplus as f64 > most {
        risen.push(format!(
            "the small program is {} bytes larger than by hand; {} are recorded, and 5 % more are \
             allowed",
            now.hello_surplus, before.hello_surplus
        ));
    }
    risen
}

fn crate_of(side: &str) -> &str {
    if side == "ext" { "api-ext" } else { side }
}

fn table(before: &Recorded, now: &Recorded) -> String {
    let mut text = "| instructions, as ratios | recorded | now |\n|---|--:|--:|\n".to_owned();
    for (case, sides) in &now.instructions {
        for (side, ratio) in sides {
            let recorded = before.instructions.get(case).and_then(|sides| sides.get(side));
            let recorded = recorded.map_or("nothing".to_owned(), |ratio| format!("{ratio:.3}"));
            text.push_str(&format!(
                "| {case}, jogg-{} | {recorded} | {ratio:.3} |\n",
                crate_of(side)
            ));
        }
    }
    let [recorded, surplus] =
        [before, now].map(|one| grouped(one.hello_surplus.unsigned_abs() / 1024));
    text.push_str(&format!("| small program, KiB more | {recorded} | {surplus} |\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(ratio: f64, hello_surplus: i64) -> Recorded {
        let sides = BTreeMap::from([("ext".to_owned(), ratio)]);
        let instructions = BTreeMap::from([("get".to_owned(), sides)]);
        Recorded { machine: String::new(), instructions, hello_surplus }
    }

    #[test]
    fn what_rises_by_more_than_it_may_is_named() {
        let before = recorded(1.05, 100_000);
        assert!(risen(&before, &recorded(1.08, 105_000)).is_empty());
        assert!(risen(&before, &recorded(0.9, 0)).is_empty());
        let all = risen(&before, &recorded(1.081, 105_001));
        assert!(all[0].starts_with("`get` by jogg-api-ext takes 1.081 times"), "{all:?}");
        assert!(all[1].starts_with("the small program is 105001 bytes larger"), "{all:?}");
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn what_was_never_recorded_is_named() {
        let all = risen(&Recorded::default(), &recorded(1.0, 0));
        assert_eq!(all, ["nothing is recorded of `get` by `ext`"]);
    }

    #[test]
    fn a_side_that_was_not_counted_is_an_error() {
        let mut counts: Counts = CASES
            .iter()
            .flat_map(|case| SIDES.iter().map(move |side| ((*case, *side), 1000)))
            .collect();
        assert_eq!(ratios(&counts).unwrap()["get"]["ext"], 1.0);
        counts.remove(&("post", "api"));
        assert_eq!(ratios(&counts).unwrap_err().exit, 3);
    }

    #[test]
    fn what_is_recorded_has_every_case() {
        let text = std::fs::read_to_string(package().join("recorded.json")).unwrap();
        let recorded: Recorded = serde_json::from_str(&text).unwrap();
        let cases: Vec<_> = recorded.instructions.keys().map(String::as_str).collect();
        let mut expected = CASES.to_vec();
        expected.sort_unstable();
        assert_eq!(cases, expected);
    }
}
