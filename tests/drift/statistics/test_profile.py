"""A profile is of its rows alone: not of how they were cut into pieces and shards."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.rows.json_rows import read_json_lines
from slipway_drift.statistics.profile import Profile, profile
from slipway_drift.statistics.statistics_document import statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

literals = st.sampled_from(
    ["1", "2", "-3", "0.5", "1e3", "true", "x", "y", "", "NaN", "inf", "1e400", "é", " 7"]
)
tables = st.lists(st.tuples(literals, literals), max_size=30)
Table = list[tuple[str, str]]


def of(rows: Sequence[Sequence[str]]) -> Profile:
    text = "\n".join(["a,b", *(",".join(row) for row in rows)])
    return profile(read_csv(io.BytesIO(text.encode())))


def decisions(held: Profile) -> object:
    """All that a decision rests on and that must not depend on the order of rows."""
    return (
        held.item_count,
        [
            (
                column.name,
                column.literals,
                column.registers.tobytes(),
                dict(column.values.counts),
                column.numbers.moments.count,
                column.numbers.moments.min,
                column.numbers.moments.max,
                column.numbers.sketch.weight,
                sorted(column.numbers.sketch.weighted()[0].tolist()),
            )
            for column in held.columns
        ],
    )


@given(tables, tables, tables)
@settings(max_examples=60, deadline=None)
def test_merging_is_associative_and_gives_the_decisions_of_the_whole(
    a: Table, b: Table, c: Table
) -> None:
    x, y, z = of(a), of(b), of(c)
    whole = decisions(of([*a, *b, *c]))
    assert decisions(x.merge(y).merge(z)) == whole
    assert decisions(x.merge(y.merge(z))) == whole


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_changes_no_decision(rows: Table, random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # a Random, by hypothesis
    assert decisions(of(shuffled)) == decisions(of(rows))


@given(tables, st.integers(4, 50))
@settings(max_examples=40, deadline=None)
def test_pieces_change_nothing_at_all(rows: Table, piece: int) -> None:
    text = "\n".join(["a,b", *(",".join(row) for row in rows)]).encode()
    cut = profile(read_csv(io.BytesIO(text), piece=piece))
    assert decisions(cut) == decisions(of(rows))
    if all(column.is_numeric for column in cut.columns):
        whole = statistics(of(rows))
        assert [f["numerical_statistics"].get("sum") for f in statistics(cut)["features"]] == [
            f["numerical_statistics"].get("sum") for f in whole["features"]
        ]


def test_an_empty_profile_is_neutral() -> None:
    held = of([("1", "x"), ("2", "y")])
    assert decisions(Profile().merge(held)) == decisions(held)
    assert decisions(held.merge(Profile())) == decisions(held)


def test_no_rows_one_row_and_nothing_but_nulls() -> None:
    for rows, kinds in (
        ([], ["Unknown", "Unknown"]),
        ([("1", "x")], ["Integral", "String"]),
        ([("", ""), ("", "")], ["Unknown", "Unknown"]),
    ):
        held = of(rows)
        assert [f["inferred_type"] for f in statistics(held)["features"]] == kinds


def test_ten_thousand_columns() -> None:
    header = ",".join(f"c{i}" for i in range(10_000))
    row = ",".join(str(i) for i in range(10_000))
    held = profile(read_csv(io.BytesIO(f"{header}\n{row}\n{row}\n".encode())))
    assert len(held.columns) == 10_000
    assert held.columns[9_999].numbers.moments.max == 9_999


def test_numbers_beyond_all_floats_are_typed_but_not_summed() -> None:
    held = of([("1e400", "1"), ("2.0", "1")])
    assert held.columns[0].literals.inferred_type == "Fractional"
    assert held.columns[0].numbers.moments.sum == 2.0


def test_numbers_beside_other_literals_are_kept_apart() -> None:
    column = of([("1", "x"), ("n/a", "x"), (" 3", "x"), ("- 5", "x")]).columns[0]
    assert (column.numbers.moments.count, column.numbers.moments.max) == (2, 3.0)
    assert column.examples == {"Integral": ("1", " 3", "- 5"), "String": ("n/a",)}


def test_json_keys_that_come_late_are_null_before() -> None:
    first = profile(read_json_lines(io.BytesIO(b'{"b": 1}\n{"b": 2}')))
    second = profile(read_json_lines(io.BytesIO(b'{"a": 1, "b": 3}')))
    merged = first.merge(second)
    assert [(c.name, c.literals.missing) for c in merged.columns] == [("a", 2), ("b", 0)]
    assert merged.item_count == 3


def test_values_asked_for_are_counted_among_very_many(of_csv: Callable[..., Profile]) -> None:
    text = "a\n" + "\n".join(f"v{i % 2_000}" for i in range(6_000))
    held = of_csv(text, domains=[("a", ("v7", "absent"))])
    assert held.columns[0].values.counts == {"v7": 3}
    assert not held.columns[0].values.complete


def test_rejections_are_counted_and_kept() -> None:
    kept: list[object] = []
    text = b"a\n" + b"1,2\n" * 50
    held = profile(read_csv(io.BytesIO(text)), keep=kept.append)
    assert (held.rejections, len(held.rejected), len(kept)) == (
        {"more fields than columns": 50}, 20, 50,
    )  # fmt: skip


def test_columns_take_the_baselines_names_by_position(of_csv: Callable[..., Profile]) -> None:
    held = of_csv("x,y,z\n1,2,3\n").renamed(["a", "b"])
    assert [column.name for column in held.columns] == ["a", "b", "z"]


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_profile_of_a_column_stands_on_its_own(name: str) -> None:
    (column,) = [c for c in of([("1", "x")]).columns if c.name == name]
    assert column.none(3).merge(column).literals.missing == 3
