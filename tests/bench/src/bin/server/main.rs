//! The benchmark's server: prints its address, then sends responses over kept connections. It is a
//! process of its own, so its instructions are not counted.

mod canned;
mod generated;
mod items;
mod request;

use std::borrow::Cow;
use std::io::{BufReader, Result, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;

use jogg_bench::{API_KEY, Case, USER_AGENT};
use serde_json::Value;

use self::request::Request;

fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || serve(stream));
    }
    Ok(())
}

fn serve(stream: TcpStream) -> Result<()> {
    static CANNED: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
        let cases = Case::ALL.iter().copied();
        cases.map(|case| (canned::target(case), response(&canned::body(case)))).collect()
    });
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        let is_expected = request.headers == headers(!request.body.is_empty());
        let canned = CANNED.iter().find(|(target, _)| *target == request.target);
        let generated = || generated::body(&request.target).map(|body| response(&body));
        let response = canned.map(|(_, response)| Cow::Borrowed(response.as_slice()));
        match response.or_else(|| generated().map(Cow::Owned)).filter(|_| is_expected) {
            // Head and body in one write, so that a client never waits for the second half.
            Some(response) => reader.get_mut().write_all(&response)?,
            None => {
                // The sides no longer send the same, so the numbers would mean nothing.
                eprintln!("error: the benchmark's server does not expect {request:?}");
                std::process::exit(1);
            }
        }
    }
    Ok(())
}

/// The headers that every side sends, but for `host` and `content-length`.
fn headers(with_body: bool) -> Vec<(String, String)> {
    let content_type = with_body.then_some(("content-type", "application/json"));
    [("accept", "application/json")]
        .into_iter()
        .chain(content_type)
        .chain([("user-agent", USER_AGENT), ("x-api-key", API_KEY)])
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn response(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 200 OK\r\n\
         date: Mon, 06 Apr 2026 10:00:00 GMT\r\n\
         content-type: application/json; charset=utf-8\r\n\
         content-length: {}\r\n\
         connection: keep-alive\r\n\
         vary: Accept-Encoding\r\n\
         x-request-id: 3f0a6a1c5d7e4b92\r\n\
         server: nginx\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
