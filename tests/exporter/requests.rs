//! What is asked, and what is refused.

use crate::daemon::{Exporter, RARELY, shell};
use crate::http::{ask, send};

crate::trials![each_request_has_its_answer, no_path_leaves_the_board, nothing_runs_because_of_a_request];

fn each_request_has_its_answer() {
    let exporter = Exporter::start(&format!("{RARELY}{}", shell("a", "until [ -e go ]; do sleep 0.05; done", "")));
    let status = |method: &str, path: &str, headers: &str| ask(exporter.address, method, path, headers).status;
    assert_eq!(status("GET", "/-/healthy", ""), 200);
    assert_eq!(status("GET", "/-/ready", ""), 503);
    exporter.folder.file("go", "");
    exporter.until_run(&["a"], 1.0);
    for (method, path, want) in [
        ("GET", "/-/ready", 200),
        ("GET", "/", 200),
        ("GET", "/?q=a%20b&state=x&group=%3Cscript%3E", 200),
        ("GET", "/?q=%ff", 200),
        ("GET", "/metrics", 200),
        ("GET", "/metrics?x=1", 200),
        ("GET", "/check/h/a", 200),
        ("GET", "/check/h/%61", 200),
        ("GET", "/board.css", 200),
        ("GET", "/board.js", 200),
        ("GET", "/icon/critical.svg", 200),
        ("HEAD", "/", 200),
        ("HEAD", "/metrics", 200),
        ("GET", "/nothing", 404),
        ("GET", "/metrics/", 404),
        ("GET", "/check/h/b", 404),
        ("GET", "/check/g/a", 404),
        ("GET", "/check/h", 404),
        ("GET", "/icon/none.svg", 404),
        ("POST", "/", 405),
        ("PUT", "/metrics", 405),
        ("DELETE", "/check/h/a", 405),
        ("GET", "/-/reload", 405),
        ("BREW", "/", 405),
    ] {
        assert_eq!(status(method, path, ""), want, "{method} {path}");
    }
    let head = ask(exporter.address, "HEAD", "/", "");
    assert_eq!(head.body, "");
    let known = exporter.get("/");
    for header in ["content-security-policy: ", "x-content-type-options: nosniff", "x-frame-options: deny"] {
        assert!(known.head.contains(header) && head.head.contains(header), "{header}: {}", known.head);
        assert!(exporter.get("/nothing").head.contains(header), "{header}");
    }
    assert!(exporter.get("/metrics").head.contains("content-type: text/plain; version=0.0.4"));
    // A page of another site may not make a browser ask for anything.
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1.evil.example"] {
        assert_eq!(exporter.post("/-/reload", &format!("Origin: {origin}\r\n")).status, 403, "{origin}");
    }
    // Nor one that says it is ours: none of ours asks.
    let own = format!("Origin: http://{}\r\n", exporter.address);
    assert_eq!(exporter.post("/-/reload", &own).status, 403);
    assert_eq!(exporter.post("/-/reload", "").status, 200);
    // A body that nobody asked for is not waited for.
    assert_eq!(exporter.post("/-/reload", "Content-Length: 1000000000\r\n").status, 200);
    assert_eq!(exporter.log().matches("configuration read").count(), 2, "{}", exporter.log());
}

fn no_path_leaves_the_board() {
    let exporter = Exporter::start(&format!("{RARELY}{}", shell("a", "exit 0", "")));
    for path in [
        "/../../etc/passwd",
        "/check/../../etc/passwd",
        "/check/h/..%2f..%2f..%2fetc%2fpasswd",
        "/check/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/check/h/%00",
        "/check/h/a%00",
        "/check/h/%ff",
        "/check/h/%zz",
        "/icon/..%2fboard.js",
        "/board.css/..%2f..",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "http://127.0.0.1/etc/passwd",
        "*",
        "/check/h/$(touch%20hacked)",
        "/check/h/a;touch%20hacked",
    ] {
        let answer = exporter.get(path);
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:"), "{path}");
    }
    for (what, bytes) in [
        ("garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n".to_vec()),
        ("no HTTP", b"EHLO me\r\n\r\n".to_vec()),
        ("NUL", b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("a long line", [b"GET /".to_vec(), vec![b'a'; 1_000_000], b" HTTP/1.1\r\n\r\n".to_vec()].concat()),
        ("a long header", [b"GET / HTTP/1.1\r\nX: ".to_vec(), vec![b'a'; 1_000_000]].concat()),
        ("many headers", [b"GET / HTTP/1.1\r\n".to_vec(), b"X: y\r\n".repeat(1000), b"\r\n".to_vec()].concat()),
        ("no end", vec![b'A'; 5_000_000]),
    ] {
        let status = send(exporter.address, &bytes).map(|answer| answer.status);
        // Who is still sending may not see the answer.
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{what}: {status:?}");
        assert_eq!(exporter.get("/-/healthy").status, 200, "{what}");
    }
    let line = format!("/{}", "a".repeat(20_000));
    assert!((400..500).contains(&exporter.get(&line).status));
    assert!(!exporter.folder.path().join("hacked").exists());
}

fn nothing_runs_because_of_a_request() {
    let exporter = Exporter::start(&format!("{RARELY}{}", shell("a", "echo ran >>runs", "")));
    exporter.until_run(&["a"], 1.0);
    for _ in 0..100 {
        exporter.scrape();
        exporter.get("/");
        exporter.get("/check/h/a");
    }
    assert_eq!(exporter.scrape().runs("a"), 1.0);
    assert_eq!(std::fs::read_to_string(exporter.folder.at("runs")).unwrap(), "ran\n");
}
