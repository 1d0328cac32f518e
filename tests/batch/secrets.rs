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
        ("/no/such/folder/batch.db", "No such file"),
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

/// Whatever the letters of a path mean in a URL.
#[tokio::test]
async fn a_store_is_the_file_that_its_path_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a b")).unwrap();
    let up = std::env::current_dir().unwrap().components().map(|_| "../").collect::<String>();
    let here = format!("{up}{}", folder.path().strip_prefix("/").unwrap().display());
    for (name, path) in [
        ("my orders.db", "my orders.db"),
        ("orders[1].db", "orders[1].db"),
        ("a:b.db", "a:b.db"),
        ("%41?#.db", "%41?#.db"),
        ("orders.db", "a b/../orders.db"),
    ] {
        for path in [format!("{here}/{path}"), folder.path().join(path).display().to_string()] {
            let store = Store::open(&path).await.unwrap();
            queue(&store.batch(path.as_str()), 1).await;
        }
        let store = Store::sqlite(folder.path().join(name)).await.unwrap();
        let batches = [format!("{here}/{path}"), folder.path().join(path).display().to_string()];
        for batch in batches {
            assert_eq!(store.batch(batch).counts().await.unwrap().queued, 1, "{path}");
        }
    }
}
