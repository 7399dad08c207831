//! A Pika stand-in: a server that refuses, truncates and misbehaves as real ones were seen to do.
//!
//! No registry has a Pika, so this stands in for one. What it answers is not what our adapter expects but what
//! was recorded on Pika 3.5.5 ([`cases`]); a test holds it to that table, and a real Pika can be held to it too.

pub(crate) mod cases;
mod commands;
mod resp;

use std::{
    io::{BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

use self::{
    commands::{Session, State},
    resp::Reply,
};

/// Settings of `pika.conf` that matter here.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// 0: no cache of reads. 1, the default of the real one: a cache that lies.
    pub(crate) cache_model: u8,
    /// Password of the administrator.
    pub(crate) requirepass: String,
    /// Password of everybody else.
    pub(crate) userpass: String,
    /// Its version.
    pub(crate) version: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cache_model: 0,
            requirepass: String::new(),
            userpass: String::new(),
            version: "3.5.5",
        }
    }
}

/// A running stand-in. Its data is gone when this is dropped.
pub(crate) struct Pika {
    port: u16,
    state: Arc<Mutex<State>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    ended: Arc<AtomicBool>,
}

impl Pika {
    /// Starts one as an operator should set it.
    pub(crate) fn start() -> Self {
        Self::start_with(Settings::default())
    }

    /// Starts one with `settings`.
    pub(crate) fn start_with(settings: Settings) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let pika = Self {
            port: listener.local_addr().unwrap().port(),
            state: Arc::new(Mutex::new(State::new(settings))),
            open: Arc::default(),
            ended: Arc::default(),
        };
        let (state, open) = (Arc::clone(&pika.state), Arc::clone(&pika.open));
        let ended = Arc::clone(&pika.ended);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(SeqCst) {
                    return;
                }
                open.lock().unwrap().push(stream.try_clone().unwrap());
                let state = Arc::clone(&state);
                thread::spawn(move || serve(&state, stream));
            }
        });
        pika
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("pika://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The most rows that one command has stepped over since this was asked last.
    pub(crate) fn most_scanned(&self) -> usize {
        std::mem::take(&mut lock(&self.state).most_scanned)
    }

    /// Names of commands that were refused as unknown or malformed since the start.
    pub(crate) fn refused(&self) -> Vec<String> {
        lock(&self.state).refused.clone()
    }
}

impl Drop for Pika {
    fn drop(&mut self) {
        self.ended.store(true, SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        for stream in self.open.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers one connection, one command after the other, until it is closed.
fn serve(state: &Mutex<State>, stream: TcpStream) {
    drop(stream.set_nodelay(true));
    let Ok(mut writer) = stream.try_clone() else {
        return;
    };
    let outlet = Arc::new(Mutex::new(
        stream.try_clone().expect("it was cloned before"),
    ));
    let mut reader = BufReader::new(stream);
    let mut session = Session::new(outlet);
    while let Ok(words) = resp::read_command(&mut reader) {
        let reply = lock(state).answer(&mut session, &words);
        if writer.write_all(&reply.encode()).is_err() {
            return;
        }
        if reply == Reply::Bye {
            return;
        }
    }
}
