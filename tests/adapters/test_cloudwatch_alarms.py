import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from slipway.adapters.cloudwatch_alarms import CloudWatchAlarms
from slipway.domain.alarms import Alarm, AlarmState, Metric
from slipway.domain.desired import MissingData

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

NAME = "slipway-h-drift"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:topic"
DRIFT = Metric("Slipway", "Violations", "Maximum", (("deployment", "h"), ("service", "slipway")))
HOURLY = Alarm(NAME, "of h", DRIFT, 1.0, 3600, missing_data=MissingData.MISSING)
LATENCY = Metric(
    "AWS/SageMaker", "ModelLatency", "p99", (("EndpointName", "e"), ("VariantName", "v"))
)
GUARD = Alarm("slipway-h.v.latency", "of v", LATENCY, 2e6, 60, 3, 2)


@pytest.fixture
def alarms(aws: boto3.Session) -> CloudWatchAlarms:
    return CloudWatchAlarms(aws, TOPIC)


@pytest.fixture
def cloudwatch(aws: boto3.Session) -> "CloudWatchClient":
    return aws.client("cloudwatch")


def found(alarms: CloudWatchAlarms, name: str = NAME) -> Alarm | None:
    return next((seen.alarm for seen in alarms.find([name])), None)


@pytest.mark.parametrize(
    "made",
    [
        *(replace(HOURLY, missing_data=missing) for missing in MissingData),
        replace(HOURLY, period=24 * 3600),
        GUARD,
    ],
)
def test_what_was_put_is_found(made: Alarm, alarms: CloudWatchAlarms) -> None:
    alarms.put(made)
    alarms.put(made)
    assert found(alarms, made.name) == made


def test_what_is_not_there_is_not_found_and_may_be_deleted(alarms: CloudWatchAlarms) -> None:
    assert alarms.find([NAME]) == ()
    alarms.put(HOURLY)
    alarms.delete(NAME)
    assert alarms.find([NAME]) == ()
    alarms.delete(NAME)


def test_an_alarm_of_a_longer_name_is_another_one(alarms: CloudWatchAlarms) -> None:
    alarms.put(replace(HOURLY, name=f"{NAME}-drift"))
    assert alarms.find([NAME]) == ()


def test_any_number_of_alarms_is_found(alarms: CloudWatchAlarms) -> None:
    names = [f"slipway-h.{number}" for number in range(101)]
    for name in names:
        alarms.put(replace(GUARD, name=name))
    assert {seen.name for seen in alarms.find(names)} == {*names}


def test_an_alarm_is_seen_in_its_state_with_the_reason(
    alarms: CloudWatchAlarms, cloudwatch: "CloudWatchClient"
) -> None:
    alarms.put(GUARD)
    cloudwatch.set_alarm_state(AlarmName=GUARD.name, StateValue="ALARM", StateReason="2 of 3")
    (seen,) = alarms.find([GUARD.name])
    assert (seen.state, seen.rings, seen.reason) == (AlarmState.ALARM, True, "2 of 3")
    assert seen.since > 0


def test_why_an_alarm_rang_is_known_also_when_it_is_quiet_again(aws: boto3.Session) -> None:
    alarms = CloudWatchAlarms(aws, TOPIC)
    with Stubber(alarms._client) as cloudwatch:
        changes = (("OK", "well"), ("ALARM", "2 of 3"), ("ALARM", "1 of 3"))
        for told in (changes, changes[:1]):
            cloudwatch.add_response(
                "describe_alarm_history",
                {"AlarmHistoryItems": [_changed(*change) for change in told]},
            )
        assert alarms.rang(["rang", "was quiet"], 1.0) == {"rang": "2 of 3"}


def _changed(state: str, reason: str) -> dict[str, str]:
    """A change of state as CloudWatch tells it."""
    new = {"stateValue": state, "stateReason": reason}
    return {"HistoryData": json.dumps({"version": "1.0", "oldState": {}, "newState": new})}


def test_an_alarm_rises_on_one_violation_in_a_window_and_tells_both_ways(
    alarms: CloudWatchAlarms, cloudwatch: "CloudWatchClient"
) -> None:
    alarms.put(replace(HOURLY, period=6 * 3600, missing_data=MissingData.NOT_BREACHING))
    (seen,) = cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    assert (seen["Namespace"], seen["MetricName"]) == ("Slipway", "Violations")
    assert (seen["Period"], seen["EvaluationPeriods"], seen["Threshold"]) == (6 * 3600, 1, 1.0)
    assert (seen["Statistic"], seen["TreatMissingData"]) == ("Maximum", "notBreaching")
    assert seen["AlarmActions"] == seen["OKActions"] == [TOPIC]


@pytest.mark.parametrize(
    "by_hand",
    [
        {"Threshold": 100.0},
        {"Period": 60},
        {"Period": 7200},
        {"EvaluationPeriods": 3},
        {"ComparisonOperator": "LessThanThreshold"},
        {"Statistic": "Sum"},
        {"TreatMissingData": "breaching"},
        {"ActionsEnabled": False},
        {"AlarmActions": []},
        {"OKActions": [f"{TOPIC}-2"]},
        {"Unit": "Percent"},
        {"Namespace": "Elsewhere"},
        {"MetricName": "Rows"},
        {"Dimensions": [{"Name": "deployment", "Value": "h"}]},
        {"Dimensions": []},
    ],
)
def test_what_somebody_changed_by_hand_is_not_what_was_put(
    by_hand: dict[str, Any], alarms: CloudWatchAlarms, cloudwatch: "CloudWatchClient"
) -> None:
    alarms.put(HOURLY)
    cloudwatch.put_metric_alarm(**{**alarms._call(HOURLY), **by_hand})
    edited = found(alarms)
    assert edited is not None
    assert edited != HOURLY
    assert edited.name == NAME
    alarms.put(HOURLY)
    assert found(alarms) == HOURLY
