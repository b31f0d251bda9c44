"""sagemaker-model-monitor-analyzer: Model Monitor's container, with Slipway's drift engine in it.

    dataset ──► statistics.json, constraints.json            a baseline: nothing to compare with
            └─► and constraint_violations.json, metrics      a monitoring run: with a baseline's

Source: "Container Contract Outputs" of Model Monitor, and files and logs of real runs.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from slipway_drift.beyond import Limits, judge
from slipway_drift.capture import read_capture
from slipway_drift.check import Check, check
from slipway_drift.constraints import CATEGORICAL_METHODS, Constraints, MonitoringConfig
from slipway_drift.constraints_reading import read_constraints
from slipway_drift.datasets import read_dataset
from slipway_drift.jackson import write
from slipway_drift.metrics import Metric, metrics
from slipway_drift.preprocess import Preprocessor
from slipway_drift.profile import Domains, Profile, profile
from slipway_drift.rows import Batch
from slipway_drift.statistics import read_statistics, statistics
from slipway_drift.suggest import suggest
from slipway_drift.violations import violations_document

from .analysis_settings import AnalysisSettings, read_analysis_settings

_POST_SECONDS = 300
_POST = "import runpy, sys; runpy.run_path(sys.argv[1])['postprocess_handler']()"
_OURS = ("feature_shift_", "feature_stability_", "rows", "violations")


def run(root: Path, variables: Mapping[str, str]) -> str:
    """Analyse the dataset; what the job's message says."""
    settings = read_analysis_settings(root, variables)
    settings.output.mkdir(parents=True, exist_ok=True)
    found = _monitor(settings) if settings.constraints else _baseline(settings)
    if settings.postprocessor:
        _postprocess(settings.postprocessor, root)
    if found:
        return f"CompletedWithViolations: Job completed successfully with {found} violations."
    return "Completed: Job completed successfully with no violations."


def _baseline(settings: AnalysisSettings) -> int:
    held = _profiled(settings)
    _save(settings, "statistics.json", statistics(held))
    _save(settings, "constraints.json", suggest(held, _config(settings)).document())
    return 0


def _config(settings: AnalysisSettings) -> MonitoringConfig:
    given = settings.categorical_method
    if not given:
        return MonitoringConfig()
    method = CATEGORICAL_METHODS.get(given.lower())
    if method is None:
        known = ", ".join(CATEGORICAL_METHODS.values())
        raise ValueError(f"categorical_drift_method is {given!r}; it must be one of {known}")
    return replace(MonitoringConfig(), categorical_drift_method=method)


def _monitor(settings: AnalysisSettings) -> int:
    """How many violations there are."""
    constraints = read_constraints(_load(settings.constraints))
    known = read_statistics(_load(settings.statistics)) if settings.statistics else ()
    held = _profiled(settings, constraints.domains)
    checked = check(held, constraints, known)
    named = held.renamed(constraints.names)
    _save(settings, "statistics.json", statistics(named))
    _save(settings, "constraints.json", suggest(named, constraints.config).document())
    if checked.violations:
        _save(settings, "constraint_violations.json", violations_document(checked.violations))
    if settings.metrics and constraints.config.emit_metrics:
        _publish(settings, settings.metrics, _metrics(held, checked, constraints))
    return len(checked.violations)


def _profiled(settings: AnalysisSettings, domains: Domains = ()) -> Profile:
    held = profile(_batches(settings), domains=domains)
    for reason, count in held.rejections.items():
        sys.stderr.write(f"{count} records rejected: {reason}\n")
    if not held.item_count:
        raise ValueError(f"{settings.source.name} has no rows that can be read")
    return held.outputs_last() if _outputs_last(settings) else held


def _outputs_last(settings: AnalysisSettings) -> bool:
    """A baseline's CSV has its outputs where they are; only captured ones come first anyway."""
    captured = settings.kind == "sagemakerCaptureJson"
    return captured and settings.options.get("output_columns_position") == "END"


def _batches(settings: AnalysisSettings) -> Iterator[Batch]:
    files = sorted(path for path in settings.source.rglob("*") if path.is_file())
    if settings.source.is_file():
        files = [settings.source]
    for path in files:
        with path.open("rb") as stream:
            yield from _rows(settings, stream, path.name)


def _rows(settings: AnalysisSettings, stream: IO[bytes], name: str) -> Iterator[Batch]:
    options = settings.options
    if settings.kind == "sagemakerCaptureJson":
        script = settings.preprocessor
        return read_capture(stream, Preprocessor(script.read_text()) if script else None)
    if settings.preprocessor:
        raise ValueError("record_preprocessor_script is for captured data; this is none")
    if settings.kind == "json":
        lines = options.get("line", options.get("lines", True))
        return read_dataset(stream, name, "jsonl" if lines else "json")
    return read_dataset(stream, name, settings.kind, header=options.get("header", True))


def _metrics(held: Profile, checked: Check, constraints: Constraints) -> Iterator[Metric]:
    """Those that Model Monitor publishes."""
    judged = judge(checked, held, constraints, Limits())
    for metric in metrics(checked, judged, constraints):
        if not metric.name.startswith(_OURS):
            yield metric


def _publish(settings: AnalysisSettings, folder: Path, found: Iterator[Metric]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(_datum(settings, metric)) for metric in found]
    (folder / "cloudwatch_metrics.jsonl").write_text("\n".join([*lines, ""]))


def _datum(settings: AnalysisSettings, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in settings.dimensions.items()]
    datum = {"MetricName": metric.name, "Timestamp": settings.time, "Dimensions": dimensions}
    if metric.sample_count is None:
        return {**datum, "Value": metric.value}
    held = {
        "SampleCount": metric.sample_count,
        "Sum": metric.value,
        "Minimum": metric.minimum,
        "Maximum": metric.maximum,
    }
    return {**datum, "StatisticValues": held}


def _postprocess(script: Path, root: Path) -> None:
    """Run the user's `postprocess_handler` in a process of its own, in the container's folder."""
    done = subprocess.run(  # noqa: S603 - our own interpreter; the script is the job's own
        [sys.executable, "-I", "-c", _POST, str(script)],
        cwd=root / "opt/ml/processing",
        env={name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR")},
        stdin=subprocess.DEVNULL,
        timeout=_POST_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"post_analytics_processor_script ended with code {done.returncode}")


def _load(path: Path | None) -> Any:  # noqa: ANN401 - any JSON may stand in a file
    if path is None:
        return None
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise ValueError(f"the baseline's {path.name} cannot be read: {error.strerror}") from error


def _save(settings: AnalysisSettings, name: str, document: Mapping[str, Any]) -> None:
    (settings.output / name).write_bytes(write(document))
