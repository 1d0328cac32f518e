//! The client the generated methods hang on, and the one way a request goes out.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use reqwest::Request;
use serde::de::DeserializeOwned;

use crate::decode::{decode, is_whole};
use crate::error::Received;
use crate::exchange::{Interruption, TimeLimit, exchange};
use crate::{Answer, ClientBuilder, Envelope, Error, Failure, Operation};

const API_KEY: &str = "x-api-key";

/// The low-level client: one method per operation, one HTTP request per call, no retries.
///
/// Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    time_limit: Option<Arc<StartTimeLimit>>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) key: HeaderValue,
    pub(crate) max_body_bytes: usize,
}

type StartTimeLimit = dyn Fn() -> TimeLimit + Send + Sync;

impl Client {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), time_limit: None }
    }

    /// Starts to build a client with this API key.
    pub fn builder(key: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(key.into())
    }

    /// The same client with a time limit: `start` is called for each request, and when its future
    /// ends before the answer does, the call fails with [`Failure::Timeout`].
    ///
    /// The error has what had arrived till then, which is lost if the future of a call is dropped
    /// instead. A limit already set is replaced. This crate has no timer of its own:
    ///
    /// ```no_run
    /// # fn sleep(_: std::time::Duration) -> std::future::Ready<()> { std::future::ready(()) }
    /// # async fn demo(client: jogg_api::Client) -> Result<(), jogg_api::Error> {
    /// let limited = client.with_time_limit(|| sleep(std::time::Duration::from_secs(30)));
    /// let answer = limited.whoami().await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_time_limit<S, F>(&self, start: S) -> Self
    where
        S: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let time_limit: Arc<StartTimeLimit> = Arc::new(move || Box::pin(start()));
        Self { inner: Arc::clone(&self.inner), time_limit: Some(time_limit) }
    }

    /// The base URL, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// The HTTP client. Requests made with it carry no key, and follow no redirects.
    pub fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    /// A text of the server without the key of this client: some servers repeat what they were
    /// sent. Done already to `msg` and `rid`; for texts in `data` that become part of a message.
    pub fn redact_key(&self, text: &str) -> String {
        match self.inner.key.to_str() {
            // A shorter one is no real key, and would be found in every other word.
            Ok(key) if key.len() > 4 => text.replace(key, "[redacted]"),
            _ => text.to_owned(),
        }
    }

    /// Sends a request and reads its answer. Every generated method ends here.
    pub(crate) async fn finish<T: DeserializeOwned>(
        &self,
        request: reqwest::Result<Request>,
        operation: &'static Operation,
    ) -> Result<Answer<T>, Error> {
        let mut request = request.map_err(|error| Error::request(operation, error))?;
        request.headers_mut().insert(API_KEY, self.inner.key.clone());
        let Inner { http, max_body_bytes, .. } = &*self.inner;
        let time_limit = self.time_limit.as_ref().map(|start| start());
        let (received, ended) = exchange(http, request, *max_body_bytes, time_limit).await;
        let interruption = match ended {
            // An object says itself where it ends: with its end the answer is whole, whatever
            // became of the connection, and what was paid for is not lost.
            Err(interruption) if !is_whole(&received.body) => interruption,
            _ => return self.conclude(operation, received),
        };
        let failure = match interruption {
            Interruption::BodyTooLarge => Failure::BodyTooLarge { limit: *max_body_bytes },
            Interruption::Http(error) => {
                return Err(Error::transport(operation, error, received));
            }
            Interruption::TimeLimit => Failure::Timeout,
        };
        Err(Error::new(operation, failure, received, None))
    }

    /// Only a 2xx with the code 0 is success. The body is read at every status, and a code in it says
    /// more than the status does.
    fn conclude<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        mut received: Received,
    ) -> Result<Answer<T>, Error> {
        let status = received.status.unwrap_or_default();
        let failure = match decode::<T>(&received.body) {
            Ok((envelope, left_out)) if envelope.code == 0 && status.is_success() => {
                let envelope = self.without_key(envelope);
                return Ok(Answer {
                    data: envelope.data,
                    msg: envelope.msg,
                    rid: envelope.rid,
                    status,
                    headers: received.headers,
                    body: received.body,
                    skipped: left_out.reported,
                    skipped_count: left_out.count,
                });
            }
            Ok((envelope, _)) => {
                let failure = if envelope.code == 0 { Failure::Status } else { Failure::Api };
                received.envelope = Some(self.without_key(envelope.without_data()));
                failure
            }
            Err(error) => {
                let code = error.envelope.as_ref().map_or(0, |envelope| envelope.code);
                received.envelope = error.envelope.map(|envelope| self.without_key(envelope));
                match (code, status.is_success()) {
                    (0, true) => Failure::Decode { reason: error.reason },
                    (0, false) => Failure::Status,
                    _ => Failure::Api,
                }
            }
        };
        Err(Error::new(operation, failure, received, None))
    }

    fn without_key<T>(&self, mut envelope: Envelope<T>) -> Envelope<T> {
        for text in [Some(&mut envelope.msg), envelope.rid.as_mut()].into_iter().flatten() {
            *text = self.redact_key(text);
        }
        envelope
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("key", &"[redacted]")
            .field("max_body_bytes", &self.inner.max_body_bytes)
            .field("has_time_limit", &self.time_limit.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, pending, ready};
    use std::net::TcpStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::test_server::{read_head, respond, send, serve};
    use crate::types::User;

    fn client(talk: impl FnMut(&TcpStream) + Send + 'static) -> Client {
        Client::builder("the-key").base_url(serve(talk)).build().unwrap()
    }

    /// A server that closes the connection within a longer body.
    fn cut_client(status: &'static str, body: &'static str) -> Client {
        client(move |stream| {
            read_head(stream);
            send(
                stream,
                &format!("HTTP/1.1 {status}\r\ncontent-length: 999\r\nx-a: b\r\n\r\n{body}"),
            );
        })
    }

    #[test]
    fn the_key_is_marked_as_secret() {
        let client = Client::builder("k").base_url("http://localhost").build().unwrap();
        assert!(client.inner.key.is_sensitive());
    }

    #[tokio::test]
    async fn a_whole_answer_counts_though_its_transfer_was_cut() {
        let client = cut_client("200 OK", r#"{"code": 0, "rid": "r", "data": {"email": "a@b.c"}}"#);
        let answer = client.whoami().await.unwrap();
        assert_eq!(answer.data.unwrap().email.as_deref(), Some("a@b.c"));
        for (status, body, failure, code) in [
            ("200 OK", r#"{"code": 18020, "msg": "no credit"}"#, Failure::Api, Some(18020)),
            ("404 Not Found", r#"{"code": 10104, "msg": "no"}"#, Failure::Api, Some(10104)),
            ("403 Forbidden", r#"{"code": 0, "msg": "no"}"#, Failure::Status, Some(0)),
        ] {
            let error = cut_client(status, body).whoami().await.unwrap_err();
            assert_eq!((error.failure(), error.code()), (&failure, code), "{body}");
        }
    }

    #[tokio::test]
    async fn what_came_of_a_cut_answer_is_kept() {
        for status in ["200 OK", "401 Unauthorized", "429 Too Many Requests", "500 Oh"] {
            let error = cut_client(status, r#"{"code": 0, "da"#).whoami().await.unwrap_err();
            assert_eq!(error.failure(), &Failure::Transport);
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(error.headers()["x-a"], "b");
            assert_eq!(&error.body()[..], br#"{"code": 0, "da"#);
        }
    }

    #[tokio::test]
    async fn a_long_body_is_cut_and_kept() {
        for (limit, status, body, failure, code) in [
            (10, "200 OK", r#"{"code": 0}"#, Failure::BodyTooLarge { limit: 10 }, None),
            (11, "404 Not Found", r#"{"code": 0}"#, Failure::Status, Some(0)),
            (10, "404 Not Found", "0123456789abc", Failure::BodyTooLarge { limit: 10 }, None),
            (17, "404 Not Found", "{\"code\": 10104}     ", Failure::Api, Some(10104)),
        ] {
            let server = serve(move |stream| {
                read_head(stream);
                respond(stream, status, body);
            });
            let builder = Client::builder("k").base_url(server).max_body_bytes(limit);
            let error = builder.build().unwrap().whoami().await.unwrap_err();
            assert_eq!((error.failure(), error.code()), (&failure, code), "{body}");
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(error.body(), &body.as_bytes()[..limit.min(body.len())]);
        }
    }

    /// Ends once the server has sent all it will, and the client has had the time to read it.
    async fn after(sent: Arc<AtomicBool>) {
        while !sent.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_time_limit_keeps_what_had_arrived() {
        let whole = r#"{"code": 0, "data": {"email": "a@b.c"}}"#;
        let head = "HTTP/1.1 202 Accepted\r\ncontent-length: 999\r\nx-a: b\r\n\r\n";
        for (text, status, body) in [
            (String::new(), None, ""),
            (head.to_owned(), Some(202), ""),
            (format!("{head}{{\"code\": 0, "), Some(202), "{\"code\": 0, "),
            (format!("{head}{whole}"), Some(202), whole),
        ] {
            let sent = Arc::new(AtomicBool::new(false));
            let (mut open, done) = (Vec::new(), Arc::clone(&sent));
            let client = client(move |stream| {
                read_head(stream);
                send(stream, &text);
                // Closing it would be an answer, too.
                open.push(stream.try_clone().unwrap());
                done.store(true, Ordering::SeqCst);
            });
            let limited = client.with_time_limit(move || after(Arc::clone(&sent)));
            match limited.whoami().await {
                Ok(answer) => assert_eq!((&answer.body[..], body), (whole.as_bytes(), whole)),
                Err(error) => {
                    assert_eq!(error.failure(), &Failure::Timeout);
                    assert_eq!(error.status().map(|status| status.as_u16()), status);
                    assert_eq!(error.headers().contains_key("x-a"), status.is_some());
                    assert_eq!(error.body(), body);
                    assert_ne!(body, whole);
                }
            }
        }
    }

    #[tokio::test]
    async fn a_time_limit_starts_with_each_request_and_ends_only_late_ones() {
        let client = client(|stream| {
            read_head(stream);
            respond(stream, "200 OK", r#"{"code": 0}"#);
        });
        let started = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&started);
        let patient = client.with_time_limit(move || {
            count.fetch_add(1, Ordering::SeqCst);
            pending()
        });
        patient.whoami().await.unwrap();
        patient.clone().whoami().await.unwrap();
        client.whoami().await.unwrap();
        assert_eq!(started.load(Ordering::SeqCst), 2);
        let error = patient.with_time_limit(|| ready(())).whoami().await.unwrap_err();
        assert_eq!((error.failure(), error.status()), (&Failure::Timeout, None));
        fn spawnable<F: Future + Send + 'static>(_: F) {}
        spawnable(async move { patient.whoami().await });
    }

    #[tokio::test]
    async fn the_key_is_taken_out_of_messages() {
        for (status, code) in [("200 OK", 0), ("401 Unauthorized", 10105)] {
            let body = format!(
                r#"{{"code": {code}, "msg": "got the-key", "rid": "the-key", "data": {{}}}}"#
            );
            let client = client(move |stream| {
                read_head(stream);
                respond(stream, status, &body);
            });
            let (msg, rid) = match client.whoami().await {
                Ok(Answer { msg, rid, .. }) => (msg, rid),
                Err(error) => (error.msg().unwrap().to_owned(), error.rid().map(str::to_owned)),
            };
            assert_eq!((msg.as_str(), rid.as_deref()), ("got [redacted]", Some("[redacted]")));
        }
    }

    #[tokio::test]
    async fn a_result_is_typed_however_odd_its_envelope() {
        let client = client(|stream| {
            read_head(stream);
            respond(stream, "200 OK", r#"{"code": "0", "msg": [], "data": {"email": "a"}}"#);
        });
        let answer: Answer<User> = client.whoami().await.unwrap();
        assert_eq!(answer.data.unwrap().email.as_deref(), Some("a"));
    }
}
