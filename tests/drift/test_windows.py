"""Settings and limits reach the checks, and what is not known is refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.errors import DriftError
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile
from slipway_drift.windows import baseline_files, check_window, merged, rows_in, shard_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROWS = "rate,kind\n" + "".join(f"{i % 50}.5,{'ab'[i % 2]}\n" for i in range(400))
MOVED = "rate,kind\n" + "".join(f"{i % 50 + 30}.5,{'ab'[i % 2]}\n" for i in range(400))


def baseline(**config: object) -> Mapping[str, bytes]:
    return baseline_files(profile(read_csv(io.BytesIO(ROWS.encode()))), config)


def state(limits: Mapping[str, float], **config: object) -> str:
    held = profile(read_csv(io.BytesIO(MOVED.encode())))
    return check_window(held, baseline(**config), title="t", window="w", limits=limits).state


def test_settings_reach_the_file_and_the_check() -> None:
    files = baseline(comparison_threshold=0.5, categorical_drift_method="chisquared")
    drift = json.loads(files["constraints.json"])["monitoring_config"]["distribution_constraints"]
    assert drift["comparison_threshold"] == 0.5
    assert drift["categorical_comparison_threshold"] == 0.5
    assert drift["categorical_drift_method"] == "ChiSquared"
    loose = {"ks": 1.0, "psi": 100.0, "outside": 1.0}
    assert state(loose) == "no drift"
    assert state({**loose, "outside": 0.01}) == "violations"
    assert state({**loose, "outside": 0.01, "level": 0.0}) == "no drift"
    assert state({"model_monitor": 1}) == "violations"
    assert state({"model_monitor": 1}, comparison_threshold=0.5) == "no drift"
    assert state({**loose, "minimum_rows": 401}) == "too little data"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"threshold": 1}, "`threshold` is not known; it is one of evaluate_constraints, .*method"),
        ({"distribution_constraints": {}}, "`distribution_constraints` is not known"),
        ({"comparison_threshold": "high"}, "`comparison_threshold` is 'high'; it must be a number"),
        ({"comparison_method": "Best"}, "`comparison_method` is 'Best'; it must be one of"),
        ({"emit_metrics": True}, "`emit_metrics` is True; it must be one of enabled, disabled"),
    ],
)
def test_settings_that_are_not_known_are_refused(config: dict[str, object], said: str) -> None:
    with pytest.raises(DriftError, match=said):
        baseline(**config)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"rows": 1}, "`rows` is not known; it is one of minimum_rows, ks, psi, outside"),
        ({"ks": -1}, "`ks` is -1; it must be a number from 0 up"),
        ({"ks": float("nan")}, "`ks` is nan"),
        ({"ks": True}, "`ks` is True"),
        ({"psi": "1"}, "`psi` is '1'"),
    ],
)
def test_limits_that_are_not_known_are_refused(limits: dict[str, Any], said: str) -> None:
    with pytest.raises(DriftError, match=said):
        state(limits)


def test_rejections_say_in_which_file_they_stood(captured: Callable[..., bytes]) -> None:
    lines = captured("a", "1.5") + b"no\n\xff\n"
    shard = shard_of([("h/1.jsonl", io.BytesIO(lines)), ("2", io.BytesIO(b"{}"))], baseline())
    kept = [json.loads(line) for line in shard.rejected.splitlines()]
    assert [held["where"] for held in kept] == [
        "h/1.jsonl, line 2",
        "h/1.jsonl, line 3",
        "2, line 1",
    ]
    assert (shard.rows, kept[0]["text"]) == (1, "no")


def test_a_first_line_that_is_damaged_does_not_make_capture_something_else(
    captured: Callable[..., bytes],
) -> None:
    content = b'{"rate": 1}\n' + captured("a", "1.5")
    (batch,) = rows_in([("x.jsonl", io.BytesIO(content))])
    assert (len(batch.frame), len(batch.rejections)) == (1, 1)


def test_datasets_are_read_by_their_suffix() -> None:
    (batch,) = rows_in([("x.CSV", io.BytesIO(ROWS.encode()))])
    assert batch.frame.columns == ["rate", "kind"]


@pytest.mark.parametrize("shard", [b"", b"{}", b"[]", {"version": 1}, {"version": 1, "columns": 3}])
def test_what_is_no_profile_is_refused(shard: bytes | dict[str, object]) -> None:
    with pytest.raises(DriftError, match="profile"):
        merged([shard])
