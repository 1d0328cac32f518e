//! Makes the calls of one case by one side, for `cargo xtask bench --check` to count: `counted SIDE
//! CASE`.

use jogg_bench::api::Api;
use jogg_bench::baseline::Baseline;
use jogg_bench::ext::Ext;
use jogg_bench::{Case, Ready, Side};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, case] = arguments.as_slice() else { panic!("expected SIDE CASE") };
    let case = Case::ALL.iter().find(|known| known.name() == case);
    let case = *case.expect("a case of src/lib.rs");
    match side.as_str() {
        "reqwest" => measured(&Ready::<Baseline>::new(case)),
        "api" => measured(&Ready::<Api>::new(case)),
        "ext" => measured(&Ready::<Ext>::new(case)),
        _ => panic!("expected `reqwest`, `api` or `ext`"),
    }
}

/// All that is counted, which callgrind finds by its name.
#[inline(never)]
fn measured<S: Side>(ready: &Ready<S>) {
    ready.run();
}
