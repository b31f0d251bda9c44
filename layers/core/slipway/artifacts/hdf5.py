"""Keras's HDF5 files, by the attributes that Keras writes near their beginning.

HDF5 is a whole file system; what is needed of it here are three attributes of the root group
(keras_version, backend, model_config), which are found as the strings they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.clues import Clue
from slipway.artifacts.refusal import KIB
from slipway.artifacts.zip_members import lambda_layer

if TYPE_CHECKING:
    from slipway.artifacts.reader import Reader

MAGIC: Final = b"\x89HDF\r\n\x1a\n"
_HEAD: Final = 512 * KIB
_VERSION: Final = re.compile(rb"keras_version.{0,400}?\b(\d{1,2}\.\d{1,3}\.\d{1,3})\b", re.DOTALL)
_CLASS: Final = re.compile(rb'\{"class_name": ?"(\w{1,80})"')
_LAMBDA: Final = re.compile(rb'"class_name": ?"(Lambda|__lambda__)"')


def look_hdf5(name: str, _head: bytes, reader: Reader) -> Clue:
    """Keras models and weights; other HDF5 files are just that."""
    head = reader.peek(_HEAD)
    if b"keras_version" not in head:
        return Clue(name, "hdf5")
    version, model = _VERSION.search(head), _CLASS.search(head)
    details: dict[str, Any] = {"class": model[1].decode()} if model else {"weights_only": True}
    findings = (lambda_layer(name),) if _LAMBDA.search(head) else ()
    return Clue(
        name, "hdf5", "keras", "keras", version[1].decode() if version else "", details, findings
    )
