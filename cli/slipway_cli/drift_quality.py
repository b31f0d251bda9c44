"""`slipway drift quality`: what a model said against what turned out to be true."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer
from slipway_drift.checks.violations import violations_document
from slipway_drift.documents import CONSTRAINTS, STATISTICS, VIOLATIONS, parse
from slipway_drift.engine import report as write_report
from slipway_drift.jackson import write
from slipway_drift.quality.documents import (
    quality_constraints,
    quality_statistics,
    quality_violations,
)
from slipway_drift.quality.ground_truth import Attributes, join, thresholded

from slipway_cli.drift_files import console, files_in, refusals, save, save_rejected, window_of

if TYPE_CHECKING:
    from slipway_drift.quality.documents import Problem
    from slipway_drift.quality.ground_truth import Judged

SEED: Final = 0


class Asked(StrEnum):
    """The kinds of problem a model may solve."""

    regression = "regression"
    binary = "binary"
    multiclass = "multiclass"


PROBLEMS: Final[dict[Asked, Problem]] = {
    Asked.regression: "Regression",
    Asked.binary: "BinaryClassification",
    Asked.multiclass: "MulticlassClassification",
}

Captures = Annotated[list[Path], typer.Argument(help="Capture files, or folders.", exists=True)]
Output = Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")]
Truth = Annotated[
    list[Path], typer.Option("--truth", help="Ground-truth files, or folders.", exists=True)
]
Baseline = Annotated[
    Path | None, typer.Option(help="The folder of an earlier one to compare with.", exists=True)
]
Attribute = Annotated[str | None, typer.Option(help="A JSON key, or a position from 0.")]


def quality(
    captures: Captures,
    output: Output,
    truth: Truth,
    problem: Annotated[Asked, typer.Option(help="What the model solves.")],
    baseline: Baseline = None,
    inference: Attribute = None,
    probability: Attribute = None,
    ground_truth: Attribute = None,
    threshold: Annotated[float, typer.Option(help="The probability that predicts 1.")] = 0.5,
) -> None:
    """Measure predictions in CAPTURES against the truth; leave with 1 where they got worse."""
    attributes = Attributes(inference, probability, ground_truth, threshold)
    with refusals():
        files = measured(captures, truth, attributes, PROBLEMS[problem], output)
        if baseline:
            asked = parse({CONSTRAINTS: (baseline / CONSTRAINTS).read_bytes()}, CONSTRAINTS)
            found = quality_violations(parse(files, STATISTICS), asked)
            if found:
                files[VIOLATIONS] = write(violations_document(found))
            title, window = f"model quality of {captures[0].name}", window_of(captures)
            known = {CONSTRAINTS: write(asked)}
            files["report.html"] = write_report(files, known, title=title, window=window)
        save(output, files)
    count = json.loads(files[STATISTICS])["dataset"]["item_count"]
    console.print(f"{count:,} predictions met their truth → [b]{output}[/b]")
    if VIOLATIONS in files:
        console.print(f"violations: [b]{output / 'report.html'}[/b]")
        raise typer.Exit(1)


def read_scores(rows: list[Judged], threshold: float) -> list[Judged]:
    """Make labels of scores, and say so; labels are left as they are."""
    found = thresholded(rows, threshold)
    if found is None:
        return rows
    console.print(
        f"the answers are scores, not labels: {threshold:g} and above count as 1; --threshold sets "
        "another, --probability and --inference say where both are"
    )
    return found


def measured(
    captures: list[Path],
    truths: list[Path],
    attributes: Attributes,
    problem: Problem,
    output: Path,
) -> dict[str, bytes]:
    """Join predictions with their truth, and write what a baseline of quality holds."""
    output.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        said, told = (
            [opened.enter_context(path.open("rb")) for path in files_in(paths)]
            for paths in (captures, truths)
        )
        rows, rejected = join(said, told, attributes)
    save_rejected(output / "rejected.jsonl", rejected)
    if problem == "BinaryClassification":
        rows = read_scores(rows, attributes.threshold)
    evaluated = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    held = quality_statistics(rows, problem, evaluated, np.random.default_rng(SEED))
    return {STATISTICS: write(held), CONSTRAINTS: write(quality_constraints(held))}
