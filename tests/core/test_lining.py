"""Probes that wait in line at an asynchronous endpoint, and what became of them."""

from dataclasses import replace

from slipway.domain.probed import InLine, Line, Origin, Source
from slipway.lining import replies, sent
from slipway.ports import Request
from slipway.requesting import Probe

from tests.core.conftest import House

ORIGINS = tuple(Origin(Source.MANIFEST, number=number) for number in (1, 2, 3))
LINE = Line(
    1,
    "c",
    0.0,
    tuple(InLine(o, f"async/h/output/{o.number}", f"async/h/failure/{o.number}") for o in ORIGINS),
)


def test_an_answer_a_failure_and_neither(house: House) -> None:
    said = b'Received server error (503) from primary with message "too busy"'
    house.bucket.answer("bucket", "async/h/output/1", b"0.5", "text/csv")
    house.bucket.answer("bucket", "async/h/failure/2", said, "text/plain")
    answered, failed, neither = (replies(house.ports, LINE)[origin] for origin in ORIGINS)
    assert (answered.status, answered.content_type, answered.body) == (200, "text/csv", b"0.5")
    assert (failed.status, failed.body) == (503, said)
    assert neither.status == 504
    assert neither.body == b"it was not answered within 30 minutes"


def test_a_failure_without_a_status_is_a_failure(house: House) -> None:
    house.bucket.answer("bucket", "async/h/failure/1", b"could not read the input")
    assert replies(house.ports, LINE)[ORIGINS[0]].status == 500


def test_equal_requests_are_uploaded_once(house: House) -> None:
    probes = [Probe(origin, Request(b"1,2", "text/csv")) for origin in ORIGINS]
    submitted: list[str] = []

    class Endpoints:
        def submit(self, name: str, _request: Request, location: str, _seconds: int) -> InLine:
            submitted.append(f"{name} {location}")
            return LINE.probes[0]

    found = sent(replace(house.ports, endpoints=Endpoints()), "h", 1, "c", probes)  # type: ignore[arg-type]
    assert [each.origin for each in found.probes] == list(ORIGINS)
    assert len(set(submitted)) == 1
    assert submitted[0].startswith("slipway-h s3://bucket/async-inputs/h/")
    assert [key for key in house.bucket.pinned if key.startswith("async-inputs/")]
