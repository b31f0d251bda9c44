"""The Python environments that stand for images: made once, kept, found again by their pins."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slipway_local.images.requirements import Wanted

NOTHING = Wanted()
Progress = Callable[[str], None]

_BUILD_SECONDS = 1200
_RECORD = "slipway-image.json"
# Wheels are installed, never built: a package's setup.py must not run outside a container.
_WHEELS = ("--only-binary", ":all:")
# What to try, nearest first: the pins; on a Python younger than the image's, the oldest versions
# from the pins on; on an older Python, the newest versions up to the pins.
_RUNGS = (("==", "highest"), (">=", "lowest-direct"), ("<=", "highest"))
_NO_VERSION = "there is no version of"  # uv's words, where no Python has one
# The same for PyTorch's CPU builds; True where the wheels that pip knows are looked through.
_CPU_RUNGS = (
    ("==", "highest", True),
    ("==", "highest", False),
    (">=", "lowest-direct", False),
    (">=", "highest", True),
    ("<=", "highest", True),
)


_BECAUSE = re.compile(r"Because (.+?)(?: and you require |, we can conclude |\. )")


class EnvironmentFailed(Exception):
    """The packages of an image cannot be installed here; the message is the installer's."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A ready environment: its interpreter, and what differs from the image's pins."""

    python: Path
    substitutions: tuple[str, ...] = ()


class Environments:
    """Environments under `cache`, one folder for each set of packages on this Python.

    Safe to use from several threads and processes: one builds, the others wait for it.
    """

    def __init__(self, cache: Path, progress: Progress = lambda _: None) -> None:
        self._cache = cache
        self._progress = progress

    def provide(self, packages: Sequence[str], extra: Wanted = NOTHING) -> Environment:
        """The environment that holds `packages` (`name==version`) and what a script wants besides.

        Raises EnvironmentFailed.
        """
        home = self._cache / _digest(packages, extra)
        if not _usable(home):
            self._cache.mkdir(parents=True, exist_ok=True)
            with _locked(home.with_suffix(".lock")):
                if not _usable(home):
                    self._build(home, packages, extra)
        return _recorded(home)

    def _build(self, home: Path, packages: Sequence[str], extra: Wanted) -> None:
        self._progress(f"making the environment of {', '.join((*packages, *extra.lines))}")
        aside = Path(tempfile.mkdtemp(prefix=".making-", dir=self._cache))
        try:
            _create(aside)
            _install(aside, packages, extra.lines if extra.index else ())
            if not extra.index and extra.lines:
                _install_offline(aside, extra)
            substitutions = _substitutions(aside, [*packages, *_pins(extra.lines)])
            (aside / _RECORD).write_text(json.dumps({"substitutions": substitutions}))
            aside.chmod(0o755)
            shutil.rmtree(home, ignore_errors=True)
            aside.rename(home)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        for line in substitutions:
            self._progress(line)


def _digest(packages: Sequence[str], extra: Wanted) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    subject: list[object] = [
        sys.platform,
        os.uname().machine,
        sys.base_prefix,
        version,
        [*packages],
        [*extra.lines],
    ]
    if not extra.index:
        subject.append(sorted((wheel.name, _sha256(wheel)) for wheel in _wheels(extra)))
    return hashlib.sha256(json.dumps(subject).encode()).hexdigest()[:16]


def _wheels(extra: Wanted) -> list[Path]:
    return [*extra.wheels.glob("*.whl")] if extra.wheels else []


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _python(home: Path) -> Path:
    return home / "bin" / "python"


def _usable(home: Path) -> bool:
    return (home / _RECORD).exists() and _python(home).exists()


def _recorded(home: Path) -> Environment:
    record = json.loads((home / _RECORD).read_text())
    return Environment(_python(home), tuple(record["substitutions"]))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def find_uv() -> str | None:
    """Where uv is, if it is installed."""
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError):
        return None


def _create(home: Path) -> None:
    uv = find_uv()
    base = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")
    if uv:
        _run([uv, "venv", "--quiet", "--no-project", "--clear", "--python", base, str(home)])
    else:
        _run([base, "-m", "venv", "--without-pip", str(home)])


def _install(home: Path, packages: Sequence[str], extra: Sequence[str]) -> None:
    """The image's packages; then, as the container's pip does, what its script wants besides."""
    pinned = [_cpu_torch(home, each) if _needs_cpu_build(each) else each for each in packages]
    if pinned:
        _install_nearest(home, pinned)
    if extra:
        _install_nearest(home, extra, final=_NO_VERSION)


def _install_nearest(home: Path, pins: Sequence[str], final: str = "") -> None:
    """The pins, or what is nearest to them here; a failure that says `final` is one on AWS, too."""
    failures = []
    for operator, resolution in _RUNGS:
        wanted = [each if "+" in each else each.replace("==", operator) for each in pins]
        try:
            _run([*_installer(home, resolution, operator), *wanted])
        except EnvironmentFailed as failure:
            failures.append(str(failure))
            if final and final in failures[0]:
                break
        else:
            return
    raise EnvironmentFailed(failures[0])


def _install_offline(home: Path, extra: Wanted) -> None:
    """What the image does not hold comes from the wheels that the archive brings, as on AWS."""
    links = ["--find-links", str(extra.wheels)] if extra.wheels else []
    try:
        _run([*_installer(home, "highest", "=="), "--no-index", *links, *extra.lines])
    except EnvironmentFailed as failure:
        asked = ", ".join(extra.lines)
        raise EnvironmentFailed(
            f"requirements.txt asks for {asked}, and nothing is fetched for this container: it is "
            f"isolated from the network, or its requirements.txt says --no-index: {failure}"
        ) from failure


def _needs_cpu_build(package: str) -> bool:
    """On Linux the package index has PyTorch with gigabytes of CUDA, which nothing here can use."""
    return package.startswith("torch==") and sys.platform == "linux"


def _cpu_torch(home: Path, pin: str) -> str:
    """Install PyTorch's CPU build, nearest to the pin; the exact pin of what is there now.

    From the wheels that this machine's pip is told of (its find-links), or from PyTorch's own index
    of CPU builds, which uv knows.
    """
    failures = []
    for operator, resolution, known in _CPU_RUNGS:
        try:
            if known:
                installer = [*_pip(home), "--no-index"]
            else:
                installer = [*_installer(home, resolution, operator), "--torch-backend", "cpu"]
            _run([*installer, "--no-deps", pin.replace("==", operator)])
        except EnvironmentFailed as failure:
            failures.append(str(failure))
        else:
            return f"torch=={dict(_distributions(home))['torch']}"
    raise EnvironmentFailed("no CPU build of PyTorch can be had: " + "; ".join(failures))


def _installer(home: Path, resolution: str, operator: str) -> list[str]:
    uv = find_uv()
    if uv:
        to = ["--python", str(_python(home)), "--resolution", resolution]
        return [uv, "pip", "install", "--quiet", "--no-config", "--compile-bytecode", *_WHEELS, *to]
    if operator == ">=":
        raise EnvironmentFailed("pip cannot choose the oldest version that fits; install uv")
    return _pip(home)


def _pip(home: Path) -> list[str]:
    return [sys.executable, "-m", "pip", "--python", str(_python(home)), "install", "-q", *_WHEELS]


def _run(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - a list of our own making, no shell
        command, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False
    )
    if done.returncode:
        said = done.stderr.strip() or f"{command[0]} failed"
        raise EnvironmentFailed(f"{_cause(said)}{said}")


def _cause(said: str) -> str:
    """The first reason in uv's tree of reasons, for those who read one line."""
    found = _BECAUSE.search(" ".join(said.split()))
    return f"its packages cannot be installed: {found[1]}\n" if found else ""


def _substitutions(home: Path, packages: Sequence[str]) -> list[str]:
    """Each pin that another version stands in for, as `numpy 2.4.6 instead of 2.5.1`."""
    there = dict(_distributions(home))
    wanted = [package.split("==") for package in packages]
    return [
        f"{name} {there[_normal(name)]} instead of {version}"
        for name, version in wanted
        if there[_normal(name)].partition("+")[0] != version
    ]


def _pins(lines: Sequence[str]) -> list[str]:
    """Those that name one version, without spaces, as `name==1.0`."""
    bare = (re.sub(r"\s|\[[^]]*\]", "", line) for line in lines)
    return [line for line in bare if re.fullmatch(r"[\w.-]+==[\w.+!]+", line)]


def _distributions(home: Path) -> Iterator[tuple[str, str]]:
    for folder in home.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        yield _normal(name), version


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
