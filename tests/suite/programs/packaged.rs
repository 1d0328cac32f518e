//! The first programs of the READMEs, as a stranger runs them: in an empty project, with the
//! dependencies that the README says to add, and with the crates from their packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use jogg_tests::{cargo, root};

const READMES: [&str; 2] = ["README.md", "jogg-api-ext/README.md"];

/// Takes about a minute when it runs for the first time, as dependencies are compiled; then 10 s.
#[test]
fn the_first_program_of_each_readme_compiles_from_the_packages() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaged");
    let packages = Packages::create(&target);
    for readme in READMES {
        let text = std::fs::read_to_string(root().join(readme)).unwrap();
        let program = first_block(&text, "rust");
        assert!(program.contains("fn main()"), "{readme}: the first program is incomplete");
        let project = tempfile::tempdir().unwrap();
        packages.create_project(project.path(), program);
        let manifest = project.path().join("Cargo.toml").display().to_string();
        let added = first_block(&text, "console").lines().map(|line| packages.dependency(line));
        for dependency in added {
            let mut add = vec!["add".to_owned(), "--manifest-path".to_owned(), manifest.clone()];
            add.extend(dependency);
            succeed(&add.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let target = target.display().to_string();
        succeed(&["check", "--manifest-path", &manifest, "--target-dir", &target]);
    }
}

/// Both crates, unpacked from what `cargo package` writes.
struct Packages {
    folder: PathBuf,
    lock: String,
}

impl Packages {
    fn create(target: &Path) -> Self {
        let target_dir = target.display().to_string();
        let package = ["package", "--no-verify", "--allow-dirty", "--target-dir", &target_dir];
        succeed(&[&package[..], &["-p", "jogg-api", "-p", "jogg-api-ext"]].concat());
        let folder = target.join("package");
        let packages =
            Self { folder, lock: std::fs::read_to_string(root().join("Cargo.lock")).unwrap() };
        for name in ["jogg-api", "jogg-api-ext"] {
            let package = packages.path(name);
            let _ = std::fs::remove_dir_all(&package);
            // `m`: the files have the time of now. That in the package is always the same, and
            // cargo would take changed files for those it knows.
            let file = format!("{}.crate", package.display());
            let unpack =
                Command::new("tar").current_dir(&packages.folder).args(["-xzmf", &file]).status();
            assert!(unpack.unwrap().success(), "{file}");
        }
        packages
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}-{}", self.version(name)))
    }

    /// The version that the workspace is tested with.
    fn version(&self, name: &str) -> &str {
        let package = format!("name = \"{name}\"\nversion = \"");
        let (_, rest) = self.lock.split_once(&package).unwrap_or_else(|| panic!("{name}"));
        rest.split_once('"').unwrap().0
    }

    /// A new project with one program. It finds the unpublished crates, and takes the versions of
    /// the workspace.
    fn create_project(&self, folder: &Path, program: &str) {
        let manifest = format!(
            "[package]\nname = \"stranger\"\nedition = \"2024\"\n\n\
             [patch.crates-io]\njogg-api = {{ path = {:?} }}\n",
            self.path("jogg-api")
        );
        std::fs::create_dir(folder.join("src")).unwrap();
        std::fs::write(folder.join("src/main.rs"), program).unwrap();
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.join("Cargo.lock"), &self.lock).unwrap();
    }

    /// What a `cargo add` command adds, with a place for the unpublished crate and a version for
    /// others.
    fn dependency(&self, command: &str) -> Vec<String> {
        let arguments = command.strip_prefix("$ cargo add ").unwrap_or_else(|| panic!("{command}"));
        let mut arguments: Vec<_> = arguments.split_whitespace().map(str::to_owned).collect();
        match arguments[0].as_str() {
            "jogg-api-ext" => {
                let path = self.path("jogg-api-ext").display().to_string();
                arguments.extend(["--path".to_owned(), path]);
            }
            other => arguments[0] = format!("{other}@{}", self.version(other)),
        }
        arguments
    }
}

/// The first block of code in a language.
fn first_block<'a>(text: &'a str, language: &str) -> &'a str {
    let (_, block) = text.split_once(&format!("```{language}")).expect("a block");
    let (_, block) = block.split_once('\n').unwrap();
    block.split_once("\n```").expect("an end of the block").0
}

/// Runs cargo without the network.
fn succeed(arguments: &[&str]) {
    let output = cargo(&[arguments, &["--offline", "--quiet"]].concat(), &[]);
    assert_eq!(output.code, 0, "{arguments:?}: {}", output.stderr);
}
