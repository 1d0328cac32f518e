//! What tasks write: to standard output, and to files.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// Prints to standard output. A closed pipe isn't an error: its reader has what it needs. Anything
/// else ends the program, as a report that is lost must not pass for one without findings.
pub(crate) fn print(text: Arguments<'_>) {
    let mut output = std::io::stdout().lock();
    let Err(error) = output.write_fmt(text).and_then(|()| output.flush()) else { return };
    if error.kind() != ErrorKind::BrokenPipe {
        let _ = writeln!(std::io::stderr(), "error: standard output: {error}");
        std::process::exit(3);
    }
}

/// Writes a file whole or not at all, so that no reader and no crash finds a part of it.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    // As a file that is created in place.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// Adds to the end of a file.
pub(crate) fn append(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Prints a line to standard output, as `println!` does, but never panics.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::print(format_args!("{}\n", format_args!($($text)*)))
    };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        std::fs::write(&path, "long text").unwrap();
        write(&path, "short").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        write(&folder.path().join("none/a.rs"), "").unwrap_err();
    }
}
