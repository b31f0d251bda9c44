"""statistics.json in the container's shape, for any data, and read whoever wrote it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.errors import DriftError
from slipway_drift.jackson import write
from slipway_drift.statistics.statistics_document import (
    FeatureStatistics,
    read_statistics,
    statistics,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.statistics.profile import Profile


def features(held: Profile) -> list[dict[str, Any]]:
    return list(json.loads(write(statistics(held)))["features"])


def test_blocks_that_have_nothing_to_say_are_left_out(of_csv: Callable[..., Profile]) -> None:
    unknown, many = features(of_csv("a,b\n" + "\n".join(f",v{i}" for i in range(500))))
    assert unknown == {
        "name": "a",
        "inferred_type": "Unknown",
        "string_statistics": {
            "common": {"num_present": 0, "num_missing": 500},
            "distinct_count": 0.0,
            "completeness": 0.0,
        },
    }
    assert "distribution" not in many["string_statistics"]


def test_missing_values_are_a_category(of_csv: Callable[..., Profile]) -> None:
    (feature,) = features(of_csv('a\nx\n""\nx\n'))
    assert feature["string_statistics"]["distribution"]["categorical"]["buckets"] == [
        {"value": "x", "count": 2}, {"value": "NullValue", "count": 1},
    ]  # fmt: skip


def test_numbers_have_ten_buckets_and_the_sketch(of_csv: Callable[..., Profile]) -> None:
    (feature,) = features(of_csv("a\n1\n2\n4\n"))
    block = feature["numerical_statistics"]
    assert (block["mean"], block["sum"], block["std_dev"]) == (7 / 3, 7.0, (14 / 9) ** 0.5)
    kll = block["distribution"]["kll"]
    assert len(kll["buckets"]) == 10
    assert kll["sketch"] == {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[1.0, 2.0, 4.0]]}


def test_what_was_written_is_read(of_csv: Callable[..., Profile]) -> None:
    number, text = read_statistics({"features": features(of_csv("a,b\n1,x\n3,\n"))})
    assert (number.present, number.min, number.max, number.mean) == (2, 1.0, 3.0, 2.0)
    assert number.sketch is not None
    assert number.sketch.weight == 2
    assert text.categories == {"x": 1, "NullValue": 1}


def test_files_of_2019_lack_some_fields() -> None:
    old = {"features": [{"name": "a", "string_statistics": {"common": {"num_present": 1}}}]}
    assert read_statistics(old) == (FeatureStatistics("a", present=1),)


@pytest.mark.parametrize(
    "document", [None, [], {}, {"features": 3}, {"features": [3]}, {"features": [{}]},
                 {"features": [{"name": "a", "string_statistics": 5}]}],
)  # fmt: skip
def test_what_is_no_statistics_file_is_refused(document: object) -> None:
    with pytest.raises(DriftError, match="statistics"):
        read_statistics(document)
