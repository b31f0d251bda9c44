"""The events SageMaker puts on the default EventBridge bus, in the shapes AWS publishes.

Source: "Events that Amazon SageMaker AI sends to Amazon EventBridge". Statuses are spelt
IN_SERVICE, times are epoch milliseconds (model packages: ISO 8601).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

SOURCE = "aws.sagemaker"


class Event(TypedDict):
    """One event, named as PutEvents names its fields; `Time` is in epoch seconds."""

    Source: str
    DetailType: str
    Detail: Mapping[str, Any]
    Resources: Sequence[str]
    Time: float


def event(subject: str, detail: Mapping[str, Any], arn: str, time: float) -> Event:
    """`subject` is what changed: Endpoint, Endpoint Deployment, Model, Model Package."""
    return Event(
        Source=SOURCE,
        DetailType=f"SageMaker {subject} State Change",
        Detail=detail,
        Resources=[arn],
        Time=time,
    )


def milliseconds(time: float) -> int:
    return round(time * 1000)


def iso(time: float) -> str:
    """2021-02-24T17:00:14Z"""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_of_logs(time: float) -> str:
    """2021-02-24T17:00:14.123"""
    moment = datetime.fromtimestamp(time, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds")


def shouted(status: str) -> str:
    """InService -> IN_SERVICE."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()
