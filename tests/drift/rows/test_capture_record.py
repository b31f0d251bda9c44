"""Capture keys and records as SageMaker writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_drift.rows.capture_record import CaptureKey, parse_key, parse_record, variant_and_model

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "2022/04/18/00/20-48-871-0b7bfd33.jsonl"


@pytest.mark.parametrize(
    ("key", "prefix", "found"),
    [
        (f"churn/AllTraffic/{FILE}", "", CaptureKey("churn", "AllTraffic", None, "2022/04/18/00")),
        (f"a/b/churn/blue/{FILE}", "a/b/", CaptureKey("churn", "blue", None, "2022/04/18/00")),
        (f"mme/v/m/1.tar.gz/{FILE}", "", CaptureKey("mme", "v", "m/1.tar.gz", "2022/04/18/00")),
        (FILE, "", None),
        ("churn/AllTraffic/file.jsonl", "", None),
    ],
)
def test_a_key_says_whose_it_is(key: str, prefix: str, found: CaptureKey | None) -> None:
    assert parse_key(key, prefix) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"/data/churn/blue/{FILE}", ("blue", "")),
        (f"blue/{FILE}", ("blue", "")),
        (f"/data/mme/blue/a.tar.gz/{FILE}", ("blue", "a.tar.gz")),
        (FILE, ("", "")),
        ("/data/blue/file.jsonl", ("", "")),
    ],
)
def test_a_path_ends_in_its_variant_and_model(path: str, found: tuple[str, str]) -> None:
    assert variant_and_model(path) == found


def test_ground_truth_refers_to_the_inference_id_else_to_the_event(
    captured: Callable[..., bytes],
) -> None:
    assert parse_record(captured("1", "2", inferenceId="i-7")).join_id == "i-7"
    assert parse_record(captured("1", "2")).join_id == "e-1"


def test_a_real_record(real_capture: bytes) -> None:
    record = parse_record(real_capture.splitlines()[0])
    assert record.event_id == "f04a8538-696c-4648-8064-8b680b2e3318"
    assert record.inference_time == "2022-04-18T00:21:48Z"
    assert record.output is not None
    assert (record.output.encoding, record.output.mode) == ("CSV", "OUTPUT")
