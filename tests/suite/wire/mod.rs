//! What goes over the wire, byte for byte: each request of the public API over a real socket. The
//! table of requests is in files by theme; other rooms read in it what was sent.

mod account;
mod avatars;
mod bytes;
pub(crate) mod case;
mod extra;
mod facts;
pub(crate) mod fields;
mod mistakes;
mod product_avatars;
mod products;
mod refusals;
pub(crate) mod table;
mod undocumented;
mod videos;
