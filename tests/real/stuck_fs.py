"""A file system that does not return from statfs, nor from opening its one file, while the flag file exists: a server
that has gone away.

Usage: stuck_fs.py MOUNTPOINT FLAG. Everything else is always answered.
"""
import errno
import os
import stat
import sys
import time

from fusepy import FUSE, FuseOSError, Operations


PLUGIN = b"#!/bin/sh\necho fine\n"


class Stuck(Operations):
    def getattr(self, path, fh=None):
        if path == "/plugin":
            return {"st_mode": stat.S_IFREG | 0o755, "st_nlink": 1, "st_size": len(PLUGIN)}
        if path != "/":
            raise FuseOSError(errno.ENOENT)
        return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}

    def wait(self):
        while os.path.exists(sys.argv[2]):
            time.sleep(0.02)

    def open(self, path, flags):
        self.wait()
        return 0

    def read(self, path, size, offset, fh):
        return PLUGIN[offset : offset + size]

    def statfs(self, path):
        self.wait()
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
