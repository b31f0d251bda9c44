"""Nothing is lost: what no event tells is found, and what no function understands is kept."""

import json
from typing import Any

import pytest


def test_an_upload_whose_event_was_lost_is_found_by_the_sweep(slipway: Any, models: Any) -> None:
    events, rule = slipway.client("events"), slipway.resource("UploadRule").rpartition("|")[2]
    events.disable_rule(Name=rule)
    try:
        line, wish = slipway.push("lost", models.line())
    finally:
        events.enable_rule(Name=rule)
    assert slipway.ended("lost", line, wish).verdict == "Released"
    first = slipway.history("lost")[0]
    assert (first.what, "sweep" in first.why) == ("Started", True)
    assert slipway.predict("lost") == pytest.approx(5)


def test_an_upload_that_can_belong_to_no_deployment_ends_in_the_dead_letters(
    slipway: Any, eventually: Any
) -> None:
    sqs = slipway.client("sqs")
    uploads = slipway.resource("Uploads")
    # Redeliveries are for outages: minutes apart. Here they may come at once.
    sqs.set_queue_attributes(QueueUrl=uploads, Attributes={"VisibilityTimeout": "0"})
    key = "models/Not_A_Name/model.tar.gz"
    try:
        slipway.client("s3").put_object(Bucket=slipway.stack.bucket, Key=key, Body=b"model")
        dead = slipway.stack.values["UploadsDeadLettersUrl"]
        (message,) = eventually(
            lambda: sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0).get("Messages")
        )
    finally:
        sqs.set_queue_attributes(QueueUrl=uploads, Attributes={"VisibilityTimeout": "180"})
    assert json.loads(message["Body"])["detail"]["object"]["key"] == key
