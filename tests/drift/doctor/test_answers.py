"""Where the answers are, and whether a model answers so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_drift.doctor.answers import answers, labels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway_drift.doctor.subject import Subject

ROWS = "a,b,c\n" + "".join(f"{i % 2},{i},{i + 0.5}\n" for i in range(100))


@pytest.mark.parametrize(
    ("outputs", "found"),
    [([], "answers unknown"), (["none"], "inputs only"), (["last"], ""), (["b"], "")],
)
def test_answers_are_known_or_asked_for(
    outputs: Sequence[str], found: str, subject: Callable[..., Subject]
) -> None:
    assert [issue.kind for issue in answers(subject(ROWS, outputs))] == [found] * bool(found)


@pytest.mark.parametrize(("outputs", "found"), [("a", 1), ("b", 0), ("c", 0)])
def test_few_integers_are_labels(outputs: str, found: int, subject: Callable[..., Subject]) -> None:
    issues = [*labels(subject(ROWS, [outputs]))]
    assert [issue.evidence for issue in issues] == ["its 2 values (0, 1) are labels"] * found
