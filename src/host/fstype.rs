//! What a file system's type says of it.

/// What kind of thing a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Holds data on a disk or a server; a type that nobody knows is one of these.
    Data,
    /// Holds data in memory: tmpfs.
    Memory,
    /// One tree shown through another: the root of a container.
    Overlay,
    /// A read-only image: full by nature.
    Image,
    /// A view of the kernel or of other programs, without space of its own.
    Pseudo,
    /// A trigger: whoever touches it has something mounted.
    Automount,
}

/// The class of a type as the mount table names it.
///
/// The pseudo types are those that df leaves out (gnulib's `ME_DUMMY`) and the later ones of the kernel.
#[must_use]
pub fn class(fstype: &str) -> Class {
    match fstype {
        "autofs" => Class::Automount,
        "tmpfs" => Class::Memory,
        "overlay" | "overlayfs" | "aufs" | "unionfs" | "fuse.fuse-overlayfs" | "fuse.unionfs" => Class::Overlay,
        "iso9660" | "udf" | "squashfs" | "erofs" | "cramfs" | "romfs" | "fuse.squashfuse" | "fuse.squashfuse_ll"
        | "fuse.snapfuse" | "fuse.erofsfuse" | "fuse.fuseiso" => Class::Image,
        "anon_inodefs"
        | "bdev"
        | "binder"
        | "binfmt_misc"
        | "bpf"
        | "cgroup"
        | "cgroup2"
        | "configfs"
        | "cpuset"
        | "debugfs"
        | "devfs"
        | "devpts"
        | "devtmpfs"
        | "dmabuf"
        | "efivarfs"
        | "fdescfs"
        | "functionfs"
        | "fuse.gvfs-fuse-daemon"
        | "fuse.gvfsd-fuse"
        | "fuse.lxcfs"
        | "fuse.portal"
        | "fuse.vmware-vmblock"
        | "fusectl"
        | "hugetlbfs"
        | "ignore"
        | "ipathfs"
        | "kernfs"
        | "linprocfs"
        | "linsysfs"
        | "mqueue"
        | "nfsd"
        | "none"
        | "nsfs"
        | "openpromfs"
        | "pidfs"
        | "pipefs"
        | "proc"
        | "procfs"
        | "pstore"
        | "ramfs"
        | "resctrl"
        | "rootfs"
        | "rpc_pipefs"
        | "securityfs"
        | "selinuxfs"
        | "smackfs"
        | "sockfs"
        | "spufs"
        | "subfs"
        | "sysfs"
        | "tracefs"
        | "usbfs"
        | "xenfs" => Class::Pseudo,
        _ => Class::Data,
    }
}

/// Whether a call on it may never return: a server or another process has to answer it.
#[must_use]
pub fn may_hang(fstype: &str) -> bool {
    // FUSE of every kind: fuse, fuseblk, fuse.sshfs, …
    fstype.starts_with("fuse")
        || matches!(
            fstype,
            "9p" | "acfs"
                | "afs"
                | "auristorfs"
                | "beegfs"
                | "ceph"
                | "cifs"
                | "coda"
                | "gfs"
                | "gfs2"
                | "glusterfs"
                | "gpfs"
                | "lustre"
                | "mmfs"
                | "moosefs"
                | "ncp"
                | "ncpfs"
                | "nfs"
                | "nfs3"
                | "nfs4"
                | "ocfs2"
                | "orangefs"
                | "panfs"
                | "prl_fs"
                | "pvfs2"
                | "quobyte"
                | "shfs"
                | "smb3"
                | "smbfs"
                | "sshfs"
                | "stornext"
                | "vboxsf"
                | "virtiofs"
                | "vmhgfs"
                | "weka"
                | "wekafs"
        )
}

/// Whether a path had better not lead through it: it may hang, or a touch mounts something.
#[must_use]
pub fn is_unsure(fstype: &[u8]) -> bool {
    std::str::from_utf8(fstype).is_ok_and(|fstype| may_hang(fstype) || class(fstype) == Class::Automount)
}

/// Whether its driver goes read-only by itself when it finds an error, as ext4 does with `errors=remount-ro`.
#[must_use]
pub fn gives_up_writing(fstype: &str) -> bool {
    matches!(
        fstype,
        "ext2"
            | "ext3"
            | "ext4"
            | "btrfs"
            | "f2fs"
            | "jfs"
            | "nilfs2"
            | "reiserfs"
            | "vfat"
            | "exfat"
            | "ntfs3"
            | "ocfs2"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_their_class() {
        let cases = [
            ("ext4", Class::Data, false),
            ("xfs", Class::Data, false),
            ("a-type-of-tomorrow", Class::Data, false),
            ("nfs4", Class::Data, true),
            ("fuse.sshfs", Class::Data, true),
            ("fuseblk", Class::Data, true),
            ("fuse.lxcfs", Class::Pseudo, true),
            ("squashfs", Class::Image, false),
            ("cgroup2", Class::Pseudo, false),
            ("autofs", Class::Automount, false),
            ("tmpfs", Class::Memory, false),
            ("overlay", Class::Overlay, false),
        ];
        for (fstype, kind, hangs) in cases {
            assert_eq!((class(fstype), may_hang(fstype)), (kind, hangs), "{fstype}");
        }
    }
}
