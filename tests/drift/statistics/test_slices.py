"""Rows by minute, client and variant: counted, merged, bounded, and read back."""

from __future__ import annotations

import polars as pl
from slipway_drift.rows.batches import Batch
from slipway_drift.statistics.slices import (
    CLIENT,
    MINUTE,
    MOST,
    REST,
    VARIANT,
    Part,
    Slice,
    Slices,
    joined,
    read_slices,
    sliced,
    slices_document,
)

FRAME = pl.DataFrame({"y": ["1", "2", None, "inf"], "kind": ["a", "b", "c", None]})
ORIGINS = (("08:00", "me"), ("08:00", "you"), ("08:01", "you"), ("08:01", "me"))


def test_cells_are_counted_and_numbers_summed() -> None:
    held = sliced(Batch(FRAME, origins=ORIGINS, variant="blue"))
    assert held == {
        (MINUTE, "08:00"): Slice(2, {"y": Part(2, 2, 3.0), "kind": Part(2)}),
        (MINUTE, "08:01"): Slice(2, {"y": Part(1), "kind": Part(1)}),
        (CLIENT, "me"): Slice(2, {"y": Part(2, 1, 1.0), "kind": Part(1)}),
        (CLIENT, "you"): Slice(2, {"y": Part(1, 1, 2.0), "kind": Part(2)}),
        (VARIANT, "blue"): Slice(4, {"y": Part(3, 2, 3.0), "kind": Part(3)}),
    }


def test_texts_are_counted_by_what_their_domain_knows() -> None:
    held = sliced(Batch(FRAME, origins=ORIGINS), {"kind": ("a", "c")})
    assert held[MINUTE, "08:00"].parts["kind"] == Part(2, 2, 1.0)
    assert held[MINUTE, "08:01"].parts["kind"] == Part(1, 1, 1.0)


def test_what_is_not_known_has_no_slices() -> None:
    assert sliced(Batch(FRAME)) == {}
    assert sliced(Batch(FRAME, origins=(("", ""),) * 4)) == {}


def test_merged_slices_are_those_of_the_whole() -> None:
    held: Slices = {}
    for i in range(4):
        held = joined(held, sliced(Batch(FRAME[i : i + 1], origins=ORIGINS[i : i + 1])))
    assert held == sliced(Batch(FRAME, origins=ORIGINS))


def test_those_that_come_late_are_one() -> None:
    many = {(CLIENT, str(i)): Slice(1, {"y": Part(1, 1, 1.0)}) for i in range(MOST[CLIENT] + 5)}
    held = joined({}, many)
    assert len(held) == MOST[CLIENT] + 1
    assert held[CLIENT, REST] == Slice(5, {"y": Part(5, 5, 5.0)})
    assert joined(held, {(CLIENT, "0"): Slice(1)})[CLIENT, "0"].rows == 2


def test_they_are_read_back() -> None:
    held = sliced(Batch(FRAME, origins=ORIGINS, variant="blue"))
    assert read_slices(slices_document(held)) == held
