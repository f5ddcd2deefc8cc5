//! Selection, on tables in short form.

use super::*;
use crate::host::mounts;
use crate::plugin::command;
use clap::FromArgMatches as _;

/// A machine with a bit of everything: `device root point type source options`.
const MACHINE: &[&str] = &[
    "8:1 / / ext4 /dev/sda1 rw",
    "0:5 / /dev devtmpfs udev rw",
    "0:6 / /dev/shm tmpfs tmpfs rw",
    "0:7 / /proc proc proc rw",
    "0:8 / /sys/fs/cgroup tmpfs tmpfs rw",
    "0:9 / /run tmpfs tmpfs rw",
    "0:10 / /run/user/1000 tmpfs tmpfs rw",
    "0:11 / /run/credentials/systemd-sysctl.service ramfs none ro",
    "8:2 / /data xfs /dev/sdb1 rw",
    "8:2 /ftp /srv/ftp xfs /dev/sdb1 rw",
    "7:1 / /snap/core/1 squashfs /dev/loop1 ro",
    "11:0 / /mnt/cd iso9660 /dev/sr0 ro",
    "8:33 / /media/anna/STICK vfat /dev/sdc1 rw",
    "0:20 / /var/lib/docker/overlay2/1f/merged overlay overlay rw",
    "0:21 / /var/lib/docker/containers/1f/shm tmpfs shm rw",
    "8:5 / /var/lib/docker/volumes ext4 /dev/sdd1 rw",
    "0:30 / /net autofs auto rw",
    "0:31 / /mnt/nfs nfs4 srv:/export rw",
    "0:40 /@ /pool btrfs /dev/sde rw",
    "0:40 /@home /pool/home btrfs /dev/sde rw",
    "0:22 / /mnt/fixed tmpfs tmpfs ro",
];

fn table(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut points: Vec<&str> = Vec::new();
    for line in lines {
        if let [device, root, point, fstype, source, mode] = *line.split(' ').collect::<Vec<_>>() {
            // Mounted on the mount with the longest name above it.
            let above = points.iter().enumerate().filter(|(_, above)| point.starts_with(**above));
            let parent = above.max_by_key(|(_, above)| above.len()).map_or(0, |(i, _)| i + 1);
            points.push(point);
            let id = points.len();
            text += &format!("{id} {parent} {device} {root} {point} rw - {fstype} {source} {mode}\n");
        }
    }
    text
}

/// The mount points that are judged.
fn chosen(lines: &[&str], arguments: &[&str], held: &[&str]) -> Vec<String> {
    let matches = command::<Fs>().try_get_matches_from(["check_fs"].iter().chain(arguments));
    let options = matches.and_then(|m| Fs::from_arg_matches(&m)).unwrap_or_else(|e| unreachable!("{e}"));
    let text = table(lines);
    let table = mounts::parse(text.as_bytes());
    let tree = Tree::new(&table);
    let held: Vec<usize> = held.iter().filter_map(|point| tree.at(point.as_bytes())).collect();
    let point = |c: &Chosen| String::from_utf8_lossy(&table.mounts[c.index].point).into_owned();
    select(&options, &table, &tree, &held).chosen.iter().map(point).collect()
}

const DEFAULT: &[&str] = &["/", "/data", "/dev/shm", "/mnt/nfs", "/pool", "/run", "/var/lib/docker/volumes"];

#[test]
fn by_default_what_holds_data_once() {
    assert_eq!(chosen(MACHINE, &[], &[]), DEFAULT);
}

#[test]
fn exclusion_by_any_name() {
    let left =
        chosen(MACHINE, &["--exclude", "type:tmpfs", "--exclude", "device:srv:*", "--exclude", "~^/(var|pool)"], &[]);
    assert_eq!(left, ["/", "/data"]);
    // The device is out, not to come back under its other name.
    assert!(!chosen(MACHINE, &["--exclude", "/data"], &[]).contains(&"/srv/ftp".to_owned()));
}

#[test]
fn inclusion_narrows_and_widens_only_by_a_clear_word() {
    assert_eq!(chosen(MACHINE, &["--include", "/var/*"], &[]), ["/var/lib/docker/volumes"]);
    assert_eq!(chosen(MACHINE, &["--include", "/srv/*"], &[]), ["/srv/ftp"]);
    assert_eq!(chosen(MACHINE, &["--include", "type:iso9660"], &[]), ["/mnt/cd"]);
    assert_eq!(chosen(MACHINE, &["--include", "/media/anna/STICK"], &[]), ["/media/anna/STICK"]);
    assert_eq!(chosen(MACHINE, &["--include", "/data", "--include", "/srv/ftp"], &[]), ["/data", "/srv/ftp"]);
    let both = chosen(MACHINE, &["--include", "*", "--include", "type:squashfs"], &[]);
    assert_eq!(both.len(), DEFAULT.len() + 1);
    assert_eq!(chosen(MACHINE, &["--include", "type:autofs"], &[]), [""; 0], "never touched");
}

#[test]
fn paths_are_all_that_is_judged_and_always() {
    assert_eq!(chosen(MACHINE, &["/srv/ftp/x"], &["/srv/ftp"]), ["/srv/ftp"]);
    assert_eq!(chosen(MACHINE, &["/mnt/cd", "--exclude", "*"], &["/mnt/cd"]), ["/mnt/cd"]);
    assert_eq!(chosen(MACHINE, &["/mnt/cd", "--include", "/data"], &["/mnt/cd"]), ["/data", "/mnt/cd"]);
}

#[test]
fn what_is_expected_is_judged_too() {
    let stick = "/media/anna/STICK";
    assert!(chosen(MACHINE, &["--expect", stick], &[]).contains(&stick.to_owned()));
    assert_eq!(chosen(MACHINE, &["--expect", "/mnt/cd"], &[]), DEFAULT, "an image has only to be there");
    assert_eq!(chosen(MACHINE, &["--expect", "/srv/ftp"], &[]), DEFAULT, "once, at /data");
}

#[test]
fn in_a_container_its_root_is_judged_and_what_was_bound_into_it_is_not() {
    let container = [
        "0:90 / / overlay overlay rw",
        "0:91 / /proc proc proc rw",
        "0:92 / /dev/shm tmpfs shm rw",
        "8:1 /var/lib/docker/containers/1f/hosts /etc/hosts ext4 /dev/sda1 rw",
        "8:1 /var/lib/docker/containers/1f/resolv.conf /etc/resolv.conf ext4 /dev/sda1 rw",
        "8:2 /volumes/db/_data /var/lib/postgresql xfs /dev/sdb1 rw",
    ];
    assert_eq!(chosen(&container, &[], &[]), ["/", "/dev/shm", "/var/lib/postgresql"]);
}

#[test]
fn an_include_that_fits_nothing_is_told() {
    let matches = command::<Fs>().try_get_matches_from(["check_fs", "--include", "/dta*", "--include", "/"]);
    let options = matches.and_then(|m| Fs::from_arg_matches(&m)).unwrap_or_else(|e| unreachable!("{e}"));
    let text = table(MACHINE);
    let table = mounts::parse(text.as_bytes());
    assert_eq!(select(&options, &table, &Tree::new(&table), &[]).idle, ["/dta*"]);
}

#[test]
fn an_exclude_that_fits_nothing_is_found() {
    let arguments = ["check_fs", "--exclude", "type:nfs*", "--exclude", "type:ntfs", "--exclude", "type:proc"];
    let matches = command::<Fs>().try_get_matches_from(arguments);
    let options = matches.and_then(|m| Fs::from_arg_matches(&m)).unwrap_or_else(|e| unreachable!("{e}"));
    let text = table(MACHINE);
    let table = mounts::parse(text.as_bytes());
    // What is left out anyway fits: the pattern is no mistake.
    assert_eq!(idle_excludes(&options, &table, &Tree::new(&table)), ["type:ntfs"]);
}
