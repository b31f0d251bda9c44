"""The analyzer's model quality: from predictions and truth to Model Monitor's files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slipway_drift.errors import DriftError
from slipway_local.images.slipway_container.monitor.model_monitor import run

COMPLETED = "Completed: Job completed successfully with no violations."
QUALITY = {"analysis_type": "MODEL_QUALITY", "problem_type": "Regression"}
MONITORED = {
    **QUALITY,
    "baseline_constraints": "/opt/ml/processing/baseline/constraints.json",
    "dataset_format": '{"sagemakerCaptureJson": {}}',
    "dataset_source": "/opt/ml/processing/captured",
    "end_time": "2023-11-14T23:00:00Z",
    "ground_truth_source": "/opt/ml/processing/truth",
    "inference_attribute": "0",
    "output_path": "/opt/ml/processing/output",
    "publish_cloudwatch_metrics": "Enabled",
}

Baseline = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A container's folders, with three captured predictions: 1, 2 and 3."""
    for folder in ("tmp", "opt/ml/processing/captured/deep", "opt/ml/processing/truth"):
        (tmp_path / folder).mkdir(parents=True)
    lines = [json.dumps(captured(str(number), str(number))) for number in (1, 2, 3)]
    (tmp_path / "opt/ml/processing/captured/deep/a.jsonl").write_text("\n".join(lines))
    return tmp_path


@pytest.fixture
def baseline(root: Path) -> Baseline:
    """Analyse a dataset of predictions and labels; the message."""

    def make(rows: str, **variables: str) -> str:
        (root / "opt/ml/processing/known.csv").write_text(rows)
        usual = {
            **QUALITY,
            "dataset_format": '{"csv": {"header": true}}',
            "dataset_source": "/opt/ml/processing/known.csv",
            "ground_truth_attribute": "label",
            "inference_attribute": "said",
            "output_path": "/opt/ml/processing/baseline",
        }
        return run(root, {**usual, **variables})

    return make


def captured(event: str, answer: str) -> dict[str, Any]:
    output = {
        "observedContentType": "text/csv",
        "mode": "OUTPUT",
        "data": answer,
        "encoding": "CSV",
    }
    metadata = {"eventId": event, "inferenceTime": "2023-11-14T22:13:20Z"}
    return {"captureData": {"endpointOutput": output}, "eventMetadata": metadata}


def tell_truth(root: Path, *labels: tuple[str, str]) -> None:
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": label, "encoding": "CSV"},
                "eventMetadata": {"eventId": event},
                "eventVersion": "0",
            }
        )
        for event, label in labels
    ]
    (root / "opt/ml/processing/truth/t.jsonl").write_text("\n".join(lines))


def read(root: Path, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads((root / "opt/ml/processing" / name).read_text())


def test_a_baseline_makes_its_metrics_the_thresholds(root: Path, baseline: Baseline) -> None:
    assert baseline("said,label\n" + "1,2\n3,3\n" * 5) == COMPLETED
    held = read(root, "baseline/statistics.json")
    assert held["dataset"]["item_count"] == 10
    assert held["regression_metrics"]["mae"]["value"] == 0.5
    asked = read(root, "baseline/constraints.json")["regression_constraints"]["mae"]
    assert asked == {"threshold": 0.5, "comparison_operator": "GreaterThanThreshold"}


def test_what_has_its_truth_is_judged(root: Path, baseline: Baseline) -> None:
    baseline("said,label\n" + "1,2\n3,3\n" * 5)
    tell_truth(root, ("1", "4"), ("2", "5"), ("9", "0"))
    said = run(root, MONITORED)
    violations = read(root, "output/constraint_violations.json")["violations"]
    assert said == (
        f"CompletedWithViolations: Job completed successfully with {len(violations)} violations."
    )
    [mae] = [each for each in violations if each["metric_name"] == "mae"]
    assert mae["constraint_check_type"] == "GreaterThanThreshold"
    held = read(root, "output/statistics.json")["dataset"]
    assert held == {"item_count": 2, "evaluation_time": "2023-11-14T23:00:00Z"}
    assert "mae" in (root / "opt/ml/processing/output/report.html").read_text()
    left = root / "opt/ml/output/metrics/cloudwatch/cloudwatch_metrics.jsonl"
    metrics = {
        each["MetricName"]: each["Value"] for each in map(json.loads, left.read_text().splitlines())
    }
    assert metrics["mae"] == 3.0


def test_what_is_right_violates_nothing(root: Path, baseline: Baseline) -> None:
    baseline("said,label\n" + "1,2\n3,3\n" * 5)
    tell_truth(root, ("1", "1"), ("2", "2"), ("3", "3"))
    assert run(root, MONITORED) == COMPLETED


def test_no_truth_no_judgement(root: Path, baseline: Baseline) -> None:
    baseline("said,label\n1,2\n")
    tell_truth(root, ("9", "0"))
    with pytest.raises(DriftError, match="no prediction has its ground truth"):
        run(root, MONITORED)


def test_a_problem_that_is_none_is_refused(baseline: Baseline) -> None:
    with pytest.raises(ValueError, match="problem_type is 'Guessing'"):
        baseline("said,label\n1,2\n", problem_type="Guessing")


def test_a_probability_says_what_was_meant(root: Path, baseline: Baseline) -> None:
    rows = "p,label\n" + "0.7,1\n0.2,0\n" * 5
    told = {"inference_attribute": "", "probability_attribute": "p"}
    baseline(rows, problem_type="BinaryClassification", **told)
    held = read(root, "baseline/statistics.json")["binary_classification_metrics"]
    assert held["accuracy"]["value"] == 1.0
    baseline(
        rows,
        problem_type="BinaryClassification",
        probability_threshold_attribute="0.9",
        **told,
    )
    held = read(root, "baseline/statistics.json")["binary_classification_metrics"]
    assert held["accuracy"]["value"] == 0.5
