//! A headless Chromium, driven through chromedriver by the W3C WebDriver protocol: five commands in JSON over HTTP,
//! for which a client library would bring more crates than the tests use otherwise.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Daemon, LIMIT, Need, Scratch, eventually, free_port};

/// The key that moves the focus on, as WebDriver names it.
pub(crate) const TAB: &str = "\u{e004}";
/// The key that follows a link.
pub(crate) const ENTER: &str = "\u{e007}";

/// A browser with one page, and an empty profile.
pub(crate) struct Browser {
    port: u16,
    session: String,
    _driver: Daemon,
}

impl Browser {
    /// What it takes.
    pub(crate) const NEEDS: [Need; 2] =
        [Need::Program("chromium", "chromium"), Need::Program("chromedriver", "chromium-driver")];

    pub(crate) fn start(scratch: &Scratch) -> Self {
        let port = free_port();
        let mut driver = Daemon::start(scratch, &[], &["chromedriver", &format!("--port={port}")]);
        driver.until("its port", || super::port_open(port).then_some(()));
        let profile = format!("--user-data-dir={}", scratch.folder("profile").display());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            &profile,
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let opened = request(port, "POST", "/session", &wanted);
        let session = opened["sessionId"].as_str().unwrap_or_else(|| panic!("{opened}")).to_owned();
        Self { port, session, _driver: driver }
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        let answer = request(self.port, "POST", &format!("/session/{}/{name}", self.session), body);
        assert!(answer.get("error").is_none(), "{name} {body}: {answer:#}");
        answer
    }

    /// Opens an address and waits until the page is there.
    pub(crate) fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// What a function body returns in the page; a promise is waited for.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until an expression is true in the page.
    pub(crate) fn until(&self, expression: &str) {
        eventually(&format!("{expression} in the page"), || {
            (self.run(&format!("return Boolean({expression})")) == true).then_some(())
        });
    }

    /// A page of this size; the window of a desktop cannot be as narrow as a telephone.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", &size);
    }

    /// What the person has chosen in the system: `light` or `dark`.
    pub(crate) fn scheme(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chromium("Emulation.setEmulatedMedia", &media);
    }

    /// Forbids or allows scripts on the pages that are opened from now on.
    pub(crate) fn scripts(&self, allowed: bool) {
        self.chromium("Emulation.setScriptExecutionDisabled", &json!({ "value": !allowed }));
    }

    fn chromium(&self, name: &str, parameters: &Value) {
        self.command("goog/cdp/execute", &json!({"cmd": name, "params": parameters}));
    }

    /// Presses and releases keys one after the other.
    pub(crate) fn press(&self, keys: &str) {
        let stroke = |key: char| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}));
        let strokes: Vec<Value> = keys.chars().flat_map(stroke).collect();
        self.command("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}));
    }

    /// What the pages wrote to the console since this was last asked: errors, and what the policy has refused.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.command("se/log", &json!({"type": "browser"}));
        let lines = log.as_array().unwrap_or_else(|| panic!("{log}"));
        lines.iter().map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// The browser is ended by its session; chromedriver's end alone would leave it behind.
impl Drop for Browser {
    fn drop(&mut self) {
        request(self.port, "DELETE", &format!("/session/{}", self.session), &Value::Null);
    }
}

/// The value that chromedriver answers.
fn request(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let body = body.to_string();
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}");
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    // chromedriver keeps the connection, so the end of the answer is where its head says.
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        let Some((name, value)) = line.split_once(':') else { if line.trim().is_empty() { break } else { continue } };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).unwrap();
    let mut answer: Value = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{path}: {error}"));
    answer["value"].take()
}
