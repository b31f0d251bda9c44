"""Bound this process, then run a program in it: what `sandbox.run` starts.

Standard library only, for it runs under whatever interpreter holds the libraries. On Linux the
kernel's Landlock (https://docs.kernel.org/userspace-api/landlock.html) keeps the program to its
folder, without execve, and new namespaces leave it no network; where the kernel has neither, and
on other systems, the limits on processor time, memory and files hold alone.
"""

import ctypes
import json
import os
import resource
import runpy
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_NO_NEW_PRIVS = 38
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_READ, _WRITE = 1 << 2 | 1 << 3, 1 << 1 | 1 << 14
_OF_FILES = 1 << 2 | 1 << 1 | 1 << 14  # a file has no entries to list, make or remove
_EVERYTHING = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_TCP, _OUTSIDE = 3, 3  # bind and connect; abstract sockets and signals
_NETWORK_FROM, _SCOPED_FROM = 4, 6
_SYSTEM = ("/usr", "/lib", "/lib64", "/proc", "/sys", "/etc/ld.so.cache", "/dev/urandom")
_TASKS = 256


def confine(folder: Path, program: Path, seconds: int, memory: int) -> None:
    """Leave this process its folder to write, the interpreter to read, and bounded means."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        if _leave_network(libc) and _counts_by_namespace():
            _limit(resource.RLIMIT_NPROC, _TASKS)
        _keep_to(libc, folder, (program, *_interpreter()))
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, memory)
    _limit(resource.RLIMIT_NOFILE, 256)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound))


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Move into a network of its own, which leads nowhere; False where the kernel says no."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEW_USER | _NEW_NETWORK):
        return False
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    return True


def _counts_by_namespace() -> bool:
    """Whether the limit on processes counts those of the new namespace only (Linux 5.14)."""
    major, minor = (int(part) for part in os.uname().release.split(".")[:2])
    return (major, minor) >= (5, 14)


def _interpreter() -> Iterable[Path]:
    """What Python and its libraries are read from."""
    return map(Path, (sys.prefix, sys.base_prefix, *sys.path, *_SYSTEM))


def _keep_to(libc: ctypes.CDLL, folder: Path, readable: Iterable[Path]) -> None:
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return
    everything = _EVERYTHING[min(version, max(_EVERYTHING))]
    fields = [everything, *([_TCP] if version >= _NETWORK_FROM else [])]
    fields += [_OUTSIDE] if version >= _SCOPED_FROM else []
    rules = struct.pack(f"<{len(fields)}Q", *fields)
    ruleset = libc.syscall(_CREATE, rules, len(rules), 0)
    for path in readable:
        _allow(libc, ruleset, path, _READ)
    _allow(libc, ruleset, Path(os.devnull), (_READ | _WRITE) & everything)
    _allow(libc, ruleset, folder, everything & ~1)
    if libc.syscall(_RESTRICT, ruleset, 0):
        raise OSError(ctypes.get_errno(), "the process could not be confined")
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    """Allow `access` beneath a folder, or to a file; what is not there needs no rule."""
    if not path.exists():
        return
    if not path.is_dir():
        access &= _OF_FILES
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("<Qi", access, opened)
    if libc.syscall(_ADD, ruleset, 1, rule, 0):
        raise OSError(ctypes.get_errno(), f"{path} could not be allowed")
    os.close(opened)


def main() -> None:
    """Run what the one JSON argument says."""
    asked = json.loads(sys.argv[1])
    folder, program = Path(asked["folder"]), Path(asked["program"])
    sys.argv = [asked["program"], *asked["arguments"]]
    confine(folder, program, asked["seconds"], asked["memory"])
    runpy.run_path(asked["program"], run_name="__main__")


if __name__ == "__main__":
    main()
