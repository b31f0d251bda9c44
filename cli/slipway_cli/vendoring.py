"""The packages that a script wants, as wheels in the archive: built for the image that serves it.

An isolated container reaches no package index. `code/wheels/` holds what requirements.txt asks for
and the image lacks, and the file itself tells the container's own pip to look there and nowhere
else, so that the same archive is installed the same way on a laptop and on AWS.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slipway.artifacts import Archive
from slipway.artifacts.images import processor_of
from slipway.artifacts.members.requirements import REQUIREMENTS, VENDORED, WHEELS, normal
from slipway_local.images.installing import find_uv
from slipway_local.images.registry import UnknownImage, family_of

from slipway_cli import screen
from slipway_cli.failures import Exit, Problem
from slipway_cli.packing import Packing, chunks, write

_SECONDS = 600
# What AWS's own Dockerfiles install, where an image's tag does not say it.
_PYTHONS = {
    "sagemaker-scikit-learn:1.0-1": "3.8",
    "sagemaker-scikit-learn:1.2-1": "3.9",
    "sagemaker-xgboost:1.7-1": "3.8",
    "sagemaker-xgboost:3.0-5": "3.10",
}
_USUAL = ("3.10", "3.11", "3.12", "3.13")  # of an image that does not say its own
_MACHINES = {"arm64": "aarch64"}
_LINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
_REMEDY = (
    "Pin packages that have wheels for it, or set `network_isolation: false` in slipway.yaml and "
    "push with --no-vendor."
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the wheels are for: Pythons, the processor, and what is installed there anyway."""

    pythons: tuple[str, ...]
    machine: str
    held: tuple[str, ...]

    @property
    def platforms(self) -> Iterator[str]:
        """The platforms whose wheels run there, newest first."""
        return (f"{linux}_{self.machine}" for linux in _LINUX)


def ground_of(image: str, instance_type: str, *, here: bool) -> Ground:
    """What an image offers; `here` adds this machine's Python, which stands in for the image's on
    the embedded cloud, and is enough there where nobody knows the image's own."""
    name = image.rpartition("/")[2]
    own = (f"{sys.version_info[0]}.{sys.version_info[1]}",) if here else ()
    try:
        family = family_of(name)
        held = family.packages + family.script_packages
    except UnknownImage:
        held = ()
    pythons = tuple(dict.fromkeys((*_pythons(name), *own))) or _USUAL
    return Ground(pythons, _MACHINES.get(processor_of(instance_type), "x86_64"), held)


def _pythons(image: str) -> tuple[str, ...]:
    """The Python of an image; none where neither its tag nor its Dockerfile says it."""
    if told := re.search(r"py(\d)(\d+)", image):
        return (f"{told[1]}.{told[2]}",)
    return tuple(_PYTHONS[name] for name in _PYTHONS if f"{image}-".startswith(f"{name}-"))


@contextmanager
def vendored(archive: Path, ground: Ground, say: Callable[[str], None]) -> Iterator[Path]:
    """The archive with the wheels that its requirements ask for. Raises Problem where there are
    none to be had."""
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        files = _unpacked(archive, Path(folder) / "model")
        text = files[REQUIREMENTS].read_text("utf-8")
        found = _wheels(files[REQUIREMENTS], ground, Path(folder) / WHEELS)
        files[REQUIREMENTS].write_text("\n".join((*VENDORED, text)), "utf-8")
        place = REQUIREMENTS.rpartition("/")[0]
        files |= {f"{place}/{WHEELS}/{wheel.name}": wheel for wheel in found}
        made = Path(folder) / archive.name
        write(Packing(files), made)
        say(_told(found, ground))
        yield made


def _told(wheels: Sequence[Path], ground: Ground) -> str:
    size = screen.size(sum(wheel.stat().st_size for wheel in wheels))
    names = ", ".join(sorted({"==".join(wheel.name.split("-")[:2]) for wheel in wheels}))
    pythons = ", ".join(ground.pythons)
    return f"vendored {names or 'nothing'} for Python {pythons} on {ground.machine} ({size})"


def _unpacked(archive: Path, folder: Path) -> dict[str, Path]:
    """The files of an archive that was inspected."""
    files = {}
    for entry in Archive(chunks(archive)):
        files[entry.name] = folder / entry.name
        files[entry.name].parent.mkdir(parents=True, exist_ok=True)
        with files[entry.name].open("xb") as file:
            while part := entry.some():
                file.write(part)
    return files


def _wheels(requirements: Path, ground: Ground, folder: Path) -> list[Path]:
    """What is asked for and not held, for each Python; at least one of them has to have it all."""
    folder.mkdir()
    failures = []
    for python in ground.pythons:
        try:
            _download(_resolved(requirements, python, ground), python, ground, folder)
        except subprocess.CalledProcessError as error:
            failures.append(f"Python {python}: {_cause(error)}")
    if len(failures) == len(ground.pythons):
        raise Problem(
            f"{REQUIREMENTS} cannot be vendored: {'; '.join(failures)}", _REMEDY, Exit.REFUSED
        )
    return sorted(folder.glob("*.whl"))


def _resolved(requirements: Path, python: str, ground: Ground) -> list[str]:
    """Every package with its version, as `name==1.0`, but for those that the image holds and the
    requirements do not pin otherwise."""
    asked = requirements.read_text("utf-8")
    held = {normal(pin.partition("==")[0]): pin for pin in ground.held}
    for name in re.findall(r"^\s*([A-Za-z0-9._-]+)\s*==", asked, re.MULTILINE):
        held.pop(normal(name), None)
    try:
        told = _compiled(requirements, python, ground.machine, held.values())
    except subprocess.CalledProcessError:
        # A Python that stands in for the image's has other versions of what the image holds.
        told = _compiled(requirements, python, ground.machine, ())
    pins = [line.partition(";")[0].strip() for line in told.splitlines() if "==" in line]
    return [pin for pin in pins if normal(pin.partition("==")[0]) not in held]


def _compiled(requirements: Path, python: str, machine: str, held: Iterable[str]) -> str:
    uv = find_uv()
    if uv is None:
        raise Problem("vendoring needs uv", "Install it: `pip install uv`.", Exit.USAGE)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(held))
        constraints.flush()
        return _run(
            [
                *(uv, "pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate"),
                *("--only-binary", ":all:", "--python-version", python),
                *("--python-platform", f"{machine}-manylinux_2_28"),
                *("--constraints", constraints.name, str(requirements)),
            ]
        )


def _download(pins: Sequence[str], python: str, ground: Ground, folder: Path) -> None:
    if not pins:
        return
    platforms = [part for each in ground.platforms for part in ("--platform", each)]
    _run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--only-binary", ":all:", "--python-version", python, *platforms),
            *("--dest", str(folder), *pins),
        ]
    )


def _run(command: list[str]) -> str:
    return subprocess.run(  # noqa: S603 - a list of our own making, no shell
        command, capture_output=True, text=True, timeout=_SECONDS, check=True
    ).stdout


def _cause(error: subprocess.CalledProcessError) -> str:
    lines = [line for line in str(error.stderr).splitlines() if line.strip()]
    return lines[-1][:300] if lines else f"{error.cmd[0]} failed"
