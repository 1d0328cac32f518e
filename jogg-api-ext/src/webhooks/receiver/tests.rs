//! How much of a body is read.

use super::*;

/// A body that comes in these pieces.
struct Pieces(std::vec::IntoIter<&'static str>);

impl http_body::Body for Pieces {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Frame<Self>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(http_body::Frame::data(piece.into()))))
    }
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_in_however_many_pieces() {
    for (pieces, may_be) in [
        (vec!["1234567890"], true),
        (vec!["123456", "7890"], true),
        (vec!["123456", "78901"], false),
        (vec!["12345678901"], false),
        (vec!["12345678901", "2"], false),
        (vec!["1", "234567890123"], false),
        (vec!["1234567890", "1"], false),
    ] {
        let shown = format!("{pieces:?}");
        let whole = pieces.concat();
        let read = read(Pieces(pieces.into_iter()), 10).await;
        let expected =
            if may_be { Ok(whole.as_bytes()) } else { Err(StatusCode::PAYLOAD_TOO_LARGE) };
        assert_eq!(read.as_deref().map_err(|status| *status), expected, "{shown}");
    }
}

/// A body that must not be read.
struct Unread;

impl http_body::Body for Unread {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Frame<Self>>> {
        panic!("it is read")
    }
}

fn unsigned() -> Receiver {
    Receiver::unsigned(|_: Callback| async { Ok::<_, std::io::Error>(()) })
}

#[tokio::test]
async fn a_body_that_is_said_to_be_too_long_is_not_read() {
    let announced = |length: usize| Request::post("/").header(CONTENT_LENGTH, length);
    let request = announced(MAX_BODY_BYTES + 1).body(Unread).unwrap();
    assert_eq!(unsigned().receive(request).await, StatusCode::PAYLOAD_TOO_LARGE);
    // One that may be sent is read, whatever it has.
    let body = Pieces(vec!["{}"].into_iter());
    let request = announced(MAX_BODY_BYTES).body(body).unwrap();
    assert_eq!(unsigned().receive(request).await, StatusCode::OK);
}

#[tokio::test]
async fn a_callback_may_be_as_long_as_the_limit() {
    for (length, status) in
        [(MAX_BODY_BYTES, StatusCode::OK), (MAX_BODY_BYTES + 1, StatusCode::PAYLOAD_TOO_LARGE)]
    {
        assert_eq!(unsigned().receive_bytes(None, &vec![b' '; length]).await, status, "{length}");
    }
}
