//! A file host of the test's own.

use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_tests::replies::ticket;
use jogg_tests::{Stage, secrets};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Makes the next upload of a stage go to another host, with a signature that no error may show.
pub(super) fn send_to(stage: &Stage, host: &str) {
    let signature = secrets::query();
    let sign_url = format!("{host}/uploads/f.mp4?{signature}");
    let ticket = ticket(sign_url, format!("{host}/files/f.mp4?{signature}"));
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, ticket);
}

/// A host that buffers little of what is sent to it, and its address.
pub(super) fn host() -> (TcpListener, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(8).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    (listener, base_url)
}

/// Accepts a connection and reads the head of its request; also how much of the body came along.
pub(super) async fn accept(listener: &TcpListener) -> (TcpStream, u64) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut received = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "the head is cut");
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return (stream, (received.len() - end - 4) as u64);
        }
    }
}

/// Reads what still comes until the client ends the connection, one way or another.
pub(super) async fn drain(mut stream: TcpStream) -> u64 {
    let (mut total, mut buffer) = (0, vec![0; 64 * 1024]);
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        total += read as u64;
    }
    total
}
