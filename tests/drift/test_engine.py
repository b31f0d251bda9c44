"""The engine's door: files in, files out, and a quick start for those who only tell."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import slipway_drift
from slipway_drift import engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROWS = "price,size,kind\n" + "".join(f"{i}.5,{i % 40},{'ab'[i % 2]}\n" for i in range(200))
LIGHT = """
import sys
sys.path.insert(0, sys.argv[1])
from slipway_drift import engine
violations = b'{"violations": [{"feature_name": "a", "description": "d"}]}'
files = {"constraint_violations.json": violations}
assert engine.findings(files)[0].feature == "a"
assert "- a: d" in engine.told(files)
summary = engine.summary_of(files, {}, title="t", window="w")
assert b"<html" in engine.report({"slipway_drift.json": summary}, {}, title="t", window="w")
assert b"<html" in engine.report(files, {}, title="t", window="w")
print(sorted({name.partition(".")[0] for name in sys.modules} & {"polars", "pyarrow", "pandas"}))
"""


@pytest.fixture(scope="module")
def baseline() -> Mapping[str, bytes]:
    return engine.baseline(io.BytesIO(ROWS.encode()), "rows.csv")


def shards(captured: Callable[..., bytes], factor: int, count: int = 4) -> list[bytes]:
    return [
        b"".join(
            captured(f"{i % 40},{'ab'[i % 2]}", f"{i * factor}.5") for i in range(shard, 200, count)
        )
        for shard in range(count)
    ]


def checked(
    baseline: Mapping[str, bytes], pieces: list[bytes], window: str = "08:00"
) -> engine.Checked:
    held = [
        engine.profile([(f"{i}.jsonl", io.BytesIO(piece))], baseline).profile
        for i, piece in enumerate(pieces)
    ]
    limits = {"by_feature": 1.0}
    return engine.check(held, baseline, title="homes", window=window, limits=limits)


def test_telling_of_a_window_loads_no_data_frames() -> None:
    layer = Path(slipway_drift.__file__).parents[1]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-I", "-c", LIGHT, str(layer)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_window_has_the_state_its_files_say(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    held = checked(baseline, shards(captured, 1000)).files
    foreign = {name: text for name, text in held.items() if name != "slipway_drift.json"}
    assert [engine.state(files) for files in (held, foreign, {})] == [
        "violations", "violations", "no drift",
    ]  # fmt: skip


def test_good_captures_in_shards_are_no_drift(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    held = checked(baseline, shards(captured, 1))
    assert held.state == "no drift"
    assert set(held.files) == {"statistics.json", "constraints.json", "slipway_drift.json"}
    assert {m.name: m.value for m in held.metrics}["rows"] == 200
    assert engine.findings(held.files) == ()


def test_bad_captures_are_found_told_and_drawn(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    good = checked(baseline, shards(captured, 1), "07:00")
    held = checked(baseline, shards(captured, 1000))
    assert held.state == "violations"
    assert {f.check for f in engine.findings(held.files)} == {
        "baseline_drift_check", "prediction_drift_check", "range_check",
    }  # fmt: skip
    assert {f.feature for f in engine.findings(held.files)} == {"price"}
    said = "another unit: the values are multiplied by 1,000 (price)."
    assert engine.told(held.files).splitlines()[:2] == [
        "1 of 3 features has changed",
        f"One cause explains 2 of 2 findings: {said}",
    ]
    history = [good.files["slipway_drift.json"], b'{"version": 99}']
    page = engine.report(held.files, baseline, history, title="x", window="x").decode()
    assert "The last 2 windows" in page
    assert "homes · 08:00" in page


def test_the_order_of_shards_changes_no_finding(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    pieces = shards(captured, 1000)
    ours, theirs = checked(baseline, pieces), checked(baseline, pieces[::-1])
    assert engine.findings(ours.files) == engine.findings(theirs.files)


def test_json_captures_pair_by_name(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    sides = {"encodings": ("JSON", "JSON"), "types": ("application/json", "application/json")}
    lines = [
        captured(json.dumps({"kind": "ab"[i % 2], "size": i % 40}), f'{{"price": {i}.5}}', **sides)
        for i in range(200)
    ]
    assert checked(baseline, [b"".join(lines)]).state == "no drift"


@pytest.mark.parametrize("said", ["{}.5", "[{}.5]", '{{"predictions": [{}.5]}}'])
def test_json_in_pairs_by_name_where_a_bare_number_comes_out(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes], said: str
) -> None:
    sides = {"encodings": ("JSON", "JSON"), "types": ("application/json", "application/json")}
    lines = [
        captured(json.dumps({"kind": "ab"[i % 2], "size": i % 40}), said.format(i), **sides)
        for i in range(200)
    ]
    held = checked(baseline, [b"".join(lines)])
    assert held.state == "no drift"
    written = json.loads(held.files["statistics.json"])["features"]
    assert [feature["name"] for feature in written] == ["price", "size", "kind"]


def test_csv_in_and_json_out_pair_each_in_its_way(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    lines = [
        captured(f"{i % 40},{'ab'[i % 2]}", f'{{"price": {i}.5}}', encodings=("CSV", "JSON"))
        for i in range(200)
    ]
    assert checked(baseline, [b"".join(lines)]).state == "no drift"


def test_clients_of_csv_and_of_json_are_one_window(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    sides = {"encodings": ("JSON", "JSON"), "types": ("application/json", "application/json")}
    lines = [
        captured(json.dumps({"kind": "ab"[i % 2], "size": i % 40}), f'{{"price": {i}.5}}', **sides)
        if i % 3
        else captured(f"{i % 40},{'ab'[i % 2]}", f"{i}.5")
        for i in range(200)
    ]
    together, apart = checked(baseline, [b"".join(lines)]), checked(baseline, lines)
    for held in (together, apart):
        assert held.state == "no drift"
        assert {m.name: m.value for m in held.metrics}["feature_non_null_kind"] == 200


def test_prediction_drift_is_told_apart_from_input_drift(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    said = b"".join(captured(f"{i % 40},{'ab'[i % 2]}", f"{i % 10}.5") for i in range(200))
    given = b"".join(captured(f"{i % 5},{'ab'[i % 2]}", f"{i}.5") for i in range(200))
    for lines, check in ((said, "prediction_drift_check"), (given, "input_drift_check")):
        found = {f.check for f in engine.findings(checked(baseline, [lines]).files)}
        assert {name for name in found if not name.startswith("baseline")} == {check}


def test_no_shards_are_no_data(baseline: Mapping[str, bytes]) -> None:
    held = checked(baseline, [])
    assert held.state == "no data"
    assert "No data" in engine.told(held.files)
    assert b"No data" in engine.report(held.files, baseline, title="t", window="w")


def test_a_window_of_which_too_much_could_not_be_read_is_blind(
    baseline: Mapping[str, bytes],
) -> None:
    held = checked(baseline, [b"", b"no\n"])
    assert held.state == "blind"
    assert "Blind" in engine.told(held.files)
    page = engine.report(held.files, baseline, title="t", window="w")
    assert b"Nothing that came in could be read: 1 record was rejected." in page
    (found,) = engine.findings(held.files)
    assert (found.check, found.feature) == ("unreadable_check", "Records")
    assert "not a capture record" in found.description or "not JSON" in found.description


def test_a_baseline_needs_rows_and_a_window_its_baseline(baseline: Mapping[str, bytes]) -> None:
    with pytest.raises(engine.DriftError, match="no rows"):
        engine.baseline(io.BytesIO(b"a,b\n"), "x.csv")
    with pytest.raises(engine.DriftError, match=r"constraints\.json is missing"):
        engine.profile([], {})
    partly = {"constraints.json": baseline["constraints.json"]}
    with pytest.raises(engine.DriftError, match=r"statistics\.json is missing"):
        engine.check([], partly, title="t", window="w")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"version": 1}', b'{"version": 1, "state": "violations"}']
)
def test_a_damaged_summary_is_named(content: bytes) -> None:
    files = {"slipway_drift.json": content}
    with pytest.raises(engine.DriftError, match="slipway_drift"):
        engine.told(files)
    if b"state" not in content:
        with pytest.raises(engine.DriftError, match="slipway_drift"):
            engine.state(files)
    with pytest.raises(engine.DriftError, match="slipway_drift"):
        engine.report(files, {}, title="t", window="w")


def test_a_damaged_window_before_is_left_out_of_the_trend(
    baseline: Mapping[str, bytes], captured: Callable[..., bytes]
) -> None:
    held = checked(baseline, shards(captured, 1))
    history = [b"{", b"[]", held.files["slipway_drift.json"]]
    page = engine.report(held.files, baseline, history, title="x", window="x").decode()
    assert "The last 2 windows" in page
