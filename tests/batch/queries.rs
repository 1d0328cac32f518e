//! The queries of the page on batches, as people run them.

use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::simulator::Reply;
use jogg_tests::root;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection};

use super::stage::{Stage, often, queue};
use super::stores::{TestStore, postgres, sqlite};

/// The blocks of SQL in the page that are for a kind of store.
fn queries(dialect: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join("jogg-api-ext/docs/batch.md")).unwrap();
    let blocks = page.split("\n```sql\n").skip(1).map(|rest| rest.split_once("\n```").unwrap().0);
    let is_ours = |block: &&str| match block.lines().next().unwrap().strip_prefix("-- ") {
        Some(only) => only == dialect,
        None => true,
    };
    blocks.filter(is_ours).map(str::to_owned).collect()
}

/// Fills a store with something for each query: outcomes that are taken and not, and a failure.
async fn fill(test: &TestStore) {
    let stage = Stage::new().await;
    let batch = test.store.batch("spring");
    stage.simulator.fail_next_job("no face was found");
    queue(&batch, 3).await;
    assert_eq!(stage.finish(&batch).await.counts.settled, 3);
    let batch = test.store.batch("summer");
    queue(&batch, 2).await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::lost());
    let run = batch.run(&stage.jogg).wait_options(often());
    assert_eq!(run.await.unwrap().counts.unknown, 1);
}

#[tokio::test]
async fn each_query_of_the_page_finds_something_in_sqlite() {
    let test = sqlite().await;
    fill(&test).await;
    let path = &test.location;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut connection: SqliteConnection = options.connect().await.unwrap();
    let queries = queries("SQLite");
    assert!(queries.len() >= 7, "{queries:?}");
    for query in queries {
        if query.starts_with("DELETE") {
            let done = sqlx::raw_sql(&query).execute(&mut connection).await.expect(&query);
            assert_eq!(done.rows_affected(), 3, "{query}");
        } else {
            let rows = sqlx::raw_sql(&query).fetch_all(&mut connection).await.expect(&query);
            assert!(rows.first().is_some_and(|row| !row.is_empty()), "{query}");
        }
    }
}

#[tokio::test]
async fn each_query_of_the_page_finds_something_in_postgres() {
    let Some(test) = postgres().await else { return };
    fill(&test).await;
    let mut connection = PgConnection::connect(&test.location).await.unwrap();
    let queries = queries("PostgreSQL");
    assert!(queries.len() >= 7, "{queries:?}");
    for query in queries {
        if query.starts_with("DELETE") {
            let done = sqlx::raw_sql(&query).execute(&mut connection).await.expect(&query);
            assert!(done.rows_affected() >= 3, "{query}");
        } else {
            let rows = sqlx::raw_sql(&query).fetch_all(&mut connection).await.expect(&query);
            assert!(rows.first().is_some_and(|row| !row.is_empty()), "{query}");
        }
    }
}
