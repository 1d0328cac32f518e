//! A file that is written beside its path and renamed when it is complete.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use tokio::task::JoinHandle;

use super::target::Target;
use super::transfer::shown;
use crate::error::{Error, ErrorKind, Result};

/// How many bytes are written together. While they are, as many more may come.
const BATCH: usize = 512 * 1024;
/// Fewer bytes than this are copied together: each piece has a cost of its own.
const SMALL: usize = 4 * 1024;

/// A file that isn't complete yet: removed when it is dropped.
pub(crate) struct Partial {
    writer: Writer,
    /// What is to be written next.
    batch: Vec<Bytes>,
    /// The end of it, if that came in small pieces.
    tail: BytesMut,
    batched: usize,
    name: Name,
    target: PathBuf,
    /// As the caller gave it.
    path: PathBuf,
}

/// The file, here or with the task that writes.
enum Writer {
    Idle(File),
    Busy(JoinHandle<io::Result<File>>),
    /// A write failed.
    Broken,
}

impl Partial {
    /// Opens one beside the path. Nothing is left of it if this future is dropped.
    pub(crate) async fn create(path: &Path) -> Result<Self> {
        let given = path.to_owned();
        // The name is taken and given back by what this task returns: when nobody waits for it any
        // more, that is dropped where it is made.
        let created = tokio::task::spawn_blocking(move || {
            let target = Target::find(&given)?;
            target.remove_abandoned();
            Name::create(&target).map(|(file, name)| (file, name, target.path))
        });
        let created = created.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        let (file, name, target) = created.map_err(|error| failed(path, error))?;
        let (writer, path) = (Writer::Idle(file), path.to_owned());
        let (batch, tail) = (Vec::new(), BytesMut::new());
        Ok(Self { writer, batch, tail, batched: 0, name, target, path })
    }

    /// Takes bytes to be written while more come. A failure shows with a later call.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.batched += bytes.len();
        match bytes.len() < SMALL {
            true => self.tail.extend_from_slice(&bytes),
            false => {
                self.close_tail();
                self.batch.push(bytes);
            }
        }
        if self.batched >= BATCH {
            self.write_batch().await?;
        }
        Ok(())
    }

    /// Forgets all that was written.
    pub(crate) async fn rewind(&mut self) -> Result<()> {
        self.tail.clear();
        (self.batch, self.batched) = (Vec::new(), 0);
        let mut file = self.idle().await?;
        self.start(move || {
            file.set_len(0)?;
            file.rewind()?;
            Ok(file)
        });
        Ok(())
    }

    /// Puts it in its place, where it replaces what is there.
    pub(crate) async fn finish(mut self, sync: bool) -> Result<()> {
        self.write_batch().await?;
        let file = self.idle().await?;
        let (name, target) = (self.name.0.clone(), self.target.clone());
        let renamed = tokio::task::spawn_blocking(move || {
            if sync {
                // What is renamed is on disk: a crash leaves either the old file or the new one.
                file.sync_all()?;
            }
            drop(file);
            std::fs::rename(name, target)
        });
        let renamed = renamed.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        renamed.map_err(|error| failed(&self.path, error))
    }

    /// Starts to write what there is, when what was written before is.
    async fn write_batch(&mut self) -> Result<()> {
        let mut file = self.idle().await?;
        self.close_tail();
        let batch = std::mem::take(&mut self.batch);
        self.batched = 0;
        self.start(move || {
            for bytes in batch {
                file.write_all(&bytes)?;
            }
            Ok(file)
        });
        Ok(())
    }

    fn close_tail(&mut self) {
        if !self.tail.is_empty() {
            self.batch.push(self.tail.split().freeze());
        }
    }

    /// Takes the file, when nothing else is done with it.
    async fn idle(&mut self) -> Result<File> {
        let file = match std::mem::replace(&mut self.writer, Writer::Broken) {
            Writer::Idle(file) => Ok(file),
            Writer::Busy(task) => task.await.unwrap_or_else(|error| Err(io::Error::other(error))),
            Writer::Broken => Err(io::Error::other("an earlier write failed")),
        };
        file.map_err(|error| failed(&self.path, error))
    }

    /// Does something with the file on a thread that may block.
    fn start(&mut self, work: impl FnOnce() -> io::Result<File> + Send + 'static) {
        self.writer = Writer::Busy(tokio::task::spawn_blocking(work));
    }
}

/// The name of a partial file.
struct Name(PathBuf);

impl Name {
    fn create(target: &Target) -> io::Result<(File, Self)> {
        let name = target.partial();
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&name)?;
        let name = Self(name);
        if let Some(permissions) = &target.permissions {
            // Now, while there is nothing in it that others could read.
            if file.metadata()?.permissions() != *permissions {
                file.set_permissions(permissions.clone())?;
            }
        }
        Ok((file, name))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        // Gone already if it was renamed.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn failed(path: &Path, error: io::Error) -> Error {
    let message = format!("`{}` can't be written: {error}", shown(path));
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
        let (writer, target) = (Writer::Idle(full), path.clone());
        let (batch, tail) = (Vec::new(), BytesMut::new());
        let mut partial = Partial { writer, batch, tail, batched: 0, name, target, path };
        partial.write(Bytes::from_static(b"video")).await.unwrap();
        let error = partial.finish(false).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("No space left"), "{error}");
    }
}
