//! Connections over HTTP/1.

use std::convert::Infallible;
use std::error::Error;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::api::Api;
use super::wire::body::ReplyBody;
use super::wire::reply::Reset;
use super::wire::request::ReceivedRequest;
use super::wire::route::Route;

/// The size limit of the body of a call.
const MAX_CALL_BYTES: usize = 10 * 1024 * 1024;

/// The size limit of an uploaded file.
const MAX_UPLOAD_BYTES: usize = 200 * 1024 * 1024;

/// How much memory a body gets before any of it came.
const MAX_RESERVED_BYTES: usize = 64 * 1024;

/// Accepts connections until the future is dropped, which also closes its connections.
pub(super) async fn run(listener: TcpListener, api: Arc<Api>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(serve(stream, Arc::clone(&api)))),
                // For example too many open files: some will close.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn serve(stream: TcpStream, api: Arc<Api>) {
    // Small responses should leave at once. Without this option they are only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| Box::pin(exchange(request, Arc::clone(&api))));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let cause = ended.as_ref().err().and_then(Error::source);
    if cause.is_some_and(|cause| cause.is::<Reset>()) {
        let stream = connection.into_parts().io.into_inner();
        // Without this option the connection only ends.
        let _ = stream.set_zero_linger();
    }
}

async fn exchange(
    request: Request<Incoming>,
    api: Arc<Api>,
) -> Result<Response<ReplyBody>, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let route = Route::find(head.method.as_str(), head.uri.path());
    let limit = match route {
        Route::Upload(_) => MAX_UPLOAD_BYTES,
        _ => MAX_CALL_BYTES,
    };
    let (body, length) = read(body, limit).await?;
    let exceeded = length > limit as u64;
    let request = ReceivedRequest {
        received_at: api.now(),
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
        body_length: length,
        operation: route.operation().map(|operation| operation.id),
    };
    let reply = api.reply(route, &request, exceeded.then_some(limit));
    Ok(reply.send(api.clock()).await?)
}

/// Reads a body, and how long it is. One that exceeds the limit is read to its end too, because a
/// client that still writes wouldn't see the refusal, and isn't kept.
async fn read(mut body: Incoming, limit: usize) -> Result<(Bytes, u64), hyper::Error> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(limit);
    // What is announced need not come.
    let mut kept = BytesMut::with_capacity(announced.min(MAX_RESERVED_BYTES));
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        length += data.len() as u64;
        if length <= limit as u64 {
            kept.extend_from_slice(&data);
        } else {
            kept = BytesMut::new();
        }
    }
    Ok((kept.freeze(), length))
}
