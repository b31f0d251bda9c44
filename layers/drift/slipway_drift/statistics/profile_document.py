"""A profile as JSON, so that shards can be profiled apart and merged elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from slipway_drift.errors import DriftError
from slipway_drift.rows.batches import Rejection
from slipway_drift.statistics.column import Column, Numbers
from slipway_drift.statistics.literals import LiteralCounts
from slipway_drift.statistics.moments import Moments
from slipway_drift.statistics.profile import Profile
from slipway_drift.statistics.sketch import Level, Sketch
from slipway_drift.statistics.slices import read_slices, slices_document
from slipway_drift.statistics.values import Values

if TYPE_CHECKING:
    from slipway_drift.jackson import Document

VERSION = 1


def profile_document(profile: Profile) -> Document:
    """Write everything a profile knows; `read_profile` gives an equal profile back."""
    return {
        "version": VERSION,
        "item_count": profile.item_count,
        "by_name": profile.by_name,
        "columns": [column_document(column) for column in profile.columns],
        "rejections": dict(profile.rejections),
        "records": profile.records,
        "rejected": [[r.reason, r.where, r.text] for r in profile.rejected],
        "slices": slices_document(profile.slices),
    }


def column_document(column: Column) -> Document:
    counts = column.literals
    written: dict[str, object] = {
        "name": column.name,
        "output": column.output,
        "literals": [
            counts.missing,
            counts.fractional,
            counts.integral,
            counts.boolean,
            counts.string,
        ],
        "registers": base64.b64encode(column.registers.tobytes()).decode(),
        "values": dict(column.values.counts),
        "complete": column.values.complete,
        "watched": sorted(column.values.watched),
        "examples": {kind: list(texts) for kind, texts in column.examples.items()},
    }
    if column.numbers.moments.count:
        written["numbers"] = numbers_document(column.numbers)
    return written


def numbers_document(numbers: Numbers) -> Document:
    moments, sketch = numbers.moments, numbers.sketch
    return {
        "count": moments.count,
        "moments": [moments.sum, moments.center, moments.squares, moments.min, moments.max],
        "levels": sketch.data,
        "compactions": [level.compactions for level in sketch.levels],
        "moved": sketch.moved,
    }


def read_profile(document: object) -> Profile:
    """Read a parsed profile back; DriftError where it is none of this version."""
    if not isinstance(document, Mapping) or document.get("version") != VERSION:
        raise DriftError(f"profile: this is not a profile of version {VERSION}; profile it again")
    try:
        return Profile(
            document["item_count"],
            tuple(read_column(column) for column in document["columns"]),
            document["by_name"],
            document["rejections"],
            tuple(Rejection(*held) for held in document["rejected"]),
            document.get("records", document["item_count"]),
            read_slices(document.get("slices", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DriftError(f"profile: the document is damaged: {error!r}") from error


def read_column(held: Mapping[str, Any]) -> Column:
    return Column(
        held["name"],
        held["output"],
        LiteralCounts(*held["literals"]),
        read_numbers(held["numbers"]) if "numbers" in held else Numbers(),
        np.frombuffer(base64.b64decode(held["registers"]), np.uint8),
        Values(held["values"], held["complete"], frozenset(held["watched"])),
        {kind: tuple(texts) for kind, texts in held["examples"].items()},
    )


def read_numbers(held: Mapping[str, Any]) -> Numbers:
    levels = zip(held["levels"], held["compactions"], strict=True)
    sketch = Sketch(
        tuple(Level(np.asarray(items, np.float64), done) for items, done in levels),
        held["moved"],
    )
    return Numbers(Moments(held["count"], *(float(value) for value in held["moments"])), sketch)
