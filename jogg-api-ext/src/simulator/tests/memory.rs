//! What is kept is bounded.

use super::*;

/// Creates an upload ticket and uploads a file of this length. Returns its URL.
async fn upload(fixture: &Fixture, length: usize) -> String {
    let ticket = json!({"filename": "a.jpg", "content_type": "image/jpeg"});
    let ticket = fixture.call(&op::CREATE_ASSET_UPLOAD, ticket).await.data();
    let put = fixture.request("PUT", ticket["sign_url"].as_str().unwrap());
    let put = put.header("content-type", "image/jpeg").body(vec![7; length]);
    assert_eq!(Response::of(put).await.status, 200);
    ticket["asset_url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn requests_are_kept_up_to_a_number_and_a_length() {
    let max_bytes = 12 << 20;
    let fixture = Fixture::with(|builder| builder.request_log(5, max_bytes)).await;
    let kept = || fixture.simulator.requests();
    // They are shorter than the API's limit, but refused.
    for _ in 0..4 {
        let request = fixture.with_key("POST", op::CREATE_AI_SCRIPT.path);
        Response::of(request.body(vec![b'x'; 9 << 20])).await.refused(200, 40000);
        let bytes: usize = kept().iter().map(|request| request.body.len()).sum();
        assert!(bytes <= max_bytes, "{bytes}");
    }
    assert_eq!(kept().len(), 1);
    for _ in 0..10 {
        fixture.call(&op::WHOAMI, json!({})).await.data();
    }
    assert_eq!(kept().len(), 5);
    // All of them count.
    assert_eq!(fixture.simulator.request_count(&op::CREATE_AI_SCRIPT), 4);
    assert_eq!(fixture.simulator.request_count(&op::WHOAMI), 10);
}

/// How much memory this process has reserved, in bytes.
#[cfg(target_os = "linux")]
fn reserved() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_only_announced_takes_no_memory() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let fixture = Fixture::new().await;
    let address = fixture.simulator.base_url().strip_prefix("http://").unwrap();
    let before = reserved();
    let mut connections = Vec::new();
    for _ in 0..50 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = "PUT /uploads/a HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\
                    content-length: 200000000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        // Sent when the body is read.
        let mut response = [0; 12];
        soon(stream.read_exact(&mut response)).await.unwrap();
        assert_eq!(&response, b"HTTP/1.1 100");
        connections.push(stream);
    }
    // Other tests run, too.
    let more = reserved().saturating_sub(before);
    assert!(more < 2_000_000_000, "{more}");
}

#[tokio::test]
async fn the_oldest_jobs_and_products_are_unknown_after_a_while() {
    let fixture = Fixture::with(|builder| builder.max_stored(3)).await;
    let create = &op::CREATE_VIDEO_WITH_TEMPLATE;
    let mut videos = Vec::new();
    for _ in 0..5 {
        videos.push(fixture.call(create, json!({})).await.data());
    }
    for (number, video) in videos.iter().enumerate() {
        let report = fixture.get(&report_path(create, video)).await;
        match number {
            0 | 1 => drop(report.refused(200, 10104)),
            _ => drop(report.data()),
        }
    }
    assert_eq!(fixture.items(&op::LIST_TEMPLATE_VIDEOS, "").await.len(), 3);
    let mut products = Vec::new();
    for name in ["a", "b", "c", "d"] {
        products.push(fixture.product(name).await);
    }
    let change = |product: &Value| json!({"product_id": product, "name": "new"});
    fixture.call(&op::UPDATE_PRODUCT, change(&products[0])).await.refused(200, 10104);
    fixture.call(&op::UPDATE_PRODUCT, change(&products[1])).await.data();
}

#[tokio::test]
async fn jobs_with_long_bodies_are_dropped_sooner() {
    let fixture = Fixture::new().await;
    let long = |name: &str| json!({"name": name, "description": "x".repeat(9 << 20)});
    let mut motions = Vec::new();
    for name in ["a", "b", "c", "d"] {
        motions.push(fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, long(name)).await.data());
    }
    let paths = motions.iter().map(|motion| report_path(&op::ADD_PHOTO_AVATAR_MOTION, motion));
    let paths: Vec<_> = paths.collect();
    fixture.get(&paths[0]).await.refused(200, 10104);
    fixture.get(&paths[3]).await.data();
}

#[tokio::test]
async fn files_are_kept_up_to_a_length() {
    let fixture = Fixture::with(|builder| builder.max_upload_bytes(1000)).await;
    let mut files = Vec::new();
    for length in [600, 300, 700] {
        files.push(upload(&fixture, length).await);
    }
    let status =
        |url: String| async { Response::of(fixture.request("GET", &{ url })).await.status };
    for (url, expected) in files.into_iter().zip([404, 200, 200]) {
        assert_eq!(status(url).await, expected);
    }
    // The files of the spec's examples stay.
    let voices = fixture.items(&op::LIST_VOICES, "").await;
    assert_eq!(status(voices[0]["audio_url"].as_str().unwrap().to_owned()).await, 200);
}
