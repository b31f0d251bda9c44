from typing import TYPE_CHECKING, Any

import boto3
import pytest
from slipway.adapters.cloudwatch_alarms import CloudWatchAlarms
from slipway.domain.desired import MissingData
from slipway.domain.watch import Alarm

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

NAME = "slipway-h-drift"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:topic"
HOURLY = Alarm(NAME, "h", 1, MissingData.MISSING)


@pytest.fixture
def alarms(aws: boto3.Session) -> CloudWatchAlarms:
    return CloudWatchAlarms(aws, "slipway", TOPIC)


@pytest.fixture
def cloudwatch(aws: boto3.Session) -> "CloudWatchClient":
    return aws.client("cloudwatch")


@pytest.mark.parametrize(
    "made",
    [
        *(Alarm(NAME, "h", 1, missing) for missing in MissingData),
        Alarm(NAME, "h", 24, MissingData.MISSING),
    ],
)
def test_what_was_put_is_found(made: Alarm, alarms: CloudWatchAlarms) -> None:
    alarms.put(made)
    alarms.put(made)
    assert alarms.find(NAME) == made


def test_what_is_not_there_is_not_found_and_may_be_deleted(alarms: CloudWatchAlarms) -> None:
    assert alarms.find(NAME) is None
    alarms.put(HOURLY)
    alarms.delete(NAME)
    assert alarms.find(NAME) is None
    alarms.delete(NAME)


def test_an_alarm_of_a_longer_name_is_another_one(alarms: CloudWatchAlarms) -> None:
    alarms.put(Alarm(f"{NAME}-drift", "h-drift", 1, MissingData.MISSING))
    assert alarms.find(NAME) is None


def test_an_alarm_rises_on_one_violation_in_a_window_and_tells_both_ways(
    alarms: CloudWatchAlarms, cloudwatch: "CloudWatchClient"
) -> None:
    alarms.put(Alarm(NAME, "h", 6, MissingData.NOT_BREACHING))
    (found,) = cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    assert (found["Namespace"], found["MetricName"]) == ("Slipway", "Violations")
    # As telemetry.count writes it: powertools adds the service.
    assert {d["Name"]: d["Value"] for d in found["Dimensions"]} == {
        "deployment": "h",
        "service": "slipway",
    }
    assert (found["Period"], found["EvaluationPeriods"], found["Threshold"]) == (6 * 3600, 1, 1.0)
    assert (found["Statistic"], found["TreatMissingData"]) == ("Maximum", "notBreaching")
    assert found["AlarmActions"] == found["OKActions"] == [TOPIC]


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
    found = alarms.find(NAME)
    assert found is not None
    assert found != HOURLY
    assert found.name == NAME
    alarms.put(HOURLY)
    assert alarms.find(NAME) == HOURLY
