//! The example client, written from `docs/protocol.md` alone, against a server.

use std::path::Path;

use tokio::process::Command;

use crate::support::{Server, within};

#[tokio::test]
async fn example_client_registers_sends_pulls_and_receives_pushes() {
    let server = Server::start().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python/curlew_client.py");
    let mut python = Command::new("python3");
    python
        .arg(&script)
        .arg(format!("http://{}", server.address()))
        .kill_on_drop(true);
    python.env("PYTHONIOENCODING", "utf-8");
    let run = within("the example client ends", python.output())
        .await
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&run.stdout);
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\n{errors}");
    for line in [
        "logged in: bob-",
        "pushed: Hello Bob",
        "pushed: 你好 🐦",
        "pulled: ['Hello Bob', '你好 🐦', '<b>not bold</b>']",
        "unread: 0",
    ] {
        assert!(said.contains(line), "no {line:?} in\n{said}");
    }
    let lines = std::fs::read_to_string(script)
        .expect("the script")
        .lines()
        .count();
    assert!(lines <= 100, "an example of {lines} lines is no example");
}
