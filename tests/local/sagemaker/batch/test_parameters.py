"""Who has a say in how much is sent at a time."""

from typing import Any

import pytest
from slipway_local.sagemaker.batch.parameters import resolve, variables
from slipway_local.sagemaker.rehearsal import Clock
from slipway_local.sagemaker.scripted import Script, ScriptedServer
from slipway_local.sagemaker.serving import Container, Reply

EVERYTHING = {"MaxConcurrentTransforms": 2, "MaxPayloadInMB": 0, "BatchStrategy": "SingleRecord"}
SAID = b'{"MaxConcurrentTransforms": 4, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 5}'


def line(said: bytes = b"", status: int = 200, **body: Any) -> str:  # noqa: ANN401
    script = Script(parameters=Reply(status, {}, said))
    server = ScriptedServer(Container("image", None, {}), script, Clock(), 0.0)
    return resolve(body, server).line()


def test_the_request_goes_before_the_container_and_that_before_the_defaults() -> None:
    assert line() == "MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"
    told = "MaxConcurrentTransforms=4, MaxPayloadInMB=5, BatchStrategy=SINGLE_RECORD"
    assert line(SAID) == told
    assert line(SAID, MaxConcurrentTransforms=0) == told
    asked = "MaxConcurrentTransforms=2, MaxPayloadInMB=0, BatchStrategy=SINGLE_RECORD"
    assert line(SAID, **EVERYTHING) == asked


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (SAID, 404),
        (b"<html>", 200),
        (b"[1]", 200),
        (b'{"MaxConcurrentTransforms": 0, "BatchStrategy": "ALL", "MaxPayloadInMB": "6"}', 200),
    ],
)
def test_what_makes_no_sense_is_not_heard(said: bytes, status: int) -> None:
    assert line(said, status) == line()


def test_a_container_is_told_what_the_request_says() -> None:
    assert variables({}) == {"SAGEMAKER_BATCH": "true"}
    assert variables(EVERYTHING) == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "2",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "0",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
    }
