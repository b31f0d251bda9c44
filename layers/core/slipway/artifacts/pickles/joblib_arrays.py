"""Where joblib's raw arrays lie: it writes them between a pickle's opcodes.

joblib.numpy_pickle puts the bytes of an array right after the BUILD opcode of the wrapper that
describes it: one byte with the length of a padding, the padding, the elements (no padding before
joblib 1.2), or a pickle of its own where the elements are objects. Stepping over them needs the
exact size that numpy would take, so only the forms that numpy itself writes are accepted.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.pickles.values import Instance, Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping as Attributes

WRAPPERS: Final = frozenset(
    f"{package}.numpy_pickle.NumpyArrayWrapper"
    for package in ("joblib", "sklearn.externals.joblib")
)
ALIGNMENT: Final = 16
_CODE: Final = re.compile(r"([biufcSUVOmM])(\d+)")
_SIZES: Final = {
    "b": {1},
    "i": {1, 2, 4, 8},
    "u": {1, 2, 4, 8},
    "f": {2, 4, 8, 16},
    "c": {8, 16, 32},
    "m": {8},
    "M": {8},
    "O": {8},
}
_HAS_OBJECT: Final = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """One array: its dtype code, shape, bytes an element, and how its bytes are laid."""

    code: str
    shape: tuple[int, ...]
    item: int
    objects: bool
    padded: bool

    @property
    def size(self) -> int:
        """Bytes of the elements."""
        return math.prod(self.shape) * self.item


def is_wrapper(value: object) -> bool:
    """Whether a built value is one that joblib replaces by an array from the file."""
    return isinstance(value, Instance) and str(value.cls) in WRAPPERS


def layout_of(wrapper: Instance) -> Layout:
    """What the wrapper says about its array; Damaged where numpy could read it otherwise."""
    state = wrapper.attributes
    if wrapper.builds != 1 or not isinstance(wrapper.state, Mapping):
        raise Damaged("an array's description is not a plain dict given once")
    alignment = state.get("numpy_array_alignment_bytes")
    if alignment not in (None, ALIGNMENT) or state.get("order") not in ("C", "F"):
        raise Damaged("an array is laid out in no way that joblib writes")
    code, item, objects = _element(state.get("dtype"))
    return Layout(code, _shape(state), item, objects, alignment is not None)


def _shape(state: Attributes[Any, Any]) -> tuple[int, ...]:
    shape = state.get("shape")
    if not isinstance(shape, Sequence) or len(shape.items) != shape.count:
        raise Damaged("an array's shape is hidden")
    if not all(type(side) is int and 0 <= side < 2**48 for side in shape.items):
        raise Damaged("an array's shape is no tuple of sizes")
    return tuple(shape.items)


def _element(dtype: object) -> tuple[str, int, bool]:
    """The code of a numpy.dtype, bytes an element, and whether elements are objects."""
    if not isinstance(dtype, Instance) or str(dtype.cls) != "numpy.dtype" or dtype.builds != 1:
        raise Damaged("an array's dtype is not one that numpy writes")
    code = dtype.args.items[0] if dtype.args and dtype.args.items else None
    match = _CODE.fullmatch(code) if isinstance(code, str) else None
    state = dtype.state
    if match is None or not isinstance(state, Sequence) or len(state.items) < 8:
        raise Damaged("an array's dtype is not one that numpy writes")
    item = _item_size(match[1], int(match[2]), state.items)
    flags = state.items[7]
    return match[0], item, match[1] == "O" or (isinstance(flags, int) and bool(flags & _HAS_OBJECT))


def _item_size(kind: str, declared: int, state: list[Any]) -> int:
    """Bytes an element where the code and the state of the dtype agree on them."""
    subarray, size, flags = state[2], state[5], state[7]
    if subarray is not None or type(size) is not int or type(flags) is not int:
        raise Damaged("an array's dtype has parts of its own")
    if kind in _SIZES:
        if declared not in _SIZES[kind] or size != -1 or (kind == "O") != bool(flags & _HAS_OBJECT):
            raise Damaged("an array's dtype contradicts itself")
        return declared
    item = declared * (4 if kind == "U" else 1)
    if size != item or not item:
        raise Damaged("an array's dtype contradicts itself")
    return item
