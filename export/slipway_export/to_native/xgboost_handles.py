"""The saved booster inside a pickled one, found without unpickling.

A pickled Booster, or an estimator around it, keeps its model as the byte array `handle`: the legacy
binary (before 1.0); `CONFIG-offset:`, its length, the same and its configuration (1.0 to 1.2); or a
JSON or UBJSON document of Config and Model (XGBoost's src/learner.cc, LearnerIO::Save).
"""

from collections.abc import Iterator
from typing import Any, Final

from slipway.artifacts.pickles.values import Blob, Global, Instance, Mapping, Sequence

from slipway_export import kept_pickles
from slipway_export.model import ExportRefused

OFFSET: Final = b"CONFIG-offset:"
_WRAPPED: Final = 2  # bytearray(encode(text, "latin1"))


def booster_in(content: bytes) -> tuple[bytes, str]:
    """The one booster's saved form in a pickle, and the class that holds it."""
    found = list(_handles(kept_pickles.read(content)))
    unique = {handle for handle, _ in found}
    if not unique:
        raise ExportRefused("its pickle holds no booster with a handle")
    if len(unique) > 1:
        raise ExportRefused(
            f"its pickle holds {len(unique)} boosters; save each with save_model and pack one"
        )
    return found[0]


def unframed(handle: bytes) -> bytes:
    """The model alone, without the configuration that some versions put behind it."""
    if not handle.startswith(OFFSET):
        return handle
    start = len(OFFSET) + 8
    size = int.from_bytes(handle[len(OFFSET) : start], "little")
    if size > len(handle) - start:
        raise ExportRefused("its CONFIG-offset lies outside the file")
    return handle[start : start + size]


def _handles(root: Any) -> Iterator[tuple[bytes, str]]:  # noqa: ANN401 - any value
    """Every handle of a Booster within the value, with the class of the outermost estimator."""
    waiting, seen = [(root, "")], set()
    while waiting:
        value, holder = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Instance) and isinstance(value.cls, Global):
            holder = holder or str(value.cls)
            handle = value.attributes.get("handle") if value.cls.name == "Booster" else None
            if found := _bytes(handle):
                yield found, holder
                continue
        waiting += [(part, holder) for part in _parts(value)]


def _parts(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any value
    if isinstance(value, Instance):
        yield from value.attributes.values()
    elif isinstance(value, Mapping):
        yield from value.items.values()
    elif isinstance(value, Sequence):
        yield from value.items


def _bytes(handle: Any) -> bytes:  # noqa: ANN401 - any value
    """A byte array as protocols 2 to 5 write it: of bytes, or of text encoded as latin-1."""
    text = False
    for _ in range(_WRAPPED):
        if isinstance(handle, Instance) and handle.args and handle.args.items:
            text = text or handle.args.items[-1] in ("latin1", "latin-1")
            handle = handle.args.items[0]
    if isinstance(handle, str):
        return handle.encode("latin-1", "replace")
    if not isinstance(handle, Blob):
        return b""
    try:
        return handle.head.decode("utf-8").encode("latin-1") if text else handle.head
    except UnicodeError:
        raise ExportRefused("its booster's handle is damaged") from None
