"""Alarms on what the checks find, as CloudWatch alarms."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from slipway.adapters.faults import translated
from slipway.domain.desired import MissingData
from slipway.domain.watch import HOUR, METRIC, NAMESPACE, Alarm

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


class CloudWatchAlarms:
    """Implements ports.Alarms on what IngestViolations counts as the service `service`; the topic
    `topic_arn` is told."""

    def __init__(self, session: boto3.Session, service: str, topic_arn: str) -> None:
        self._session = session
        self._service = service
        self._topic_arn = topic_arn

    @cached_property
    def _client(self) -> "CloudWatchClient":
        return self._session.client("cloudwatch")

    def find(self, name: str) -> Alarm | None:
        """The alarm; of an impossible period where it is not as `put` makes it."""
        with translated():
            alarms = self._client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if not alarms:
            return None
        found: dict[str, Any] = {**alarms[0]}
        dimensions = {each["Name"]: each["Value"] for each in found.get("Dimensions", [])}
        alarm = Alarm(
            name,
            dimensions.get("deployment", ""),
            found.get("Period", 0) // HOUR,
            MissingData(found.get("TreatMissingData", MissingData.MISSING)),
        )
        made = self._call(alarm)
        # Of a unit that nothing is counted in, an alarm is never heard.
        as_made = {key: found.get(key) for key in made} == made and not found.get("Unit")
        return alarm if as_made else replace(alarm, every=0)

    def put(self, alarm: Alarm) -> None:
        with translated():
            self._client.put_metric_alarm(**self._call(alarm))

    def delete(self, name: str) -> None:
        with translated():
            self._client.delete_alarms(AlarmNames=[name])

    def _call(self, alarm: Alarm) -> dict[str, Any]:
        return {
            "AlarmName": alarm.name,
            "AlarmDescription": f"What {alarm.deployment} is asked violates its baseline",
            "Namespace": NAMESPACE,
            "MetricName": METRIC,
            "Dimensions": [
                {"Name": "deployment", "Value": alarm.deployment},
                {"Name": "service", "Value": self._service},
            ],
            "Statistic": "Maximum",
            "Period": alarm.every * HOUR,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": alarm.missing_data.value,
            "ActionsEnabled": True,
            "AlarmActions": [self._topic_arn],
            "OKActions": [self._topic_arn],
        }
