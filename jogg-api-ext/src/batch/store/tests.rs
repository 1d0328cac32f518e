use std::borrow::Cow;
use std::error::Error as StdError;

use sqlx::error::{DatabaseError, ErrorKind as Kind};

use super::*;

/// An error of a database with this code.
#[derive(Debug)]
struct Coded(&'static str);

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Coded {}

impl DatabaseError for Coded {
    fn message(&self) -> &str {
        self.0
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Other
    }
}

#[test]
fn errors_say_whether_the_same_may_succeed_later() {
    let coded = |code| sqlx::Error::Database(Box::new(Coded(code)));
    for (error, may_succeed) in [
        (sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()), true),
        (sqlx::Error::PoolTimedOut, true),
        (sqlx::Error::WorkerCrashed, true),
        (sqlx::Error::RowNotFound, false),
        (sqlx::Error::ColumnNotFound("key".to_owned()), false),
        // Of SQLite: BUSY and LOCKED, and their kinds.
        (coded("5"), true),
        (coded("6"), true),
        (coded("261"), true),
        (coded("262"), true),
        (coded("517"), true),
        // A mistake, a file that is full, a constraint, and no code at all.
        (coded("1"), false),
        (coded("13"), false),
        (coded("2067"), false),
        (coded(""), false),
        // Of PostgreSQL.
        (coded("08006"), true),
        (coded("40P01"), true),
        (coded("25006"), true),
        (coded("23505"), false),
        (coded("42P01"), false),
    ] {
        let made = failed("read", &error);
        assert_eq!(
            (made.kind(), made.is_retryable()),
            (ErrorKind::Store, may_succeed),
            "{error:?}"
        );
    }
}

/// A writer that isn't of this process, in the middle of a transaction.
#[tokio::test]
async fn a_file_in_which_another_process_writes_may_be_free_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("busy.db");
    let (store, other) = (Store::sqlite(&path).await.unwrap(), Store::sqlite(&path).await.unwrap());
    let write = other.write().await.unwrap();
    let mut connection = store.inner.pool.acquire().await.unwrap();
    connection.execute("PRAGMA busy_timeout = 0").await.unwrap();
    let refused = connection.execute("BEGIN IMMEDIATE").await.unwrap_err();
    assert!(failed("written to", &refused).is_retryable(), "{refused:?}");
    write.commit().await.unwrap();
    connection.execute("BEGIN IMMEDIATE").await.unwrap();
}

/// The store of the PostgreSQL of tests, if there is one.
async fn postgres() -> Option<Store> {
    let Ok(url) = std::env::var("JOGG_TEST_POSTGRES") else {
        eprintln!("skipped: JOGG_TEST_POSTGRES is not set");
        return None;
    };
    Some(Store::open(&url).await.unwrap())
}

/// A machine that vanishes within a transaction holds the others back no longer than this.
#[tokio::test]
async fn transactions_on_postgres_have_an_end() {
    let Some(store) = postgres().await else { return };
    for (setting, value) in [
        ("idle_in_transaction_session_timeout", "20s"),
        ("lock_timeout", "20s"),
        ("statement_timeout", "50s"),
    ] {
        let rows = store.rows(&format!("SHOW {setting}"), []).await.unwrap();
        assert_eq!(needed_text(&rows[0], setting).unwrap(), value);
    }
}

#[tokio::test]
async fn errors_of_postgres_say_whether_the_same_may_succeed_later() {
    let Some(store) = postgres().await else { return };
    for (code, may_succeed) in [
        // It goes down, has too many connections, or a transaction was in the way of another.
        ("08006", true),
        ("40001", true),
        ("53300", true),
        ("57P01", true),
        // A standby that isn't promoted yet, a transaction that was idle, a lock that others have.
        ("25006", true),
        ("25P03", true),
        ("55P03", true),
        // Mistakes: of a statement, a value, a transaction.
        ("42601", false),
        ("23505", false),
        ("25001", false),
        ("55000", false),
    ] {
        let raise = format!("DO $$ BEGIN RAISE 'no' USING ERRCODE = '{code}'; END $$");
        let error = store.rows(&raise, []).await.err().unwrap();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Store, may_succeed), "{code}");
    }
}

#[tokio::test]
async fn a_new_file_lets_others_read_while_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    let store = Store::sqlite(&path).await.unwrap();
    // By the format of the file: both are 2 with a write-ahead log.
    assert_eq!(std::fs::read(&path).unwrap()[18..20], [2, 2]);
    let rows = store.rows("PRAGMA synchronous", []).await.unwrap();
    assert_eq!(integer(&rows[0], "synchronous").unwrap(), Some(2));
}
