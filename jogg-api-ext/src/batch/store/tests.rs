use super::*;

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
