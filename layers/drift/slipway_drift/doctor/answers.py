"""The answers' columns: where they are, and whether they are what a model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.checks.labels import are_labels
from slipway_drift.doctor.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject

PLACES = "`--outputs` first, last, none or names, in the manifest `monitor: {outputs: …}`"


def answers(subject: Subject) -> Iterator[Issue]:
    """Tell where they are unknown, or there are none."""
    columns = subject.profile.columns
    if not subject.answers.are_known and columns:
        yield Issue(
            "answers unknown",
            "",
            "no column's name at either end says that it is the model's answer",
            f"the first, `{columns[0].name}`, is taken for it; where it stands last, every column "
            "is compared with its neighbour",
            f"say where it is: {PLACES}",
        )
    elif not subject.outputs and columns:
        yield Issue(
            "inputs only",
            "",
            "no column is the model's answer",
            "what the model answers is not compared",
            "add what it answers to these rows as a column: `slipway invoke` gives it",
        )


def labels(subject: Subject) -> Iterator[Issue]:
    """Tell of answers that are labels, as a model seldom answers."""
    for column in subject.outputs:
        if are_labels(column):
            first, more = sorted(column.values.counts)[:4], len(column.values.counts) > 4
            shown = ", ".join((*first, "…") if more else first)
            yield Issue(
                "labels",
                column.name,
                f"its {len(column.values.counts)} values ({shown}) are labels",
                "a model that answers with scores or probabilities is not compared with them",
                "put what the model answers to these rows in their place, or leave it where it "
                "answers with labels",
            )
