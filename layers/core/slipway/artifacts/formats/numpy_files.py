"""numpy's .npy files (numpy/lib/format.py): an array of objects is a pickle."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.pickles.examiner import examine

if TYPE_CHECKING:
    from typing import Any

    from slipway.artifacts.pickles.verdicts import Verdict

MAGIC: Final = b"\x93NUMPY"
_LONGEST: Final = 64 * KIB
_LONG: Final = re.compile(r"(\d)L")  # Python 2's integers


def read_npy(reader: Reader) -> tuple[dict[str, Any], Verdict | None]:
    """dtype and shape, and the verdict where the elements are pickled objects."""
    lead = reader.read(8)
    width = 2 if lead[6] == 1 else 4
    length = int.from_bytes(reader.read(width), "little")
    if not lead.startswith(MAGIC) or lead[6] not in (1, 2, 3) or length > _LONGEST:
        raise Damaged("it does not begin as an .npy file")
    descr, shape = _described(reader.read(length))
    details = {"dtype": descr if isinstance(descr, str) else "[", "shape": list(shape)}
    return details, examine(reader) if _has_objects(descr) else None


def _described(header: bytes) -> tuple[Any, tuple[int, ...]]:
    """dtype and shape as numpy takes them, which evaluates the header as a literal."""
    try:
        found = ast.literal_eval(_LONG.sub(r"\1", header.decode("latin-1")).strip())
        descr, shape = found["descr"], found["shape"]
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError):
        raise Damaged("its header describes no array") from None
    if not isinstance(shape, tuple) or not all(type(side) is int for side in shape):
        raise Damaged("its header describes no array")
    return descr, shape


def _has_objects(descr: Any) -> bool:  # noqa: ANN401 - a literal
    """Whether a dtype, or a part of one, may be of objects."""
    if isinstance(descr, list):  # of fields: their names, codes and shapes
        return any(len(field) < 2 or _has_objects(field[1]) for field in descr)
    if isinstance(descr, tuple):
        return not descr or _has_objects(descr[0])
    return not isinstance(descr, str) or "O" in descr or "object" in descr
