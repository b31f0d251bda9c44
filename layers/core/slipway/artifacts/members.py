"""One member after another: its first bytes and its name choose who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway.artifacts import pickled
from slipway.artifacts.clues import Clue
from slipway.artifacts.reader import Damaged, Reader
from slipway.artifacts.refusal import KIB
from slipway.artifacts.xgboost_files import read_booster

if TYPE_CHECKING:
    from slipway.artifacts.archive import Entry

_HEAD: Final = 512
_TAIL: Final = 64 * KIB


def look(entry: Entry) -> Clue:
    """What a member tells; reads only what it needs of it, and never loads anything."""
    reader = Reader(entry.some)
    head = reader.peek(_HEAD)
    if read_booster(head, b"") is not None:
        return _booster(entry.name, head, reader)
    if pickled.looks_pickled(entry.name, head):
        return pickled.look(entry.name, reader)
    return Clue(entry.name, "unknown")


def _booster(name: str, head: bytes, reader: Reader) -> Clue:
    booster = read_booster(head, tail(reader))
    if booster is None:
        raise Damaged("a booster's head is not one")
    return Clue(name, booster.format, "xgboost", "xgboost", booster.version, booster.details)


def tail(reader: Reader, size: int = _TAIL) -> bytes:
    """The last bytes of what is left."""
    kept = b""
    while part := reader.some():
        kept = (kept + part)[-size:]
    return kept
