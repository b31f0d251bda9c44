import json

import boto3
import pytest
from slipway.adapters.eventbridge_bus import EventBridgeBus
from slipway.domain.errors import Unanswered


def test_an_event_reaches_who_listens_to_slipway(aws: boto3.Session) -> None:
    events, sqs = aws.client("events"), aws.client("sqs")
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name="drift", EventPattern=json.dumps({"source": ["slipway"]}))
    events.put_targets(Rule="drift", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])

    EventBridgeBus(aws).put("Slipway Drift Detected", {"deployment": "h", "violationCount": 3})

    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("slipway", "Slipway Drift Detected")
    assert event["detail"] == {"deployment": "h", "violationCount": 3}


def test_an_event_that_the_bus_did_not_take_is_told(aws: boto3.Session) -> None:
    with pytest.raises(Unanswered):
        EventBridgeBus(aws).put("", {"deployment": "h"})
