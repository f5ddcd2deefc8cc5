//! cron mails whatever a job prints: nothing when all is well, the whole answer when not.

use crate::harness::{Said, Scratch, run};

#[test]
fn a_quiet_check_prints_only_faults() {
    let scratch = Scratch::new();
    for plugin in ["check_fs", "check_procs", "check_cpu", "check_mem"] {
        let [program, state] = [scratch.plugin(plugin), scratch.state(plugin)];
        let with = |more: &[&str]| {
            // Whatever is the matter with this machine, this answer is OK.
            let well = ["--map", "warning=ok", "--map", "critical=ok"];
            run(&[&[program.as_str(), "--state-dir", &state], &well[..], more].concat())
        };
        let quiet = with(&["--quiet-ok"]).expect(0);
        assert_eq!(quiet.stdout, "");
        assert_ne!(with(&[]).expect(0).stdout, "");
    }
    let [program, state] = [scratch.plugin("check_mem"), scratch.state("check_mem")];
    let fault = [&program, "--state-dir", &state, "-c", "available=200%:", "--quiet-ok"];
    let Said { first, .. } = run(&fault).expect(2).said();
    assert!(first.starts_with("MEM CRITICAL - "), "{first}");
}
