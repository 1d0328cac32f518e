//! Chooses the TLS back end, so that no combination of features panics or silently falls back to
//! another.

use crate::BuildError;

/// Whether the crate was built with a TLS back end.
pub(crate) const AVAILABLE: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

/// Sets the back end and its root certificates. If both features are enabled, rustls is used.
///
/// `secure` says whether the base URL needs TLS. If it doesn't, a system without certificates is
/// not an error.
#[cfg(feature = "rustls")]
pub(crate) fn configure(
    http: reqwest::ClientBuilder,
    roots: &[Vec<u8>],
    secure: bool,
) -> Result<reqwest::ClientBuilder, BuildError> {
    use std::sync::Arc;

    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    use rustls_platform_verifier::Verifier;

    let wrong =
        |error: &dyn std::fmt::Display| BuildError::Certificates { reason: error.to_string() };
    let mut certificates = Vec::new();
    for pem in roots {
        let before = certificates.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            certificates.push(certificate.map_err(|error| wrong(&error))?);
        }
        if certificates.len() == before {
            return Err(wrong(&"no certificate in the PEM text"));
        }
    }
    // Not a process-wide provider, which is for the application to choose.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?;
    let config = match Verifier::new_with_extra_roots(certificates, provider) {
        Ok(verifier) => config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)),
        Err(error) if secure => return Err(wrong(&error)),
        // Trusts nothing, which matters only if an upload goes to an https URL.
        Err(_) => config.with_root_certificates(rustls::RootCertStore::empty()),
    };
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = match cfg!(feature = "http2") {
        true => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        false => vec![b"http/1.1".to_vec()],
    };
    Ok(http.tls_backend_preconfigured(config))
}

/// native-tls: the library and certificates of the system.
#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
pub(crate) fn configure(
    http: reqwest::ClientBuilder,
    roots: &[Vec<u8>],
    _secure: bool,
) -> Result<reqwest::ClientBuilder, BuildError> {
    let mut certificates = Vec::new();
    for pem in roots {
        let bundle = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| BuildError::Certificates { reason: error.to_string() })?;
        if bundle.is_empty() {
            let reason = "no certificate in the PEM text".to_owned();
            return Err(BuildError::Certificates { reason });
        }
        certificates.extend(bundle);
    }
    Ok(http.tls_backend_native().tls_certs_merge(certificates))
}

/// No TLS: only plain HTTP works.
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(crate) fn configure(
    http: reqwest::ClientBuilder,
    roots: &[Vec<u8>],
    _secure: bool,
) -> Result<reqwest::ClientBuilder, BuildError> {
    match roots.is_empty() {
        true => Ok(http),
        false => Err(BuildError::NoTls),
    }
}
