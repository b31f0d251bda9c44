"""Run a program that loads an untrusted model: in a process of its own, bounded on every side.

The child has an empty environment, its folder as the only place to write, no network, no other
program to start, and limits on processor time, memory and files; `confined` says what holds where.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from slipway_export import confined
from slipway_export.model import ExportRefused

_WORDS = 4096
_SOURCE = "program.py"


def run(
    program: Path | str,
    folder: Path,
    *,
    python: Path | None = None,
    arguments: Sequence[str] = (),
    seconds: int = 120,
    memory: int = 4 << 30,
) -> None:
    """Run a Python file (or the source in a text) that reads and writes files of `folder`.

    `seconds` bounds its processor time and, doubled, the clock; `memory` is in bytes. Raises
    ExportRefused with the last line of its standard error when it fails or is ended.
    """
    folder = folder.resolve()
    if isinstance(program, str):
        program = _written(program, folder)
    asked = {
        "program": str(program.resolve()),
        "folder": str(folder),
        "arguments": list(arguments),
        "seconds": seconds,
        "memory": memory,
    }
    command = [str(python or sys.executable), "-I", confined.__file__, json.dumps(asked)]
    with tempfile.TemporaryFile() as words:
        code = _finished(command, folder, words, 2 * seconds)
        if code is None:
            raise ExportRefused(f"converting it took longer than {2 * seconds} s")
        if code:
            raise ExportRefused(_complaint(code, words))


def _written(source: str, folder: Path) -> Path:
    path = folder / _SOURCE
    path.write_text(source, "utf-8")
    return path


def _finished(command: list[str], folder: Path, words: IO[bytes], seconds: int) -> int | None:
    """The exit code, None where the time was up; nothing of the child's group outlives it."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own script
        command,
        cwd=folder,
        env={"HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=words,
        start_new_session=True,
    )
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _complaint(code: int, words: IO[bytes]) -> str:
    """Why a child failed, in one line."""
    if code < 0:
        return f"converting it was ended by {signal.Signals(-code).name}: its limits were reached"
    words.seek(max(0, words.seek(0, os.SEEK_END) - _WORDS))
    lines = words.read().decode("utf-8", "replace").strip().splitlines()
    return f"converting it failed: {lines[-1].strip()}" if lines else "converting it failed"
