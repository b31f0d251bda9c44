"""The bounds a container's process sets itself before it runs anything of its user's.

Where the cloud runs as root (in CI, say), the process becomes a user of its own, whom the kernel
keeps out of other users' files and whose processes it counts; a container that shall be isolated
gets a network of its own, in which there is nothing. On a laptop it stays the same user:
then the limits hold (memory and processes on Linux only), but nothing keeps a script from reading
and writing that user's files, from ending that user's processes or from using the network, the
cloud on loopback included. Do not run models there whose scripts you would not run yourself.
"""

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_PR_SET_NO_NEW_PRIVS = 38
_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_UP_AND_RUNNING = 0x41
_CAP_DAC_READ_SEARCH = 1 << 2
_FIRST_USER = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes; `processes` counts threads too, as the kernel does; `isolated` is 0 or 1."""

    memory: int
    processes: int
    files: int
    file_size: int
    isolated: int = 0


def confine(bounds: Bounds, root: Path) -> None:
    """Bound this process and its children; leave root's user where it is root's."""
    _bound(bounds)
    if sys.platform == "linux":
        if bounds.isolated and os.geteuid() == 0:
            _leave_network()
        alone = os.geteuid() == 0 and _become_own_user(root)
        others = 0 if alone else _running_tasks(os.geteuid())
        _limit(resource.RLIMIT_NPROC, others + bounds.processes)
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def join(bounds: Bounds, container: int, root: Path) -> None:
    """Bound this process as another one is, and become the user that one became."""
    _bound(bounds)
    if sys.platform == "linux":
        if os.geteuid() == 0:
            _become(own_user(container), root)
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _bound(bounds: Bounds) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, bounds.files)
    _limit(resource.RLIMIT_FSIZE, bounds.file_size)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, bounds.memory)


def _leave_network() -> None:
    """Into a network of this process's own, with nothing but loopback; what it listens on already
    stays where it is."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        sys.stderr.write(f"stays in the network: {os.strerror(ctypes.get_errno())}\n")
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside:
        fcntl.ioctl(inside, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound))


def _running_tasks(user: int) -> int:
    """How many processes and threads a user has; the kernel's limit counts them all."""
    tasks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == user:
                tasks += sum(1 for _ in (process / "task").iterdir())
        except OSError:
            continue
    return tasks


def own_user(process: int) -> int:
    """The user that a container started by root becomes, told by its process number."""
    return _FIRST_USER + process


def _become_own_user(root: Path) -> bool:
    """Become a user whom no other process has."""
    user = own_user(os.getpid())
    for path in (root, *root.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
    return _become(user, root)


def _become(user: int, root: Path) -> bool:
    needed = (root, Path(__file__), Path(sys.prefix), Path(sys.base_prefix))
    kept = 0 if all(map(_open_to_all, needed)) else _CAP_DAC_READ_SEARCH
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    # access(2) believes the capability that is kept only from a process of these bits; C++
    # libraries ask it whether a model's file exists.
    libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError as error:
        sys.stderr.write(f"stays root: no user {user} here ({error})\n")
        return False
    _keep_capabilities(libc, kept)
    return True


def _keep_capabilities(libc: ctypes.CDLL, kept: int) -> None:
    """Drop root's powers but `kept`: one that reads, for an interpreter that is under /root, and
    for the programs that it starts there."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    number = _SYS_CAPSET[os.uname().machine]
    if libc.syscall(number, header, data):
        raise OSError(ctypes.get_errno(), "capabilities could not be dropped")
    if kept:
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, kept.bit_length() - 1, 0, 0)


def _open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in path.parents)


def die_with_parent(lifeline: int, *listeners: int) -> None:
    """Leave a warden that ends all of this container when its parent's end of `lifeline` closes.

    The warden is a process, not a thread: a model that never yields cannot hold it up.
    """
    container = os.getpid()
    if os.fork():
        os.close(lifeline)
        return
    for listener in listeners:
        os.close(listener)
    while os.read(lifeline, 1):
        pass
    if os.geteuid() == own_user(container):
        os.kill(-1, signal.SIGKILL)
    os.killpg(os.getpgrp(), signal.SIGKILL)
