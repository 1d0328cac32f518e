//! The service as a process.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The key that it gets.
pub const KEY: &str = "key-of-the-soak-4e1f";
/// How many orders it sends at a time.
pub const AT_ONCE: usize = 4;

/// A folder for a database, which is removed when this is dropped, and a port.
pub struct Folder {
    path: PathBuf,
    port: u16,
}

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        // Always the same, as the address of an endpoint is; and none that a connection gets while
        // the service is down.
        let mut ports = std::iter::repeat_with(|| fastrand::u16(20_000..30_000));
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        Self { path, port: ports.find(is_free).unwrap() }
    }

    pub fn database(&self) -> PathBuf {
        self.path.join("orders.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A running service, and what it has printed.
pub struct Service {
    child: Child,
    output: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Service {
    /// Starts it, and waits until it listens.
    pub async fn start(folder: &Folder, base_url: &str, orders: u64) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-service"));
        command.env("JOGG_API_KEY", KEY).env_remove("JOGG_WEBHOOK_SECRET");
        command.args(["--base-url", base_url, "--listen", &format!("127.0.0.1:{}", folder.port)]);
        command.arg("--database").arg(folder.database());
        command.args(["--orders", &orders.to_string(), "--at-once", &AT_ONCE.to_string()]);
        command.args(["--limit", "1000000", "--poll", "3", "--settle", "1", "--until-done"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let readers = vec![collect(stdout, &output), collect(stderr, &output)];
        let mut service = Self { child, output, readers };
        service.until(Duration::from_secs(30), |service| service.printed("listening on")).await;
        service
    }

    /// Kills it with SIGKILL, and returns what it had printed.
    pub fn kill(mut self) -> String {
        assert!(self.child.try_wait().unwrap().is_none(), "{}", self.output.lock().unwrap());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.printed_to_the_end()
    }

    /// Waits for its end, and returns its exit code and what it had printed.
    pub async fn ended(mut self, time: Duration) -> (i32, String) {
        self.until(time, |_| false).await;
        let status = self.child.wait().unwrap();
        (status.code().unwrap_or(-1), self.printed_to_the_end())
    }

    /// Waits until something holds, or the process has ended.
    pub async fn until(&mut self, time: Duration, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) && self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < time, "{time:?}:\n{}", self.output.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn printed(&self, text: &str) -> bool {
        self.output.lock().unwrap().contains(text)
    }

    fn printed_to_the_end(&mut self) -> String {
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        self.output.lock().unwrap().clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Fails if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(from: impl Read + Send + 'static, to: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let to = Arc::clone(to);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut to = to.lock().unwrap();
            to.push_str(&line);
            to.push('\n');
        }
    })
}
