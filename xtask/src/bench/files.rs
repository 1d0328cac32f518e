//! What transfers of large files cost beside curl: time and memory.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{cargo, failure, output, target};
use super::server::Server;
use crate::failure::Failure;
use crate::text::grouped;

const DOWNLOAD: u64 = 1024 * 1024 * 1024;
/// Far above what the API takes: the limit is set higher here.
const UPLOAD: u64 = DOWNLOAD;
/// Each transfer is made this often by both; the quickest counts, as what disturbs one only slows
/// it down.
const ROUNDS: usize = 5;
/// At least so many times curl's speed.
const SPEED: f64 = 0.9;
/// At most so much memory more than an idle client has.
const MEMORY: u64 = 16 * 1024 * 1024;

/// What was measured of one kind of transfer.
struct Measured {
    name: &'static str,
    bytes: u64,
    /// The quickest of curl and of the SDK, in seconds.
    curl: f64,
    sdk: f64,
    /// The SDK's highest peak above an idle client, in bytes.
    memory: u64,
}

/// Measures, and returns a table in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    output(Command::new("curl").arg("--version"))?;
    let bins = ["--bin", "file-server", "--bin", "files"];
    output(cargo().args(["build", "--release", "--locked", "--quiet"]).args(bins))?;
    let server = Server::start("file-server")?;
    let folder = Folder::create()?;
    let (saved, sent) = (folder.0.join("saved.mp4"), folder.0.join("sent.mp4"));
    write_content(&sent).map_err(|error| failure(format!("{}: {error}", sent.display())))?;
    let base_url = server.address.as_str();
    let size = DOWNLOAD.to_string();

    let download = measure("download", DOWNLOAD, |sdk| {
        // Both write a new file.
        let _ = fs::remove_file(&saved);
        if sdk {
            return files(&["download", base_url, &size], &saved);
        }
        let arguments = ["--output", &text(&saved)?, &format!("{base_url}/{DOWNLOAD}")];
        curl(&arguments.map(str::to_owned))
    })?;
    let upload = measure("upload", UPLOAD, |sdk| {
        if sdk {
            return files(&["upload", base_url], &sent);
        }
        // curl would wait for the server's consent before it sends the body.
        let arguments =
            ["--header", "expect:", "--upload-file", &text(&sent)?, &format!("{base_url}/put")];
        curl(&arguments.map(str::to_owned))
    })?;
    Ok(table(&[download, upload]))
}

fn write_content(path: &Path) -> std::io::Result<()> {
    let content: Vec<u8> = (0..1024 * 1024).map(|number| (number % 251) as u8).collect();
    let mut file = fs::File::create(path)?;
    for _ in 0..UPLOAD / content.len() as u64 {
        file.write_all(&content)?;
    }
    Ok(())
}

/// Alternates between curl and the SDK, so that a busy time of the machine is not that of one.
fn measure(
    name: &'static str,
    bytes: u64,
    mut transfer: impl FnMut(bool) -> Result<(f64, u64), Failure>,
) -> Result<Measured, Failure> {
    let mut measured = Measured { name, bytes, curl: f64::MAX, sdk: f64::MAX, memory: 0 };
    for _ in 0..ROUNDS {
        measured.curl = measured.curl.min(transfer(false)?.0);
        let (seconds, memory) = transfer(true)?;
        measured.sdk = measured.sdk.min(seconds);
        measured.memory = measured.memory.max(memory);
    }
    Ok(measured)
}

/// Transfers with curl, and returns the seconds that it took.
fn curl(arguments: &[String]) -> Result<(f64, u64), Failure> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*"]);
    curl.args(["--write-out", "%{time_total}"]).args(arguments);
    numbers(&output(&mut curl)?)
}

/// Transfers with the SDK, and returns the seconds that it took and its memory above idle.
fn files(arguments: &[&str], path: &Path) -> Result<(f64, u64), Failure> {
    let mut files = Command::new(target().join("release/files"));
    numbers(&output(files.args(arguments).arg(path))?)
}

fn numbers(printed: &str) -> Result<(f64, u64), Failure> {
    let mut words = printed.split_whitespace();
    let seconds = words.next().and_then(|word| word.parse().ok());
    let memory = words.next().map_or(Some(0), |word| word.parse().ok());
    seconds.zip(memory).ok_or_else(|| failure(format!("no time is printed: {printed}")))
}

fn table(measured: &[Measured]) -> String {
    let mut text = "| transfer | curl, MB/s | SDK, MB/s | ratio | goal | KiB above idle | goal |\n\
                    |---|--:|--:|--:|---|--:|---|\n"
        .to_owned();
    for Measured { name, bytes, curl, sdk, memory } in measured {
        let speed = |seconds: f64| *bytes as f64 / 1e6 / seconds;
        let (theirs, ours) = (speed(*curl), speed(*sdk));
        let ratio = ours / theirs;
        let slow = if ratio >= SPEED { "" } else { ", missed" };
        let large = if *memory <= MEMORY { "" } else { ", missed" };
        let (memory, limit) = (grouped(memory / 1024), grouped(MEMORY / 1024));
        let _ = writeln!(
            text,
            "| {name} | {theirs:.0} | {ours:.0} | {ratio:.2} | {SPEED:.2}{slow} | {memory} | \
             {limit}{large} |"
        );
    }
    text
}

fn text(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| failure(format!("`{}` must be Unicode", path.display())))
}

/// Where the files are; removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, Failure> {
        let path = target().join(format!("files-{}", std::process::id()));
        fs::create_dir_all(&path)
            .map_err(|error| failure(format!("{}: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_goals_of_speed_and_memory_are_marked() {
        let measured = |sdk, memory| Measured {
            name: "download",
            bytes: 1_000_000_000,
            curl: 1.0,
            sdk,
            memory,
        };
        let text = table(&[measured(1.1, 5 << 20), measured(1.25, 17 << 20)]);
        let rows: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| download | 1000 | 909 | 0.91 | 0.90 | 5,120 | 16,384 |",
                "| download | 1000 | 800 | 0.80 | 0.90, missed | 17,408 | 16,384, missed |",
            ]
        );
        assert_eq!(numbers("0.5 1024\n").ok(), Some((0.5, 1024)));
        assert_eq!(numbers("0.5").ok(), Some((0.5, 0)));
        assert!(numbers("").is_err());
    }
}
