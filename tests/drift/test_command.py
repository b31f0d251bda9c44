"""`slipway drift` from two files to a verdict, a report and an exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from slipway_cli.drift import app
from typer.testing import CliRunner, Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = "rate,kind\n" + "".join(f"{i % 50}.5,{'ab'[i % 2]}\n" for i in range(400))
BAD = "rate,kind\n" + "".join(f"{i % 50 * 10_000}.5,{'ab'[i % 2]}\n" for i in range(400))


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    assert run("baseline", tmp_path / "good.csv", "-o", tmp_path / "base").exit_code == 0
    return tmp_path / "base"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_baseline_is_two_files_and_what_is_said_of_them(baseline: Path) -> None:
    assert names(baseline) == {"statistics.json", "constraints.json", "slipway_baseline.json"}


def test_what_is_wrong_with_a_baseline_is_told(tmp_path: Path) -> None:
    data, out = tmp_path / "few.csv", tmp_path / "base"
    data.write_text("prediction,x\n" + "0.5,1\n0.25,1\n" * 20, encoding="utf-8")
    done = run("baseline", data, "-o", out)
    assert done.exit_code == 0
    assert "the model's answers: prediction" in done.output
    assert "all values are '1'" in " ".join(done.output.split())
    done = run("baseline", data, "-o", out, "--json", "--outputs", "x")
    held = json.loads(done.stdout)
    assert held["outputs"] == ["x"]
    assert [issue["kind"] for issue in held["issues"]] == ["few rows", "constant"]


def test_answers_that_stand_last_pair_with_replies(
    tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    data, folder = tmp_path / "last.csv", tmp_path / "cap"
    folder.mkdir()
    rows = [(f"{i % 50}", f"{i % 7 + 100}", f"{i % 50 / 50 + 0.01}") for i in range(400)]
    data.write_text("a,b,c\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    lines = b"".join(captured(f"{a},{b}", c) for a, b, c in rows)
    (folder / "x.jsonl").write_bytes(lines)
    for outputs, code in (("last", 0), ("first", 1)):
        run("baseline", data, "-o", tmp_path / "base", "--outputs", outputs)
        done = run("check", "--baseline", tmp_path / "base", folder, "-o", tmp_path / "out")
        assert done.exit_code == code


def test_scores_in_a_table_are_not_compared_with_labels(tmp_path: Path) -> None:
    for name, answer in (("known", lambda i: i % 2), ("now", lambda i: f"{i % 97 / 97:.3f}")):
        rows = "".join(f"{i % 50},{answer(i)}\n" for i in range(970))
        (tmp_path / f"{name}.csv").write_text(f"x,label\n{rows}", encoding="utf-8")
    run("baseline", tmp_path / "known.csv", "-o", tmp_path / "base")
    done = run("check", "--baseline", tmp_path / "base", tmp_path / "now.csv", "-o", tmp_path)
    assert done.exit_code == 0
    said = " ".join(done.output.split())
    assert "label: The baseline holds labels, not answers" in said
    held = json.loads((tmp_path / "slipway_drift.json").read_bytes())
    assert [feature["role"] for feature in held["features"]] == ["input", "prediction"]


def test_a_baseline_without_answers_leaves_replies_out(
    tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    data, folder = tmp_path / "inputs.csv", tmp_path / "cap"
    folder.mkdir()
    rows = [(f"{i % 50}", f"{i % 7 + 100}") for i in range(400)]
    data.write_text("a,b\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "x.jsonl").write_bytes(b"".join(captured(",".join(row), "0.5") for row in rows))
    run("baseline", data, "-o", tmp_path / "base", "--outputs", "none")
    done = run("check", "--baseline", tmp_path / "base", folder, "-o", tmp_path / "out")
    assert done.exit_code == 0
    held = json.loads((tmp_path / "out/slipway_drift.json").read_bytes())
    assert [feature["name"] for feature in held["features"]] == ["a", "b"]


def test_the_same_data_again_is_no_drift(baseline: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("check", "--baseline", baseline, tmp_path / "good.csv", "-o", out)
    assert (done.exit_code, "no drift" in done.output) == (0, True)
    assert names(out) == {
        "statistics.json", "constraints.json", "slipway_drift.json", "report.html",
    }  # fmt: skip


def test_drift_leaves_with_one_and_its_files_go_when_it_is_over(
    baseline: Path, tmp_path: Path
) -> None:
    out, data = tmp_path / "out", tmp_path / "now.csv"
    data.write_text(BAD + "1,2,3\n", encoding="utf-8")
    assert run("check", "--baseline", baseline, data, "-o", out).exit_code == 1
    found = json.loads((out / "constraint_violations.json").read_bytes())["violations"]
    assert [v["constraint_check_type"] for v in found] == ["baseline_drift_check"]
    assert "slipway_violations.json" in names(out)
    rejected = json.loads((out / "rejected.jsonl").read_text(encoding="utf-8"))
    assert (rejected["reason"], rejected["text"]) == ("more fields than columns", "1,2,3")
    data.write_text(GOOD, encoding="utf-8")
    assert run("check", "--baseline", baseline, data, "-o", out).exit_code == 0
    assert not names(out) & {"constraint_violations.json", "rejected.jsonl"}


def test_capture_folders_are_one_window(
    baseline: Path, tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    for hour in ("08", "09"):
        folder = tmp_path / "cap/end/AllTraffic/2026/01/02" / hour
        folder.mkdir(parents=True)
        lines = b"".join(captured("ab"[i % 2], f"{i % 50}.5") for i in range(200))
        (folder / "00-00-000-x.jsonl").write_bytes(lines)
    out = tmp_path / "out"
    done = run("check", "--baseline", baseline, tmp_path / "cap", "-o", out)
    assert done.exit_code == 0
    held = json.loads((out / "slipway_drift.json").read_bytes())
    assert (held["rows"], held["window"]) == (400, "2026-01-02 08:00 to 2026-01-02 09:59 UTC")
    assert [f["role"] for f in held["features"]] == ["prediction", "input"]
    written = json.loads((out / "statistics.json").read_bytes())
    assert [f["name"] for f in written["features"]] == ["rate", "kind"]


def test_a_report_of_many_windows_shows_their_trend(baseline: Path, tmp_path: Path) -> None:
    data = tmp_path / "now.csv"
    for hour, text in enumerate((GOOD, BAD, BAD)):
        data.write_text(text, encoding="utf-8")
        window = f"0{hour}:00"
        run(
            "check",
            "--baseline",
            baseline,
            data,
            "-o",
            tmp_path / "w" / f"0{hour}",
            "--window",
            window,
        )
    assert run("report", tmp_path / "w").exit_code == 0
    text = (tmp_path / "w/report.html").read_text(encoding="utf-8")
    assert "in 2 windows in a row, since 01:00" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "."), "holds no slipway_drift.json"),
        (("baseline", "empty.csv", "-o", "b"), "the baseline has no rows"),
        (("baseline", "x.data", "-o", "b"), "the suffix is not .csv"),
        (("check", "--baseline", ".", "good.csv", "-o", "b"), "constraints.json is missing"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "x.data").write_text("a\n", encoding="utf-8")
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    done = run(*words)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
