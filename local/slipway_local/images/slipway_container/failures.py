"""An exception as one line a person understands, naming the user's own line of code."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 600


class ContainerMisconfigured(Exception):
    """The container was told something it cannot work with; the message says the remedy."""


def describe(error: BaseException, code_folder: Path) -> str:
    """`ModuleNotFoundError: No module named 'foo' (model_fn in code/inference.py line 12)`."""
    if isinstance(error, ContainerMisconfigured):
        return _one_line(str(error))
    text = _one_line("".join(traceback.format_exception_only(error)))
    where = _users_line(error, code_folder)
    return f"{text} ({where})" if where else text


def _users_line(error: BaseException, code_folder: Path) -> str:
    lines = [
        f"{frame.name.replace('<module>', 'import')} in {_shown(frame.filename, code_folder)}"
        f" line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(f"{code_folder}/")
    ]
    return lines[-1] if lines else ""


def _shown(filename: str, code_folder: Path) -> str:
    return f"{code_folder.name}{filename.removeprefix(str(code_folder))}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
