"""The analyzer's program: from a dataset to Model Monitor's files and message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slipway_local.images.slipway_container.monitor.model_monitor import run

GOLDEN = Path(__file__).parents[6] / "shared/data/drift-golden"
COMPLETED = "Completed: Job completed successfully with no violations."
CAPTURE = '{"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}'

Analyse = Callable[..., str]


@pytest.fixture
def analyse(tmp_path: Path) -> Analyse:
    """Run the program on one file of data; its message."""
    (tmp_path / "tmp").mkdir()

    def make(data: bytes, name: str = "data.csv", **variables: str) -> str:
        folder = tmp_path / "opt/ml/processing/input"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        usual = {
            "dataset_format": '{"csv": {"header": true}}',
            "dataset_source": f"/opt/ml/processing/input/{name}",
            "output_path": "/opt/ml/processing/output",
        }
        return run(tmp_path, {**usual, **variables})

    return make


@pytest.fixture
def baseline(analyse: Analyse) -> Callable[[bytes], dict[str, str]]:
    """Keep a dataset's baseline, and say where it is as a schedule does."""

    def make(data: bytes) -> dict[str, str]:
        analyse(data, output_path="/opt/ml/processing/baseline")
        folder = "/opt/ml/processing/baseline"
        return {
            "baseline_constraints": f"{folder}/constraints.json",
            "baseline_statistics": f"{folder}/statistics.json",
        }

    return make


def written(tmp_path: Path, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads((tmp_path / "opt/ml/processing/output" / name).read_bytes())


def captured(*rows: tuple[str, str]) -> bytes:
    """A capture file of these outputs and inputs."""
    lines = []
    for output, given in rows:
        sides = {
            "endpointInput": {"data": given, "encoding": "CSV", "mode": "INPUT"},
            "endpointOutput": {"data": output, "encoding": "CSV", "mode": "OUTPUT"},
        }
        for side in sides.values():
            side["observedContentType"] = "text/csv"
        metadata = {"eventId": "1", "inferenceTime": "2023-11-14T22:13:20Z"}
        lines.append(json.dumps({"captureData": sides, "eventMetadata": metadata}))
    return "\n".join(lines).encode()


def test_a_baseline_is_that_of_the_real_container(analyse: Analyse, tmp_path: Path) -> None:
    if not GOLDEN.exists():
        pytest.skip("the real baseline is not here")
    assert analyse((GOLDEN / "train_data.csv").read_bytes()) == COMPLETED
    real = json.loads((GOLDEN / "constraints.json").read_text())
    ours = written(tmp_path, "constraints.json")
    assert ours["monitoring_config"] == real["monitoring_config"]
    plain = [
        [{**each, "string_constraints": None} for each in held["features"]] for held in (real, ours)
    ]
    assert plain[0] == plain[1]


def test_a_method_of_the_baseline_stands_in_its_file(analyse: Analyse, tmp_path: Path) -> None:
    analyse(b"a\nx\n", categorical_drift_method="ChiSquared")
    config = written(tmp_path, "constraints.json")["monitoring_config"]
    assert config["distribution_constraints"]["categorical_drift_method"] == "ChiSquared"
    with pytest.raises(ValueError, match="categorical_drift_method"):
        analyse(b"a\nx\n", categorical_drift_method="Guess")


def test_data_like_the_baselines_violates_nothing(
    analyse: Analyse, baseline: Callable[[bytes], dict[str, str]], tmp_path: Path
) -> None:
    data = b"y,x\n" + b"1.5,2\n2.5,3\n" * 40
    assert analyse(data, **baseline(data)) == COMPLETED
    files = {path.name for path in (tmp_path / "opt/ml/processing/output").iterdir()}
    assert files == {"statistics.json", "constraints.json", "slipway_drift.json", "report.html"}
    assert not (tmp_path / "opt/ml/output/metrics").exists()


def test_captured_rows_are_outputs_then_inputs_under_the_baselines_names(
    analyse: Analyse, baseline: Callable[[bytes], dict[str, str]], tmp_path: Path
) -> None:
    known = baseline(b"y,x\n" + b"1.5,2\n" * 50)
    data = captured(*[("1.5", "oops")] * 50)
    said = analyse(
        data, "data.jsonl", dataset_format=CAPTURE, publish_cloudwatch_metrics="Enabled", **known
    )
    assert said == "CompletedWithViolations: Job completed successfully with 1 violations."
    [violation] = written(tmp_path, "constraint_violations.json")["violations"]
    assert (violation["feature_name"], violation["constraint_check_type"]) == (
        "x",
        "data_type_check",
    )
    metrics = tmp_path / "opt/ml/output/metrics/cloudwatch/cloudwatch_metrics.jsonl"
    names = [json.loads(line)["MetricName"] for line in metrics.read_text().splitlines()]
    assert names == [
        "feature_data_y", "feature_non_null_y", "feature_baseline_drift_y", "feature_non_null_x",
    ]  # fmt: skip


def test_constraints_alone_judge_without_distances(
    analyse: Analyse, baseline: Callable[[bytes], dict[str, str]], tmp_path: Path
) -> None:
    known = baseline(b"y,x\n" + b"1.5,2\n" * 50)
    del known["baseline_statistics"]
    said = analyse(b"y,x\n" + b"99.5,\n" * 50, **known)
    assert said.startswith("CompletedWithViolations")
    checks = [
        each["constraint_check_type"]
        for each in written(tmp_path, "constraint_violations.json")["violations"]
    ]
    assert checks == ["completeness_check"]


def test_a_preprocessor_makes_the_rows(
    analyse: Analyse, baseline: Callable[[bytes], dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "pre.py").write_text(
        "def preprocess_handler(record):\n"
        "    return {'x': record.endpoint_input.data.strip('<>')}\n"
    )
    known = baseline(b"x\n" + b"1\n2\n" * 50)
    data = captured(*[("0", "<1>"), ("0", "<2>")] * 50)
    told = {"dataset_format": CAPTURE, "record_preprocessor_script": "/pre.py", **known}
    assert analyse(data, "data.jsonl", **told) == COMPLETED
    with pytest.raises(ValueError, match="is for captured data"):
        analyse(b"x\n1\n", record_preprocessor_script="/pre.py")


def test_a_postprocessor_runs_at_the_end_and_may_fail_the_job(
    analyse: Analyse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "LANG", "PATH", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "post.py").write_text(
        "def postprocess_handler():\n"
        "    open('output/mine', 'w').write(open('output/constraints.json').read()[:1])\n"
    )
    assert analyse(b"x\n1\n", post_analytics_processor_script="/post.py") == COMPLETED
    assert (tmp_path / "opt/ml/processing/output/mine").read_text() == "{"
    (tmp_path / "post.py").write_text("def postprocess_handler(): raise SystemExit(3)\n")
    with pytest.raises(ValueError, match="ended with code 3"):
        analyse(b"x\n1\n", post_analytics_processor_script="/post.py")


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("d.csv", '{"csv": {"header": false}}', b"1,2\n3,4\n"),
        ("d.json", '{"json": {"line": true}}', b'{"_c0": 1, "_c1": 2}\n{"_c0": 3, "_c1": 4}\n'),
        ("d.json", '{"json": {"lines": false}}', b'[{"_c0": 1, "_c1": 2}, {"_c0": 3, "_c1": 4}]'),
    ],
)
def test_other_formats_are_read_as_they_are_told(
    analyse: Analyse, tmp_path: Path, name: str, kind: str, data: bytes
) -> None:
    analyse(data, name, dataset_format=kind)
    held = written(tmp_path, "statistics.json")
    assert held["dataset"]["item_count"] == 2
    assert [each["name"] for each in held["features"]] == ["_c0", "_c1"]


@pytest.mark.parametrize("data", [b"", b"x\n"])
def test_no_rows_no_judgement(analyse: Analyse, data: bytes) -> None:
    with pytest.raises(ValueError, match="has no rows"):
        analyse(data)


def test_a_baseline_that_is_not_there_is_named(analyse: Analyse) -> None:
    with pytest.raises(ValueError, match=r"constraints\.json cannot be read"):
        analyse(b"x\n1\n", baseline_constraints="/opt/ml/none/constraints.json")
