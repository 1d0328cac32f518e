//! Where a downloaded file goes, and what else is there.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf, is_separator};
use std::time::{Duration, SystemTime};

/// How many symlinks in a row are followed.
const MAX_LINKS: usize = 40;
/// How long a partial file must be untouched to be what a killed process left.
const ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// A place for a file.
#[derive(Debug)]
pub(crate) struct Target {
    /// Where it is, behind all symlinks.
    pub(crate) path: PathBuf,
    /// The mode of the file that it replaces.
    pub(crate) permissions: Option<Permissions>,
}

impl Target {
    /// Finds out what a path leads to, and refuses what a file can't replace.
    pub(crate) fn find(path: &Path) -> io::Result<Self> {
        let behind = behind_links(path)?;
        if names_a_folder(path) || names_a_folder(&behind) || path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let path = behind;
        if path.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
        }
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                Ok(Self { path, permissions: Some(metadata.permissions()) })
            }
            Ok(_) => {
                let message = "it is a device, a pipe or the like, and not a regular file";
                Err(io::Error::new(io::ErrorKind::InvalidInput, message))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { path, permissions: None })
            }
            Err(error) => Err(error),
        }
    }

    /// Returns a new path for a partial file beside this one.
    ///
    /// It has a fingerprint instead of the target's name, with which it could be too long where the
    /// target's is not.
    pub(crate) fn partial(&self) -> PathBuf {
        let name = format!("{}{:016x}.part", self.prefix(), fastrand::u64(..));
        self.path.with_file_name(name)
    }

    /// Removes what killed downloads to this path have left. What can't be removed stays: that is
    /// no reason not to download.
    pub(crate) fn remove_abandoned(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
        let prefix = self.prefix();
        let now = SystemTime::now();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !name.starts_with(&prefix) || !name.ends_with(".part") {
                continue;
            }
            let Ok(metadata) = entry.metadata() else { continue };
            let age = metadata.modified().ok().and_then(|touched| now.duration_since(touched).ok());
            if metadata.is_file() && age.is_some_and(|age| age > ABANDONED_AFTER) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Returns how the partial files of this path begin.
    fn prefix(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        format!(".jogg-{:016x}-", fingerprint(name))
    }
}

/// Returns whether a path can only be that of a folder, while `Path` ignores how it ends.
fn names_a_folder(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let rest = text.strip_suffix('.').unwrap_or(&text);
    rest.ends_with(is_separator)
}

/// Returns what a path leads to, so that a link stays one. The last link may lead to nothing yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // Relative to the folder of the link.
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "too many symlinks in a row"))
}

/// FNV-1a: the same in each version of this crate, as other processes have left what is found.
fn fingerprint(name: &OsStr) -> u64 {
    name.as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
