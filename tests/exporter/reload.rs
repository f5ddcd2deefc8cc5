//! A new configuration under running checks.

use crate::daemon::{Exporter, Folder, RARELY, check, shell, until};
use crate::http::Answer;
use nix::sys::stat::Mode;
use std::fs;
use std::path::Path;

crate::trials![
    a_good_one_is_taken_over_and_changes_no_more_than_it_says,
    a_bad_one_changes_nothing_and_says_why,
    fifty_in_a_row_start_no_check_twice,
    a_check_that_goes_and_comes_back_waits_for_its_old_run,
];

const NOTICE: &str = "The new configuration was refused; the old one stays in force:";

fn config(checks: &[String]) -> String {
    format!("{RARELY}{}", checks.concat())
}

fn reload(exporter: &Exporter) -> Answer {
    exporter.post("/-/reload", "")
}

fn a_good_one_is_taken_over_and_changes_no_more_than_it_says() {
    let every = "interval = \"1s\"";
    let first = [
        shell("same", "exit 0", every),
        shell("slower", "exit 0", every),
        shell("other", "echo one", every),
        shell("gone", "exit 0", every),
    ];
    // Told by the file, so that the file may change it.
    let listen = "listen = \"127.0.0.1:0\"\n";
    let exporter = Exporter::start_with(Folder::new(), &format!("{listen}{}", config(&first)), &[], &[]);
    exporter.until_run(&["same", "slower", "other", "gone"], 2.0);
    let before = exporter.scrape();
    assert_eq!(before.own("config_last_reload_successful"), 1.0);
    let second = [
        shell("same", "exit 0", every),
        shell("slower", "exit 0", "interval = \"1h\""),
        shell("other", "echo two; exit 1", every),
        shell("new", "exit 2", ""),
    ];
    exporter.folder.replace("vitals.toml", &format!("listen = \"127.0.0.1:1\"\n{}", config(&second)));
    exporter.signal("HUP");
    exporter.until_log("configuration read: 4 checks on 1 host; listen = \"127.0.0.1:1\" takes effect when");
    exporter.until_run(&["new", "other"], 1.0);
    let after = exporter.scrape();
    for kept in ["same", "slower"] {
        assert!(after.runs(kept) >= before.runs(kept), "{kept} has forgotten its runs");
    }
    assert!(after.0.contains("service=\"new\"") && !after.0.contains("service=\"gone\""));
    assert_eq!(exporter.get("/check/h/gone").status, 404);
    assert_eq!((after.of("new", "status"), after.of("other", "status")), (Some(2.0), Some(1.0)));
    assert_eq!(after.of("slower", "interval_seconds"), Some(3600.0));
    assert!(exporter.get("/").body.contains("takes effect when the exporter is started again"));
    // The schedule of what is the same has not moved: no slot was lost, none was added.
    exporter.until_run(&["same"], before.runs("same") + 3.0);
    let last = exporter.scrape();
    assert_eq!(last.of("same", "missed_runs_total"), Some(0.0));
    assert!(last.runs("slower") <= before.runs("slower") + 1.0, "it runs once an hour now");

    let same = config(&[shell("same", "exit 0", every)]);
    exporter.folder.replace("vitals.toml", &format!("listen = \"{}\"\n{same}", exporter.address));
    let answer = reload(&exporter);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.starts_with("configuration read: 1 check on 1 host"), "{}", answer.body);
}

fn a_bad_one_changes_nothing_and_says_why() {
    let good = config(&[shell("steady", "exit 0", "interval = \"1s\"")]);
    let mut exporter = Exporter::start(&good);
    exporter.until_run(&["steady"], 1.0);
    let path = exporter.folder.at("vitals.toml");
    let other = "[[check]]\nname = \"added\"\ncommand = [\"/bin/true\"]\n";
    let twice = format!("{other}{other}");
    let cases = [
        ("syntax", Place::Text(format!("{other}\n[[check")), "vitals.toml:5: "),
        ("key", Place::Text(format!("{other}colour = \"red\"\n")), "unknown field `colour`"),
        ("twice", Place::Text(twice.clone()), "vitals.toml:5: there is a check "),
        ("bytes", Place::Bytes(b"\n\xff"), "is not UTF-8 in line 2"),
        ("deleted", Place::Nothing, "cannot be read: No such file"),
        ("folder", Place::Folder, "is no regular file: name one"),
        ("pipe", Place::Pipe, "is no regular file: name one"),
        ("large", Place::Large, "is larger than "),
        ("listen", Place::Text(format!("listen = \"here\"\n{other}")), "vitals.toml:1: "),
    ];
    for (name, place, why) in &cases {
        place.take(Path::new(&path));
        let logged = exporter.log().len();
        let answer = reload(&exporter);
        assert_eq!(answer.status, 500, "{name}: {}", answer.body);
        assert!(answer.body.contains(why), "{name}: {}", answer.body);
        let log = exporter.log().split_off(logged);
        assert!(log.contains("the new configuration was refused") && log.contains(why), "{name}: {log}");
        let board = exporter.get("/").body;
        assert!(board.contains(NOTICE) && !board.contains("/check/h/added"), "{name}: {board}");
        assert_eq!(exporter.scrape().own("config_last_reload_successful"), 0.0, "{name}");
        let runs = exporter.scrape().runs("steady");
        exporter.until_run(&["steady"], runs + 1.0);
    }
    fs::remove_file(&path).unwrap();
    exporter.folder.replace("vitals.toml", &good);
    assert_eq!(reload(&exporter).status, 200);
    assert_eq!(exporter.scrape().own("config_last_reload_successful"), 1.0);
    assert!(!exporter.get("/").body.contains(NOTICE));
    assert!(exporter.scrape().runs("steady") >= cases.len() as f64, "its runs are remembered");
    exporter.terminate();
    // At a start the same is the end, with both places.
    exporter.folder.replace("vitals.toml", &twice);
    let ran = crate::once::exporter(&exporter.folder, &["--config", "vitals.toml", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr.contains("vitals.toml:5: ") && ran.stderr.contains("added' at vitals.toml:2 already"),
        "{}",
        ran.stderr
    );
}

/// What stands in the place of the file.
enum Place {
    Text(String),
    Bytes(&'static [u8]),
    Nothing,
    Folder,
    Pipe,
    Large,
}

impl Place {
    fn take(&self, path: &Path) {
        let _ = fs::remove_dir(path).or_else(|_| fs::remove_file(path));
        match self {
            Self::Text(text) => fs::write(path, text).unwrap(),
            Self::Bytes(bytes) => fs::write(path, bytes).unwrap(),
            Self::Nothing => {}
            Self::Folder => fs::create_dir(path).unwrap(),
            Self::Pipe => nix::unistd::mkfifo(path, Mode::from_bits_truncate(0o600)).unwrap(),
            Self::Large => fs::File::create(path).unwrap().set_len(100_000_000).unwrap(),
        }
    }
}

/// A plugin that tells when another of its kind runs.
const ALONE: &str = "if mkdir lock.$NAME 2>/dev/null; then sleep 0.3; rmdir lock.$NAME; else echo $NAME >>overlap; fi";

fn fifty_in_a_row_start_no_check_twice() {
    let names = ["a", "b", "c", "d"];
    let round = |number: usize| {
        let alone = |name: &&str| {
            // Some change what they run, some how often, some go and come back.
            let (changes, way) = (format!("env = {{ NAME = \"{name}\", ROUND = \"{number}\" }}"), number % 3);
            match *name {
                "a" => shell(name, ALONE, &format!("interval = \"1s\"\nenv = {{ NAME = \"{name}\" }}")),
                "b" => shell(name, ALONE, &format!("interval = \"1s\"\n{changes}")),
                "c" => shell(name, ALONE, &format!("interval = \"{}s\"\nenv = {{ NAME = \"{name}\" }}", way + 1)),
                _ if way == 0 => String::new(),
                _ => shell(name, ALONE, &format!("interval = \"1s\"\n{changes}")),
            }
        };
        format!("concurrency = {}\n{}", number % 4 + 1, config(&names.iter().map(alone).collect::<Vec<_>>()))
    };
    let exporter = Exporter::start(&round(0));
    exporter.until_run(&["a"], 1.0);
    for number in 1..=50 {
        exporter.folder.replace("vitals.toml", &round(number));
        if number % 2 == 0 {
            assert_eq!(reload(&exporter).status, 200);
        } else {
            exporter.signal("HUP");
        }
        exporter.get("/");
    }
    // The last ones may have met in one.
    reload(&exporter);
    let runs = exporter.scrape().runs("a");
    assert!(runs >= 1.0, "its runs are remembered");
    exporter.until_run(&["a"], runs + 2.0);
    assert_eq!(fs::read_to_string(exporter.folder.at("overlap")).unwrap_or_default(), "");
    exporter.folder.replace("vitals.toml", &config(&[check("last", &["/bin/true"], "")]));
    reload(&exporter);
    exporter.until_run(&["last"], 1.0);
    exporter.leaves_nothing_but(&[]);
    until("all descriptors to be closed", || (exporter.run_descriptors() == 2).then_some(()));
}

fn a_check_that_goes_and_comes_back_waits_for_its_old_run() {
    let slow = |word: &str| {
        let script = format!("echo {word} >>began; until [ -e go ]; do sleep 0.05; done; echo {word}");
        config(&[shell("slow", &script, "")])
    };
    let exporter = Exporter::start(&slow("old"));
    let began = || fs::read_to_string(exporter.folder.at("began")).unwrap_or_default();
    until("the first run", || (began() == "old\n").then_some(()));
    for text in [config(&[]), slow("new")] {
        exporter.folder.replace("vitals.toml", &text);
        assert_eq!(reload(&exporter).status, 200);
    }
    assert!(exporter.page("slow").contains("running now, for "), "{}", exporter.page("slow"));
    assert_eq!(exporter.scrape().own("running"), 1.0);
    exporter.folder.file("go", "");
    // At once behind the old one, although an hour lies between two runs.
    exporter.until_run(&["slow"], 1.0);
    assert_eq!(began(), "old\nnew\n");
    assert!(exporter.page("slow").contains("new"), "the old run says nothing of the new check");
}
