"""numpy's .npy files (numpy/lib/format.py): an array of objects is a pickle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway.artifacts.pickles import examine
from slipway.artifacts.reader import Damaged, Reader
from slipway.artifacts.refusal import KIB

if TYPE_CHECKING:
    from typing import Any

    from slipway.artifacts.verdicts import Verdict

MAGIC: Final = b"\x93NUMPY"
_LONGEST: Final = 64 * KIB
_DESCR: Final = re.compile(rb"'descr':\s*('[^']{1,40}'|\[)")
_SHAPE: Final = re.compile(rb"'shape':\s*\(([\d, L]*)\)")


def read_npy(reader: Reader) -> tuple[dict[str, Any], Verdict | None]:
    """dtype and shape, and the verdict where the elements are pickled objects."""
    lead = reader.read(8)
    width = 2 if lead[6] == 1 else 4
    length = int.from_bytes(reader.read(width), "little")
    if not lead.startswith(MAGIC) or length > _LONGEST:
        raise Damaged("it does not begin as an .npy file")
    header = reader.read(length)
    descr, shape = _DESCR.search(header), _SHAPE.search(header)
    if descr is None or shape is None:
        raise Damaged("its header describes no array")
    details = {
        "dtype": descr[1].decode("ascii", "replace").strip("'"),
        "shape": [int(side) for side in re.findall(rb"\d+", shape[1])],
    }
    return details, examine(reader) if b"O" in header else None
