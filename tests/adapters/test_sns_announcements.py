import json

import boto3
from slipway.adapters.sns_announcements import SNSAnnouncements
from slipway.domain.steps import Announce, Verdict


def test_a_verdict_reaches_a_subscriber_with_its_reason(aws: boto3.Session) -> None:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    SNSAnnouncements(aws, topic).tell("h", Announce(Verdict.HELD, "artifact refused: a bomb"))

    message = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert message["Subject"] == "h: Held"
    assert "artifact refused: a bomb" in message["Message"]
    assert message["MessageAttributes"]["verdict"]["Value"] == "Held"
