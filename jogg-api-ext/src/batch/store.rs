//! The database that batches and shared limits are in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use jogg_api::redact_urls;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Row, Transaction};
use tokio::sync::MutexGuard;
use tokio::time::timeout;

use super::value::{Value, bound};
use crate::error::{Error, ErrorKind, Result};

/// The version of the tables in `schema.sql`.
const VERSION: i64 = 1;

/// How long it may take to get a connection.
const CONNECTION: Duration = Duration::from_secs(10);

/// How long a statement may take.
const STATEMENT: Duration = Duration::from_secs(60);

const SCHEMA: &str = include_str!("schema.sql");

/// A database with batches and shared limits: a SQLite file, or PostgreSQL. Cheap to clone.
///
/// Its tables begin with `jogg_` and are created when it is opened; the page of this module
/// describes them. It holds requests and results with the signed URLs in them, and no API key.
///
/// Connections to PostgreSQL are encrypted if the application turns on a TLS feature of sqlx 0.8,
/// such as `sqlx/tls-native-tls`.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    pool: AnyPool,
    dialect: Dialect,
    /// SQLite has one writer at a time. Whoever waits for it in this process waits here, which is
    /// fair, and without polling the file.
    writer: tokio::sync::Mutex<()>,
}

/// Where the two databases differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// Prepares a new connection.
    async fn prepare(self, connection: &mut AnyConnection) -> sqlx::Result<()> {
        let settings = match self {
            // Readers and the writer don't wait for each other, and what is committed is on disk.
            Self::Sqlite => {
                "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            }
            // A machine that is gone within a transaction must not hold the others back for long.
            Self::Postgres => {
                "SET idle_in_transaction_session_timeout = '20s'; SET lock_timeout = '20s'; \
                 SET statement_timeout = '50s';"
            }
        };
        connection.execute(settings).await.map(drop)
    }
}

impl Store {
    /// Opens a store: a URL that begins with `postgres://` or `postgresql://`, or the path of a
    /// SQLite file, which is created if it isn't there.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if it can't be opened, or has tables of a newer version.
    pub async fn open(location: &str) -> Result<Self> {
        let is_postgres =
            ["postgres://", "postgresql://"].iter().any(|at| location.starts_with(at));
        if is_postgres {
            Self::connect(Dialect::Postgres, location, 8).await
        } else {
            Self::sqlite(Path::new(location)).await
        }
    }

    /// Opens the SQLite file at this path, and creates it if it isn't there. Processes of one
    /// machine may share it; a network file system isn't safe.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn sqlite(path: impl AsRef<Path>) -> Result<Self> {
        let no_file = || {
            let message = "the path of a SQLite store must be that of a file, in Unicode";
            Error::new(ErrorKind::Store, message)
        };
        let path = path.as_ref();
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            return Err(no_file());
        }
        // In a URL, the first part of a relative path would be a host.
        let path = private(path).map_err(|error| failed("opened", &sqlx::Error::Io(error)))?;
        let text = path.to_str().ok_or_else(no_file)?;
        let mut url = "sqlite://".to_owned();
        for part in text.chars() {
            match part {
                '%' | '?' | '#' => url.push_str(&format!("%{:02X}", u32::from(part))),
                part => url.push(part),
            }
        }
        url.push_str("?mode=rwc");
        Self::connect(Dialect::Sqlite, &url, 4).await
    }

    async fn connect(dialect: Dialect, url: &str, connections: u32) -> Result<Self> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        // A pool tries as long, and says then that it has timed out, but not why.
        within(CONNECTION, "opened", async {
            let mut connection = AnyConnection::connect(url).await?;
            dialect.prepare(&mut connection).await?;
            connection.close().await
        })
        .await?;
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(CONNECTION)
            .after_connect(move |connection, _| Box::pin(dialect.prepare(connection)))
            .connect_lazy(url)
            .map_err(|error| failed("opened", &error))?;
        let inner = Inner { pool, dialect, writer: tokio::sync::Mutex::default() };
        let store = Self { inner: Arc::new(inner) };
        // Whoever may not create tables can use those that are there.
        match store.rows("SELECT version FROM jogg_schema", []).await {
            Ok(rows) if version_of(&rows)? == Some(VERSION) => {}
            _ => store.create_tables().await?,
        }
        Ok(store)
    }

    async fn create_tables(&self) -> Result<()> {
        let mut write = self.write().await?;
        // Two processes that open a new database at once would both create the same table.
        if self.inner.dialect == Dialect::Postgres {
            write.run("SELECT pg_advisory_xact_lock(7063747101)", []).await?;
        }
        write.run("CREATE TABLE IF NOT EXISTS jogg_schema (version BIGINT NOT NULL)", []).await?;
        let version = write.rows("SELECT version FROM jogg_schema", []).await?;
        match version_of(&version)? {
            Some(VERSION) => return write.commit().await,
            Some(version) if version > VERSION => {
                let message = format!(
                    "the store has tables of version {version}, and this release of jogg-api-ext \
                     knows those up to {VERSION}: use a newer release"
                );
                return Err(Error::new(ErrorKind::Store, message));
            }
            _ => {}
        }
        for statement in SCHEMA.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            write.run(statement, []).await?;
        }
        write.run("INSERT INTO jogg_schema (version) VALUES ($1)", [VERSION.into()]).await?;
        write.commit().await
    }

    /// Begins a transaction that writes.
    pub(super) async fn write(&self) -> Result<Write<'_>> {
        let is_sqlite = self.inner.dialect == Dialect::Sqlite;
        let turn = if is_sqlite { Some(self.inner.writer.lock().await) } else { None };
        // A transaction of SQLite that reads first can't write if another has written since.
        let begin = if is_sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let pool = self.inner.pool.clone();
        // In a task, as sqlx leaves a transaction open if this is dropped after it has begun. Only
        // a runtime that shuts down ends the task.
        let begun = tokio::spawn(async move { pool.begin_with(begin).await });
        let begun = async { begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)) };
        let transaction = in_time("written", begun).await?;
        Ok(Write { transaction, dialect: self.inner.dialect, _turn: turn })
    }

    /// Reads rows outside of a transaction.
    pub(super) async fn rows(
        &self,
        statement: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<AnyRow>> {
        in_time("read", bound(statement, values).fetch_all(&self.inner.pool)).await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("dialect", &self.inner.dialect).finish_non_exhaustive()
    }
}

/// A transaction that writes. Dropped without [`Write::commit`], it changes nothing.
pub(super) struct Write<'s> {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
    _turn: Option<MutexGuard<'s, ()>>,
}

impl Write<'_> {
    /// Runs a statement, and returns how many rows it has changed.
    pub(super) async fn run(
        &mut self,
        statement: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64> {
        let done = bound(statement, values).execute(&mut *self.transaction);
        Ok(in_time("written", done).await?.rows_affected())
    }

    /// Runs a statement that returns rows.
    pub(super) async fn rows(
        &mut self,
        statement: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<AnyRow>> {
        in_time("written", bound(statement, values).fetch_all(&mut *self.transaction)).await
    }

    /// Returns the time by the database's clock.
    pub(super) async fn now(&mut self) -> Result<Now> {
        let statement = match self.dialect {
            Dialect::Postgres => {
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now, \
                 to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day"
            }
            Dialect::Sqlite => {
                "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now, date('now') AS day"
            }
        };
        let rows = self.rows(statement, []).await?;
        let missing = || Error::new(ErrorKind::Store, "the store doesn't say what time it is");
        let row = rows.first().ok_or_else(missing)?;
        let milliseconds = integer(row, "now")?.ok_or_else(missing)?;
        Ok(Now { milliseconds, day: needed_text(row, "day")? })
    }

    /// Returns what a query of rows ends with, so that others neither take nor wait for the same.
    pub(super) fn skip_locked(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
            Dialect::Sqlite => "",
        }
    }

    /// Returns what a query of rows ends with that others may read, and not change meanwhile.
    pub(super) fn shared(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "FOR SHARE",
            Dialect::Sqlite => "",
        }
    }

    /// Returns what a query of rows ends with that nobody else may change meanwhile.
    pub(super) fn locked(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "FOR UPDATE",
            Dialect::Sqlite => "",
        }
    }

    pub(super) async fn commit(self) -> Result<()> {
        in_time("written", self.transaction.commit()).await
    }
}

/// The time by the database's clock.
pub(super) struct Now {
    /// Since 1970.
    pub(super) milliseconds: i64,
    /// The date in UTC.
    pub(super) day: String,
}

/// Creates a file if it isn't there, which only its owner reads, as results have signed URLs.
/// Returns its absolute path.
fn private(path: &Path) -> std::io::Result<PathBuf> {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // If it can't be created, what follows says why.
    let _ = options.write(true).create_new(true).open(path);
    // On Windows, the canonical form isn't one that a URL can have.
    if cfg!(windows) { std::path::absolute(path) } else { path.canonicalize() }
}

fn version_of(rows: &[AnyRow]) -> Result<Option<i64>> {
    Ok(rows.first().map(|row| integer(row, "version")).transpose()?.flatten())
}

/// Writes a value as JSON.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    // Neither records nor values have keys that aren't texts, which is all that can fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes a duration as the store has it.
pub(super) fn milliseconds(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}

/// Reads a text from a row.
pub(super) fn text(row: &AnyRow, column: &str) -> Result<Option<String>> {
    row.try_get(column).map_err(|error| failed("read", &error))
}

/// Reads a text that a row has by the schema.
pub(super) fn needed_text(row: &AnyRow, column: &str) -> Result<String> {
    row.try_get(column).map_err(|error| failed("read", &error))
}

/// Reads an integer from a row.
pub(super) fn integer(row: &AnyRow, column: &str) -> Result<Option<i64>> {
    row.try_get(column).map_err(|error| failed("read", &error))
}

/// Reads a number from a row.
pub(super) fn real(row: &AnyRow, column: &str) -> Result<Option<f64>> {
    row.try_get(column).map_err(|error| failed("read", &error))
}

/// Waits for a statement. A server that is gone without a word would be waited for without end.
async fn in_time<T>(what: &str, done: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
    within(STATEMENT, what, done).await
}

async fn within<T>(
    limit: Duration,
    what: &str,
    done: impl Future<Output = sqlx::Result<T>>,
) -> Result<T> {
    match timeout(limit, done).await {
        Ok(done) => done.map_err(|error| failed(what, &error)),
        Err(_) => {
            let message =
                format!("the store can't be {what}: no response in {} s", limit.as_secs());
            Err(Error::new(ErrorKind::Store, message).with_retryable(true))
        }
    }
}

/// Creates the error of a store. What `sqlx` says in `Debug` can quote whole rows, so that only its
/// message is kept.
fn failed(what: &str, error: &sqlx::Error) -> Error {
    let message = format!("the store can't be {what}: {}", redact_urls(&error.to_string()));
    Error::new(ErrorKind::Store, message).with_retryable(is_transient(error))
}

/// Whether the same statement may succeed later: it is unavailable, or another was in the way.
fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            match code.len() {
                // Connections, resources, an operator's intervention, and what was rolled back
                // because of others; a standby, a transaction that was idle, and a lock.
                5 => ["08", "40", "53", "57", "25006", "25P03", "55P03"]
                    .iter()
                    .any(|class| code.starts_with(class)),
                // Of SQLite: BUSY and LOCKED, extended or not.
                _ => code.parse::<u32>().is_ok_and(|code| [5, 6].contains(&(code & 0xff))),
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
