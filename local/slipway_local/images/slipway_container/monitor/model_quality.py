"""The analyzer's model quality: what the model said against what was true.

    a dataset with both ──────────────► statistics.json, constraints.json       a baseline
    captures ─┐
              ├─ joined by their ids ─► and constraint_violations.json, metrics  a monitoring run
    truth ────┘

Source: the SDK's ModelQualityMonitor, and files of real runs.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, get_args

import numpy as np
from slipway_drift.checks.violations import violations_document
from slipway_drift.documents import CONSTRAINTS, STATISTICS, VIOLATIONS, parse
from slipway_drift.engine import report
from slipway_drift.jackson import write
from slipway_drift.metrics import Metric
from slipway_drift.quality.documents import (
    Problem,
    metrics_block,
    quality_constraints,
    quality_statistics,
    quality_violations,
)
from slipway_drift.quality.ground_truth import Attributes, Judged, join, judge_row, pick
from slipway_drift.results import Files

from .analysis_data import files_of, read_baseline, read_rows
from .analysis_settings import AnalysisSettings

_SEED = 0


def quality_files(
    settings: AnalysisSettings, variables: Mapping[str, str]
) -> tuple[Files, Sequence[Metric]]:
    """The files of an analysis, and the metrics to publish. KeyError, ValueError, DriftError."""
    attributes = _attributes(variables)
    rows = list(_joined(settings, attributes) if settings.truth else _told(settings, attributes))
    rng = np.random.default_rng(_SEED)
    statistics = quality_statistics(rows, _problem(variables), settings.time, rng)
    files = {STATISTICS: write(statistics), CONSTRAINTS: write(quality_constraints(statistics))}
    if settings.constraints:
        known = {CONSTRAINTS: read_baseline(settings.constraints)}
        found = quality_violations(statistics, parse(known, CONSTRAINTS))
        if found:
            files[VIOLATIONS] = write(violations_document(found))
        title = f"model quality of {settings.dimensions.get('Endpoint', settings.source.name)}"
        files["report.html"] = report(files, known, title=title, window=settings.window)
    return files, tuple(_metrics(statistics))


def _attributes(variables: Mapping[str, str]) -> Attributes:
    return Attributes(
        variables.get("inference_attribute") or None,
        variables.get("probability_attribute") or None,
        variables.get("ground_truth_attribute") or None,
        float(variables.get("probability_threshold_attribute", 0.5)),
    )


def _problem(variables: Mapping[str, str]) -> Problem:
    given = variables["problem_type"]
    for known in get_args(Problem):
        if known == given:
            problem: Problem = known
            return problem
    raise ValueError(f"problem_type is {given!r}; it must be one of {', '.join(get_args(Problem))}")


def _told(settings: AnalysisSettings, attributes: Attributes) -> Iterator[Judged]:
    """Rows of a dataset that has predictions and truth."""
    for path in files_of(settings.source):
        with path.open("rb") as stream:
            for batch in read_rows(settings, stream, path.name):
                for row in batch.frame.iter_rows(named=True):
                    yield judge_row(row, pick(row, attributes.ground_truth), attributes)


def _joined(settings: AnalysisSettings, attributes: Attributes) -> Sequence[Judged]:
    """Captures that have their ground truth by now."""
    truths = _streams(settings.truth) if settings.truth else ()
    rows, rejections = join(_streams(settings.source), truths, attributes)
    for rejection in rejections:
        sys.stderr.write(f"rejected: {rejection.where}: {rejection.reason}\n")
    return rows


def _streams(folder: Path) -> Iterator[IO[bytes]]:
    for path in files_of(folder):
        with path.open("rb") as stream:
            yield stream


def _metrics(statistics: Mapping[str, Any]) -> Iterator[Metric]:
    for name, held in metrics_block(statistics)[1].items():
        value = held.get("value") if isinstance(held, Mapping) else None
        if isinstance(value, float) and math.isfinite(value):
            yield Metric(name, value)
