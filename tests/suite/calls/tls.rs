//! HTTPS with a custom certificate authority, against a real TLS server, in each feature set.

use jogg_api_ext::{ErrorKind, Jogg};

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
#[test]
fn without_a_back_end_https_is_refused_by_name() {
    let error = Jogg::builder("k").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("`rustls`"), "{error}");
    Jogg::builder("k").base_url("http://localhost:9").build().unwrap();
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
mod with_tls {
    use std::process::Command;
    use std::sync::Arc;

    use jogg_tests::install_provider;

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

    use super::*;

    /// A server on loopback with a certificate of its own authority. Returns its URL, the
    /// authority's certificate, and what the handshake agreed on.
    async fn serve() -> (String, String, tokio::task::JoinHandle<Option<Vec<u8>>>) {
        install_provider();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Two certificates of one name would pass for one that signed itself.
        authority.distinguished_name.push(DnType::CommonName, "authority of the tests");
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned()];
        let certificate =
            CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let task = tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            let mut stream = acceptor.accept(socket).await.ok()?;
            let mut request = [0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            assert!(request[..length].starts_with(b"GET /v2/user/whoami HTTP/1.1"));
            let body = r#"{"code":0,"msg":"Success","data":{"username":"tls"}}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
            let agreed = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
            // The client closes first.
            let _ = stream.read(&mut request).await;
            Some(agreed)
        });
        (url, authority.pem(), task)
    }

    #[tokio::test]
    async fn a_custom_authority_is_trusted_when_it_is_given() {
        let (url, authority, server) = serve().await;
        let jogg = Jogg::builder("k").base_url(url).root_certificate(authority).build().unwrap();
        let user = jogg.account().whoami().await.unwrap();
        assert_eq!(user.username.as_deref(), Some("tls"));
        drop(jogg);
        let agreed = server.await.unwrap().expect("a handshake");
        // native-tls offers a protocol only with HTTP/2 on.
        if cfg!(any(feature = "rustls", feature = "rustls-no-provider")) {
            assert_eq!(agreed, b"http/1.1");
        }
    }

    #[tokio::test]
    async fn an_unknown_authority_is_no_connection() {
        let (url, _, server) = serve().await;
        let jogg = Jogg::builder("k").base_url(url).build();
        // A machine without any certificates says so when the client is built.
        match jogg {
            Ok(jogg) => {
                let error = jogg.account().whoami().await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
                assert!(!error.may_have_executed());
                assert_eq!(server.await.unwrap(), None);
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Configuration),
        }
    }

    /// Set where the test runs itself, on a machine without certificates.
    const WITHOUT_ROOTS: &str = "JOGG_TEST_WITHOUT_ROOTS";

    /// Like a slim container. The environment of a running process can't be changed, so the test
    /// runs itself with a different one.
    #[test]
    fn plain_http_to_this_machine_needs_no_root_certificates() {
        install_provider();
        if std::env::var_os(WITHOUT_ROOTS).is_some() {
            Jogg::builder("k").base_url("http://localhost:9").build().unwrap();
            let custom = Jogg::builder("k").base_url("http://localhost:9");
            custom.http_client(|http| http.tcp_nodelay(true)).build().unwrap();
            let error = Jogg::builder("k").build().err();
            // native-tls reads them when it connects.
            if cfg!(any(feature = "rustls", feature = "rustls-no-provider")) {
                let error = error.expect("https needs certificates");
                assert_eq!(error.kind(), ErrorKind::Configuration);
                assert!(error.to_string().contains("No CA certificates"), "{error}");
            }
            return;
        }
        let name = "calls::tls::with_tls::plain_http_to_this_machine_needs_no_root_certificates";
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args(["--exact", name]).env(WITHOUT_ROOTS, "1");
        itself.env("SSL_CERT_FILE", "/no/file").env("SSL_CERT_DIR", "/no/folder");
        let output = itself.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    #[tokio::test]
    async fn what_is_no_certificate_is_refused() {
        install_provider();
        for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            let error = Jogg::builder("k").root_certificate(pem).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{pem}");
            assert!(error.to_string().starts_with("root certificates: "), "{error}");
        }
    }
}
