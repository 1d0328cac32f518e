//! The public API of both crates: its names, what it can send and read for each operation of the
//! spec, and what its types show of themselves.

mod arbitrary;
mod coverage;
mod endpoints;
mod errors;
mod estimates;
mod follow_ups;
mod futures;
mod guides;
mod names;
mod operations;
mod readable;
mod redaction;
mod response_facts;
mod responses;
mod schemas;
mod shown;
mod tools;
mod values;
