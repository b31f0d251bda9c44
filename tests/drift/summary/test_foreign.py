"""Windows that Model Monitor's container checked are summed up from its files."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift import engine
from slipway_drift.summary.foreign import foreign_summary

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
    # A diagnosis needs the values themselves, as a profile has them.
    assert ours.pop("diagnosis")["findings"] == 3
    theirs = summed(checked.files, baseline)
    for feature in ours["features"]:
        feature |= {"literals": {}, "examples": {}}
        feature["violations"] = [*feature.pop("noted"), *feature["violations"]]
    for feature in theirs["features"]:
        assert feature.pop("noted") == []
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
        "statistics.json": b'{"dataset": {"item_count": 5}}',
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


def test_metrics_stand_beside_what_is_asked_of_them() -> None:
    metrics = {"auc": {"value": 0.25, "standard_deviation": "NaN"}, "f1": {"value": "NaN"}}
    asked = {"auc": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"}}
    files = {"statistics.json": json.dumps({"binary_classification_metrics": metrics}).encode()}
    baseline = {
        "constraints.json": json.dumps({"binary_classification_constraints": asked}).encode()
    }
    assert [(m["name"], m["broken"]) for m in summed(files, baseline)["metrics"]] == [
        ("auc", True), ("f1", False),
    ]  # fmt: skip
    page = engine.report(files, baseline, title="t", window="w").decode()
    assert "at least 0.5</td><td>0.25" in page
    assert "as good as in the baseline" in page


keys = st.sampled_from(
    ["features", "name", "dataset", "item_count", "numerical_statistics", "common", "distribution",
     "kll", "sketch", "data", "regression_metrics", "regression_constraints", "mae", "value",
     "threshold", "monitoring_config", "num_present", "violations", "categorical", "buckets"]
)  # fmt: skip
shapes = st.recursive(
    st.none() | st.integers(-2, 9) | st.text(max_size=3) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(keys, shapes, max_size=4)
names = st.sampled_from(["statistics.json", "constraints.json", "constraint_violations.json"])


@given(st.dictionaries(names, documents), st.dictionaries(names, documents))
@settings(max_examples=150, deadline=None)
def test_files_of_any_shape_make_a_page_or_a_clear_error(
    files: dict[str, object], baseline: dict[str, object]
) -> None:
    seen, known = (
        {name: json.dumps(held).encode() for name, held in side.items()}
        for side in (files, baseline)
    )
    with suppress(engine.DriftError):
        assert engine.report(seen, known, title="t", window="w").endswith(b"</html>")
