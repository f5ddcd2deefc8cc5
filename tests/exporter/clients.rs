//! Clients that are slow, idle, or do not listen.

use crate::daemon::{Exporter, LIMIT, OFTEN, RARELY, shell};
use crate::http::{answer, connect};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

crate::trials![slow_heads_are_cut_off, idle_connections_hold_nobody_up_for_long, who_does_not_read_holds_nobody_up,];

/// How long a client may take for the head of a request, and be idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// Until the machine notices, busy as it may be.
const MARGIN: Duration = Duration::from_secs(10);

/// Waits until the other side closes, and says how long that took.
fn closed(mut stream: TcpStream, since: Instant) -> Duration {
    let end = stream.read_to_end(&mut Vec::new());
    assert!(
        end.as_ref().is_ok_and(|n| *n < 1000) || end.is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset)
    );
    since.elapsed()
}

fn slow_heads_are_cut_off() {
    let exporter = Exporter::start(&format!("{RARELY}{}", shell("a", "exit 0", "")));
    let start = Instant::now();
    let silent = connect(exporter.address);
    let mut half = connect(exporter.address);
    half.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").unwrap();
    // Kept after an answer, and then silent.
    let mut kept = connect(exporter.address);
    kept.write_all(b"HEAD /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut dripping = connect(exporter.address);
    let drip = std::thread::spawn(move || {
        let start = Instant::now();
        dripping.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
        while dripping.write_all(b"a").is_ok() {
            assert!(start.elapsed() < LIMIT, "a client that drips is never cut off");
            std::thread::sleep(Duration::from_millis(100));
        }
        start.elapsed()
    });
    for (name, took) in [
        ("silent", closed(silent, start)),
        ("half", closed(half, start)),
        ("kept", closed(kept, start)),
        ("dripping", drip.join().unwrap()),
    ] {
        assert!(took + Duration::from_secs(1) > HEAD_TIME && took < HEAD_TIME + MARGIN, "{name}: {took:?}");
    }
    assert_eq!(exporter.get("/-/healthy").status, 200);
}

fn idle_connections_hold_nobody_up_for_long() {
    let exporter = Exporter::start(&format!("{OFTEN}{}", shell("a", "exit 0", "")));
    exporter.until_run(&["a"], 1.0);
    let runs = exporter.scrape().runs("a");
    let before = exporter.descriptors();
    let start = Instant::now();
    // More than are served at one time.
    let idle: Vec<TcpStream> = (0..300).map(|_| connect(exporter.address)).collect();
    assert!(exporter.get("/metrics").status == 200);
    assert!(start.elapsed() < HEAD_TIME + MARGIN, "{:?}", start.elapsed());
    drop(idle);
    // The checks went on.
    let seconds = start.elapsed().as_secs_f64();
    exporter.until("the connections to be closed", |_| (exporter.descriptors() <= before + 2).then_some(()));
    let ran = exporter.scrape().runs("a") - runs;
    assert!(ran >= seconds - 3.0, "{ran} runs in {seconds} s");
}

fn who_does_not_read_holds_nobody_up() {
    let mut checks = String::new();
    // An answer that no buffer of the kernel holds.
    for number in 0..20 {
        let values = "i=0; while [ $i -lt 1000 ]; do printf ' value%s=1' $i; i=$((i+1)); done";
        checks.push_str(&shell(&format!("big{number}"), &format!("printf 'fine |'; {values}"), ""));
    }
    let exporter = Exporter::start(&format!("{RARELY}{checks}"));
    exporter.until("all results", |_| (exporter.get("/-/ready").status == 200).then_some(()));
    let size = exporter.scrape().0.len();
    assert!(size > 1_500_000, "{size} bytes");
    let before = exporter.descriptors();
    let deaf: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = connect(exporter.address);
            stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            stream
        })
        .collect();
    let start = Instant::now();
    assert_eq!(exporter.get("/-/healthy").status, 200);
    assert_eq!(exporter.scrape().0.len() / 100_000, size / 100_000);
    assert!(start.elapsed() < 2 * MARGIN, "{:?}", start.elapsed());
    // One that reads late still gets all of it.
    let mut late = connect(exporter.address);
    late.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert!(answer(&mut late).is_some_and(|answer| answer.body.len() > size / 2));
    if std::env::var_os("VITALS_SOAK").is_some() {
        // Nor are they kept for ever (TCP_USER_TIMEOUT), not even one that takes an answer byte by byte.
        exporter.until("their end", |_| (exporter.descriptors() <= before + 2).then_some(()));
        let mut slow = connect(exporter.address);
        slow.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let start = Instant::now();
        while exporter.descriptors() > before {
            assert!(start.elapsed() < Duration::from_secs(400), "it is kept for ever");
            slow.read_exact(&mut [0; 10_000]).unwrap();
            std::thread::sleep(Duration::from_secs(5));
        }
    }
    drop(deaf);
    exporter.until("their end", |_| (exporter.descriptors() <= before + 2).then_some(()));
}
