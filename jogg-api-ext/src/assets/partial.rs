//! A file that is written beside its path and renamed when it is complete.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::error::{Error, ErrorKind, Result};

/// A file that isn't complete yet: removed when it is dropped.
pub(crate) struct Partial {
    file: File,
    name: Name,
    path: PathBuf,
}

impl Partial {
    /// Opens one beside the path. Nothing is left of it if this future is dropped.
    pub(crate) async fn create(path: &Path) -> Result<Self> {
        let target = path.to_owned();
        // The name is taken and given back by what this task returns: when nobody waits for it any
        // more, that is dropped where it is made.
        let created = tokio::task::spawn_blocking(move || Name::create(&target)).await;
        let created = created.unwrap_or_else(|error| Err(io::Error::other(error)));
        let (file, name) = created.map_err(|error| failed(path, error))?;
        Ok(Self { file: File::from_std(file), name, path: path.to_owned() })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(|error| failed(&self.path, error))
    }

    /// Puts it in its place, where it replaces what is there.
    pub(crate) async fn finish(self) -> Result<()> {
        let Self { mut file, name, path } = self;
        // Writes go on in the background: this is where the last one's error shows.
        file.flush().await.map_err(|error| failed(&path, error))?;
        // What is renamed is on disk: a crash leaves either the old file or the new one.
        file.sync_all().await.map_err(|error| failed(&path, error))?;
        drop(file);
        tokio::fs::rename(&name.0, &path).await.map_err(|error| failed(&path, error))
    }
}

/// The name of a partial file.
struct Name(PathBuf);

impl Name {
    fn create(path: &Path) -> io::Result<(std::fs::File, Self)> {
        // Checked now, as it could not be renamed in the end.
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if path.file_name().is_none() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // A name of its own: with the target's in it, it could be too long where the target's is
        // not.
        let name = path.with_file_name(format!(".jogg-{:016x}.part", fastrand::u64(..)));
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&name)?;
        Ok((file, Self(name)))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        // Gone already if it was renamed.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn failed(path: &Path, error: io::Error) -> Error {
    let message = format!("`{}` can't be written: {error}", path.display());
    Error::new(ErrorKind::Io, message).with_io(error)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// A short file is one write, whose failure nothing but the end can tell.
    #[tokio::test]
    async fn a_full_disk_is_an_error_even_at_the_last_write() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let name = Name(std::env::temp_dir().join(format!("{:016x}.part", fastrand::u64(..))));
        let path = name.0.with_extension("mp4");
        let mut partial = Partial { file: File::from_std(full), name, path };
        partial.write(b"video").await.unwrap();
        let error = partial.finish().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("No space left"), "{error}");
    }
}
