//! The received requests, as many as are kept.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::wire::request::ReceivedRequest;

/// What a request takes besides its texts and its body: about what its headers need in memory.
const REQUEST_BYTES: usize = 1024;

/// The newest requests in order, and how many there were for each operation.
pub(super) struct RequestLog {
    max_requests: usize,
    max_bytes: usize,
    kept: VecDeque<ReceivedRequest>,
    bytes: usize,
    received: usize,
    counts: HashMap<&'static str, usize>,
}

impl RequestLog {
    pub(super) fn new(max_requests: usize, max_bytes: usize) -> Self {
        Self {
            max_requests,
            max_bytes,
            kept: VecDeque::new(),
            bytes: 0,
            received: 0,
            counts: HashMap::new(),
        }
    }

    /// Records a request, and drops the oldest ones until the rest is within the limits. A body
    /// that alone exceeds them is dropped itself.
    pub(super) fn record(&mut self, request: &ReceivedRequest) {
        self.received += 1;
        if let Some(operation) = request.operation {
            *self.counts.entry(operation).or_default() += 1;
        }
        if self.max_requests == 0 {
            return;
        }
        let mut request = ReceivedRequest { headers: copied(&request.headers), ..request.clone() };
        if size(&request) > self.max_bytes {
            request.body = Bytes::new();
        }
        self.bytes += size(&request);
        self.kept.push_back(request);
        while self.kept.len() > self.max_requests || self.bytes > self.max_bytes {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= size(&oldest);
        }
    }

    /// The requests that are kept, in order.
    pub(super) fn kept(&self) -> Vec<ReceivedRequest> {
        self.kept.iter().cloned().collect()
    }

    /// How many requests were received for an operation, kept or not.
    pub(super) fn count(&self, operation: &str) -> usize {
        self.counts.get(operation).copied().unwrap_or_default()
    }

    /// How many requests were received, kept or not.
    pub(super) fn received(&self) -> usize {
        self.received
    }
}

/// Headers as received are parts of the buffer that their connection was read into, which they
/// would keep in memory.
fn copied(headers: &HeaderMap) -> HeaderMap {
    let copy = |value: &HeaderValue| HeaderValue::from_bytes(value.as_bytes());
    let copied = headers.iter().filter_map(|(name, value)| Some((name.clone(), copy(value).ok()?)));
    copied.fold(HeaderMap::with_capacity(headers.len()), |mut headers, (name, value)| {
        headers.append(name, value);
        headers
    })
}

fn size(request: &ReceivedRequest) -> usize {
    let headers = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    let texts = request.method.len() + request.path.len() + request.query.len();
    REQUEST_BYTES + headers.sum::<usize>() + texts + request.body.len()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn request(path: &str, body: usize) -> ReceivedRequest {
        ReceivedRequest {
            received_at: Duration::ZERO,
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: vec![0; body].into(),
            body_length: body as u64,
            operation: Some("whoami"),
        }
    }

    fn paths(log: &RequestLog) -> Vec<String> {
        log.kept().into_iter().map(|request| request.path).collect()
    }

    #[test]
    fn the_newest_are_kept_and_all_are_counted() {
        let mut log = RequestLog::new(2, 1 << 20);
        ["/a", "/b", "/c"].iter().for_each(|path| log.record(&request(path, 10)));
        assert_eq!(paths(&log), ["/b", "/c"]);
        assert_eq!((log.count("whoami"), log.count("list_voices"), log.received()), (3, 0, 3));
        let mut none = RequestLog::new(0, 1 << 20);
        none.record(&request("/a", 10));
        assert_eq!((paths(&none).len(), none.count("whoami"), none.bytes), (0, 1, 0));
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut log = RequestLog::new(1000, 100_000);
        for number in 0..500 {
            log.record(&request(&format!("/{number}"), 30_000));
            assert!(log.bytes <= 100_000, "{}", log.bytes);
        }
        assert_eq!(paths(&log), ["/497", "/498", "/499"]);
        assert_eq!(log.bytes, log.kept().iter().map(size).sum::<usize>());
        // One that is too long alone is kept without its body, and with the others.
        log.record(&request("/long", 100_000));
        let kept = log.kept();
        let last = kept.last().unwrap();
        assert_eq!((last.body.len(), last.body_length), (0, 100_000));
        assert_eq!(kept.len(), 4);
    }
}
