//! A request as it comes in.

use std::io::{BufRead as _, BufReader, Read as _, Result};
use std::net::TcpStream;

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) target: String,
    /// In alphabetical order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Reads the next request of a connection, if there is one.
    pub(crate) fn read(reader: &mut BufReader<TcpStream>) -> Result<Option<Self>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let target = lines.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
        let mut headers: Vec<(String, String)> = lines
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .filter(|(name, _)| name != "host")
            .collect();
        headers.sort();
        let length = headers.iter().position(|(name, _)| name == "content-length");
        let length = length.map_or(0, |at| headers.remove(at).1.parse().unwrap_or_default());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Some(Self { target, headers, body }))
    }
}
