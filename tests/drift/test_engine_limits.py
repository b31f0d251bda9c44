"""Whatever comes in, the engine's door gives files or a clear error."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slipway_drift import engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STATES = {"blind", "no data", "too little data", "no drift", "violations"}
KNOWN = engine.baseline(
    io.BytesIO(b"a,b\n" + b"".join(f"{i}.5,{'xy'[i % 2]}\n".encode() for i in range(100))), "a.csv"
)
cells = st.sampled_from(
    ["", "1", "-0.0", "NaN", "inf", "-Infinity", "1e400", "-1e308", "1e308", "5e-324", "x", "é"]
)
tables = st.lists(st.tuples(cells, cells), max_size=40)


def csv(rows: list[tuple[str, str]]) -> bytes:
    return "\n".join(["a,b", *(",".join(row) for row in rows)]).encode()


def checked(content: bytes, name: str, baseline: Mapping[str, bytes]) -> engine.Checked:
    shard = engine.profile([(name, io.BytesIO(content))], baseline)
    return engine.check([shard.profile], baseline, title="t", window="w")


def told_and_drawn(held: engine.Checked, baseline: Mapping[str, bytes]) -> None:
    """Everything that can be made of a window is made, and is strict JSON and UTF-8."""
    assert held.state in STATES
    for name, content in held.files.items():
        assert json.loads(content.decode(), parse_constant=not_json), name
    assert (held.state == "violations") <= bool(engine.findings(held.files))
    assert engine.told(held.files)
    foreign = {name: text for name, text in held.files.items() if name != "slipway_drift.json"}
    for files in (held.files, foreign):
        assert engine.report(files, baseline, title="t", window="w").decode().endswith("</html>")


def not_json(text: str) -> NoReturn:
    raise AssertionError(f"{text} is no JSON")


@given(tables, tables)
@settings(max_examples=25, deadline=None)
def test_numbers_beyond_numbers_and_missing_ones_are_judged(
    known: list[tuple[str, str]], seen: list[tuple[str, str]]
) -> None:
    for baseline in (KNOWN, engine.baseline(io.BytesIO(csv([("1", "x"), *known])), "k.csv")):
        told_and_drawn(checked(csv(seen), "s.csv", baseline), baseline)


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([], "no data"),
        ([("1.5", "x")], "too little data"),
        ([("", "")] * 50, "violations"),
        ([("50.5", "x")] * 25 + [("49.5", "y")] * 25, "too little data"),
    ],
)
def test_empty_windows_one_row_and_nothing_but_nulls(
    rows: list[tuple[str, str]], state: str
) -> None:
    held = checked(csv(rows), "s.csv", KNOWN)
    told_and_drawn(held, KNOWN)
    assert held.state == state


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,ab10.\n\\u', max_size=40).map(str.encode))
@settings(max_examples=60, deadline=None)
def test_any_bytes_make_a_baseline_a_window_or_a_clear_error(content: bytes) -> None:
    for name in ("a.csv", "a.json", "a.jsonl", "a.parquet"):
        with suppress(engine.DriftError):
            engine.baseline(io.BytesIO(content), name)
        with suppress(engine.DriftError):
            told_and_drawn(checked(content, name, KNOWN), KNOWN)


texts = st.text(max_size=8) | st.sampled_from(["1.5,x", '{"a": 1, "b": "x"}', "[[1]]", "NaN", '"'])


@given(st.lists(st.tuples(texts, texts, st.sampled_from(["CSV", "JSON", "BASE64"])), max_size=5))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bodies_are_rows_or_kept_rejections(
    captured: Callable[..., bytes], bodies: list[tuple[str, str, str]]
) -> None:
    lines = [captured(given, said, encodings=(kind, "CSV")) for given, said, kind in bodies]
    content = b"".join(lines)
    shard = engine.profile([("a.jsonl", io.BytesIO(content))], KNOWN)
    assert shard.rejected.count(b"\n") <= len(bodies)
    told_and_drawn(checked(content, "a.jsonl", KNOWN), KNOWN)


def test_a_thousand_columns_more_than_were_known() -> None:
    names = ",".join(f"c{i}" for i in range(1_002))
    held = checked(f"{names}\n{'1.5,' * 1_001}1\n".encode() * 2, "wide.csv", KNOWN)
    assert "extra_column_check" in {finding.check for finding in engine.findings(held.files)}
    told_and_drawn(held, KNOWN)
