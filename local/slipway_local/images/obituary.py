"""Why a container's process ended, in one line."""

import signal
from pathlib import Path

_FAILURE = "opt/ml/output/failure"
_LONGEST = 1000


def why_it_ended(root: Path, log: Path, code: int) -> str:
    """What the container itself said, or else its exit code and the last line it printed."""
    said = _first_line(root / _FAILURE)
    if said:
        return f"the container exited: {said}"
    last = _last_line(log)
    return f"the container {_ending(code)}" + (f"; its last words: {last}" if last else "")


def _ending(code: int) -> str:
    if code >= 0:
        return f"exited with code {code}"
    return f"was killed by {signal.Signals(-code).name}"


def _first_line(file: Path) -> str:
    """A line of a file that the container's user may have written."""
    if file.is_symlink() or not file.is_file():
        return ""
    with file.open(errors="replace") as text:
        return _printable(text.read(_LONGEST).partition("\n")[0])


def _last_line(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - _LONGEST))
        lines = log.read().decode(errors="replace").strip().splitlines()
    return _printable(lines[-1]) if lines else ""


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()
