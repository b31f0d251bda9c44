"""A script's requirements.txt: names and versions only, since installing must run no code."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from slipway.artifacts.members.requirements import VENDORED, WHEELS
from slipway.artifacts.scripts import ARCHIVE_REQUIREMENTS

from slipway_local.images.folders import FolderRefused

_PLAIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?"  # name[extra]
    r"\s*([<>=!~]=?=?\s*[A-Za-z0-9.*+!_-]+(\s*,\s*[<>=!~]=?=?\s*[A-Za-z0-9.*+!_-]+)*)?"  # >=1,<2
    r"\s*(;[^#@/]*)?"  # ; python_version < "3.12"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a script wants besides its image's packages, and where that comes from.

    Without an `index` it comes from the wheels in the folder `wheels`, or is there already.
    """

    lines: tuple[str, ...] = ()
    wheels: Path | None = None
    index: bool = True


def read_requirements(code: Path, *, isolated: bool = False) -> Wanted:
    """The requirements beside a script, and those of the model that Slipway's default script names;
    none where there is no file.

    Raises FolderRefused for options, but for those of vendored wheels, and for URLs and paths.
    """
    file = code / "requirements.txt"
    if not file.is_file():
        return Wanted()
    vendored = set(VENDORED) <= set(_stripped(file))
    wheels = code / WHEELS if vendored else None
    return replace(requirements_in(file), wheels=wheels, index=not (vendored or isolated))


def _of_the_archive(code: Path) -> list[str]:
    """The lines of the file that ARCHIVE_REQUIREMENTS is about: code is /opt/ml/code there."""
    return _stripped(code.parent / "model/code/requirements.txt")


def requirements_in(file: Path) -> Wanted:
    """The requirements in a file. Raises FolderRefused as `read_requirements` does."""
    lines = _stripped(file)
    if ARCHIVE_REQUIREMENTS in lines:
        lines.remove(ARCHIVE_REQUIREMENTS)
        lines += _of_the_archive(file.parent)
    return Wanted(tuple(_checked(line) for line in lines if line not in VENDORED))


def _stripped(file: Path) -> list[str]:
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in _text(file).splitlines())
    return [line for line in lines if line]


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except UnicodeDecodeError as error:
        raise FolderRefused(f"requirements.txt is not UTF-8: {error}") from error


def _checked(line: str) -> str:
    if not _PLAIN.fullmatch(line):
        raise FolderRefused(
            f"requirements.txt has the line {line!r}: only `name` with versions is installed here, "
            "no options, URLs or paths"
        )
    return line
