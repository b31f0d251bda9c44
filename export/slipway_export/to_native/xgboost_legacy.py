"""XGBoost's binary format, 0.90 to 3.0 (src/learner.cc, src/gbm/gbtree_model.h, gblinear_model.h,
include/xgboost/tree_model.h of those releases), little-endian:

    ["binf"] f32 base_score, u32 features, i32 classes, i32 has attributes, i32 has metrics,
             u32 major, u32 minor, 27 words                                            136 bytes
    u64 length and name of the objective; the same of the booster
    gbtree, dart: i32 trees, i32 parallel trees, 38 words                              160 bytes
        each tree: i32 roots, i32 nodes, i32 deleted, i32 depth, u32 features, i32 leaf vector,
                   31 words; nodes of 20 bytes; statistics of 16 bytes
        i32 group of each tree; dart: u64 count and f32 weight of each tree
    gblinear: 34 words; u64 count and f32 weights, the bias last
    where has attributes: u64 count of pairs of strings

Before 1.0, major is 0 and base_score is a margin; since then it is a prediction.
"""

import json
import math
import struct
from typing import Final

import numpy as np

from slipway_export.model import ExportRefused
from slipway_export.to_native import xgboost_objectives as objectives
from slipway_export.to_native.xgboost_forest import (
    MOST_FEATURES,
    MOST_NODES,
    MOST_OUTPUTS,
    NOTHING,
    Booster,
    Floats,
    Integers,
    Nodes,
    checked,
)

_HEADER: Final = struct.Struct("<fIiiiII108x")
_TREES: Final = struct.Struct("<ii152x")
_TREE: Final = struct.Struct("<iiiiIi124x")
_LINEAR: Final = struct.Struct("<Ii128x")
_NODE: Final = np.dtype(
    [("parent", "<u4"), ("left", "<i4"), ("right", "<i4"), ("split", "<u4"), ("condition", "<f4")]
)
_STATISTICS: Final = np.dtype([("floats", "<f4", 3), ("leaves", "<i4")])
_FEATURE: Final = 0x7FFFFFFF
_NAME: Final = 64
_PAIRS: Final = 10_000
_TEXT: Final = 1 << 20


class _Cursor:
    """A place in the file that moves as it is read; nothing is believed beyond its end."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.offset = 0

    def fields(self, layout: struct.Struct) -> tuple[int | float, ...]:
        return layout.unpack(self.take(layout.size))

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.content) - self.offset:
            raise ExportRefused(
                f"it wants {size} bytes at byte {self.offset}, where {self.left} are left"
            )
        self.offset += size
        return self.content[self.offset - size : self.offset]

    @property
    def left(self) -> int:
        return len(self.content) - self.offset

    def count(self, most: int, what: str) -> int:
        number = int.from_bytes(self.take(8), "little")
        if number > most:
            raise ExportRefused(f"it claims {number} {what}")
        return number

    def text(self, most: int) -> str:
        return self.take(self.count(most, "characters of a name")).decode("utf-8", "replace")

    def floats(self, most: int, what: str) -> Floats:
        return np.frombuffer(self.take(4 * self.count(most, what)), "<f4")


def read_legacy(content: bytes) -> Booster:
    """The booster in a binary file. Raises ExportRefused where it is none."""
    cursor = _Cursor(content.removeprefix(b"binf"))
    base, features, classes, attributed, _, major, minor = cursor.fields(_HEADER)
    if not math.isfinite(base) or features > MOST_FEATURES or not 0 <= classes <= MOST_OUTPUTS:
        raise ExportRefused(
            f"its header is none that XGBoost writes: base_score {base}, {features} features, "
            f"{classes} classes"
        )
    objective = objectives.present_name(cursor.text(_NAME))
    kind = cursor.text(_NAME)
    version = (int(major), int(minor))
    if kind not in _BOOSTERS:
        raise ExportRefused(f"its booster is {kind!r}, not one of {', '.join(_BOOSTERS)}")
    outputs = max(int(classes), 1)
    parts = _BOOSTERS[kind](cursor, int(features), outputs)
    attributes = _attributes(cursor) if attributed else {}
    options = _options(attributes)
    margin = base if major < 1 else objectives.margin_of(objective, base, version)
    return Booster(
        kind=kind,
        objective=objective,
        features=int(features),
        classes=int(classes),
        margins=np.full(outputs, margin, np.float32),
        version=version,
        attributes=attributes,
        options=options,
        **parts,  # type: ignore[arg-type] # what _BOOSTERS reads
    )


def _attributes(cursor: _Cursor) -> dict[str, str]:
    count = cursor.count(_PAIRS, "attributes")
    return {cursor.text(_TEXT): cursor.text(_TEXT) for _ in range(count)}


def _options(attributes: dict[str, str]) -> dict[str, object]:
    """The objective's own settings, which the attributes carry; they leave those."""
    for name in [key for key in attributes if key.startswith("SAVED_PARAM_")]:
        del attributes[name]
    attributes.pop("metrics", None)
    step = attributes.pop("count_poisson_max_delta_step", None)
    saved = attributes.pop("objective", None)
    try:
        found = json.loads(saved) if saved else {}
    except (ValueError, RecursionError):
        raise ExportRefused("its objective's settings are no JSON") from None
    if step is not None:
        found = {"poisson_regression_param": {"max_delta_step": step}}
    return {key: held for key, held in found.items() if key.endswith("_param")}


def _trees(cursor: _Cursor, features: int, outputs: int) -> dict[str, object]:
    count, parallel = map(int, cursor.fields(_TREES))
    if not 0 <= count <= min(MOST_NODES, cursor.left // (_TREE.size + _NODE.itemsize)):
        raise ExportRefused(f"it claims {count} trees")
    read = [_tree(cursor) for _ in range(count)]
    groups = np.frombuffer(cursor.take(4 * count), "<i4").astype(np.int64)
    if count and not 0 <= groups.min() <= groups.max() < outputs:
        raise ExportRefused("a tree belongs to an output that the model does not have")
    nodes = checked(_joined(read), features) if read else None
    if count % outputs:
        raise ExportRefused(f"its {count} trees do not share {outputs} outputs evenly")
    whole = parallel > 0 and count % (parallel * outputs) == 0
    return {"nodes": nodes, "groups": groups, "parallel": parallel if whole else 1}


def _tree(cursor: _Cursor) -> tuple[np.ndarray, np.ndarray]:
    roots, count, _, _, _, vector = map(int, cursor.fields(_TREE))
    if roots != 1 or count < 1 or vector not in (0, 1):
        raise ExportRefused(
            f"a tree has {roots} roots, {count} nodes and leaves of {vector} values, which no "
            "released XGBoost reads"
        )
    nodes = np.frombuffer(cursor.take(count * _NODE.itemsize), _NODE)
    return nodes, np.frombuffer(cursor.take(count * _STATISTICS.itemsize), _STATISTICS)


def _joined(trees: list[tuple[np.ndarray, np.ndarray]]) -> Nodes:
    """All trees' nodes in one, their children renumbered."""
    starts = np.cumsum([0, *(len(nodes) for nodes, _ in trees)])
    nodes = np.concatenate([nodes for nodes, _ in trees])
    offsets = np.repeat(starts[:-1], np.diff(starts))
    leaves = nodes["left"] == NOTHING
    return Nodes(
        starts=starts,
        left=_renumbered(nodes["left"], offsets, leaves),
        right=_renumbered(nodes["right"], offsets, leaves),
        parents=(nodes["parent"] & _FEATURE).astype(np.int64),
        features=(nodes["split"] & _FEATURE).astype(np.int64),
        conditions=nodes["condition"].copy(),
        default_left=(nodes["split"] >> 31).astype(bool),
        statistics=np.concatenate([held["floats"] for _, held in trees]),
    )


def _renumbered(children: np.ndarray, offsets: Integers, leaves: np.ndarray) -> Integers:
    """Numbers among all nodes; NOTHING below a leaf, and what is none stays out of range."""
    wide = children.astype(np.int64)
    moved = np.where(wide < 0, -2, wide + offsets)
    return np.where(leaves, NOTHING, moved)


def _dart(cursor: _Cursor, features: int, outputs: int) -> dict[str, object]:
    parts = _trees(cursor, features, outputs)
    groups: Integers = parts["groups"]  # type: ignore[assignment] # as _trees makes it
    if not len(groups):
        return parts
    weights = cursor.floats(len(groups), "weights")
    if len(weights) != len(groups):
        raise ExportRefused(f"it has {len(weights)} weights for {len(groups)} trees")
    return parts | {"weights": weights}


def _linear(cursor: _Cursor, features: int, outputs: int) -> dict[str, object]:
    cursor.fields(_LINEAR)
    weights = cursor.floats((features + 1) * outputs, "weights")
    if len(weights) != (features + 1) * outputs:
        raise ExportRefused(f"it has {len(weights)} weights for {features} features")
    return {"linear": weights.reshape(features + 1, outputs)}


_BOOSTERS: Final = {"gbtree": _trees, "dart": _dart, "gblinear": _linear}
