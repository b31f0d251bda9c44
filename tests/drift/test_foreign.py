"""Windows that Model Monitor's container checked are summed up from its files."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift import engine
from slipway_drift.foreign import foreign_summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KNOWN = "rate,kind,id\n" + "".join(f"{i % 50}.5,{'ab'[i % 2]},x{i}\n" for i in range(400))
SEEN = "rate,kind,id\n" + "".join(f"{i % 50 * 9}.5,{'abb'[i % 3]},x{i}\n" for i in range(400))


@pytest.fixture(scope="module")
def baseline() -> Mapping[str, bytes]:
    return engine.baseline(io.BytesIO(KNOWN.encode()), "known.csv")


@pytest.fixture(scope="module")
def checked(baseline: Mapping[str, bytes]) -> engine.Checked:
    shard = engine.profile([("seen.csv", io.BytesIO(SEEN.encode()))], baseline)
    return engine.check([shard.profile], baseline, title="t", window="w")


def summed(files: Mapping[str, bytes], baseline: Mapping[str, bytes]) -> dict[str, Any]:
    return dict(json.loads(engine.summary_of(files, baseline, title="t", window="w")))


def test_it_says_what_our_own_summary_says_but_for_single_literals(
    checked: engine.Checked, baseline: Mapping[str, bytes]
) -> None:
    ours = json.loads(checked.files["slipway_drift.json"])
    theirs = summed(checked.files, baseline)
    for feature in ours["features"]:
        feature |= {"literals": {}, "examples": {}}
    assert theirs == ours


def test_of_a_container_that_found_nothing(golden: Path) -> None:
    files = {path.name: path.read_bytes() for path in golden.glob("*.json")}
    held = summed(files, files)
    assert (held["state"], held["rows"], len(held["features"])) == ("no drift", 23_432, 14)
    assert {feature["distance"] for feature in held["features"]} <= {0.0, None}
    assert sum(feature["chart"] is not None for feature in held["features"]) >= 10


def test_violations_alone_are_enough() -> None:
    items = [
        {"feature_name": "a", "constraint_check_type": "data_type_check", "description": "d"},
        {"feature_name": "Missing columns", "constraint_check_type": "missing_column_check"},
    ]
    files = {"constraint_violations.json": json.dumps({"violations": items}).encode()}
    held = summed(files, {})
    assert (held["state"], held["rows"]) == ("violations", None)
    assert [feature["name"] for feature in held["features"]] == ["a"]
    page = engine.report(files, {}, title="t", window="w").decode()
    assert "1 of 1 feature has changed" in page
    assert "Missing columns" in page
    assert "nothing is known of this window" in page


@pytest.mark.parametrize(
    ("item", "headline"),
    [
        ({"metric_name": "auc", "description": "Metric auc"}, "The model's quality has changed"),
        ({"metric_name": "CDDPL", "facet": "Sex"}, "The model's bias has changed"),
    ],
)
def test_model_quality_and_bias_have_pages_too(item: dict[str, str], headline: str) -> None:
    files = {
        "constraint_violations.json": json.dumps({"violations": [item]}).encode(),
        "statistics.json": b'{"dataset": {"item_count": 5}, "regression_metrics": {}}',
    }
    assert (
        headline.replace("'", "&#x27;")
        in engine.report(files, files, title="t", window="w").decode()
    )


def test_a_window_without_rows_has_no_data(baseline: Mapping[str, bytes]) -> None:
    files = {"statistics.json": b'{"dataset": {"item_count": 0}, "features": []}'}
    assert foreign_summary(files, baseline, title="t", window="w")["state"] == "no data"


@pytest.mark.parametrize("name", ["statistics.json", "constraint_violations.json"])
@pytest.mark.parametrize("content", [b"x", b"[]", b'{"features": 3, "violations": 3}'])
def test_files_that_are_none_are_refused(
    name: str, content: bytes, baseline: Mapping[str, bytes]
) -> None:
    with pytest.raises(engine.DriftError):
        foreign_summary({name: content}, baseline, title="t", window="w")
