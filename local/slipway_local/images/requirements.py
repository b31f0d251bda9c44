"""A script's requirements.txt: names and versions only, since installing must run no code."""

import re
from pathlib import Path

from slipway_local.images.folders import FolderRefused

_PLAIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?"  # name[extra]
    r"\s*([<>=!~]=?=?\s*[A-Za-z0-9.*+!_-]+(\s*,\s*[<>=!~]=?=?\s*[A-Za-z0-9.*+!_-]+)*)?"  # >=1,<2
    r"\s*(;[^#@/]*)?"  # ; python_version < "3.12"
)


def read_requirements(code: Path) -> tuple[str, ...]:
    """The requirements beside a script, none where there is no file.

    Raises FolderRefused for options, URLs and paths.
    """
    file = code / "requirements.txt"
    return requirements_in(file) if file.is_file() else ()


def requirements_in(file: Path) -> tuple[str, ...]:
    """The requirements in a file. Raises FolderRefused as `read_requirements` does."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in _text(file).splitlines())
    return tuple(_checked(line) for line in lines if line)


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
