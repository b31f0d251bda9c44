"""Alarms, as CloudWatch's."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from slipway.adapters.faults import translated
from slipway.domain.alarms import Alarm, AlarmState, Metric, Sighting
from slipway.domain.desired import MissingData

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

MOST = 100  # names a call takes
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
KINDS: Any = ["MetricAlarm", "CompositeAlarm"]


class CloudWatchAlarms:
    """Implements ports.Alarms; the topic `topic_arn` is told when one of Slipway's own changes."""

    def __init__(self, session: boto3.Session, topic_arn: str) -> None:
        self._session = session
        self._topic_arn = topic_arn

    @cached_property
    def _client(self) -> "CloudWatchClient":
        return self._session.client("cloudwatch")

    def find(self, names: Collection[str]) -> tuple[Sighting, ...]:
        """Those of the names that are there, in the order of their names."""
        ordered, found = sorted(names), list[Sighting]()
        for start in range(0, len(ordered), MOST):
            part = ordered[start : start + MOST]
            with translated():
                answer = self._client.describe_alarms(
                    AlarmNames=part, AlarmTypes=KINDS, MaxRecords=MOST
                )
            seen: list[dict[str, Any]] = [
                {**each} for each in (*answer["MetricAlarms"], *answer.get("CompositeAlarms", ()))
            ]
            found += (self._sighting(each) for each in seen)
        return tuple(found)

    def rang(self, names: Collection[str], since: float) -> dict[str, str]:
        """Why each of the names last began to ring since then, in epoch seconds, that did."""
        found = {}
        for name in sorted(names):
            with translated():
                answer = self._client.describe_alarm_history(
                    AlarmName=name,
                    AlarmTypes=KINDS,
                    HistoryItemType="StateUpdate",
                    StartDate=datetime.fromtimestamp(since, UTC),
                    ScanBy="TimestampDescending",
                )
            told = (str(each.get("HistoryData", "{}")) for each in answer["AlarmHistoryItems"])
            reasons = filter(None, map(_began, told))
            if reason := next(reasons, None):
                found[name] = reason
        return found

    def put(self, alarm: Alarm) -> None:
        with translated():
            self._client.put_metric_alarm(**self._call(alarm))

    def delete(self, name: str) -> None:
        with translated():
            self._client.delete_alarms(AlarmNames=[name])

    def _sighting(self, found: Mapping[str, Any]) -> Sighting:
        return Sighting(
            name=found["AlarmName"],
            state=AlarmState(found["StateValue"]),
            since=found["StateUpdatedTimestamp"].timestamp(),
            reason=found.get("StateReason", ""),
            alarm=self._alarm(found),
        )

    def _alarm(self, found: Mapping[str, Any]) -> Alarm:
        """What it looks at; of an impossible period where it is not as `put` makes it."""
        dimensions = ((each["Name"], each["Value"]) for each in found.get("Dimensions", []))
        metric = Metric(
            found.get("Namespace", ""),
            found.get("MetricName", ""),
            found.get("ExtendedStatistic") or found.get("Statistic", ""),
            tuple(sorted(dimensions)),
        )
        alarm = Alarm(
            found["AlarmName"],
            found.get("AlarmDescription", ""),
            metric,
            found.get("Threshold", 0.0),
            found.get("Period", 0),
            found.get("EvaluationPeriods", 1),
            found.get("DatapointsToAlarm", found.get("EvaluationPeriods", 1)),
            MissingData(found.get("TreatMissingData", MissingData.MISSING)),
        )
        made = self._call(alarm)
        # Of a unit that nothing is counted in, an alarm is never heard.
        as_made = {key: found.get(key) for key in made} == made and not found.get("Unit")
        return alarm if as_made else replace(alarm, period=0)

    def _call(self, alarm: Alarm) -> dict[str, Any]:
        metric = alarm.metric
        plain = metric.statistic in STATISTICS
        return {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.about,
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
            "Statistic" if plain else "ExtendedStatistic": metric.statistic,
            "Period": alarm.period,
            "EvaluationPeriods": alarm.periods,
            "DatapointsToAlarm": alarm.datapoints,
            "Threshold": alarm.threshold,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": alarm.missing_data.value,
            "ActionsEnabled": True,
            "AlarmActions": [self._topic_arn],
            "OKActions": [self._topic_arn],
        }


def _began(told: str) -> str | None:
    """The reason of a change of state, as an alarm's history tells it, if it began to ring."""
    new = json.loads(told).get("newState", {})
    rings = new.get("stateValue") == AlarmState.ALARM
    return str(new.get("stateReason", "")) if rings else None
