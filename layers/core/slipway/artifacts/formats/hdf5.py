"""Keras's HDF5 files, by the attributes that Keras writes.

HDF5 is a whole file system. What Keras takes of it are strings (keras_version, backend,
model_config), which lie in one piece wherever they lie, unless in a fractal heap, whose blocks may
be compressed; Keras's own files have none. So the whole file is read for what its configuration
names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.clues import Clue
from slipway.artifacts.findings import Finding
from slipway.artifacts.formats.keras_configs import KerasConfig

if TYPE_CHECKING:
    from slipway.artifacts.archives.reader import Reader

MAGIC: Final = b"\x89HDF\r\n\x1a\n"
_HEAD: Final = 512 * KIB
_HEAP: Final = b"FRHP"
_VERSION: Final = re.compile(rb"keras_version.{0,400}?\b(\d{1,2}\.\d{1,3}\.\d{1,3})\b", re.DOTALL)
_CLASS: Final = re.compile(rb'\{"class_name": ?"(\w{1,80})"')


def look_hdf5(name: str, _head: bytes, reader: Reader) -> Clue:
    """Keras models and weights; other HDF5 files are just that."""
    head = reader.peek(_HEAD)
    config, heaps = KerasConfig(), False
    last = b""
    while part := reader.some():
        config.feed(part)
        heaps = heaps or _HEAP in last + part
        last = part[-3:]
    config.finish()
    findings = (*config.findings(name), *((_hidden(name),) if heaps else ()))
    if b"keras_version" not in head:
        return Clue(name, "hdf5", findings=findings)
    version, model = _VERSION.search(head), _CLASS.search(head)
    details: dict[str, Any] = {"class": model[1].decode()} if model else {"weights_only": True}
    number = version[1].decode() if version else ""
    return Clue(name, "hdf5", "keras", "keras", number, details, findings)


def _hidden(name: str) -> Finding:
    return Finding(
        "approve",
        "hdf5-heap",
        name,
        "It keeps attributes in a heap that may be compressed, as Keras does not: unread.",
        "a person approves it (`slipway approve NAME`); or save it with Keras itself",
    )
