//! Standard output. The standard library's macros panic when it is full or nobody reads it any more.

use std::fmt;
use std::io::{self, Write as _};

macro_rules! print {
    ($($text:tt)*) => { $crate::output::print(format_args!($($text)*)) };
}

macro_rules! println {
    ($($text:tt)*) => { $crate::output::print(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints to standard output, and ends the program with exit code 1 if that can't be written to: a
/// report that nobody receives must not pass for one that was read.
pub(crate) fn print(text: fmt::Arguments<'_>) {
    if let Err(error) = io::stdout().write_fmt(text) {
        let _ = writeln!(io::stderr(), "error: standard output: {error}");
        std::process::exit(1);
    }
}
