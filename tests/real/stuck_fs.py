"""A file system whose statfs does not return while the flag file exists: a server that has gone away.

Usage: stuck_fs.py MOUNTPOINT FLAG. Everything but statfs is always answered.
"""
import os
import stat
import sys
import time

from fusepy import FUSE, Operations


class Stuck(Operations):
    def getattr(self, path, fh=None):
        return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}

    def statfs(self, path):
        while os.path.exists(sys.argv[2]):
            time.sleep(0.02)
        blocks = {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1000, "f_bfree": 900, "f_bavail": 900}
        return {**blocks, "f_files": 100, "f_ffree": 90, "f_favail": 90, "f_namemax": 255}


FUSE(
    Stuck(),
    sys.argv[1],
    foreground=True,
    nothreads=False,
    allow_other=True,
    fsname="archive.example:/export",
    subtype="sshfs",
)
