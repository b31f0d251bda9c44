"""A user's preprocessor runs apart, and what it does wrong costs only its own records."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from slipway_drift.rows.capture import read_capture
from slipway_drift.rows.preprocess import Preprocessor
from slipway_drift.statistics.profile import Profile, profile

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = """
def preprocess_handler(inference_record, logger):
    logger.info("seen")
    print("noise")
    given = inference_record.endpoint_input.data.split(",")
    if given[0] == "skip":
        return []
    if given[0] == "bad":
        raise ValueError("no")
    if given[0] == "nested":
        return {"a": [1]}
    if given[0] == "two":
        return [{"a": 1}, {"a": 2.5}]
    return {str(i).zfill(20): value for i, value in enumerate(given)}
"""


def of(script: str, *lines: bytes, seconds: int = 20) -> Profile:
    stream = io.BytesIO(b"".join(lines))
    return profile(read_capture(stream, Preprocessor(script, seconds=seconds)))


def test_rows_skips_and_failures_are_told_apart(captured: Callable[..., bytes]) -> None:
    given = ("1,x", "skip", "bad", "nested", "two")
    held = of(SCRIPT, *(captured(text, "0") for text in given))
    assert held.item_count == 3
    assert held.rejections == {
        "skipped by the preprocessor": 1,
        "the preprocessor failed: ValueError: no": 1,
        "the preprocessor gave no flat row: nested value: flatten it with a preprocessor": 1,
    }
    assert [column.name for column in held.columns] == ["0" * 20, "0" * 19 + "1", "a"]


def test_the_record_has_model_monitors_attributes(captured: Callable[..., bytes]) -> None:
    script = """
def preprocess_handler(r):
    whole = r.as_dict()
    return {"id": r.event_metadata.event_id, "mode": r.endpoint_output.mode,
            "type": r.endpoint_input.observedContentType, "same": whole["event_version"]}
"""
    held = of(script, captured("1", "2"))
    assert {c.name: next(iter(c.examples.values()))[0] for c in held.columns} == {
        "id": "e-1", "mode": "OUTPUT", "same": "0", "type": "text/csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("this is no python", "SyntaxError"),
        ("x = 1", "KeyError: 'preprocess_handler'"),
        ("def preprocess_handler(r):\n    import os\n    os._exit(3)", "ended early"),
        ("def preprocess_handler(r):\n    return {'a': 'x' * (1 << 40)}", "MemoryError"),
        (
            "def preprocess_handler(r):\n    with open('f', 'w') as f:\n        f.write('x')",
            "failed: OSError",
        ),
    ],
)
def test_a_script_that_breaks_is_a_reason(
    captured: Callable[..., bytes], script: str, reason: str
) -> None:
    held = of(script, captured("1", "2"))
    ((found, count),) = held.rejections.items()
    assert (reason in found, count) == (True, 1)


def test_a_script_without_end_is_ended(captured: Callable[..., bytes]) -> None:
    script = "def preprocess_handler(r):\n    while True: pass"
    (reason,) = of(script, captured("1", "2"), seconds=1).rejections
    assert reason.startswith("the preprocessor ended early")


def test_the_child_sees_nothing_of_our_environment(
    captured: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    script = "import os\ndef preprocess_handler(r):\n    return {'n': ' '.join(os.environ)}"
    held = of(script, captured("1", "2"))
    (seen,) = next(iter(held.columns[0].examples.values()))
    assert "SECRET_OF_OURS" not in seen
    assert "SECRET_OF_OURS" in os.environ
