"""The report of a rollout says what matters first, and shows nothing that could be run."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from slipway.domain.judging.judge import DEFAULT
from slipway.domain.judging.seen import Seen, Window
from slipway.domain.progress import Outcome, Progress
from slipway.rollout_report import page

STABLE = Seen(5700, 12, 60, (2850, 570, 57))
WINDOWS = tuple(
    Window(600.0 * n, 600.0 * (n + 1), 0.05, STABLE, Seen(300, 6 * n, 3, (150, 30, 3)))
    for n in range(3)
)
PROGRESS = Progress(3, "c", windows=WINDOWS, reason="worse: requests failed (5XX) 2.00%")


def drawn(progress: Progress, name: str = "housing") -> str:
    return page(name, "version 7", progress, DEFAULT)


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_the_sentence_that_matters_stands_first(outcome: Outcome | None) -> None:
    text = drawn(replace(PROGRESS, outcome=outcome))
    assert re.search(r"<h1>[^<]*version 7 of housing</h1><p class=.why.>Worse: requests", text)


def test_names_are_text() -> None:
    text = drawn(replace(PROGRESS, reason="<script>alert(1)</script>"), "<img src=x>")
    assert "<script" not in text
    assert "<img" not in text


def test_the_charts_are_drawn_and_told_in_words() -> None:
    text = drawn(PROGRESS)
    charts = [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text)]  # noqa: S314 - our own
    assert len(charts) == 3
    assert all("look by look" in chart.attrib["aria-label"] for chart in charts)


def test_windows_in_which_nothing_was_counted_are_drawn_as_well() -> None:
    silent = Window(0.0, 600.0, 0.05, Seen(0, 0), Seen(0, 0))
    assert "housing" in drawn(replace(PROGRESS, windows=(silent,)))


@pytest.mark.parametrize("count", [0, 1])
def test_few_looks_are_drawn_as_well(count: int) -> None:
    assert "housing" in drawn(replace(PROGRESS, windows=WINDOWS[:count], reason=""))
