//! The exporter and a file system that does not answer: a plugin that waits there cannot be ended, and a program that
//! lies there cannot even be started.

use std::time::{Duration, Instant};

use crate::harness::{Daemon, Exporter, Namespace, Need, Scratch, eventually, free_port, skipped};

const NEEDS: [Need; 4] =
    [Need::Root, Need::Mounts, Need::Device("/dev/fuse"), Need::Python("fusepy", "python3-fusepy")];
/// One plugin at a time, so that one that is stuck could hold up all.
const DEFAULTS: &str = "concurrency = 1\n[defaults]\nhost = \"h\"\ninterval = \"1s\"\ntimeout = \"1s\"\nretries = 0\n";
const STEADY: &str = "[[check]]\nname = \"steady\"\ncommand = [\"/bin/echo\", \"fine\"]\n";

/// A file system that can be made to hang, and an exporter that sees it.
struct Scene {
    // Dropped in this order: the server's end frees whoever waits for it.
    server: Daemon,
    exporter: Exporter,
    namespace: Namespace,
    scratch: Scratch,
    stuck: String,
}

impl Scene {
    /// `command` is what is checked; MOUNT in it is the folder.
    fn new(command: &str) -> Self {
        let (scratch, namespace) = (Scratch::new(), Namespace::new());
        let archive = scratch.folder("archive");
        let archive = archive.to_str().unwrap();
        let program = scratch.file("stuck_fs.py", include_str!("stuck_fs.py"));
        let words = ["/usr/bin/python3", program.to_str().unwrap(), archive, &scratch.at("hang")];
        let mut server = Daemon::start_deaf(&scratch, &namespace.enter(), &words);
        server.until("a mount", || namespace.mounted(archive.as_ref()).then_some(()));
        let stuck = format!("[[check]]\nname = \"stuck\"\ncommand = {}\n", command.replace("MOUNT", archive));
        let listen = format!("127.0.0.1:{}", free_port());
        let exporter = Exporter::start_at(&listen, &scratch, &namespace.enter(), &format!("{DEFAULTS}{STEADY}{stuck}"));
        let mut scene = Self { server, exporter, namespace, scratch, stuck };
        scene.goes_on(&["steady", "stuck"]);
        assert_eq!(scene.exporter.of("stuck", "status"), Some(0.0));
        scene
    }

    fn hang(&self) {
        self.scratch.file("hang", "");
    }

    fn come_back(&self) {
        std::fs::remove_file(self.scratch.at("hang")).unwrap();
    }

    /// Each of these runs a few times more.
    fn goes_on(&mut self, checks: &[&str]) {
        for check in checks {
            let runs = self.exporter.runs(check);
            self.exporter
                .until(&format!("more runs of {check}"), |seen| (seen.runs(check) >= runs + 3.0).then_some(()));
        }
    }

    /// The check is shown as stuck, and not started again, while the other goes on.
    fn is_stuck(&mut self) {
        self.exporter.until("a check that is stuck", |seen| (seen.of("stuck", "stuck") == Some(1.0)).then_some(()));
        let runs = self.exporter.runs("stuck");
        self.goes_on(&["steady"]);
        assert_eq!(self.exporter.runs("stuck"), runs, "it must not be started again");
        // Those of the other come and go.
        let alone = || (self.exporter.children().len() == 1).then_some(());
        eventually("one process that is stuck, and no more", alone);
        assert_eq!(self.exporter.of("stuck", "status"), Some(3.0));
        assert_eq!(self.exporter.own("stuck"), 1.0);
        let page = self.exporter.get("/check/h/stuck");
        assert!(page.contains("stuck in the kernel") && page.contains("not before the stuck run has gone"), "{page}");
        assert!(self.exporter.log().contains("h/stuck: UNKNOWN (hard, was OK): "), "{}", self.exporter.log());
    }

    fn recovers(&mut self) {
        self.come_back();
        let well = |seen: &Exporter| seen.of("stuck", "stuck") == Some(0.0) && seen.of("stuck", "status") == Some(0.0);
        self.exporter.until("recovery", |seen| well(seen).then_some(()));
        self.goes_on(&["steady", "stuck"]);
        assert_eq!(self.exporter.own("stuck"), 0.0);
        eventually("no child, living or dead", || self.exporter.children().is_empty().then_some(()));
    }

    /// A single run of all has its end too.
    fn once_ends(&self) {
        let (program, file) = (self.scratch.plugin("vitals_exporter"), self.scratch.at("exporter.toml"));
        let ran = self.namespace.run(&[&program, "--once", "--config", &file]);
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert_eq!((ran.code, lines.first()), (Some(3), Some(&"OK       h/steady: fine")), "{ran:#?}");
        assert!(lines[1].starts_with("UNKNOWN  h/stuck: did not come back from the kernel in its time"), "{ran:#?}");
        assert!(ran.took < Duration::from_secs(25), "{ran:#?}");
    }

    /// Ends within seconds, whatever is stuck, and another can take its place.
    fn can_be_ended(mut self) {
        let start = Instant::now();
        self.exporter.daemon.stop();
        assert!(start.elapsed() < Duration::from_secs(5), "it had to be killed: {}", self.exporter.log());
        let text = format!("{DEFAULTS}{STEADY}");
        let listen = format!("127.0.0.1:{}", self.exporter.port);
        let again = Exporter::start_at(&listen, &self.scratch, &self.namespace.enter(), &text);
        assert!(again.get("/-/healthy").contains("healthy"));
        // Frees those that are left of the first.
        self.server.crash();
    }
}

#[test]
fn a_plugin_that_waits_there_is_given_up_and_comes_back() {
    if skipped("exporter_stuck::a_plugin_that_waits_there_is_given_up_and_comes_back", &NEEDS) {
        return;
    }
    let mut scene = Scene::new("[\"/usr/bin/stat\", \"-f\", \"MOUNT\"]");
    scene.hang();
    scene.is_stuck();
    scene.recovers();
    scene.hang();
    scene.is_stuck();
    scene.can_be_ended();
}

#[test]
fn a_program_that_lies_there_is_given_up_and_comes_back() {
    if skipped("exporter_stuck::a_program_that_lies_there_is_given_up_and_comes_back", &NEEDS) {
        return;
    }
    let mut scene = Scene::new("[\"MOUNT/plugin\"]");
    scene.hang();
    scene.is_stuck();
    scene.once_ends();
    scene.recovers();
    // A configuration that knows the check no more does not lose the thread.
    scene.hang();
    let running = "1 run that is being started";
    scene.exporter.until(running, |seen| (seen.of("stuck", "overdue") == Some(1.0)).then_some(()));
    let without = format!("{DEFAULTS}{STEADY}");
    scene.exporter.reload(&scene.scratch, &without);
    scene.exporter.until("the thread to be given up", |seen| (seen.own("stuck") == 1.0).then_some(()));
    scene.goes_on(&["steady"]);
    let with = format!("{without}{}", scene.stuck);
    scene.exporter.reload(&scene.scratch, &with);
    assert_eq!(scene.exporter.of("stuck", "stuck"), Some(1.0), "it is still the one run of this check");
    scene.goes_on(&["steady"]);
    scene.can_be_ended();
}
