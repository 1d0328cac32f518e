//! A server for the tests of this crate, which can't use the simulator. Tests decide every byte it
//! sends.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// Serves each connection once, in a separate thread. Returns the base URL.
pub(crate) fn serve(mut talk: impl FnMut(&TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            talk(&stream);
        }
    });
    format!("http://{address}")
}

/// Reads the head of a request.
pub(crate) fn read_head(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
    head
}

/// Sends a complete response.
pub(crate) fn respond(stream: &TcpStream, status: &str, body: &str) {
    let length = body.len();
    send(stream, &format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}"));
}

/// Sends a text unchanged.
pub(crate) fn send(mut stream: &TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}
