import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from slipway.adapters.sns_announcements import SNSAnnouncements
from slipway.domain.steps import Announce, Verdict

Heard = tuple[SNSAnnouncements, Callable[[], Mapping[str, Any]]]


@pytest.fixture
def heard(aws: boto3.Session) -> Heard:
    """The announcements, and what a subscriber gets of them."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    def hear() -> Mapping[str, Any]:
        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
        return dict(json.loads(message["Body"]))

    return SNSAnnouncements(aws, topic), hear


def test_a_verdict_reaches_a_subscriber_with_its_reason(heard: Heard) -> None:
    announcements, hear = heard
    announcements.tell("h", Announce(Verdict.HELD, "artifact refused: a bomb"))
    message = hear()
    assert message["Subject"] == "h: Held"
    assert "artifact refused: a bomb" in message["Message"]
    assert message["MessageAttributes"]["verdict"]["Value"] == "Held"


def test_drift_reaches_a_subscriber_who_can_filter_by_it(heard: Heard) -> None:
    announcements, hear = heard
    news = "3 of 14 features have changed\n- x0: too far\n"
    announcements.tell_news("h", "Drift", "h: drift", news)
    message = hear()
    assert message["Subject"] == "h: drift"
    assert message["Message"] == news
    told = {name: value["Value"] for name, value in message["MessageAttributes"].items()}
    assert told == {"deployment": "h", "verdict": "Drift"}
