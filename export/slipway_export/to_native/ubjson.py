"""UBJSON as XGBoost writes it (src/common/json.cc, UBJWriter): big-endian, lengths always `L`."""

import struct
from typing import Any, Final

import numpy as np

from slipway_export.model import ExportRefused

_NUMBERS: Final = {
    tag: struct.Struct(f">{code}")
    for tag, code in {"i": "b", "U": "B", "I": "h", "l": "i", "L": "q", "d": "f", "D": "d"}.items()
}
_ARRAYS: Final = {
    "d": ">f4", "D": ">f8", "i": ">i1", "U": ">u1", "I": ">i2", "l": ">i4", "L": ">i8",
}  # fmt: skip
_CONSTANTS: Final = {"Z": None, "T": True, "F": False}
_DEEPEST: Final = 64


def read_ubjson(content: bytes) -> Any:  # noqa: ANN401 - JSON, its typed arrays as numpy's
    """The document in these bytes. Raises ExportRefused where they are none."""
    reader = _Reader(content)
    try:
        document = reader.value(0)
    except UnicodeDecodeError as error:
        raise ExportRefused(f"its UBJSON holds a text that is none: {error}") from error
    if reader.offset != len(content):
        raise ExportRefused("bytes follow its UBJSON document")
    return document


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.offset = 0

    def value(self, depth: int) -> Any:  # noqa: ANN401 - JSON
        if depth > _DEEPEST:
            raise ExportRefused(f"its UBJSON is nested deeper than {_DEEPEST}")
        tag = self.tag()
        if tag in _NUMBERS:
            return self.number(tag)
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag == "S":
            return self.text()
        if tag == "{":
            return self.members(depth)
        if tag == "[":
            return self.array(depth)
        raise ExportRefused(f"its UBJSON has {tag!r} at byte {self.offset - 1}")

    def tag(self) -> str:
        return self.take(1).decode("latin-1")

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.content) - self.offset:
            raise ExportRefused(f"its UBJSON ends before the {size} bytes at {self.offset}")
        self.offset += size
        return self.content[self.offset - size : self.offset]

    def number(self, tag: str) -> Any:  # noqa: ANN401 - int or float
        layout = _NUMBERS[tag]
        value = layout.unpack(self.take(layout.size))[0]
        return float(str(np.float32(value))) if tag == "d" else value

    def length(self) -> int:
        if self.tag() != "L":
            raise ExportRefused(f"its UBJSON has an unusual length at byte {self.offset - 1}")
        return int(self.number("L"))

    def text(self) -> str:
        return self.take(self.length()).decode("utf-8")

    def members(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.content[self.offset : self.offset + 1] != b"}":
            key = self.text()
            found[key] = self.value(depth + 1)
        self.take(1)
        return found

    def array(self, depth: int) -> Any:  # noqa: ANN401 - a list or an array
        ahead = self.content[self.offset : self.offset + 1]
        if ahead == b"$":
            return self.typed()
        if ahead == b"#":
            self.take(1)
            count = self.length()
            if count > len(self.content) - self.offset:
                raise ExportRefused(f"its UBJSON claims {count} items")
            return [self.value(depth + 1) for _ in range(count)]
        items = []
        while self.content[self.offset : self.offset + 1] != b"]":
            items.append(self.value(depth + 1))
        self.take(1)
        return items

    def typed(self) -> Any:  # noqa: ANN401 - an array
        self.take(1)
        tag = self.tag()
        if tag not in _ARRAYS or self.tag() != "#":
            raise ExportRefused(f"its UBJSON has an array of {tag!r}")
        element = np.dtype(_ARRAYS[tag])
        raw = np.frombuffer(self.take(self.length() * element.itemsize), element)
        return raw.astype(element.newbyteorder("="))
