//! Chooses among reqwest's TLS back ends, so that no combination of features panics or silently
//! falls back to another.

use crate::BuildError;

/// Whether the crate was built with a TLS back end.
pub(crate) const AVAILABLE: bool =
    cfg!(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"));

/// The TLS settings of a client: the back end, and the root certificates it was given.
pub(crate) struct Tls {
    roots: Vec<Root>,
}

impl Tls {
    /// Reads the root certificates, and checks that there is a crypto provider.
    pub(crate) fn new(pems: &[Vec<u8>]) -> Result<Self, BuildError> {
        check_provider()?;
        let mut roots = Vec::new();
        for pem in pems {
            roots.extend(read(pem)?);
        }
        Ok(Self { roots })
    }

    /// Sets the back end, and trusts the given certificates besides those of the system.
    pub(crate) fn apply(&self, http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        back_end(http, &self.roots, false)
    }

    /// The same for a system that has no certificates, where reqwest can't build a client that
    /// trusts them: only the given ones are trusted.
    pub(crate) fn apply_without_system(
        &self,
        http: reqwest::ClientBuilder,
    ) -> reqwest::ClientBuilder {
        back_end(http, &self.roots, true)
    }
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
type Root = reqwest::Certificate;

#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
fn read(pem: &[u8]) -> Result<Vec<Root>, BuildError> {
    let wrong = |reason: String| BuildError::Certificates { reason };
    let roots = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|error| wrong(crate::cause::text(&error)))?;
    match roots.is_empty() {
        true => Err(wrong("no certificate in the PEM text".to_owned())),
        false => Ok(roots),
    }
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
fn back_end(
    http: reqwest::ClientBuilder,
    roots: &[Root],
    only_given: bool,
) -> reqwest::ClientBuilder {
    let roots = roots.iter().cloned();
    // reqwest's default depends on what other crates enable.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    let http = http.tls_backend_rustls();
    #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
    let http = http.tls_backend_native();
    match only_given {
        true => http.tls_certs_only(roots),
        false => http.tls_certs_merge(roots),
    }
}

/// No TLS: only plain HTTP works.
#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
type Root = std::convert::Infallible;

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
fn read(_pem: &[u8]) -> Result<Vec<Root>, BuildError> {
    Err(BuildError::NoTls)
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
fn back_end(
    http: reqwest::ClientBuilder,
    _roots: &[Root],
    _only_given: bool,
) -> reqwest::ClientBuilder {
    http
}

/// reqwest panics without a provider, for plain http too. Its feature `rustls` has one.
fn check_provider() -> Result<(), BuildError> {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(BuildError::NoCryptoProvider);
    }
    Ok(())
}
