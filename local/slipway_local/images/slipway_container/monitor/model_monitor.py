"""sagemaker-model-monitor-analyzer: Model Monitor's container, with Slipway's drift engine in it.

    dataset ──► statistics.json, constraints.json            a baseline: nothing to compare with
            └─► and constraint_violations.json, metrics      a monitoring run: with a baseline's

Model quality is in `model_quality`.

Source: "Container Contract Outputs" of Model Monitor, and files and logs of real runs.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from slipway_drift.checks.constraints import Constraints
from slipway_drift.checks.constraints_reading import read_constraints
from slipway_drift.documents import CONSTRAINTS, STATISTICS, VIOLATIONS, parse, parse_optional
from slipway_drift.engine import report
from slipway_drift.metrics import Metric
from slipway_drift.results import Files
from slipway_drift.rows.batches import Batch
from slipway_drift.rows.capture import read_capture
from slipway_drift.rows.preprocess import Preprocessor
from slipway_drift.statistics.profile import Profile, profile
from slipway_drift.windows import baseline_files, check_window

from .analysis_data import files_of, read_baseline, read_rows
from .analysis_settings import AnalysisSettings, read_analysis_settings
from .model_quality import quality_files

_POST_SECONDS = 300
_POST = "import runpy, sys; runpy.run_path(sys.argv[1])['postprocess_handler']()"
_MODEL_MONITORS = ("feature_data_", "feature_non_null_", "feature_baseline_drift_")
_NOTHING_ASKED = Constraints(())
_NO_STATISTICS = b'{"version": 0.0, "features": []}'


def run(root: Path, variables: Mapping[str, str]) -> str:
    """Analyse the dataset; what the job's message says."""
    settings = read_analysis_settings(root, variables)
    settings.output.mkdir(parents=True, exist_ok=True)
    files = _files(settings)
    for name, content in files.items():
        _save(settings.output / name, content, root / "tmp")
    if settings.postprocessor:
        _postprocess(settings.postprocessor, root)
    found = len(parse_optional(files, VIOLATIONS).get("violations", ()))
    if found:
        return f"CompletedWithViolations: Job completed successfully with {found} violations."
    return "Completed: Job completed successfully with no violations."


def _files(settings: AnalysisSettings) -> Files:
    if settings.quality is not None:
        files, measured = quality_files(settings, settings.quality)
        if settings.metrics:
            _publish(settings, settings.metrics, measured)
        return files
    given = settings.constraints
    return _monitor(settings, given) if given else _baseline(settings)


def _baseline(settings: AnalysisSettings) -> Files:
    method = settings.categorical_method
    return baseline_files(
        _profiled(settings), {"categorical_drift_method": method} if method else {}
    )


def _monitor(settings: AnalysisSettings, constraints: Path) -> Files:
    """Model Monitor's files, and beside them Slipway's own findings and page."""
    known = {
        CONSTRAINTS: read_baseline(constraints),
        STATISTICS: read_baseline(settings.statistics) if settings.statistics else _NO_STATISTICS,
    }
    held = _profiled(settings, read_constraints(parse(known, CONSTRAINTS)))
    title = settings.dimensions.get("Endpoint", settings.source.name)
    limits = {"by_feature": float(bool(settings.metrics))}
    checked = check_window(held, known, title=title, window=settings.window, limits=limits)
    if settings.metrics:
        _publish(settings, settings.metrics, filter(_is_model_monitors, checked.metrics))
    page = report(checked.files, known, title=title, window=settings.window)
    return {**checked.files, "report.html": page}


def _profiled(settings: AnalysisSettings, asked: Constraints = _NOTHING_ASKED) -> Profile:
    held = profile(_batches(settings, asked.names), domains=asked.domains)
    for reason, count in held.rejections.items():
        sys.stderr.write(f"{count} records rejected: {reason}\n")
    if not held.item_count:
        raise ValueError(f"{settings.source.name} has no rows that can be read")
    return held


def _batches(settings: AnalysisSettings, names: Sequence[str]) -> Iterator[Batch]:
    """The rows of all files; those of captures under the baseline's `names`."""
    captured = settings.kind == "sagemakerCaptureJson"
    for path in files_of(settings.source):
        with path.open("rb") as stream:
            for batch in _rows(settings, stream, path.name):
                yield batch.named(names) if captured and names else batch


def _rows(settings: AnalysisSettings, stream: IO[bytes], name: str) -> Iterator[Batch]:
    if settings.kind == "sagemakerCaptureJson":
        script = settings.preprocessor
        return read_capture(stream, Preprocessor(script.read_text()) if script else None)
    if settings.preprocessor:
        raise ValueError("record_preprocessor_script is for captured data; this is none")
    return read_rows(settings, stream, name)


def _is_model_monitors(metric: Metric) -> bool:
    return metric.name.startswith(_MODEL_MONITORS)


def _publish(settings: AnalysisSettings, folder: Path, metrics: Iterable[Metric]) -> None:
    lines = [json.dumps(_datum(settings, metric)) for metric in metrics]
    folder.mkdir(parents=True, exist_ok=True)
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


def _save(path: Path, content: bytes, aside: Path) -> None:
    """All at once: a file that is sent while it is written would be sent in part."""
    written = aside / path.name
    written.write_bytes(content)
    written.replace(path)
