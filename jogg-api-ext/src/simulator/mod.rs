//! A server that behaves like the API.
