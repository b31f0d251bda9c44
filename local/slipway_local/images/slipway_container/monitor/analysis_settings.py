"""What Model Monitor's analyzer is told: environment variables, and paths of its container.

Source: "Container Contract Inputs" of Model Monitor, and the SDK's model_monitoring.py.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMATS = ("csv", "json", "parquet", "sagemakerCaptureJson")


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """One analysis. Paths are those of this machine; `options` are the dataset format's own.

    `quality` holds all variables where it is of model quality; `truth` is then where the ground
    truth is, None in a baseline, whose dataset has it.
    """

    source: Path
    output: Path
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    constraints: Path | None = None
    statistics: Path | None = None
    preprocessor: Path | None = None
    postprocessor: Path | None = None
    categorical_method: str | None = None
    metrics: Path | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    time: str = ""
    window: str = ""
    quality: Mapping[str, str] | None = None
    truth: Path | None = None


def read_analysis_settings(root: Path, variables: Mapping[str, str]) -> AnalysisSettings:
    """Read the variables. KeyError names one that is missing, as the container's own does;
    ValueError one that cannot be."""

    def path(name: str) -> Path | None:
        return inside(root, variables[name]) if variables.get(name) else None

    source, output = (
        inside(root, variables["dataset_source"]),
        inside(root, variables["output_path"]),
    )
    kind, options = read_format(variables["dataset_format"])
    published = variables.get("publish_cloudwatch_metrics") == "Enabled"
    names = {
        "Endpoint": variables.get("sagemaker_endpoint_name"),
        "MonitoringSchedule": variables.get("sagemaker_monitoring_schedule_name"),
    }
    return AnalysisSettings(
        source,
        output,
        kind,
        options,
        constraints=path("baseline_constraints"),
        statistics=path("baseline_statistics"),
        preprocessor=path("record_preprocessor_script"),
        postprocessor=path("post_analytics_processor_script"),
        categorical_method=variables.get("categorical_drift_method"),
        metrics=root / "opt/ml/output/metrics/cloudwatch" if published else None,
        dimensions={name: value for name, value in names.items() if value},
        time=variables.get("end_time") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        quality=variables if variables.get("analysis_type") == "MODEL_QUALITY" else None,
        truth=path("ground_truth_source"),
        window=" to ".join(variables.get(name, "") for name in ("start_time", "end_time")),
    )


def inside(root: Path, path: str) -> Path:
    """Where a path of the container is on this machine."""
    found = root / path.lstrip("/")
    if ".." in found.parts:
        raise ValueError(f"{path} leaves the container: give a path without `..`")
    return found


def read_format(text: str) -> tuple[str, Mapping[str, Any]]:
    """`{"csv": {"header": true}}` as ("csv", {"header": True})."""
    try:
        [(kind, options)] = json.loads(text).items()
    except (AttributeError, ValueError) as error:
        raise ValueError(f"dataset_format is {text!r}; it must be one of {FORMATS}") from error
    if kind not in FORMATS:
        raise ValueError(f"dataset_format is {kind!r}; it must be one of {', '.join(FORMATS)}")
    return kind, options or {}
