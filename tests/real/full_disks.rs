//! File systems at their end: no space, no inodes, no writing. And well again once somebody cleaned up.

use std::fs;
use std::path::Path;

use crate::harness::{Namespace, Need, Ran, Scratch, skipped};

const NEEDS: [Need; 2] = [Need::Root, Need::Mounts];

fn check(namespace: &Namespace, scratch: &Scratch, mount: &Path, more: &[&str]) -> Ran {
    let [program, state] = [scratch.plugin("check_fs"), scratch.state("fs")];
    let path = mount.to_str().unwrap();
    let ran = namespace.run(&[&[program.as_str(), "--state-dir", &state, "-p", path], more].concat());
    assert!(ran.stdout.contains(path) || ran.code == Some(0), "{ran:#?}");
    ran
}

#[test]
fn a_full_file_system_is_critical_until_it_is_cleaned() {
    if skipped("full_disks::a_full_file_system_is_critical_until_it_is_cleaned", &NEEDS) {
        return;
    }
    let (scratch, namespace) = (Scratch::new(), Namespace::new());
    let mount = scratch.folder("spool");
    namespace.tmpfs(&mount, "size=1m");
    check(&namespace, &scratch, &mount, &[]).expect(0);

    let growing = namespace.inside(&mount).join("report.log");
    let part = |share: usize| vec![b'x'; 1024 * 1024 * share / 100];
    fs::write(&growing, part(92)).unwrap();
    let said = check(&namespace, &scratch, &mount, &[]).expect(1).said();
    assert!(said.first.starts_with("FS WARNING - ") && said.first.contains("92"), "{said:#?}");

    assert!(fs::write(&growing, part(101)).is_err(), "more than there is fits");
    let said = check(&namespace, &scratch, &mount, &[]).expect(2).said();
    assert!(said.first.starts_with("FS CRITICAL - ") && said.first.contains("100"), "{said:#?}");

    fs::remove_file(&growing).unwrap();
    check(&namespace, &scratch, &mount, &[]).expect(0);
}

#[test]
fn a_file_system_out_of_inodes_is_critical_though_it_has_space() {
    if skipped("full_disks::a_file_system_out_of_inodes_is_critical_though_it_has_space", &NEEDS) {
        return;
    }
    let (scratch, namespace) = (Scratch::new(), Namespace::new());
    let mount = scratch.folder("queue");
    namespace.tmpfs(&mount, "size=1m,nr_inodes=64");
    check(&namespace, &scratch, &mount, &[]).expect(0);

    let inside = namespace.inside(&mount);
    let file = |number: &u32| inside.join(number.to_string());
    let created: Vec<u32> = (0..64).take_while(|number| fs::write(file(number), "").is_ok()).collect();
    assert!(created.len() < 64, "more than there are inodes");
    let said = check(&namespace, &scratch, &mount, &[]).expect(2).said();
    assert!(said.first.contains("inode"), "{said:#?}");

    created.iter().for_each(|number| fs::remove_file(file(number)).unwrap());
    check(&namespace, &scratch, &mount, &[]).expect(0);
}

#[test]
fn a_disk_gone_read_only_is_critical_where_it_should_be_writable() {
    let needs = [Need::Root, Need::Mounts, Need::Device("/dev/loop-control"), Need::Program("mkfs.ext4", "e2fsprogs")];
    if skipped("full_disks::a_disk_gone_read_only_is_critical_where_it_should_be_writable", &needs) {
        return;
    }
    let (scratch, namespace) = (Scratch::new(), Namespace::new());
    let mount = scratch.folder("data");
    let path = mount.to_str().unwrap();
    let image = scratch.at("image");
    fs::File::create(&image).unwrap().set_len(16 * 1024 * 1024).unwrap();
    namespace.must(&["mkfs.ext4", "-q", &image]);
    namespace.must(&["mount", "-o", "loop", &image, path]);
    let writable = ["--writable", path];
    check(&namespace, &scratch, &mount, &writable).expect(0);

    // What the kernel does on an I/O error with errors=remount-ro.
    namespace.must(&["mount", "-o", "remount,ro", path]);
    let said = check(&namespace, &scratch, &mount, &writable).expect(2).said();
    assert!(said.first.contains("read-only"), "{said:#?}");
    check(&namespace, &scratch, &mount, &[]).expect(0);

    namespace.must(&["mount", "-o", "remount,rw", path]);
    check(&namespace, &scratch, &mount, &writable).expect(0);
}
