"""What goes through an endpoint is found in S3, in the files of a real endpoint."""

import base64
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker import captures
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.captures import Exchange, Payload, record
from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import Script, constant

Deploy = Callable[..., str]

REAL = Path(__file__).parents[4] / "shared/data/capture/csv_endpoint_2022.jsonl"
BOTH = [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
TEXT = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}
CONFIG = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://seen/by/",
    "CaptureOptions": BOTH,
    "CaptureContentTypeHeader": TEXT,
}
PLACE = "s3://seen/by/Live/AllTraffic/2023/11/14/22/"
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.fixture
def captured(serve: Deploy, variant: Callable[..., Any]) -> Callable[..., Rehearsal]:
    """A cloud whose endpoint Live captures all requests, or as `changes` say."""

    def make(cloud: Rehearsal | None = None, **changes: object) -> Rehearsal:
        cloud = cloud or Rehearsal(seed=3)
        serve(cloud, "Live")
        config: Any = CONFIG | changes
        cloud.control.create_endpoint_config(
            EndpointConfigName="captured",
            ProductionVariants=[variant(model="one")],
            DataCaptureConfig=config,
        )
        cloud.control.update_endpoint(EndpointName="Live", EndpointConfigName="captured")
        cloud.pass_time(0)
        return cloud

    return make


def ask(cloud: Rehearsal, body: bytes = b"1,2", **given: str) -> None:
    given.setdefault("ContentType", "text/csv")
    cloud.runtime.invoke_endpoint(EndpointName="Live", Body=body, **given)


def records(cloud: Rehearsal) -> list[Any]:
    return [json.loads(line) for body in cloud.objects.values() for line in body.splitlines()]


def test_records_are_those_of_a_real_file() -> None:
    if not REAL.exists():
        pytest.skip("the real capture file is not here")
    for line in REAL.read_text().splitlines():
        real = json.loads(line)
        sent, answered = real["captureData"].values()
        exchange = Exchange(
            UUID(real["eventMetadata"]["eventId"]),
            datetime.fromisoformat(real["eventMetadata"]["inferenceTime"]).timestamp(),
            CONFIG,
            Payload(sent["data"].encode(), sent["observedContentType"]),
            Payload(answered["data"].encode(), answered["observedContentType"]),
        )
        assert record(exchange) == line


def test_the_requests_of_an_interval_are_in_one_file(captured: Callable[..., Rehearsal]) -> None:
    cloud = captured()
    cloud.clock.now += 0.042
    ask(cloud, b"1,2\n", CustomAttributes="a=1,b=2", InferenceId="mine")
    cloud.pass_time(59)
    ask(cloud, b'{"x": "\xc3\xa9"}', ContentType="application/json")
    assert cloud.objects == {}
    cloud.pass_time(1)
    [(url, body)] = cloud.objects.items()
    assert re.fullmatch(re.escape(PLACE) + rf"13-20-042-{UUID4}\.jsonl", url)
    assert body.endswith(b"\n")
    assert "é".encode() in body
    first, second = records(cloud)
    assert first["captureData"]["endpointInput"] == {
        "observedContentType": "text/csv", "mode": "INPUT", "data": "1,2\n", "encoding": "CSV",
    }  # fmt: skip
    assert first["captureData"]["endpointOutput"]["mode"] == "OUTPUT"
    assert list(first["eventMetadata"].items())[1:] == [
        ("customAttributes", ["a=1,b=2"]),
        ("inferenceId", "mine"),
        ("inferenceTime", "2023-11-14T22:13:20Z"),
    ]
    assert second["captureData"]["endpointInput"]["data"] == '{"x": "é"}'
    assert list(second["eventMetadata"]) == ["eventId", "inferenceTime"]
    ids = {entry["eventMetadata"]["eventId"] for entry in (first, second)}
    assert len(ids) == 2
    assert all(re.fullmatch(UUID4, event_id) and event_id not in url for event_id in ids)


@pytest.mark.parametrize(
    ("modes", "sides"),
    [
        (["Input"], ["endpointInput"]),
        (["Output"], ["endpointOutput"]),
        (["InputAndOutput"], ["endpointInput", "endpointOutput"]),
        (["Output", "Input"], ["endpointInput", "endpointOutput"]),
    ],
)
def test_only_the_sides_asked_for_are_captured(
    captured: Callable[..., Rehearsal], modes: list[str], sides: list[str]
) -> None:
    cloud = captured(CaptureOptions=[{"CaptureMode": mode} for mode in modes])
    ask(cloud)
    cloud.pass_time(60)
    assert list(records(cloud)[0]["captureData"]) == sides


@pytest.mark.parametrize(
    ("kind", "body", "header", "encoding"),
    [
        ("Text/CSV; charset=utf-8", b"1", TEXT, "CSV"),
        ("application/json", b"{}", TEXT, "JSON"),
        ("application/x-csv", b"1", {"CsvContentTypes": ["application/x-csv"]}, "CSV"),
        ("application/json", b"{}", {"CsvContentTypes": ["text/csv"]}, "BASE64"),
        ("text/csv", b"1", {}, "BASE64"),
        ("text/csv", b"\xff", TEXT, "BASE64"),
    ],
)
def test_text_stays_text_only_where_its_type_is_listed(
    captured: Callable[..., Rehearsal],
    kind: str,
    body: bytes,
    header: dict[str, list[str]],
    encoding: str,
) -> None:
    cloud = captured(CaptureContentTypeHeader=header)
    ask(cloud, body, ContentType=kind)
    cloud.pass_time(60)
    side = records(cloud)[0]["captureData"]["endpointInput"]
    assert (side["encoding"], side["observedContentType"]) == (encoding, kind)
    text = body.decode("latin-1") if encoding != "BASE64" else base64.b64encode(body).decode()
    assert side["data"] == text


@pytest.mark.parametrize(("percentage", "least", "most"), [(0, 0, 0), (25, 30, 70), (99, 180, 200)])
def test_a_sample_is_drawn(
    captured: Callable[..., Rehearsal], percentage: int, least: int, most: int
) -> None:
    def run() -> bytes:
        cloud = captured(InitialSamplingPercentage=percentage)
        for number in range(200):
            ask(cloud, str(number).encode())
        cloud.pass_time(60)
        return b"".join(cloud.objects.values())

    assert least <= run().count(b"\n") <= most
    assert run() == run()


def test_capture_can_be_off(captured: Callable[..., Rehearsal]) -> None:
    cloud = captured(EnableCapture=False)
    ask(cloud)
    cloud.pass_time(60)
    assert cloud.objects == {}
    summary = cloud.control.describe_endpoint(EndpointName="Live")["DataCaptureConfig"]
    assert (summary["EnableCapture"], summary["CaptureStatus"]) == (False, "Stopped")


def test_the_endpoint_tells_that_it_captures(captured: Callable[..., Rehearsal]) -> None:
    cloud = captured(KmsKeyId="alias/key", InitialSamplingPercentage=7)
    assert cloud.control.describe_endpoint(EndpointName="Live")["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 7,
        "DestinationS3Uri": "s3://seen/by/",
        "KmsKeyId": "alias/key",
    }


def test_an_update_and_a_deletion_flush(captured: Callable[..., Rehearsal]) -> None:
    cloud = captured()
    ask(cloud, b"before")
    cloud.control.update_endpoint(EndpointName="Live", EndpointConfigName="one")
    cloud.pass_time(1)
    assert b"before" in b"".join(cloud.objects.values())
    ask(cloud, b"between")
    cloud.control.update_endpoint(EndpointName="Live", EndpointConfigName="captured")
    cloud.pass_time(1)
    ask(cloud, b"after")
    cloud.control.delete_endpoint(EndpointName="Live")
    cloud.pass_time(1)
    assert [entry["captureData"]["endpointInput"]["data"] for entry in records(cloud)] == [
        "before",
        "after",
    ]


def test_a_full_file_does_not_wait(
    captured: Callable[..., Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captures, "MAX_RECORDS", 2)
    cloud = captured()
    for _ in range(3):
        ask(cloud)
    cloud.service.tick()
    assert len(records(cloud)) == 2
    cloud.pass_time(60)
    assert [body.count(b"\n") for body in cloud.objects.values()] == [2, 1]


def test_an_hour_has_files_of_its_own(captured: Callable[..., Rehearsal]) -> None:
    cloud = captured()
    cloud.pass_time(46 * 60 + 30)
    for _ in range(2):
        ask(cloud)
        cloud.pass_time(10)
    cloud.pass_time(60)
    hours = [url.removeprefix("s3://seen/by/Live/AllTraffic/")[:16] for url in cloud.objects]
    assert hours == ["2023/11/14/22/59", "2023/11/14/23/00"]


def test_a_request_that_failed_is_not_captured(captured: Callable[..., Rehearsal]) -> None:
    cloud = Rehearsal(scripts={"image": Script(answer=constant(b"no", 400))})
    captured(cloud)
    with pytest.raises(ClientError, match="no"):
        ask(cloud)
    cloud.pass_time(60)
    assert cloud.objects == {}


def test_a_shadow_is_captured_in_a_file_of_its_own(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any]
) -> None:
    configure(cloud, "one")
    config: Any = CONFIG
    cloud.control.create_endpoint_config(
        EndpointConfigName="shadowed",
        ProductionVariants=[variant("front", "one")],
        ShadowProductionVariants=[variant("behind", "one")],
        DataCaptureConfig=config,
    )
    cloud.control.create_endpoint(EndpointName="Live", EndpointConfigName="shadowed")
    cloud.pass_time(0)
    ask(cloud)
    cloud.pass_time(60)
    assert sorted(place.split("/")[5] for place in cloud.objects) == ["behind", "front"]


def test_a_bucket_that_refuses_costs_no_request_and_no_record(
    captured: Callable[..., Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = captured(Rehearsal(durations=Durations(capturing=10)))
    tries: list[float] = []

    def refuse(_bucket: str, _key: str, _body: bytes) -> None:
        tries.append(cloud.clock.now - START)
        raise OSError("no such bucket")

    with monkeypatch.context() as refusing:
        refusing.setattr(cloud.service, "_put_object", refuse)
        ask(cloud)
        cloud.pass_time(25)
        ask(cloud)
    assert tries == [10, 20]
    cloud.pass_time(10)
    assert len(records(cloud)) == 2


def test_what_waits_is_bounded(
    captured: Callable[..., Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captures, "MAX_WAITING", 10)
    cloud = captured()
    for body in (b"1234", b"5678", b"9"):
        ask(cloud, body)
    cloud.pass_time(60)
    ask(cloud, b"0")
    cloud.pass_time(60)
    assert [entry["captureData"]["endpointInput"]["data"] for entry in records(cloud)] == [
        "1234",
        "9",
        "0",
    ]
