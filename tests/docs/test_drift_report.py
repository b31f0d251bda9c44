"""The picture in the documentation is of real windows: good hours first, spoilt ones last."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """cli/build_drift_report.py, which is no part of a package."""
    place = ROOT / "cli" / "build_drift_report.py"
    spec = importlib.util.spec_from_file_location("build_drift_report", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table() -> str:
    rng = np.random.default_rng(0)
    rows = [
        f"{rng.exponential(4):.3f},{rng.integers(1, 9)},{rng.uniform(2, 38):.2f},{rng.random()}"
        for _ in range(500)
    ]
    return "\n".join(["crim,rad,lstat,medv", *rows])


def test_only_the_spoilt_hours_are_violations(script: ModuleType, table: str) -> None:
    page, states = script.story(table)
    assert states == ["no drift"] * 11 + ["violations"] * 3
    text = page.decode()
    assert "3 of 4 features have changed" in text
    assert "in 3 windows in a row, since 2026-11-22 11:00 UTC" in text


def test_rows_are_sent_with_the_types_they_were_trained_with(
    script: ModuleType, table: str
) -> None:
    houses = script.Houses(table)
    record: dict[str, Any] = json.loads(houses.captured(houses.table[:1]))
    crim, rad, lstat = record["captureData"]["endpointInput"]["data"].split(",")
    assert (crim.count("."), rad.isdecimal(), lstat.count(".")) == (1, True, 1)
    assert houses.training().splitlines()[0] == b"medv,crim,rad,lstat"
