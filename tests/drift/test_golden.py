"""The engine against what a real Model Monitor container wrote in 2024 from the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.checks.check import check
from slipway_drift.checks.constraints_reading import read_constraints
from slipway_drift.checks.suggest import suggest
from slipway_drift.jackson import write
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slipway_drift.statistics.profile import Profile

MOMENTS = ("mean", "sum", "std_dev")


def apart(written: Mapping[str, Any]) -> tuple[Any, list[float], list[set[tuple[str, int]]]]:
    """Take the moments and the (unordered) categories out of a statistics document."""
    document = json.loads(json.dumps(written))
    moments, categories = [], []
    for feature in document["features"]:
        block = feature.get("numerical_statistics") or feature["string_statistics"]
        moments += [block.pop(key) for key in MOMENTS if key in block]
        buckets = block.get("distribution", {}).get("categorical", {}).pop("buckets", [])
        categories.append({(bucket["value"], bucket["count"]) for bucket in buckets})
    return document, moments, categories


def test_statistics_are_the_containers(
    golden_profile: Profile, golden_statistics: dict[str, Any]
) -> None:
    ours, our_moments, our_categories = apart(statistics(golden_profile))
    theirs, their_moments, their_categories = apart(golden_statistics)
    assert ours == theirs
    assert our_moments == pytest.approx(their_moments, rel=1e-12)
    assert our_categories == their_categories


def test_sums_and_means_are_the_containers_to_the_last_bit(
    golden_profile: Profile, golden_statistics: dict[str, Any]
) -> None:
    for ours, theirs in zip(
        json.loads(write(statistics(golden_profile)))["features"],
        golden_statistics["features"],
        strict=True,
    ):
        if "numerical_statistics" in theirs:
            for key in ("sum", "mean"):
                assert ours["numerical_statistics"][key] == theirs["numerical_statistics"][key]


def test_constraints_are_the_containers(golden: Path, golden_profile: Profile) -> None:
    theirs = json.loads((golden / "constraints.json").read_bytes())
    ours = json.loads(write(suggest(golden_profile).document()))
    for document in (ours, theirs):
        for feature in document["features"]:
            if "string_constraints" in feature:
                feature["string_constraints"]["domains"].sort()
    assert ours == theirs


@pytest.mark.parametrize("name", ["statistics.json", "constraints.json"])
def test_the_containers_files_are_written_again_byte_for_byte(golden: Path, name: str) -> None:
    content = (golden / name).read_bytes()
    assert write(json.loads(content)) == content.rstrip(b"\n")


def test_the_baseline_drifts_from_itself_only_where_its_own_types_are_mixed(
    golden: Path, golden_profile: Profile, golden_statistics: dict[str, Any]
) -> None:
    constraints = read_constraints(json.loads((golden / "constraints.json").read_bytes()))
    found = check(golden_profile, constraints, read_statistics(golden_statistics))
    assert {(v.feature, v.check) for v in found.violations} == {("zipcode", "data_type_check")}
    assert {feature.distance for feature in found.features} <= {0.0, None}
