//! Lines as they are written, and what no line may do.

use super::*;
use proptest::prelude::*;

/// Monday, 2026-11-23 22:00:07 UTC.
const THEN: f64 = 1_795_471_207.0;

fn berlin() -> Zone {
    Zone::from_rules("CET-1CEST,M3.5.0,M10.5.0/3").expect("rules")
}

/// The seconds after [`THEN`] that a line says, read at `now` in Berlin.
fn read_at(line: &str, now: f64) -> Option<f64> {
    let zone = berlin();
    match find(line.as_bytes()) {
        Found::Stamp(stamp) => stamp.at(Timestamp(now), || &zone).map(|time| ((time.0 - THEN) * 1e6).round() / 1e6),
        _ => None,
    }
}

fn read(line: &str) -> Option<f64> {
    read_at(line, THEN + 3600.0)
}

#[test]
fn lines_of_many_writers() {
    // Without a zone they are of Berlin: an hour before UTC.
    for (line, seconds) in [
        ("2026-11-23T22:00:07Z x", 0.0),
        ("2026-11-23T23:00:07.123456+01:00", 0.123_456),
        ("2026-11-23 22:00:07,123 INFO  [main] x", -3600.0 + 0.123),
        ("2026-11-23 22:00:07.123 CET [4711] LOG:  x", -3600.0 + 0.123),
        ("2026-11-23 22:00:07.5 UTC [4711] LOG:  x", 0.5),
        ("2026-11-23 22:00:07 -0500 x", 18_000.0),
        ("2026-11-23 22:00:07+02 x", -7200.0),
        ("2026-11-23 22:00:07 -1234 x", -3600.0),
        ("2026-11-23 22:00:07 -12 x", -3600.0),
        ("2026-11-23 22:00 x", -3607.0),
        ("2026-11-23 22:00:07:123 x", -3600.0 + 0.123),
        ("20261123T220007Z x", 0.0),
        ("20261123 22:00:07 x", -3600.0),
        ("20261123220007 x", -3600.0),
        ("2026/11/23 22:00:07 [error] 12#12: *1 open() failed", -3600.0),
        ("2026/11/23 22:00:07.123456 main.go:12: x", -3600.0 + 0.123_456),
        ("Nov 23 22:00:07 host sshd[12]: Failed password", -3600.0),
        ("<34>Nov 23 22:00:07 host su: x", -3600.0),
        ("<34>1 2026-11-23T22:00:07.003Z host su - ID47 - x", 0.003),
        ("Nov 23 2026 22:00:07: %ASA-4-106023: Deny", -3600.0),
        ("10.0.0.1 - frank [23/Nov/2026:22:00:07 +0000] \"GET / HTTP/1.1\" 200 1", 0.0),
        ("2001:db8::1 - - [23/Nov/2026:23:00:07 +0100] \"GET /\"", 0.0),
        ("www.example.net:443 10.0.0.1 - - [23/Nov/2026:22:00:07 +0000] \"GET /\"", 0.0),
        ("[Mon Nov 23 22:00:07.123456 2026] [core:error] [pid 1] x", -3600.0 + 0.123_456),
        ("[Mon Nov 23 22:00:07 2026] usb 1-1: x", -3600.0),
        ("Mon Nov 23 22:00:07 2026", -3600.0),
        ("Mon Nov 23 22:00:07 UTC 2026", 0.0),
        ("Mon Nov 23 22:00:07 IST 2026", -3600.0),
        ("Mon, 23 Nov 2026 22:00:07 +0100", -3600.0),
        ("23 Nov 2026 22:00:07,123 ERROR x", -3600.0 + 0.123),
        ("23-Nov-2026 22:00:07.123 SEVERE [main] org.apache", -3600.0 + 0.123),
        ("23-NOV-2026 22:00:07 * (CONNECT_DATA=(SID=KIS)) * establish * KIS * 12514", -3600.0),
        ("Nov 23, 2026 10:00:07 PM org.foo.Bar baz", -3600.0),
        ("Nov 23, 2026 10:00:07\u{202f}PM org.foo.Bar baz", -3600.0),
        ("[11/23/26 22:00:07:123 CET] 00000001 FfdcProvider W x", -3600.0 + 0.123),
        ("[23.11.26 22:00:07:123 MEZ] 00000001 FfdcProvider W x", -3600.0 + 0.123),
        ("11/23/26 22:00:07 - Process(123.4) User(mqm)", -3600.0),
        ("11/23/2026 10:00:07 PM - Process(123.4)", -3600.0),
        ("23/11/2026 22:00:07 x", -3600.0),
        ("23.11.2026 22:00:07 x", -3600.0),
        ("23.11.2026, 22:00:07.5 x", -3600.0 + 0.5),
        ("A924A5FC   1123220026 P H sysplanar0     CPU FAILURE", -3607.0),
        ("12081DC6   1123220026 P S harddisk0      STORAGE", -3607.0),
        ("Date/Time:       Mon Nov 23 22:00:07 2026", -3600.0),
        ("[1795471207] SERVICE ALERT: x", 0.0),
        ("1795471207.123    200 10.0.0.1 TCP_MISS/200", 0.123),
        ("1795471207123 x", 0.123),
        ("ERROR 2026-11-23 22:00:07 x", -3600.0),
        ("[WARN ] 2026-11-23 22:00:07 x", -3600.0),
        ("*** 2026-11-23T22:00:07.123456+01:00", -3600.0 + 0.123_456),
        ("  2026-11-23T22:00:07Z", 0.0),
    ] {
        assert_eq!(read(line), Some(seconds), "{line}");
    }
}

#[test]
fn what_is_no_time() {
    for line in [
        "",
        "x",
        "2026-11-23T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "2026-02-29 10:00:00",
        "2026-13-01 10:00:00",
        "2026-11-23",
        "2026-11-23 x",
        "2026-11-23T22:00:071",
        "[12345.678901] usb 1-1: x",
        "[    1.000000] Linux",
        "1234567 x",
        "9999999999 x",
        "17954712071 x",
        "1795471207x",
        "10.0.0.1 GET /",
        "10.0.0.1 - - [x]",
        "Nov 31 22:00:07 x",
        "November rain",
        "Separate 12 22:00:07",
        "Mon Nov 23 x",
        "Nov 23, 2026 13:00:07 PM x",
        "Backup of 2025-01-01 00:00:00 failed",
        "    at org.foo.Bar(Bar.java:12)",
        "A924A5FC 1323220026 P H x",
        "AAAAAAAA 112322002 x",
        "<34",
        "<>1 2026-11-23T22:00:07Z",
    ] {
        assert_eq!(find(line.as_bytes()), Found::Nothing, "{line}");
    }
}

#[test]
fn the_order_of_day_and_month_is_never_guessed() {
    assert_eq!(find(b"05/06/26 22:00:07 x"), Found::EitherOrder);
    assert_eq!(find(b"[5/6/26 22:00:07:123 CEST] x"), Found::EitherOrder);
    let by_value = |line: &[u8]| matches!(find(line), Found::Stamp(stamp) if stamp.is_by_value());
    assert!(by_value(b"11/23/26 22:00:07") && by_value(b"23/11/2026 22:00:07") && by_value(b"06/06/26 22:00:07"));
    assert!(!by_value(b"2026-11-23 22:00:07"));
}

#[test]
fn a_year_that_is_missing_is_the_nearest_before_now() {
    let day = 86_400.0;
    let new_year = Timestamp(1_798_761_600.0 - 1800.0); // 2026-12-31 23:30 UTC: in Berlin it is 2027.
    let at = |line: &str, now: Timestamp| read_at(line, now.0).map(|seconds| Timestamp(THEN + seconds).rfc3339());
    assert_eq!(at("Dec 31 23:59:59 h x", new_year).as_deref(), Some("2026-12-31T22:59:59Z"));
    assert_eq!(at("Jan  1 00:10:00 h x", new_year).as_deref(), Some("2026-12-31T23:10:00Z"));
    // The host's clock is behind that of the writer.
    assert_eq!(at("Jan  1 00:10:00 h x", Timestamp(new_year.0 - 3600.0)).as_deref(), Some("2026-12-31T23:10:00Z"));
    assert_eq!(at("Jan  3 00:10:00 h x", new_year).as_deref(), Some("2026-01-02T23:10:00Z"));
    assert_eq!(at("Feb 29 12:00:00 h x", new_year).as_deref(), Some("2024-02-29T11:00:00Z"));
    assert_eq!(at("Nov 23 22:00:07 h x", Timestamp(THEN - 10.0 * day)).as_deref(), Some("2025-11-23T21:00:07Z"));
}

#[test]
fn clocks_are_put_back_and_forward() {
    let put_back = 1_792_890_000.0; // 2026-10-25 01:00 UTC: 03:00 in Berlin is 02:00 again.
    let at = |line: &str, now: f64| read_at(line, now).map(|seconds| THEN + seconds - put_back);
    let line = "2026-10-25 02:30:00 x";
    assert_eq!(at(line, put_back - 1700.0), Some(-1800.0));
    assert_eq!(at(line, put_back + 1700.0), Some(-1800.0));
    assert_eq!(at(line, put_back + 1800.0), Some(1800.0));
    assert_eq!(at("2026-10-25 02:30:00 CEST x", put_back + 9e4), Some(-1800.0));
    // On 29 March 02:00 was followed by 03:00: a clock that was not put forward shows 02:30 at 03:30.
    let put_forward = 1_774_746_000.0;
    assert_eq!(read("2026-03-29 02:30:00 x").map(|seconds| THEN + seconds - put_forward), Some(1800.0));
}

#[test]
fn a_time_without_seconds_is_of_its_whole_minute() {
    let zone = Zone::UTC;
    let Found::Stamp(stamp) = find(b"A924A5FC   1123220026 P H x") else { panic!("a time") };
    let (at, latest) = (stamp.at(Timestamp(THEN), || &zone), stamp.latest(Timestamp(THEN), || &zone));
    assert_eq!((at, latest), (Some(Timestamp(THEN - 7.0)), Some(Timestamp(THEN + 52.0))));
}

#[test]
fn a_format_decides() {
    let zone = berlin();
    let read = |format: &str, line: &str| {
        let format: Format = format.parse().expect("a format");
        assert_eq!(format.to_string().parse::<Format>(), Ok(format.clone()));
        let stamp = format.find(line.as_bytes())?;
        stamp.at(Timestamp(THEN + 3600.0), || &zone).map(|time| time.rfc3339())
    };
    for (format, line, time) in [
        ("%d/%m/%y %H:%M:%S", "[05/06/26 22:00:07:123 CEST] x", Some("2026-06-05T20:00:07Z")),
        ("%m/%d/%y %T:%f %Z", "[05/06/26 22:00:07:123 CEST] x", Some("2026-05-06T20:00:07Z")),
        ("%D %R", "05/06/26 22:00 x", Some("2026-05-06T20:00:00Z")),
        ("%d%b%Y %H%M%S", "job 12 23NOV2026 220007", Some("2026-11-23T21:00:07Z")),
        ("%a %e. %B %Y %I:%M %p", "Mo  3. November 2026 12:05 AM", Some("2026-11-02T23:05:00Z")),
        ("%F %T %z", "INFO|2026-11-23 22:00:07 +0000|x", Some("2026-11-23T22:00:07Z")),
        ("%d.%m. %H:%M:%S", "23.11. 22:00:07", Some("2026-11-23T21:00:07Z")),
        ("%s.%f", "x 1795471207.5 y", Some("2026-11-23T22:00:07Z")),
        ("%Q", "1795471207500", Some("2026-11-23T22:00:07Z")),
        ("100%% %F %T", "100% 2026-11-23 22:00:07", Some("2026-11-23T21:00:07Z")),
        ("%F %T", "2026-11-23 22:00:60", None),
        ("%F %T", "2026-11-23 22:00:071", None),
        ("%F %R", "12026-11-23 22:00", None),
    ] {
        assert_eq!(read(format, line).as_deref(), time, "{format} {line}");
    }
    for wrong in ["", "%", "%q", "%Y-%m-%d", "%H:%M", "%d %H:%M", "%m %d %I:%M", "x"] {
        assert!(wrong.parse::<Format>().is_err(), "{wrong}");
    }
}

/// Ways of writing a time of UTC, to the second.
const WAYS: [&str; 9] = [
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S,000+00:00",
    "%Y%m%dT%H%M%SZ",
    "<13>1 %Y-%m-%dT%H:%M:%S.000Z h",
    "h - - [%d/%b/%Y:%H:%M:%S +0000] x",
    "%a %b %e %H:%M:%S UTC %Y",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%d.%m.%Y %H:%M:%S UTC",
    "%b %d, %Y %I:%M:%S %p UTC",
];

proptest! {
    #[test]
    fn what_is_written_is_read(seconds in 0_i64..4_000_000_000, way in prop::sample::select(&WAYS[..])) {
        let time = Offset::UTC.to_datetime(jiff::Timestamp::from_second(seconds).expect("a time"));
        let line = time.strftime(way).to_string();
        let Found::Stamp(stamp) = find(line.as_bytes()) else { panic!("no time in {line}") };
        prop_assert!(stamp.has_zone());
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let wanted = seconds as f64;
        prop_assert_eq!(stamp.at(Timestamp(wanted), || panic!("no zone is needed")), Some(Timestamp(wanted)), "{}", line);
    }

    #[test]
    fn no_line_is_too_much(line in ".{0,120}", now in -1e11..1e11) {
        if let Found::Stamp(stamp) = find(line.as_bytes()) {
            let zone = Zone::UTC;
            let _ = stamp.latest(Timestamp(now), || &zone);
        }
    }

    /// Lines that are nearly right, cut and changed anywhere.
    #[test]
    fn no_broken_line_is_too_much(
        line in prop::sample::select(vec![
            "[Mon Nov 23 22:00:07.123456 2026]", "A924A5FC   1123220026 P", "<34>1 2026-11-23T22:00:07.003Z h",
            "Nov 23, 2026 10:00:07 PM", "[11/23/26 22:00:07:123 CET]", "10.0.0.1 - - [23/Nov/2026:22:00:07 +0000]",
        ]),
        cut in 0_usize..50, at in 0_usize..50, byte in any::<u8>(),
    ) {
        let mut line = line.as_bytes().to_vec();
        line.truncate(cut);
        if let Some(changed) = line.get_mut(at) {
            *changed = byte;
        }
        let format: Format = "%d/%m/%y %H:%M:%S:%f %Z".parse().expect("a format");
        let _ = (find(&line), format.find(&line));
    }
}
