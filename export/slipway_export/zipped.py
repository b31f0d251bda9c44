"""A zip's entries, through the reader that believes it only where it agrees with itself."""

from typing import Final

from slipway.artifacts.archives.reader import Damaged, reader_of
from slipway.artifacts.archives.refusal import ArchiveRefused
from slipway.artifacts.archives.zips import Entry, Zip

from slipway_export.model import ExportRefused

_EXPANSION: Final = 4
_FLOOR: Final = 64 << 20


def read_zip(content: bytes) -> dict[str, bytes]:
    """The entries by name. Raises ExportRefused where it is damaged, or expands too far."""
    left = _EXPANSION * len(content) + _FLOOR
    entries = {}
    try:
        for entry in Zip(reader_of(content)):
            entries[entry.name] = _contents(entry, left)
            left -= len(entries[entry.name])
    except (Damaged, ArchiveRefused) as error:
        raise ExportRefused(f"its zip cannot be read: {error}") from error
    return entries


def _contents(entry: Entry, most: int) -> bytes:
    parts, size = [], 0
    while part := entry.reader.some():
        parts.append(part)
        size += len(part)
        if size > most:
            raise Damaged("it expands too far")
    return b"".join(parts)
