//! The crypto provider of rustls.

use tokio_rustls::rustls::crypto::ring;

/// Installs the crypto provider that the feature `rustls-no-provider` leaves to applications.
pub fn install_provider() {
    if cfg!(all(feature = "rustls-no-provider", not(feature = "rustls"))) {
        // An error says that there is one.
        let _ = ring::default_provider().install_default();
    }
}
