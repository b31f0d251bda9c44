"""`slipway drift quality` from captures and truth to thresholds, and from those to a verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from slipway_cli.drift import app
from typer.testing import CliRunner, Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def written(tmp_path: Path, captured: Callable[..., bytes]) -> Callable[[str, float], Path]:
    """Write a folder of captures that are off by `error`, and their truth beside it."""

    def write(name: str, error: float) -> Path:
        folder = tmp_path / name
        for place in ("captures", "truth"):
            (folder / place).mkdir(parents=True)
        said = [captured("x", str(i + error), eventId=f"e-{i}") for i in range(250)]
        true = [
            json.dumps({
                "groundTruthData": {"data": str(i), "encoding": "CSV"},
                "eventMetadata": {"eventId": f"e-{i}"},
            }).encode()
            for i in range(250)
        ]  # fmt: skip
        (folder / "captures/a.jsonl").write_bytes(b"".join(said) + b"no\n")
        (folder / "truth/a.jsonl").write_bytes(b"\n".join(true))
        return folder

    return write


def measure(folder: Path, *words: object) -> Result:
    return run(
        "quality", folder / "captures", "--truth", folder / "truth", "--problem", "regression",
        "-o", folder / "out", *words,
    )  # fmt: skip


def test_scores_are_read_as_labels_and_that_is_said(
    tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    for place in ("captures", "truth"):
        (tmp_path / place).mkdir()
    said = [captured("x", f"0.{i % 10}", eventId=f"e-{i}") for i in range(250)]
    true = [
        json.dumps({
            "groundTruthData": {"data": str(int(i % 10 >= 6)), "encoding": "CSV"},
            "eventMetadata": {"eventId": f"e-{i}"},
        })
        for i in range(250)
    ]  # fmt: skip
    (tmp_path / "captures/a.jsonl").write_bytes(b"".join(said))
    (tmp_path / "truth/a.jsonl").write_text("\n".join(true), encoding="utf-8")

    def accuracy(*words: object) -> tuple[float, bool]:
        done = measure(tmp_path, "--problem", "binary", *words)
        held = json.loads((tmp_path / "out/statistics.json").read_bytes())
        found = held["binary_classification_metrics"]
        return found["accuracy"]["value"], "the answers are scores" in done.output

    assert accuracy() == (0.9, True)
    assert accuracy("--threshold", "0.55") == (1.0, True)
    assert accuracy("--probability", "0") == (0.9, False)


def test_a_first_run_writes_the_thresholds_and_a_worse_one_breaks_them(
    written: Callable[[str, float], Path],
) -> None:
    good, worse = written("good", 1.0), written("worse", 4.0)
    done = measure(good)
    assert (done.exit_code, "250 predictions met their truth" in done.output) == (0, True)
    asked = json.loads((good / "out/constraints.json").read_bytes())["regression_constraints"]
    assert asked["mae"] == {"threshold": 1.0, "comparison_operator": "GreaterThanThreshold"}
    assert json.loads((good / "out/rejected.jsonl").read_bytes())["reason"] == "not JSON"
    assert measure(good, "--baseline", good / "out").exit_code == 0
    assert not (good / "out/constraint_violations.json").exists()

    assert measure(worse, "--baseline", good / "out").exit_code == 1
    found = json.loads((worse / "out/constraint_violations.json").read_bytes())["violations"]
    assert {item["metric_name"] for item in found} == {"mae", "mse", "rmse", "r2"}
    page = (worse / "out/report.html").read_text("utf-8")
    assert "quality has changed" in page
    assert "mae" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--inference", "score"), "no prediction has its ground truth"),
        (("--baseline", "."), "constraints.json"),
    ],
)
def test_what_cannot_be_measured_is_one_line_and_two(
    written: Callable[[str, float], Path],
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = measure(written("good", 1.0), *words)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
