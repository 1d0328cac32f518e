//! Uploads and downloads: what is sent and kept, retries, deadlines, files too large to hold, and
//! hosts other than the API.

mod deadlines;
mod download;
mod ended_early;
mod host;
mod hosts;
mod impostors;
mod large;
mod readers;
mod resume;
mod scripted;
mod storage;
mod targets;
mod upload;
