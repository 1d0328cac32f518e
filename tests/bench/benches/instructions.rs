//! Counts the instructions of calls, each case and side in a process of its own under callgrind.

#![allow(missing_docs, reason = "the harness makes public functions of its own")]

use gungraun::Callgrind;
use gungraun::prelude::*;
use jogg_bench::api::Api;
use jogg_bench::baseline::Baseline;
use jogg_bench::ext::Ext;
use jogg_bench::{CALLS_VARIABLE, Case, Ready, SERVER_VARIABLE, cases};

macro_rules! benchmarks {
    ($($(#[$doc:meta])* $name:ident $variant:ident,)*) => {
        #[library_benchmark]
        $(#[bench::$name(Ready::<Baseline>::new(Case::$variant))])*
        fn reqwest(ready: Ready<Baseline>) -> Ready<Baseline> {
            ready.run();
            ready
        }

        #[library_benchmark]
        $(#[bench::$name(Ready::<Api>::new(Case::$variant))])*
        fn api(ready: Ready<Api>) -> Ready<Api> {
            ready.run();
            ready
        }

        #[library_benchmark]
        $(#[bench::$name(Ready::<Ext>::new(Case::$variant))])*
        fn ext(ready: Ready<Ext>) -> Ready<Ext> {
            ready.run();
            ready
        }
    };
}
cases!(benchmarks);

library_benchmark_group!(name = calls, benchmarks = [reqwest, api, ext]);

main!(
    config = LibraryBenchmarkConfig::default()
        // Instructions alone, which is twice as quick.
        .tool(Callgrind::with_args(["--cache-sim=no"]))
        .pass_through_env(SERVER_VARIABLE)
        .pass_through_env(CALLS_VARIABLE);
    library_benchmark_groups = calls
);
