//! The four packages: what may import what in them, and that it is so.

use super::circles::{self, Pair};
use super::graph::Graph;
use super::modules::Root;
use super::rooms::{self, Rooms};
use super::sources::with_generated;

struct Package {
    /// All paths of its files are from here.
    folder: &'static str,
    /// The files its crates begin with. What they lead to is read; in the package of tests, what is
    /// only compiled for tests too.
    roots: &'static [Root],
    is_of_tests: bool,
    /// Packages of their own within the folder, outside of the workspace.
    others: &'static [&'static str],
    /// Two files that may import each other, as they are two halves of one thing.
    pairs: &'static [Pair],
    rooms: Rooms,
}

static PACKAGES: [Package; 4] = [
    Package {
        folder: "jogg-api/src",
        roots: &[Root { file: "lib.rs", known_as: Some("jogg_api") }],
        is_of_tests: false,
        others: &[],
        pairs: &[Pair {
            files: ["builder.rs", "client.rs"],
            reason: "`Client::builder` begins what `ClientBuilder::build` ends with a client",
        }],
        rooms: Rooms {
            floors: &[
                &["lib.rs", "generated/mod.rs"],
                &["generated/codecs.rs"],
                &["codecs.rs"],
                &["generated/client.rs"],
                &["generated/endpoints.rs"],
                &["generated"],
                &[""],
                &["generated/enums.rs"],
                &["enumeration.rs"],
                &["lenient", "redact.rs"],
                &["escape.rs", "secret.rs"],
            ],
            apart: &[],
        },
    },
    Package {
        folder: "jogg-api-ext/src",
        roots: &[
            Root { file: "lib.rs", known_as: Some("jogg_api_ext") },
            Root { file: "bin/jogg-simulator/main.rs", known_as: None },
        ],
        is_of_tests: false,
        others: &[],
        pairs: &[Pair {
            files: ["batch/place.rs", "batch/shared_window.rs"],
            reason: "a place is taken in a window, which is how a window gives permits",
        }],
        rooms: Rooms {
            floors: &[
                &["lib.rs", "bin"],
                &["blocking.rs", "guide.rs", "simulator"],
                &["simulator/delivery"],
                &["simulator/handlers"],
                &["simulator/references.rs"],
                &["simulator/conditions.rs"],
                &["simulator/call.rs"],
                &["simulator/state"],
                &["simulator/wire"],
                &["simulator/spec"],
                &["simulator/clock.rs", "simulator/settings.rs"],
                &["simulator/dialect.rs", "simulator/lock.rs"],
                &["batch"],
                &["webhooks", "outcome_unknown"],
                &["resources", "assets"],
                &["jobs", "lists"],
                &["call", "request.rs"],
                &["client.rs"],
                &["policy", "runtimes", "tools.rs"],
                &["stream.rs"],
                &["error"],
                &["sent_request.rs"],
                &[
                    "clock.rs",
                    "host_response.rs",
                    "http_client.rs",
                    "job_record.rs",
                    "undocumented.rs",
                ],
                &["webhooks/shape.rs", "webhooks/signature.rs"],
                &["error_kind.rs"],
            ],
            apart: &[(
                "simulator",
                &[
                    "clock.rs",
                    "jobs/status.rs",
                    "undocumented.rs",
                    "webhooks/shape.rs",
                    "webhooks/signature.rs",
                ],
            )],
        },
    },
    Package {
        folder: "xtask/src",
        roots: &[Root { file: "main.rs", known_as: None }],
        is_of_tests: false,
        others: &[],
        pairs: &[],
        rooms: Rooms {
            floors: &[
                &["main.rs"],
                &["regen"],
                &["drift", "bench"],
                &["diff", "lint"],
                &["codegen", "surface", "public_api"],
                &["spec.rs"],
                &["workspace.rs"],
                &["failure.rs"],
                &["document", "output.rs", "text.rs"],
            ],
            apart: &[],
        },
    },
    Package {
        folder: "tests",
        roots: &[
            Root { file: "src/lib.rs", known_as: Some("jogg_tests") },
            Root { file: "src/bin/batch-worker.rs", known_as: None },
            Root { file: "src/bin/decode.rs", known_as: None },
            Root { file: "src/bin/smoke/main.rs", known_as: None },
            Root { file: "batch/main.rs", known_as: None },
            Root { file: "benches/batch.rs", known_as: None },
            Root { file: "suite/main.rs", known_as: None },
            Root { file: "suite/log.rs", known_as: None },
        ],
        is_of_tests: true,
        others: &["applications/", "bench/", "fuzz/"],
        pairs: &[],
        rooms: Rooms {
            floors: &[
                &["suite/main.rs", "suite/log.rs"],
                &[
                    "batch",
                    "benches",
                    "suite/api",
                    "suite/calls",
                    "suite/failures.rs",
                    "suite/house",
                    "suite/jobs",
                    "suite/programs",
                    "suite/transfer",
                    "suite/webhooks",
                ],
                &["suite/wire"],
                &["src/bin"],
                &["src"],
            ],
            apart: &[],
        },
    },
];

impl Package {
    fn graph(&self) -> Graph {
        let mut files = with_generated(self.folder, "rs");
        files.retain(|file, _| !self.others.iter().any(|other| file.starts_with(other)));
        Graph::of(&files, self.roots, self.is_of_tests)
    }

    /// Each of the findings, with the package.
    fn shown(&self, findings: Vec<String>) -> String {
        let lines = findings.iter().map(|finding| format!("{}: {finding}\n", self.folder));
        lines.collect()
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut found = String::new();
    for package in &PACKAGES {
        let graph = package.graph();
        found.push_str(&package.shown(circles::findings(&graph, package.pairs)));
        found.push_str(&package.shown(graph.unread));
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn each_room_imports_only_from_those_below_it() {
    let of = |package: &Package| {
        let found = rooms::findings(&package.graph(), &package.rooms, package.pairs);
        package.shown(found)
    };
    let found: String = PACKAGES.iter().map(of).collect();
    assert!(found.is_empty(), "\n{found}");
}
