//! Why there is no connection: each cause over real sockets, named at the end of the message, and
//! retried only if another attempt can end in another way.

use std::time::Duration;

use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::{ErrorKind, JoggBuilder, RetryPolicy};
use jogg_tests::classes::one_of_each_class;
use jogg_tests::faults::call;
use jogg_tests::{connections, secrets, soon};

/// Each class of call fails in the same way, after this many attempts.
async fn fails(builder: JoggBuilder, host: &str, cause: &[&str], attempts: u32) {
    let retries = RetryPolicy::new().budget(f64::MAX).base_delay(Duration::from_millis(1));
    let jogg = builder.retry_policy(retries).build().unwrap();
    for codec in one_of_each_class() {
        let error = soon(call(&jogg, codec)).await.unwrap_err();
        let id = codec.operation.id;
        secrets::assert_hidden(&secrets::shown(&error), id);
        let text = error.to_string();
        assert!(text.starts_with(&format!("{id}: no connection to {host}")), "{text}");
        let (_, end) = text.rsplit_once(": ").unwrap_or_default();
        let is_last = |cause: &&str| text.ends_with(cause) || end.contains(cause);
        assert!(cause.iter().any(is_last), "{text}");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, attempts), "{text}");
        assert!(!error.may_have_executed(), "{text}");
        assert_eq!(error.is_retryable(), attempts > 1, "{text}");
    }
}

fn client(url: &str) -> JoggBuilder {
    connections::client(url, &VirtualClock::new())
}

#[tokio::test]
async fn a_refused_connection_says_so() {
    let (url, _taken) = connections::refusing();
    let host = url.trim_start_matches("http://");
    fails(client(&url), host, &["Connection refused (os error 111)"], 4).await;
}

#[tokio::test]
async fn an_unknown_host_says_so() {
    let builder = client("http://no-such-host.invalid").allow_plain_http(true);
    // The words are the system's; without a network there are others.
    let cause = ["Name or service not known", "Temporary failure in name resolution"];
    fails(builder, "no-such-host.invalid", &cause, 4).await;
}

/// With native-tls, reqwest speaks HTTP to it, and whatever it does with that is the cause.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", not(feature = "native-tls")))]
#[tokio::test]
async fn a_socks_proxy_without_the_feature_says_so_and_is_not_retried() {
    let (listener, url) = connections::listen().await;
    let proxy = url.replace("http://", "socks5://user:planted-password@");
    let mut urls = vec!["http://server.example"];
    if cfg!(any(feature = "rustls", feature = "rustls-no-provider")) {
        urls.push("https://server.example");
    }
    for url in urls {
        let proxy = proxy.clone();
        let builder = client(url)
            .allow_plain_http(true)
            .http_client(move |http| http.proxy(reqwest::Proxy::all(&proxy).unwrap()));
        let builder = match url.starts_with("https") {
            true => connections::with_some_root(builder),
            false => builder,
        };
        fails(builder, "server.example", &["enable reqwest's feature `socks`"], 1).await;
    }
    drop(listener);
}

/// On the way to plain http, the proxy's refusal is the response. It is an error of the same kind
/// and words as on the way to https.
#[tokio::test]
async fn a_proxy_of_plain_http_that_refuses_the_credentials_says_so_and_is_not_retried() {
    let (url, count) = connections::refusing_credentials().await;
    let proxy = url.replace("http://", "http://user:planted-password@");
    let builder = client("http://server.example").allow_plain_http(true);
    let builder = builder.http_client(move |http| http.proxy(reqwest::Proxy::all(&proxy).unwrap()));
    let jogg = builder.build().unwrap();
    for codec in one_of_each_class() {
        let error = soon(call(&jogg, codec)).await.unwrap_err();
        let id = codec.operation.id;
        secrets::assert_hidden(&secrets::shown(&error), id);
        assert_eq!(error.to_string(), format!("{id}: {CREDENTIALS}"));
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 1), "{error:?}");
        assert!(!error.may_have_executed() && !error.is_retryable(), "{error:?}");
    }
    let classes = one_of_each_class().len();
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), classes);
}

const CREDENTIALS: &str = "the proxy refuses its credentials, or needs some (HTTP 407)";

#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
mod with_tls {
    use super::*;

    #[tokio::test]
    async fn a_proxy_that_refuses_the_credentials_says_so_and_is_not_retried() {
        let (url, count) = connections::refusing_credentials().await;
        let proxy = url.replace("http://", "http://user:planted-password@");
        let builder = client("https://server.example");
        let builder =
            builder.http_client(move |http| http.proxy(reqwest::Proxy::all(&proxy).unwrap()));
        fails(connections::with_some_root(builder), "server.example", &[CREDENTIALS], 1).await;
        let classes = one_of_each_class().len();
        assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), classes);
    }

    #[tokio::test]
    async fn an_untrusted_certificate_says_so_and_is_not_retried() {
        let url = connections::untrusted().await;
        let host = url.trim_start_matches("https://");
        let builder = connections::with_some_root(client(&url));
        // OpenSSL adds a place in its sources.
        let cause = match cfg!(any(feature = "rustls", feature = "rustls-no-provider")) {
            true => "invalid peer certificate: UnknownIssuer",
            false => "certificate verify failed",
        };
        fails(builder, host, &[cause], 1).await;
    }
}
