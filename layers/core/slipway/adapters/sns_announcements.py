"""Where people are told, as an SNS topic."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from slipway.adapters.faults import translated
from slipway.domain.steps import Announce

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SNSAnnouncements:
    """Implements ports.Announcements. Subscribers can filter by `deployment` and `verdict`."""

    def __init__(self, session: boto3.Session, topic_arn: str) -> None:
        self._session = session
        self._topic_arn = topic_arn

    @cached_property
    def _client(self) -> "SNSClient":
        return self._session.client("sns")

    def tell_news(self, deployment: str, what: str, subject: str, message: str) -> None:
        self._publish(deployment, what, subject, message)

    def tell(self, deployment: str, announce: Announce) -> None:
        title = f"{deployment}: {announce.verdict}"
        self._publish(deployment, announce.verdict.value, title, f"{title}\n\n{announce.reason}\n")

    def _publish(self, deployment: str, verdict: str, subject: str, message: str) -> None:
        with translated():
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=subject,
                Message=message,
                MessageAttributes={
                    "deployment": {"DataType": "String", "StringValue": deployment},
                    "verdict": {"DataType": "String", "StringValue": verdict},
                },
            )
