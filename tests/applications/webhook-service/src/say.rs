//! Lines for the person who runs the service. They never panic, as `println!` does if nobody reads.

use std::io::Write;

/// Prints a line to standard output.
pub fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line.as_ref());
}

/// Prints a line to standard error.
pub fn warn(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}
