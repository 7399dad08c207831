//! A server process of its own for each test.

use std::{
    net::SocketAddr,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    sync::Notify,
};

use super::within;

/// Settings under which limits and password hashes stand in nobody's way.
const GENEROUS: &[&str] = &[
    "server.listen=127.0.0.1:0",
    "auth.argon2_memory_kib=64",
    "auth.argon2_passes=1",
    "limits.sends_per_second=1000000",
    "limits.sends_burst=1000000",
    "limits.changes_per_minute=1000000",
    "limits.lookups_per_hour=1000000",
    "limits.logins_burst=1000000",
    "limits.logins_per_minute=1000000",
    "limits.registrations_per_hour=1000000",
    "limits.connections_per_address=100000",
];

/// A running `curlew serve`. Killed when dropped; its data goes with the last server on it.
pub(crate) struct Server {
    process: Child,
    output: Arc<Output>,
    address: SocketAddr,
    settings: Vec<String>,
    data: Arc<TempDir>,
}

impl Server {
    /// A server with everything embedded and generous limits.
    pub(crate) async fn start() -> Self {
        Self::with::<&str>(&[]).await
    }

    /// A server with further settings, each `section.key=value`.
    pub(crate) async fn with<S: AsRef<str>>(settings: &[S]) -> Self {
        let settings = settings.iter().map(|s| s.as_ref().to_owned()).collect();
        let data = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        Self::run(settings, data).await
    }

    async fn run(settings: Vec<String>, data: Arc<TempDir>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_curlew"));
        command.arg("serve").current_dir(data.path());
        command.args([
            "--set",
            &format!("server.data_dir={}", data.path().display()),
        ]);
        for setting in GENEROUS
            .iter()
            .copied()
            .chain(settings.iter().map(String::as_str))
        {
            command.args(["--set", setting]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command
            .kill_on_drop(true)
            .spawn()
            .expect("the curlew binary runs");
        let output = Output::of(&mut process);
        let line = output.line("listening on http").await;
        let address = line
            .rsplit('/')
            .next()
            .and_then(|text| text.trim().parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self {
            process,
            output,
            address,
            settings,
            data,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}/v1/ws", self.address)
    }

    /// The code of the set-up link printed on the first start.
    pub(crate) async fn setup_code(&self) -> String {
        let line = self.output.line("set up: ").await;
        line.rsplit(['/', '=', '#'])
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// SIGKILL, and gone.
    pub(crate) async fn kill(&mut self) {
        // A process that has ended already is as dead as one that is killed.
        let _ended_before = self.process.kill().await;
    }

    /// SIGKILL, then a start on the same data. The port is another one.
    pub(crate) async fn restart(&mut self) {
        self.kill().await;
        *self = Self::run(self.settings.clone(), Arc::clone(&self.data)).await;
    }

    /// Stops the process in its tracks, as a pause of the machine would.
    pub(crate) async fn freeze(&self) {
        self.signal("STOP").await;
    }

    /// Lets a stopped process go on.
    pub(crate) async fn thaw(&self) {
        self.signal("CONT").await;
    }

    /// SIGTERM; how the process ended.
    pub(crate) async fn stop(&mut self) -> ExitStatus {
        self.signal("TERM").await;
        let ended = within("the server ends after SIGTERM", self.process.wait()).await;
        ended.expect("the server's exit status")
    }

    async fn signal(&self, name: &str) {
        let id = self.process.id().expect("the server runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await;
        assert!(
            sent.is_ok_and(|status| status.success()),
            "kill -s {name} {id}"
        );
    }

    /// Answer to `GET path`: status and body.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let exchange = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let request = format!(
                "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
                self.address
            );
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            std::io::Result::Ok(answer)
        };
        let answer = within(path, exchange).await.expect("an HTTP answer");
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = answer
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned());
        (status.expect("an HTTP status"), body.unwrap_or_default())
    }

    /// Sum of a counter in `/metrics` over the rows with `label`; 0 when it was never counted.
    pub(crate) async fn metric(&self, name: &str, label: &str) -> u64 {
        let (status, body) = self.get("/metrics").await;
        assert_eq!(status, 200, "{body}");
        body.lines()
            .filter(|line| line.split([' ', '{']).next() == Some(name) && line.contains(label))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }

    /// Resident memory of the process, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let id = self.process.id().expect("the server runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.expect("its resident memory") * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let errors = self
                .output
                .errors
                .lock()
                .map(|lines| lines.join("\n"))
                .unwrap_or_default();
            eprintln!("--- the server on {} wrote:\n{errors}", self.address);
        }
    }
}

/// What a process has written so far.
#[derive(Default)]
struct Output {
    lines: Mutex<Vec<String>>,
    errors: Mutex<Vec<String>>,
    ended: Mutex<bool>,
    news: Notify,
}

impl Output {
    /// Lines of the error stream that are kept.
    const ERROR_LINES: usize = 200;

    fn of(process: &mut Child) -> Arc<Self> {
        let output = Arc::new(Self::default());
        let lines = process.stdout.take().expect("stdout is piped");
        let errors = process.stderr.take().expect("stderr is piped");
        let (to_lines, to_errors) = (Arc::clone(&output), Arc::clone(&output));
        tokio::spawn(async move {
            each_line(lines, |line| {
                to_lines.lines.lock().unwrap().push(line);
                to_lines.news.notify_waiters();
            })
            .await;
            *to_lines.ended.lock().unwrap() = true;
            to_lines.news.notify_waiters();
        });
        tokio::spawn(each_line(errors, move |line| {
            let mut kept = to_errors.errors.lock().unwrap();
            if kept.len() == Self::ERROR_LINES {
                kept.remove(0);
            }
            kept.push(line);
        }));
        output
    }

    /// The first line of standard output that contains `part`.
    async fn line(&self, part: &str) -> String {
        let wait = async {
            loop {
                let news = self.news.notified();
                let found = self
                    .lines
                    .lock()
                    .unwrap()
                    .iter()
                    .find(|line| line.contains(part))
                    .cloned();
                if let Some(line) = found {
                    return line;
                }
                assert!(
                    !*self.ended.lock().unwrap(),
                    "ended without {part:?}: {}",
                    self.text()
                );
                news.await;
            }
        };
        let line = tokio::time::timeout(super::DEADLINE, wait).await;
        line.unwrap_or_else(|late| panic!("no line with {part:?} ({late}): {}", self.text()))
    }

    fn text(&self) -> String {
        let lines = self.lines.lock().unwrap().join("\n");
        let errors = self.errors.lock().unwrap().join("\n");
        format!("\n{lines}\n{errors}")
    }
}

async fn each_line(stream: impl AsyncRead + Unpin, mut take: impl FnMut(String)) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        take(line);
    }
}
