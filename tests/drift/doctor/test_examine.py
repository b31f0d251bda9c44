"""All examinations together: in their order, and none of a sound baseline."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.doctor.examine import EXAMINATIONS, examine
from slipway_drift.doctor.subject import Head, Subject
from slipway_drift.rows.answers import find_answers
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_sound_baseline_is_sound(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    seeded = random.Random(1)  # noqa: S311 - no secret
    text = table(
        2000,
        prediction=lambda _: seeded.random(),
        rate=lambda _: seeded.gauss(0, 1),
        rooms=lambda _: min(9, int(seeded.expovariate(0.5))),
        kind=lambda _: seeded.choice("aabbc"),
    )
    assert examine(subject(text, ())) == ()


def test_the_worst_comes_first(subject: Callable[..., Subject], table: Callable[..., str]) -> None:
    text = table(50, a=lambda i: i, b=lambda _: 1)
    kinds = [issue.kind for issue in examine(subject(text, ()))]
    assert kinds == ["answers unknown", "few rows", "identifier", "constant"]
    assert len(EXAMINATIONS) == 12


CELLS: Final = st.sampled_from(
    ["", "0", "1", "-1", " 5", "- 5", "1.5", "1e400", "9" * 5000, "NaN", "null", "inf", "true", "a",
     "2026-01-01", "1700000000"]
)  # fmt: skip


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    st.sampled_from([(), ("first",), ("last",), ("none",), ("id", "created_at")]),
)
def test_nothing_that_stands_in_a_table_is_too_much(
    rows: list[tuple[str, str, str]], outputs: tuple[str, ...]
) -> None:
    text = "id,class,created_at\n" + "".join(",".join(row) + "\n" for row in rows * 20)
    head = Head()
    held = profile(head.watch(read_csv(io.BytesIO(text.encode()))))
    found = find_answers([column.name for column in held.columns], outputs)
    assert all(issue.told for issue in examine(Subject(held, head.rows, found)))


def test_no_rows_are_not_examined(subject: Callable[..., Subject]) -> None:
    assert examine(subject("a,b\n")) == ()
