"""A profile survives the way to another machine, and goes on there as if it had never left."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_drift.errors import DriftError
from slipway_drift.jackson import write
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile
from slipway_drift.statistics.profile_document import profile_document, read_profile
from slipway_drift.statistics.statistics_document import statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.statistics.profile import Profile


def sent(held: Profile) -> Profile:
    return read_profile(json.loads(write(profile_document(held))))


def test_what_is_read_says_the_same(of_csv: Callable[..., Profile]) -> None:
    rows = "\n".join(f"{i * 0.37},{i % 7},{'abc'[i % 3]},,x{i}" for i in range(9_000))
    held = of_csv(f"f,i,s,n,many\n{rows}\n1,2,3,4,5,6\n", domains=[("s", "abc")])
    again = sent(held)
    assert write(statistics(again)) == write(statistics(held))
    assert write(profile_document(again)) == write(profile_document(held))
    assert again.rejections == held.rejections
    for ours, theirs in zip(again.columns, held.columns, strict=True):
        assert ours.numbers.sketch.rank_error() == theirs.numbers.sketch.rank_error()


def test_shards_merged_after_the_way_are_those_merged_before(
    of_csv: Callable[..., Profile],
) -> None:
    rng = np.random.default_rng(3)
    shards = [
        of_csv("a\n" + "\n".join(map(str, rng.normal(i, 1, 5_000).tolist()))) for i in range(3)
    ]
    here = shards[0].merge(shards[1]).merge(shards[2])
    there = sent(sent(shards[0]).merge(sent(shards[1]))).merge(sent(shards[2]))
    assert write(statistics(there)) == write(statistics(here))


def test_no_rows_survive_too() -> None:
    assert sent(profile(read_csv(io.BytesIO(b"")))).item_count == 0


@pytest.mark.parametrize(
    "document",
    [None, {}, {"version": 2}, {"version": 1}, {"version": 1, "item_count": 1, "columns": [{}]}],
)
def test_what_is_no_profile_is_refused(document: object) -> None:
    with pytest.raises(DriftError, match="profile"):
        read_profile(document)
