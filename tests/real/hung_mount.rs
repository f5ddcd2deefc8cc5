//! A mount that really hangs: a FUSE file system that never answers statfs. The kernel lets nobody out
//! of that call, so a plugin that makes it itself is lost, and so is the scheduler that waits for it.

use std::path::PathBuf;
use std::time::Duration;

use crate::harness::{Daemon, Namespace, Need, Ran, Scratch, eventually, skipped};
use crate::nagios::{Nagios, Service};

const NEEDS: [Need; 4] =
    [Need::Root, Need::Mounts, Need::Device("/dev/fuse"), Need::Python("fusepy", "python3-fusepy")];

/// The plugin's own time limit here. An answer that took longer came from a call that had no limit.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A file system that can be made to hang, beside a healthy one, where nobody else meets them.
struct Scene {
    // Dropped in this order: the server's end frees whoever waits for it, then the rest can go.
    server: Daemon,
    namespace: Namespace,
    scratch: Scratch,
    _root: Scratch,
    archive: PathBuf,
    healthy: PathBuf,
    flag: PathBuf,
}

impl Scene {
    fn new(owner: &str) -> Self {
        let scratch = Scratch::of(owner);
        let namespace = Namespace::new();
        let [archive, healthy] = ["archive", "healthy"].map(|name| scratch.folder(name));
        namespace.tmpfs(&healthy, "size=1m");
        let flag = scratch.path().join("hang");
        let program = scratch.file("stuck_fs.py", include_str!("stuck_fs.py"));
        // Root's, whoever runs the checks: only root may mount here. Deaf while it hangs.
        let root = Scratch::new();
        let command =
            ["/usr/bin/python3", program.to_str().unwrap(), archive.to_str().unwrap(), flag.to_str().unwrap()];
        let mut server = Daemon::start_deaf(&root, &namespace.enter(), &command);
        server.until("a mount", || namespace.mounted(&archive).then_some(()));
        Self { server, namespace, scratch, _root: root, archive, healthy, flag }
    }

    fn hang(&self) {
        self.scratch.file("hang", "");
    }

    fn come_back(&self) {
        std::fs::remove_file(&self.flag).unwrap();
    }

    /// check_fs on both mounts.
    fn check(&self) -> Ran {
        let [program, state] = [self.scratch.plugin("check_fs"), self.scratch.state("fs")];
        let [archive, healthy] = [&self.archive, &self.healthy].map(|path| path.to_str().unwrap());
        let timeout = TIMEOUT.as_secs().to_string();
        let command = [&program, "--state-dir", &state, "-v", "-t", &timeout, "-p", archive, "-p", healthy];
        let ran = self.namespace.run(&command);
        assert_eq!(ran.stderr, "", "{ran:#?}");
        // The margin is the start and end of processes on a busy machine.
        assert!(ran.took < TIMEOUT + Duration::from_secs(2), "the scheduler was kept waiting: {ran:#?}");
        ran
    }

    /// The line of the answer about a mount.
    fn line(ran: &Ran, mount: &std::path::Path) -> String {
        let name = mount.to_str().unwrap();
        let lines = ran.stdout.lines().skip(1);
        let mut about = lines.filter(|line| line.contains(name));
        about.next().unwrap_or_else(|| panic!("nothing about {name}: {ran:#?}")).to_owned()
    }

    fn assert_well(&self) {
        let ran = self.check().expect(0);
        for mount in [&self.archive, &self.healthy] {
            assert!(Self::line(&ran, mount).starts_with("[OK]"), "{ran:#?}");
            assert!(ran.said().perfdata.contains(mount.to_str().unwrap()), "{ran:#?}");
        }
    }

    /// The hung mount is critical and named on the first line; the other is judged.
    fn assert_hung(&self) {
        let ran = self.check().expect(2);
        let said = ran.said();
        assert!(said.first.starts_with("FS CRITICAL - "), "{ran:#?}");
        assert!(said.first.contains(self.archive.to_str().unwrap()), "{ran:#?}");
        assert!(Self::line(&ran, &self.archive).starts_with("[CRITICAL]"), "{ran:#?}");
        assert!(Self::line(&ran, &self.healthy).starts_with("[OK]"), "{ran:#?}");
        let healthy = format!("{}.used", self.healthy.display());
        assert!(said.perf().iter().any(|perf| perf.label == healthy), "{ran:#?}");
    }

    /// Those who wait for the hung mount: whatever lives in the namespace and is not its server.
    fn waiting(&self) -> Vec<i32> {
        let server = self.server.pid();
        let others = self.namespace.processes().into_iter().filter(|pid| *pid != server);
        others.map(nix::unistd::Pid::as_raw).collect()
    }

    fn nobody_waits(&self) {
        eventually("the end of those who waited", || self.waiting().is_empty().then_some(()));
    }
}

#[test]
fn is_named_while_the_others_are_judged_and_nothing_piles_up() {
    if skipped("hung_mount::is_named_while_the_others_are_judged_and_nothing_piles_up", &NEEDS) {
        return;
    }
    let scene = Scene::new("root");
    scene.assert_well();
    assert!(scene.waiting().is_empty());

    scene.hang();
    scene.assert_hung();
    let first = scene.waiting();
    assert!(first.len() <= 1, "{first:?}");
    for _ in 0..3 {
        scene.assert_hung();
    }
    assert_eq!(scene.waiting(), first, "each run must not leave one more process behind");

    scene.come_back();
    scene.nobody_waits();
    scene.assert_well();
    assert!(scene.waiting().is_empty());
}

#[test]
fn whose_server_dies_is_critical_until_it_is_unmounted() {
    if skipped("hung_mount::whose_server_dies_is_critical_until_it_is_unmounted", &NEEDS) {
        return;
    }
    let mut scene = Scene::new("root");
    scene.hang();
    scene.assert_hung();

    scene.server.crash();
    scene.nobody_waits();
    let dead = scene.check().expect(2);
    assert!(Scene::line(&dead, &scene.archive).starts_with("[CRITICAL]"), "{dead:#?}");
    assert!(Scene::line(&dead, &scene.healthy).starts_with("[OK]"), "{dead:#?}");

    let archive = scene.archive.to_str().unwrap();
    scene.namespace.must(&["umount", "-l", archive]);
    let [program, state] = [scene.scratch.plugin("check_fs"), scene.scratch.state("fs")];
    let healthy = scene.healthy.to_str().unwrap();
    let well = scene.namespace.run(&[&program, "--state-dir", &state, "-v", "-p", healthy]).expect(0);
    assert!(!well.stdout.contains(archive), "{well:#?}");
}

#[test]
fn does_not_keep_a_real_nagios_waiting() {
    if skipped(
        "hung_mount::does_not_keep_a_real_nagios_waiting",
        &[
            Need::Root,
            Need::Mounts,
            Need::Device("/dev/fuse"),
            Need::Python("fusepy", "python3-fusepy"),
            Need::Program("nagios4", "nagios4-core"),
        ],
    ) {
        return;
    }
    let scene = Scene::new("nobody");
    scene.hang();
    let plugin = scene.scratch.plugin("check_fs");
    let timeout = TIMEOUT.as_secs().to_string();
    let mut words =
        [&plugin, "--state-dir", &scene.scratch.state("nagios"), "-t", &timeout].map(str::to_owned).to_vec();
    for mount in [&scene.archive, &scene.healthy] {
        words.extend(["-p".to_owned(), mount.display().to_string()]);
    }
    let service = Service { name: "disks", command: Some(words), interval: 1 };
    let mut nagios = Nagios::start(&scene.scratch, &scene.namespace.enter(), &[service]);
    // Hard after three checks: none of them was lost.
    let shown = nagios.service("disks", |service| service["state_type"] == "1");
    assert_eq!(shown["current_state"], "2");
    assert!(shown["plugin_output"].contains(scene.archive.to_str().unwrap()), "{shown:#?}");
    let took: f64 = shown["check_execution_time"].parse().unwrap();
    assert!(took < TIMEOUT.as_secs_f64() + 2.0, "{shown:#?}");

    scene.come_back();
    nagios.service("disks", |service| service["current_state"] == "0");
}
