"""The installers of packages, uv and pip, and what they say."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

Tell = Callable[[str], None]

# Wheels are installed, never built: a package's setup.py must not run outside a container.
_WHEELS = ("--only-binary", ":all:")
_BECAUSE = re.compile(r"Because (.+?)(?: and you require |, we can conclude |\. )")


class EnvironmentFailed(Exception):
    """The packages of an image cannot be installed here; the message is the installer's."""


def find_uv() -> str | None:
    """Where uv is, if it is installed."""
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError):
        return None


def python_of(home: Path) -> Path:
    """The interpreter of an environment."""
    return home / "bin" / "python"


def installer(home: Path, resolution: str, wanted: str) -> list[str]:
    """The command that installs into an environment, as uv resolves; without uv, pip's.

    Raises EnvironmentFailed where only uv can choose what is wanted.
    """
    uv = find_uv()
    if uv:
        to = ["--python", str(python_of(home)), "--resolution", resolution]
        return [
            uv,
            "pip",
            "install",
            "--no-progress",
            "--no-config",
            "--compile-bytecode",
            *_WHEELS,
            *to,
        ]
    if ">=" in wanted:
        raise EnvironmentFailed("pip cannot choose the oldest version that fits; install uv")
    return pip(home)


def pip(home: Path) -> list[str]:
    """The same of this Python's pip, which reads its user's configuration."""
    to = ["--python", str(python_of(home))]
    return [sys.executable, "-m", "pip", *to, "install", "-q", *_WHEELS]


def run(
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
    tell: Tell = lambda _: None,
) -> None:
    """Run an installer, telling of the large files that it fetches; raises EnvironmentFailed."""
    with subprocess.Popen(  # noqa: S603 - a list of our own making, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        said = "".join(_told(process.stdout, tell)).strip()
    if process.returncode:
        raise EnvironmentFailed(f"{cause(said)}{said or f'{command[0]} failed'}")


def _told(lines: Iterator[str], tell: Tell) -> Iterator[str]:
    for line in lines:
        if line.strip().startswith("Download"):
            tell(line.strip())
        yield line


def cause(said: str) -> str:
    """The first reason in uv's tree of reasons, for those who read one line."""
    found = _BECAUSE.search(" ".join(said.split()))
    return f"its packages cannot be installed: {found[1]}\n" if found else ""
