"""The Python environments that stand for images: made once, kept, found again by their pins."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slipway_local.images.cpu_torch import install_cpu_build, needs_cpu_build
from slipway_local.images.installing import (
    EnvironmentFailed,
    find_uv,
    installer,
    python_of,
    run,
)
from slipway_local.images.requirements import Wanted

NOTHING = Wanted()
Progress = Callable[[str], None]

_RECORD = "slipway-image.json"
# What to try, nearest first: the pins; on a Python younger than the image's, the oldest versions
# from the pins on; on an older Python, the newest versions up to the pins.
_RUNGS = (("==", "highest"), (">=", "lowest-direct"), ("<=", "highest"))
_NO_VERSION = "there is no version of"  # uv's words, where no Python has one


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
            _install(aside, packages, extra.lines if extra.index else (), self._progress)
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


def _usable(home: Path) -> bool:
    return (home / _RECORD).exists() and python_of(home).exists()


def _recorded(home: Path) -> Environment:
    record = json.loads((home / _RECORD).read_text())
    return Environment(python_of(home), tuple(record["substitutions"]))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _create(home: Path) -> None:
    uv = find_uv()
    base = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")
    if uv:
        run([uv, "venv", "--quiet", "--no-project", "--clear", "--python", base, str(home)])
    else:
        run([base, "-m", "venv", "--without-pip", str(home)])


def _install(home: Path, packages: Sequence[str], extra: Sequence[str], tell: Progress) -> None:
    """The image's packages; then, as the container's pip does, what its script wants besides."""
    pinned = [_torch(home, each, tell) if needs_cpu_build(each) else each for each in packages]
    if pinned:
        _install_nearest(home, pinned, tell)
    if extra:
        _install_nearest(home, extra, tell, final=_NO_VERSION)


def _torch(home: Path, pin: str, tell: Progress) -> str:
    """The exact pin of the CPU build that is there now, or else the package index's own."""
    if install_cpu_build(home, pin):
        return f"torch=={dict(_distributions(home))['torch']}"
    tell(
        "no CPU build of PyTorch can be had here: the package index's own brings gigabytes of CUDA"
    )
    return pin


def _install_nearest(home: Path, pins: Sequence[str], tell: Progress, final: str = "") -> None:
    """The pins, or what is nearest to them here; a failure that says `final` is one on AWS, too."""
    failures = []
    for operator, resolution in _RUNGS:
        wanted = [each if "+" in each else each.replace("==", operator) for each in pins]
        try:
            run([*installer(home, resolution, operator), *wanted], tell=tell)
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
        run([*installer(home, "highest", "=="), "--no-index", *links, *extra.lines])
    except EnvironmentFailed as failure:
        asked = ", ".join(extra.lines)
        raise EnvironmentFailed(
            f"requirements.txt asks for {asked}, and nothing is fetched for this container: it is "
            f"isolated from the network, or its requirements.txt says --no-index: {failure}"
        ) from failure


def _substitutions(home: Path, packages: Sequence[str]) -> list[str]:
    """Each pin that another version stands in for, as `numpy 2.4.6 instead of 2.5.1`."""
    there = dict(_distributions(home))
    wanted = [package.partition(",")[0].split("==") for package in packages]
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
