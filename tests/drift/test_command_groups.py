"""`slipway drift check` of capture: variants and models apart, and a script in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from slipway_cli.drift import app
from slipway_cli.drift_reading import folder_name
from typer.testing import CliRunner, Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = "rate,size\n" + "".join(f"{i % 50}.5,{i % 40}\n" for i in range(200))
SCRIPT = """
def preprocess_handler(inference_record):
    given = inference_record.endpoint_input.data.split(";")
    return {"rate": inference_record.endpoint_output.data, "size": given[1]}
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    assert run("baseline", tmp_path / "rows.csv", "-o", tmp_path / "base").exit_code == 0
    return tmp_path / "base"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def lines(captured: Callable[..., bytes], factor: int = 1, **about: str) -> bytes:
    return b"".join(captured(str(i % 40), f"{i % 50 * factor}.5", **about) for i in range(200))


def state(folder: Path) -> str:
    return str(json.loads((folder / "slipway_drift.json").read_bytes())["state"])


def test_each_variant_is_judged_apart_and_the_worst_is_said_first(
    baseline: Path, tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    write(tmp_path / "cap/homes/blue/2026/01/02/08/a.jsonl", lines(captured) + b"no\n")
    write(tmp_path / "cap/homes/green/2026/01/02/08/a.jsonl", lines(captured, 1000))
    done = run("check", "--baseline", baseline, tmp_path / "cap", "-o", tmp_path / "o",
               "--by", "variant")  # fmt: skip
    assert done.exit_code == 1
    assert 0 <= done.output.index("green: violations") < done.output.index("blue: no drift")
    assert (state(tmp_path / "o/blue"), state(tmp_path / "o/green")) == ("no drift", "violations")
    assert "cap, variant green" in (tmp_path / "o/green/report.html").read_text("utf-8")
    (rejected,) = (tmp_path / "o/rejected.jsonl").read_text("utf-8").splitlines()
    assert json.loads(rejected)["where"] == "a.jsonl, line 201"


def test_each_model_of_a_multi_model_endpoint_is_judged_apart(
    baseline: Path, tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    hour = "2026/01/02/08"
    mixed = lines(captured, targetModel="a.tar.gz") + lines(captured, 1000, targetModel="../b")
    write(tmp_path / f"cap/homes/AllTraffic/{hour}/a.jsonl", mixed)
    write(tmp_path / f"cap/homes/AllTraffic/c.tar.gz/{hour}/a.jsonl", lines(captured))
    done = run("check", "--baseline", baseline, tmp_path / "cap", "-o", tmp_path / "o",
               "--by", "model")  # fmt: skip
    assert done.exit_code == 1
    found = {path.parent.name: state(path.parent) for path in tmp_path.glob("o/*/report.html")}
    assert found == {"a.tar.gz": "no drift", "..%2Fb": "violations", "c.tar.gz": "no drift"}


def test_good_variants_leave_with_zero_and_files_that_name_none_with_two(
    baseline: Path, tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    write(tmp_path / "cap/homes/blue/2026/01/02/08/a.jsonl", lines(captured))
    words = ("check", "--baseline", baseline, "-o", tmp_path / "o", "--by")
    assert run(*words, "variant", tmp_path / "cap").exit_code == 0
    done = run(*words, "model", tmp_path / "cap")
    assert (done.exit_code, "names no model" in " ".join(done.output.split())) == (2, True)
    done = run(*words, "variant", tmp_path / "rows.csv")
    assert (done.exit_code, "is for data capture" in " ".join(done.output.split())) == (2, True)


@pytest.mark.parametrize(
    ("model", "name"),
    [("a.tar.gz", "a.tar.gz"), ("x/y", "x%2Fy"), ("..", "%2E%2E"), (".", "%2E"), ("é", "%C3%A9")],
)
def test_no_model_leaves_its_folder(model: str, name: str) -> None:
    assert folder_name(model) == name


def test_a_script_makes_rows_of_what_no_format_knows(
    baseline: Path, tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    sides = {"encodings": ("X", "CSV"), "types": ("x/y", "text/csv")}
    content = b"".join(captured(f"z;{i % 40}", f"{i % 50}.5", **sides) for i in range(200))
    write(tmp_path / "a.jsonl", content)
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    words = ("check", "--baseline", baseline, tmp_path / "a.jsonl", "-o", tmp_path / "o")
    assert run(*words).exit_code == 1
    assert state(tmp_path / "o") == "blind"
    assert run(*words, "--preprocess", tmp_path / "script.py").exit_code == 0
    assert state(tmp_path / "o") == "no drift"
    assert not (tmp_path / "o/rejected.jsonl").exists()
    done = run(*words, "--preprocess", tmp_path / "rows.csv")
    assert (done.exit_code, state(tmp_path / "o")) == (1, "blind")
    (tmp_path / "script.py").write_bytes(b"\xff")
    assert run(*words, "--preprocess", tmp_path / "script.py").exit_code == 2


def test_a_baseline_may_be_made_by_a_script_too(
    tmp_path: Path, captured: Callable[..., bytes]
) -> None:
    write(tmp_path / "a.jsonl", captured("z;3", "1.5") * 3)
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    script = tmp_path / "script.py"
    assert (
        run("baseline", tmp_path / "a.jsonl", "-o", tmp_path, "--preprocess", script).exit_code == 0
    )
    held = json.loads((tmp_path / "statistics.json").read_bytes())
    assert [feature["name"] for feature in held["features"]] == ["rate", "size"]
