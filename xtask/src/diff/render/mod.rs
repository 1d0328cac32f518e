//! Prints a report: for people, for programs, and for GitHub.
//!
//! Breaks come first, and what harms nobody last, folded where a format can. Each format is a file:
//! `text`, `markdown`, `json` and `github`. `groups` brings the changes in their order, `lines` is
//! what several formats say of them, and `summary` has the last lines.

mod github;
mod groups;
mod json;
mod lines;
mod markdown;
mod summary;
mod text;

pub(crate) use github::github;
pub(crate) use json::json;
pub(crate) use lines::{api_lines, values};
pub(crate) use markdown::markdown;
pub(crate) use text::text;
