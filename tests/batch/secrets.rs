//! What a store holds, and what is shown of it.

use std::time::{Duration, Instant};

use jogg_api_ext::ErrorKind;
use jogg_api_ext::batch::Store;
use sqlx::{Connection as _, Executor as _, Row as _};

use super::stage::{Stage, queue};
use super::stores::{postgres, sqlite};

#[tokio::test]
async fn no_key_is_in_the_store_and_no_signed_url_is_shown() {
    let test = sqlite().await;
    let stage = Stage::new().await;
    let batch = test.store.batch("secrets");
    queue(&batch, 2).await;
    assert_eq!(stage.finish(&batch).await.counts.done, 2);
    let request = batch.get("order 0").await.unwrap().unwrap();
    let url = request.raw.as_ref().unwrap()["preview_url"].as_str().unwrap_or("http").to_owned();
    for shown in [format!("{request:?}"), format!("{batch:?}"), format!("{:?}", test.store)] {
        assert!(!shown.contains(&url) && !shown.contains("photo.png"), "{shown}");
    }
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(std::path::Path::new(&test.location).parent().unwrap()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    assert!(bytes.windows(7).any(|window| window == b"order 0"));
    assert!(!bytes.windows(12).any(|window| window == b"a-secret-key"));
}

#[tokio::test]
async fn a_store_that_cant_be_opened_says_why_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "this is a text, and no database at all").unwrap();
    for (location, reason) in [
        ("postgres://jogg:hidden-word@127.0.0.1:9/jogg", "Connection refused"),
        ("postgres://jogg:hidden-word@127.0.0.1:no/jogg", "port"),
        ("/no/such/folder/batch.db", "unable to open"),
        ("", "must be that of a file"),
        (":memory:", "must be that of a file"),
        ("postgres://[", "invalid"),
        (text.to_str().unwrap(), "not a database"),
    ] {
        let begun = Instant::now();
        let error = Store::open(location).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
        assert!(error.to_string().contains(reason), "{location}: {error}");
        assert!(!format!("{error} {error:?}").contains("hidden-word"), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{location}: {:?}", begun.elapsed());
    }
    if let Some(test) = postgres().await {
        assert!(!format!("{:?}", test.store).contains("127.0.0.1"));
    }
}

#[tokio::test]
async fn tables_of_a_newer_release_are_refused_and_left_alone() {
    let test = sqlite().await;
    let url = format!("sqlite://{}", test.location.replace('?', "%3F").replace('#', "%23"));
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    connection.execute("UPDATE jogg_schema SET version = 1000").await.unwrap();
    let error = Store::sqlite(&test.location).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Store, false));
    assert!(error.to_string().contains("use a newer release"), "{error}");
    let row = connection.fetch_one("SELECT version FROM jogg_schema").await.unwrap();
    assert_eq!(row.get::<i64, _>("version"), 1000);
}
