"""Rows of what runs read and write: counted as they pass, and whether they are all the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from textwrap import shorten

ALIKE = 10  # fewer may well be the same by chance
LONGEST = 1 << 20  # of a row is looked at
SHOWN = 60
JOINED = b'"SageMakerOutput":'
Part = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows there are, and two of them that differ, if any do."""

    count: int = 0
    kinds: frozenset[bytes] = frozenset()

    @property
    def same(self) -> str:
        """What all of them are; "" where they differ, or are too few to tell."""
        if self.count < ALIKE or len(self.kinds) != 1:
            return ""
        (row,) = self.kinds
        return shorten(row.decode(errors="replace"), SHOWN, placeholder=" …") or "empty"

    def and_(self, more: "Rows") -> "Rows":
        """The rows of both."""
        return Rows(self.count + more.count, _two(self.kinds | more.kinds))


def whole(row: bytes) -> bytes:
    """A row as it is."""
    return row


def answer(row: bytes) -> bytes:
    """What was joined to a row of the input: what SageMaker calls its output, or the last value."""
    _, found, joined = row.rpartition(JOINED)
    return joined.removesuffix(b"}") if found else row.rpartition(b",")[2]


def counted(chunks: Iterable[bytes], part: Part = whole) -> Rows:
    """The rows of one object, or of a part of each. Once two differ they are only counted."""
    count, rest, kinds = 0, b"", frozenset[bytes]()
    for chunk in chunks:
        count += chunk.count(b"\n")
        if len(kinds) > 1:
            rest = chunk[-1:].strip(b"\n")
            continue
        *rows, rest = (rest + chunk).split(b"\n")
        kinds, rest = _two(kinds | {part(row).strip() for row in rows}), rest[:LONGEST]
    last = {part(rest).strip()} if rest else set()
    return Rows(count + len(last), _two(kinds | last))


def _two(kinds: frozenset[bytes] | set[bytes]) -> frozenset[bytes]:
    return frozenset(sorted(kinds)[:2])
