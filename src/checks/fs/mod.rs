//! File systems: how full they are, when they will be full, whether they are there, writable and answer.

mod figures;
mod gather;
mod history;
mod judge;
mod options;
mod pattern;
mod select;

pub use gather::Sample;
pub use history::History;
pub use options::Fs;

use crate::model::catalogue::{Catalogue, MetricDef};
use crate::model::report::Report;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;

impl Check for Fs {
    const NAME: &'static str = "fs";
    const ABOUT: &'static str = "file systems: space, inodes, read-only, hanging, when they will be full";
    const DESCRIPTION: &'static str = "\
Judges every file system that holds data by the share of its space and of its inodes that is used, computed the way \
df(1) shows it: used / (used + what users can still write). The limits of check_disk mean free space; here they mean \
used space, and -w free=10%: or -w free_bytes=5GiB: are there for those who think in free space.

Left out unless they are asked for: pseudo file systems, read-only images (iso9660, udf, squashfs, erofs and the like), \
removable media below /media and /run/media, the layers and files of containers and snaps, the tmpfs of user sessions, \
and further mounts of a file system that is judged already: the shortest mount point stands for all. -v says what was \
left out. --include brings such a one in by its type (type:tmpfs) or by a pattern without wildcards. An automount is never \
touched, so it is never triggered.

Patterns are compared with the whole mount point, or with device: or type: in front with the device or the type (mount: may be \
written too). * is any \
run of characters, / too, and ? is one character; after ~ comes a regular expression that may fit anywhere in the name. \
Names are compared the way they are shown: characters that could harm a terminal appear as escapes.

Network and FUSE file systems are asked in processes of their own, all at once. One that has not answered after \
--hung-after is CRITICAL (--hung) and the others are judged. The process that hangs holds a lock in the state folder: until \
it is gone, later runs report the file system without touching it, so that nothing piles up. One that answers with an error \
has the same state. A file system that may not be looked at for lack of rights is UNKNOWN; a FUSE mount of another user, \
which nobody else may see, is left out.

A file system that its own driver has made read-only after an error is CRITICAL. From an hour of history on, eta is the time \
until the file system is full if it goes on filling as it did in the last two days, by a slope that single large files do not \
move; -w eta=2d: warns two days ahead. It has no limits by default. It is unknown until there is an hour of history (of six runs \
at least, five minutes apart), and while the file system does not fill; that is no fault.

With --root DIR the mount table is DIR/proc/1/mountinfo or DIR/proc/self/mountinfo, and file systems are asked below DIR. If \
there is a file DIR/statfs, sizes come from it, which reproduces the answer of another machine: a line for each mount point \
(escaped as in the mount table), a tab, and bsize, blocks, bfree, bavail, files and ffree of statvfs(3) with spaces between.";
    const EXAMPLES: &'static [Example] = &[
        Example { purpose: "All file systems, warning at 90 % and critical at 95 % used", command: "check_fs" },
        Example { purpose: "Earlier for /var and what is below it", command: "check_fs -w @/var*=80% -c @/var*=90%" },
        Example {
            purpose: "By free space, as check_disk has it",
            command: "check_fs -w free=10%: -c free_bytes=2GiB:",
        },
        Example {
            purpose: "The file system that holds a folder, two days before it is full",
            command: "check_fs -w eta=2d: /var/log",
        },
        Example {
            purpose: "The backup disk must be mounted and writable",
            command: "check_fs --expect /backup --writable /backup",
        },
        Example { purpose: "All disks of the database as one", command: "check_fs --group oracle=/u0*" },
        Example {
            purpose: "Without network file systems",
            command: "check_fs --exclude type:nfs* --exclude type:cifs",
        },
        Example { purpose: "Large file systems may be fuller than small ones", command: "check_fs --magic 0.8" },
    ];
    const METRICS: Catalogue = Catalogue::new(
        "mountpoint",
        &[
            MetricDef::gauge("used", Unit::Ratio, "share of the space of users that is used, as df shows it")
                .limits("90", "95")
                .in_perfdata(),
            MetricDef::gauge("used_bytes", Unit::Bytes, "bytes in use").in_perfdata(),
            MetricDef::gauge("size", Unit::Bytes, "bytes in all, those kept for root included"),
            MetricDef::gauge("free", Unit::Ratio, "share of the space of users that is free"),
            MetricDef::gauge("free_bytes", Unit::Bytes, "bytes that users can still write"),
            MetricDef::gauge("inodes_used", Unit::Ratio, "share of the inodes that is used, where there is a limit")
                .limits("90", "95")
                .in_perfdata(),
            MetricDef::gauge("inodes_free", Unit::Count, "files that can still be made, where there is a limit"),
            MetricDef::gauge("eta", Unit::Seconds, "time until it is full at the present rate"),
        ],
    );
    type Sample = Sample;
    type Memory = History;

    /// What is judged together shares a history.
    fn identity(&self) -> String {
        let include = self.include.iter().chain(&self.exclude).map(|pattern| pattern.text().to_owned());
        let groups = self.group.iter().map(|group| format!("{}={}", group.name, group.glob));
        let paths =
            self.paths().chain(self.expect.iter().map(|path| &**path)).map(|p| p.to_string_lossy().into_owned());
        include.chain(groups).chain(paths).collect::<Vec<_>>().join("\u{1f}")
    }

    fn probe(&self, cx: &Context<'_>, _memory: &History) -> Result<Sample, Failure> {
        gather::gather(self, cx)
    }

    fn judge(&self, sample: &Sample, memory: &mut History, now: Timestamp, report: &mut Report<'_>) {
        judge::judge(self, sample, memory, now, report);
    }
}
