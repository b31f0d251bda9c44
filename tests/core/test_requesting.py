"""Which of what was captured is asked again."""

import base64
import json
from io import BytesIO

import pytest
from slipway import requesting
from slipway.domain.probed import Origin, Source
from slipway.ports import Request
from slipway.requesting import Probe, spread, thinned
from slipway_drift.rows import capture_record


@pytest.mark.parametrize(("count", "most"), [(0, 4), (3, 4), (4, 4), (5, 4), (1000, 4)])
def test_however_many_there_are_some_are_kept_evenly(count: int, most: int) -> None:
    kept = thinned(range(count), most)
    assert len(kept) <= most
    assert kept == list(range(count))[:: max(1, kept[1] if len(kept) > 1 else 1)]
    assert 2 * len(kept) >= min(count, most)


def test_each_content_type_has_its_share() -> None:
    kinds = ["text/csv"] * 10 + ["application/json"] * 2 + ["image/png"]
    found = [
        Probe(Origin(Source.CAPTURE, number=number), Request(b"x", kind))
        for number, kind in enumerate(kinds)
    ]
    picked = [probe.origin.number for probe in spread(found, 5)]
    assert picked == [0, 5, 10, 11, 12]
    assert spread([], 5) == []


def test_a_record_is_the_request_as_it_came() -> None:
    asked = {"observedContentType": "image/png; q=1", "encoding": "BASE64", "mode": "INPUT"}
    answered = {"observedContentType": "application/json", "encoding": "JSON", "data": "[1]"}
    sides = {"endpointInput": {**asked, "data": base64.b64encode(b"\x89PNG").decode()}}
    line = json.dumps({"captureData": {**sides, "endpointOutput": answered}}).encode()
    probe = requesting._captured("key", 7, line)
    assert probe is not None
    assert probe.request == Request(b"\x89PNG", "image/png", "application/json")
    assert probe.origin == Origin(Source.CAPTURE, "key", number=7)


def test_what_a_probe_left_is_no_request_of_anybody() -> None:
    sides = {"endpointInput": {"observedContentType": "text/csv", "encoding": "CSV", "data": "1"}}
    record = {"captureData": sides, "eventMetadata": {"inferenceId": "of a user"}}
    assert requesting._captured("key", 1, json.dumps(record).encode()) is not None
    record["eventMetadata"]["inferenceId"] = capture_record.PROBE
    assert requesting._captured("key", 1, json.dumps(record).encode()) is None


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[1]", b'{"captureData": {}}', b"no json"],
    ids=["nothing", "empty", "list", "no sides", "no json"],
)
def test_what_is_no_record_is_left_out(line: bytes) -> None:
    assert requesting._captured("key", 1, line) is None


def test_lines_too_long_to_be_repeated_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requesting, "LARGEST", 4)
    lines = b"ab\nabcdefghijkl\ncd\nefghijk"
    assert list(requesting._lines(BytesIO(lines))) == [b"ab", b"", b"cd", b""]
