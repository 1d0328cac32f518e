//! Guides: what to do about one subject, with code that compiles.
//!
//! | subject | guide |
//! |---|---|
//! | testing with the simulator | [`testing`] |

#[cfg(feature = "simulator")]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}
