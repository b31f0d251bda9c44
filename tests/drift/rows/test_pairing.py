"""CSV pairs by position, JSON by name, and a capture of both by both."""

from __future__ import annotations

import pytest
from slipway_drift.rows.answers import Answers
from slipway_drift.rows.pairing import baseline_names, partners, position_of

NAMES = ("price", "size", "kind")


@pytest.mark.parametrize(
    ("columns", "by_name", "found"),
    [
        (("kind", "size", "price"), False, [0, 1, 2]),
        (("kind", "size", "price"), True, [2, 1, 0]),
        (("x", "y"), True, [0, 1]),
        (("price", "new"), True, [0, None]),
        (("a", "b", "c", "d"), False, [0, 1, 2, None]),
        (("output_0", "input_0", "input_1"), False, [0, 1, 2]),
        (("output_0", "kind", "size"), False, [0, 2, 1]),
        (("price", "input_0", "input_1"), False, [0, 1, 2]),
        (("output_0", "output_1", "kind", "size", "new"), False, [0, None, 2, 1, None]),
        (("score", "input_0", "input_1"), False, [0, 1, 2]),
        ((), False, []),
    ],
)
def test_each_column_has_its_feature(
    columns: tuple[str, ...], by_name: bool, found: list[int | None]
) -> None:
    assert partners(columns, NAMES, by_name=by_name) == found


@pytest.mark.parametrize(
    ("columns", "outputs", "answers", "given"),
    [
        (["output_0", "input_0", "input_1"], 1, ["kind"], ["kind", "price", "size"]),
        (["score", "input_0", "input_1"], 1, ["kind"], ["kind", "price", "size"]),
        (["output_0", "output_1", "input_0"], 2, ["price", "kind"], ["price", "kind", "size"]),
        (["input_0", "input_1"], 0, ["kind"], ["price", "size"]),
        (["output_0", "input_0", "input_1", "input_2"], 1, [],
         ["output_0", "price", "size", "kind"]),
    ],
)  # fmt: skip
def test_answers_take_the_place_that_the_baseline_says_is_theirs(
    columns: list[str], outputs: int, answers: list[str], given: list[str]
) -> None:
    assert baseline_names(columns, outputs, NAMES, Answers(tuple(answers), "asked")) == given


@pytest.mark.parametrize(
    ("columns", "outputs", "answers", "given"),
    [
        (["output_0", "input_0", "input_1"], 1, ("kind",), ["kind", "price", "size"]),
        # Names mislead where there are more answers, or more inputs, than they say.
        (["output_0", "output_1", "input_0"], 2, ("price",), ["price", "size", "kind"]),
        (["output_0", "input_0", "input_1"], 1, ("price", "size"), ["price", "size", "kind"]),
        (["output_0", "size"], 1, ("kind",), ["kind", "size"]),
    ],
)
def test_names_alone_are_believed_where_as_many_inputs_come(
    columns: list[str], outputs: int, answers: tuple[str, ...], given: list[str]
) -> None:
    assert baseline_names(columns, outputs, NAMES, Answers(answers, "named")) == given


def test_generated_names_tell_their_position() -> None:
    names = ["input_10", "output_2", "input_x", "input", "input_1_2", "my_input_1"]
    assert [position_of(name) for name in names] == [10, 2, -1, -1, -1, -1]


@pytest.mark.parametrize(
    ("columns", "outputs", "names", "given"),
    [
        (["output_0", "input_0", "input_1"], 1, NAMES, ["price", "size", "kind"]),
        (["output_0", "kind", "new"], 1, NAMES, ["price", "kind", "new"]),
        (["output_0", "output_1", "input_0"], 2, ["output_0", "input_0"],
         ["output_0", "output_1", "input_0"]),
        # Answers under names that the baseline does not know, and what they say beside them.
        (["score", "kind", "size"], 1, NAMES, ["price", "kind", "size"]),
        (["score", "label", "input_0", "input_1"], 2, NAMES, ["price", "label", "size", "kind"]),
        (["score", "label", "size", "kind"], 2, NAMES, ["price", "label", "size", "kind"]),
        (["kind", "input_0", "input_1"], 1, NAMES, ["kind", "price", "size"]),
        # Inputs without a reply leave the answer's place free; a column too many is at the end.
        (["input_0", "input_1"], 0, NAMES, ["size", "kind"]),
        (["input_0", "input_1", "input_2"], 0, NAMES, ["price", "size", "kind"]),
        (["output_0", "input_0", "input_1", "input_2"], 1, NAMES,
         ["price", "size", "kind", "input_2"]),
        (["output_0"], 1, NAMES, ["price"]),
    ],
)  # fmt: skip
def test_captures_take_the_baselines_names(
    columns: list[str], outputs: int, names: list[str], given: list[str]
) -> None:
    assert baseline_names(columns, outputs, names) == given
