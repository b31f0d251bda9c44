"""CloudWatch's alarms, judged on time and told on the bus.

MiniStack judges an alarm whenever metrics are put: over all dimensions at once, without M of N
and missing data, and it tells SNS only.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from slipway_local import alarms
from slipway_local.alarms import Alarm, Datapoint
from slipway_local.sagemaker.scalables import Ringing

_SHORTEST_PERIOD = 0.25

Emit = Callable[[Mapping[str, Any]], None]


class Watch:
    """Judges each alarm at the end of each of its periods, which are scaled.

    `owner` is the account and region whose alarms are watched; `emit` puts an event on the bus.
    """

    def __init__(self, owner: tuple[str, str], time_scale: float, emit: Emit) -> None:
        self._owner = owner
        self._time_scale = time_scale
        self._emit = emit
        self._judged: dict[str, int] = {}
        self._told: dict[str, Mapping[str, str]] = {}

    def install(self) -> None:
        """Take MiniStack's judgement out, and hear of every change of state, whoever made it."""
        act = cloudwatch._dispatch_alarm_actions

        def act_and_tell(alarm: Any, old: str, new: str, reason: str) -> None:
            self._tell(alarm, old)
            act(alarm, old, new, reason)

        cloudwatch._evaluate_alarm = _leave
        cloudwatch._dispatch_alarm_actions = act_and_tell

    def tick(self) -> None:
        """Judge the alarms whose period has ended."""
        with request_scope(*self._owner):
            for alarm in list(cloudwatch._alarms.values()):
                self._judge_when_due(alarm, time.time())

    def ringing(self, action: str) -> Sequence[Ringing]:
        """The alarms in the state ALARM that have the action, with the last value of each that a
        whole period has."""
        with request_scope(*self._owner):
            return [
                Ringing(alarm["AlarmName"], value, alarm["Threshold"])
                for alarm in list(cloudwatch._alarms.values())
                if alarm["StateValue"] == "ALARM" and alarm.get("ActionsEnabled", True)
                if action in (alarm.get("AlarmActions") or ())
                if (value := self._last(alarm, time.time())) is not None
            ]

    def _last(self, stored: Any, now: float) -> float | None:
        length = self._length(stored)
        current, span = int(now / length), _alarm(stored).span
        starts = [(current - age) * length for age in range(span, 0, -1)]
        values = [each.value for each in _datapoints(stored, starts, length)]
        return next((value for value in reversed(values) if value is not None), None)

    def _length(self, stored: Any) -> float:
        """How many seconds the alarm's period lasts here."""
        return max(_SHORTEST_PERIOD, float(stored["Period"]) * self._time_scale)

    def _judge_when_due(self, stored: Any, now: float) -> None:
        length = self._length(stored)
        current = int(now / length)
        arn = stored["AlarmArn"]
        if not stored.get("MetricName") or self._judged.setdefault(arn, current) == current:
            return
        self._judged[arn] = current
        alarm = _alarm(stored)
        starts = [(current - age) * length for age in range(alarm.span, 0, -1)]
        datapoints = _datapoints(stored, starts, length)
        old = stored["StateValue"]
        new = alarms.judge(alarm, datapoints, old)
        if new != old:
            _change(stored, alarm, datapoints, new)

    def _tell(self, stored: Any, old: str) -> None:
        state = {
            "value": stored["StateValue"],
            "reason": stored["StateReason"],
            "timestamp": alarms.stamp(time.time()),
        }
        if stored.get("StateReasonData"):
            state["reasonData"] = stored["StateReasonData"]
        previous = self._told.get(stored["AlarmArn"], {"value": old})
        self._told[stored["AlarmArn"]] = state
        detail = {
            "alarmName": stored["AlarmName"],
            "configuration": _configuration(stored),
            "previousState": previous,
            "state": state,
        }
        self._emit(
            {
                "Source": "aws.cloudwatch",
                "DetailType": "CloudWatch Alarm State Change",
                "Detail": detail,
                "Resources": [stored["AlarmArn"]],
            }
        )


def _leave(_alarm: Any) -> None:
    """Judge nothing: the watch does."""


def _alarm(stored: Mapping[str, Any]) -> Alarm:
    return Alarm(
        statistic=stored.get("ExtendedStatistic") or stored.get("Statistic") or "Average",
        period=stored["Period"],
        periods=stored["EvaluationPeriods"],
        datapoints=stored.get("DatapointsToAlarm") or stored["EvaluationPeriods"],
        threshold=stored["Threshold"],
        comparison=stored["ComparisonOperator"],
        missing=stored.get("TreatMissingData") or "missing",
    )


def _datapoints(
    stored: Mapping[str, Any], starts: Sequence[float], length: float
) -> Sequence[Datapoint]:
    statistic = stored.get("ExtendedStatistic") or stored.get("Statistic") or "Average"
    dimensions = {each["Name"]: each["Value"] for each in stored.get("Dimensions") or []}
    key = (stored["Namespace"], stored["MetricName"], cloudwatch._dims_key(dimensions))
    points = [*_since(cloudwatch._metrics.get(key) or [], starts[0])]
    return [Datapoint(start, _value(points, start, length, statistic)) for start in starts]


def _since(points: Sequence[Mapping[str, Any]], start: float) -> Iterator[Mapping[str, Any]]:
    return (point for point in [*points] if point["Timestamp"] >= start)


def _value(
    points: Sequence[Mapping[str, Any]], start: float, length: float, statistic: str
) -> float | None:
    inside = [point for point in points if start <= point["Timestamp"] < start + length]
    if not inside:
        return None
    value = cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside)
    return None if value is None else float(value)


def _change(stored: Any, alarm: Alarm, datapoints: Sequence[Datapoint], new: str) -> None:
    old, now = stored["StateValue"], time.time()
    why = alarms.reason(alarm, datapoints, (old, new))
    data = alarms.reason_data(alarm, datapoints, now)
    stored["StateValue"] = new
    stored["StateReason"] = why
    stored["StateReasonData"] = json.dumps(data, separators=(",", ":"))
    stored["StateUpdatedTimestamp"] = int(now)
    cloudwatch._record_history(stored["AlarmName"], old, new, why, reason_data=data)
    cloudwatch._dispatch_alarm_actions(stored, old, new, why)
    cloudwatch._evaluate_parent_alarms(stored)


def _configuration(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    if "AlarmRule" in stored:
        return {"alarmRule": stored["AlarmRule"]}
    metric = {
        "namespace": stored["Namespace"],
        "name": stored["MetricName"],
        "dimensions": {each["Name"]: each["Value"] for each in stored.get("Dimensions") or []},
    }
    shown = {"metric": metric, "period": stored["Period"], "stat": _alarm(stored).statistic}
    described = {"description": stored.get("AlarmDescription") or ""}
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, stored["AlarmArn"]))
    return {**described, "metrics": [{"id": identity, "metricStat": shown, "returnData": True}]}
