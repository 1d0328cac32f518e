//! The stores that tests run on: SQLite in a folder of their own, and PostgreSQL where it is.

use jogg_api_ext::batch::Store;
use tempfile::TempDir;

/// The variable with the URL of a PostgreSQL that tests may fill.
pub(super) const POSTGRES: &str = "JOGG_TEST_POSTGRES";

/// The same of one that is restarted, so that nobody else uses it.
const RESTARTED: &str = "JOGG_TEST_POSTGRES_RESTARTED";

/// A store of a test.
pub(super) struct TestStore {
    pub(super) store: Store,
    /// What opens it in another process.
    pub(super) location: String,
    /// What the names of its batches begin with, as tests share a PostgreSQL.
    prefix: String,
    _folder: Option<TempDir>,
}

impl TestStore {
    /// Returns a name that no other test has.
    pub(super) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// Runs a test on each kind of store.
pub(super) async fn on_each<F: Future<Output = ()>>(test: impl Fn(TestStore) -> F) {
    test(sqlite().await).await;
    match postgres().await {
        Some(store) => test(store).await,
        None => eprintln!("skipped on PostgreSQL: {POSTGRES} is not set"),
    }
}

pub(super) async fn sqlite() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("batch?#%.db");
    let store = Store::sqlite(&path).await.unwrap();
    let location = path.to_str().unwrap().to_owned();
    TestStore { store, location, prefix: String::new(), _folder: Some(folder) }
}

pub(super) async fn postgres() -> Option<TestStore> {
    postgres_at(POSTGRES).await
}

/// A store on a PostgreSQL that only this test uses, and may restart.
pub(super) async fn restarted_postgres() -> Option<TestStore> {
    postgres_at(RESTARTED).await
}

async fn postgres_at(variable: &str) -> Option<TestStore> {
    let url = std::env::var(variable).ok()?;
    let store = Store::open(&url).await.unwrap();
    let prefix = format!("{}-{:x}-", std::process::id(), fastrand::u64(..));
    Some(TestStore { store, location: url, prefix, _folder: None })
}
