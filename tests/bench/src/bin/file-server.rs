//! The file host of the transfers that are measured: prints its address, sends files of any size
//! from memory, and reads uploads without keeping them.

use std::io::{BufReader, Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};

/// What is sent at a time.
const CHUNK: usize = 1024 * 1024;

fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base_url = format!("http://{}", listener.local_addr()?);
    println!("{base_url}");
    for stream in listener.incoming() {
        let (stream, base_url) = (stream?, base_url.clone());
        std::thread::spawn(move || serve(stream, &base_url));
    }
    Ok(())
}

fn serve(stream: TcpStream, base_url: &str) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(CHUNK, stream);
    while let Some((line, length)) = head(&mut reader)? {
        let read = std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
        assert_eq!(read, length, "the body of {line} is cut");
        let target = line.split(' ').nth(1).unwrap_or_default();
        let stream = reader.get_mut();
        match line.split(' ').next() {
            Some("GET") => {
                let size = target.trim_start_matches('/').parse().unwrap_or_default();
                send_file(stream, size)?;
            }
            Some("POST") => {
                let data =
                    format!(r#"{{"sign_url": "{base_url}/put", "asset_url": "{base_url}/1"}}"#);
                let body = format!(r#"{{"code": 0, "msg": "Success", "data": {data}}}"#);
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
                write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len())?;
            }
            _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?,
        }
    }
    Ok(())
}

/// The first line of a request, and the length of its body.
fn head(reader: &mut impl std::io::BufRead) -> Result<Option<(String, u64)>> {
    let (mut first, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(first.map(|first| (first, length)));
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.parse().unwrap_or_default();
        }
        first.get_or_insert_with(|| line.to_owned());
    }
}

fn send_file(stream: &mut TcpStream, size: u64) -> Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n";
    write!(stream, "{head}content-length: {size}\r\n\r\n")?;
    let chunk = vec![7; CHUNK];
    let mut left = size;
    while left > 0 {
        let piece = left.min(CHUNK as u64);
        stream.write_all(&chunk[..piece as usize])?;
        left -= piece;
    }
    Ok(())
}
